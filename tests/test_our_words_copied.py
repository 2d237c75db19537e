"""Somebody who copies a sentence of ours to ask about it is asked whether it is happening; what they say themselves alarms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from cordial.bootstrap import PROJECT
from desk.conversations.log import Draft, said_since, start_conversation, store_patient_message, store_turn
from desk.database import Database
from desk.sealed import Keyring, new_key
from emergencies.every_language import read_every_language
from emergencies.other_languages import read_other_languages
from emergencies.red_flags import the_red_flags
from intake.clinic import read_clinic
from intake.record import IntakeRecord
from knowledge.encoder import Encoder
from language.repeating import in_own_words
from tests.support.people import Patient
from turns.known import Known, flag_of

CLINIC = read_clinic(PROJECT / "clinic.yml")
OURS = "Trouble breathing, chest pain, a swollen throat or a drooping face must not wait for landing."


def level(text: str, *said: str, asked: str | None = None) -> str | None:
    """The level of what a message raises after something was said to the patient."""
    flag = flag_of(text, Known(IntakeRecord(open_field=asked), [], said=said), the_red_flags(), CLINIC)
    return flag.level if flag else None


@pytest.mark.parametrize(
    "text",
    [
        OURS,
        f"“{OURS}” what do you mean by that?",
        f"{OURS[:45]} ... I do not understand this",
        OURS.upper(),
        OURS.replace(",", ""),
    ],
)
def test_what_only_repeats_our_words_is_asked_about(text: str) -> None:
    assert level(text) == "emergency"
    assert level(text, "Something else was said.", OURS) == "check"


@pytest.mark.parametrize(
    "text",
    [
        f"{OURS} That is me, I have chest pain and I cannot breathe",
        "trouble breathing, chest pain since ten minutes",
        "yes, trouble breathing and chest pain",
    ],
)
def test_what_somebody_says_beside_it_or_in_few_words_alarms_at_once(text: str) -> None:
    assert level(text, OURS) == "emergency"


@pytest.mark.parametrize(
    ("text", "said", "own"),
    [
        ("no word of it", [OURS], "no word of it"),
        (f"Hm. {OURS} Really?", [OURS], "Hm. . Really?"),
        ("one two three four five six", ["one two three four five"], " six"),
        ("one two three four", ["one two three four"], "one two three four"),
        ("It’s what you said before, it isn’t", ["it's what you said before"], ", it isn’t"),
        ("", [OURS], ""),
    ],
)
def test_only_what_is_repeated_is_left_out(text: str, said: Sequence[str], own: str) -> None:
    assert in_own_words(text, said) == own


def test_what_a_reply_repeats_of_the_patients_own_words_is_not_ours(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'cordial.db'}", Keyring([new_key()]))
    database.migrate()
    with database.write() as session:
        conversation, _ = start_conversation(session, [Draft("Hello.")])
        stored = store_patient_message(session, conversation.id, str(uuid4()), "pressure on my chest and left arm")
        told = Draft("I have noted: pressure on my chest and left arm")
        store_turn(session, conversation.id, stored.seq, [told, Draft(OURS, kind="emergency")], [])
    with database.read() as session:
        assert said_since(session, conversation.id) == [OURS]
    database.close()


@pytest.mark.e2e
@pytest.mark.timeout(120)
def test_a_quote_of_the_chat_that_is_sent_back_calls_nobody(new_patient: Callable[[], Patient], encoder: Encoder) -> None:
    check = read_every_language(read_other_languages())
    check.ask_examples(encoder.encode, encoder.name)
    patient = new_patient()
    replies = patient.says("When should I not board the plane after an infusion?")
    quotes = [quote["quote"] for reply in replies if reply["answer"] for quote in reply["answer"]["passages"]]
    copied = next(quote for quote in quotes if (flag := check.check(quote, CLINIC, chat="en")) and flag.level == "emergency")
    assert [reply["kind"] for reply in patient.says(copied)] == ["check"]
    assert patient.says("I have chest pain and cannot breathe")[0]["kind"] == "emergency"
