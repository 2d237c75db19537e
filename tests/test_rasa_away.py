"""When Rasa is away or broken, a patient hears so in plain words, soon, and nothing that they wrote is lost."""

from __future__ import annotations

import json
import time
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from desk.database import Database
from desk.models import Handoff
from desk.sealed import Keyring
from tests.support import broken_rasa as rasa
from tests.support.broken_rasa import Behaviour, BrokenRasa
from tests.support.people import Message, Patient, error_of
from tests.support.system import System

pytestmark = pytest.mark.e2e


def items(*values: object) -> bytes:
    """What Rasa's REST channel would send."""
    return json.dumps(values).encode()


BROKEN: dict[str, Behaviour] = {
    "an error": rasa.answers(500, b"Internal Server Error"),
    "nothing to say": rasa.answers(200, b"[]"),
    "hanging up": rasa.hangs_up,
    "no json": rasa.answers(200, b"<html>Bad gateway</html>"),
    "cut json": rasa.answers(200, b'[{"text": "It wor'),
    "no utf-8": rasa.answers(200, b'[{"text": "\xff\xfe"}]'),
    "an object": rasa.answers(200, b'{"text": "hello"}'),
    "null": rasa.answers(200, b"null"),
    "a list of nothing": rasa.answers(200, b"[null]"),
    "a list of words": rasa.answers(200, b'["text"]'),
    "a list of numbers": rasa.answers(200, b"[1]"),
    "a text that is none": rasa.answers(200, b'[{"text": 5}]'),
    "half a surrogate pair": rasa.answers(200, b'[{"text": "\\ud83d"}]'),
    "a button that is none": rasa.answers(200, items({"text": "hello", "buttons": ["yes"]})),
    "a strange kind": rasa.answers(200, items({"text": "hello"}, {"custom": {"kind": "poem"}})),
    "a strange field": rasa.answers(200, items({"text": "hello"}, {"custom": {"sender": "coordinator"}})),
    "a strange answer": rasa.answers(200, items({"text": "hello"}, {"custom": {"answer": {"status": "answered"}}})),
    "a strange effect": rasa.answers(200, items({"text": "hello"}, {"custom": {"effects": [{"effect": "pay"}]}})),
    "an effect alone": rasa.answers(200, items({"custom": {"effects": [{"effect": "intake_stopped"}]}})),
    "another place": rasa.answers(302, b""),
}


def is_the_plain_sentence(replies: list[Message]) -> bool:
    """Whether the replies are the one sentence for when the assistant is away, with ways to reach somebody."""
    [notice] = replies
    named = "hello@birchwood.example" in notice["text"] and "112" in notice["text"]
    return named and (notice["from"], notice["kind"]) == ("system", "notice")


@pytest.mark.parametrize("behaviour", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_rasa_leads_to_a_plain_sentence(
    broken_rasa: BrokenRasa, lonely_patient: Patient, behaviour: Behaviour
) -> None:
    broken_rasa.behaves(behaviour)
    replies = lonely_patient.says("Does it work?")
    assert is_the_plain_sentence(replies)
    assert lonely_patient.said() == ["Does it work?"]
    assert lonely_patient.log()[-1:] == replies


@pytest.mark.parametrize("behaviour", [rasa.takes(30), rasa.trickles], ids=["silent", "byte by byte"])
def test_a_slow_rasa_leads_to_a_plain_sentence_within_ten_seconds(
    broken_rasa: BrokenRasa, lonely_patient: Patient, behaviour: Behaviour
) -> None:
    broken_rasa.behaves(behaviour)
    started = time.monotonic()
    assert is_the_plain_sentence(lonely_patient.says("Does it work?"))
    assert time.monotonic() - started < 10


def test_without_rasa_the_message_is_kept_and_the_next_one_works_when_it_is_back(
    cordial: System, broken_rasa: BrokenRasa, lonely_web: System, lonely_patient: Patient
) -> None:
    broken_rasa.goes_away()
    message_id = str(uuid4())
    first = lonely_patient.send("Does it work?", message_id).json()["messages"]
    assert is_the_plain_sentence(first)
    assert not lonely_web.answers("/readyz")
    broken_rasa.behaves(rasa.passes_on_to(cordial.rasa_url))
    assert lonely_patient.says("Does it work?")[0]["kind"] == "answer"
    assert lonely_patient.send("Does it work?", message_id).json()["messages"] == first, "what was said stays said"
    assert lonely_patient.said() == ["Does it work?"] * 2


@pytest.mark.parametrize(
    "asked",
    [
        "Talk to a person",
        "I want to talk to a person",
        "can a nurse call me please?",
        "I don't want to chat with a machine, give me a person",
        "Is there a real person I can speak to",
        "please put me through to the coordinator",
        "HUMAN PLEASE",
    ],
)
def test_without_rasa_a_person_can_be_asked_for_in_many_words(
    broken_rasa: BrokenRasa, lonely_web: System, lonely_patient: Patient, asked: str
) -> None:
    broken_rasa.goes_away()
    [called] = lonely_patient.says(asked)
    assert called["kind"] == "handoff"
    assert waits_for_a_person(lonely_web, called)


@pytest.mark.parametrize(
    "said",
    ["I do not want to talk to a person", "Am I talking to a machine?", "My doctor is a nice person", "My nurse gave me pills"],
)
def test_without_rasa_nobody_is_called_who_was_not_asked_for(
    broken_rasa: BrokenRasa, lonely_patient: Patient, said: str
) -> None:
    broken_rasa.goes_away()
    assert is_the_plain_sentence(lonely_patient.says(said))


def test_a_yes_to_the_offer_of_a_person_is_one(broken_rasa: BrokenRasa, lonely_web: System, lonely_patient: Patient) -> None:
    broken_rasa.goes_away()
    assert is_the_plain_sentence(lonely_patient.says("Yes please")), "nothing was offered yet"
    [called] = lonely_patient.says("Yes please")
    assert waits_for_a_person(lonely_web, called)


def test_a_yes_that_may_be_an_answer_to_the_intake_calls_nobody(
    cordial: System, broken_rasa: BrokenRasa, lonely_patient: Patient
) -> None:
    broken_rasa.behaves(rasa.passes_on_to(cordial.rasa_url))
    lonely_patient.says("Start the intake")
    broken_rasa.goes_away()
    for _ in range(2):
        assert is_the_plain_sentence(lonely_patient.says("Yes"))


def waits_for_a_person(web: System, called: Message) -> bool:
    """Whether the case whose number was told stands in the queue."""
    database = database_of(web)
    with database.read() as session:
        references = list(session.scalars(select(Handoff.reference).where(Handoff.state == "open")))
    database.close()
    return any(reference in called["text"] for reference in references)


def test_an_answer_given_while_rasa_is_away_can_be_given_again(
    cordial: System, broken_rasa: BrokenRasa, lonely_patient: Patient
) -> None:
    broken_rasa.behaves(rasa.passes_on_to(cordial.rasa_url))
    lonely_patient.answers_until("full_name")
    broken_rasa.goes_away()
    assert is_the_plain_sentence(lonely_patient.says("Maria Example"))
    assert set(lonely_patient.intake()["answers"]) == {"consent", "for_whom"}
    broken_rasa.behaves(rasa.passes_on_to(cordial.rasa_url))
    lonely_patient.says("Maria Example")
    assert lonely_patient.intake()["answers"]["full_name"] == "Maria Example"


def test_without_rasa_the_library_and_the_own_data_stay_open(broken_rasa: BrokenRasa, lonely_patient: Patient) -> None:
    broken_rasa.goes_away()
    for path in ("/chat", "/library", "/api/chat/messages", "/api/chat/intake", "/api/chat/export", "/healthz", "/metrics"):
        assert lonely_patient.http.get(path).status_code == 200


def test_readiness_names_what_is_away(broken_rasa: BrokenRasa, lonely_patient: Patient) -> None:
    broken_rasa.goes_away()
    response = lonely_patient.http.get("/readyz")
    others = {"database": True, "index": True, "disk": True}
    assert (response.status_code, response.json()) == (503, {**others, "rasa": False, "problems": ["rasa_away"]})


def test_while_the_database_is_locked_there_is_a_clear_error_and_then_a_reply(
    broken_rasa: BrokenRasa, lonely_web: System, lonely_patient: Patient
) -> None:
    broken_rasa.behaves(rasa.answers(200, b'[{"text": "hello"}]'))
    message_id = str(uuid4())
    lonely_patient.http.headers["Connection"] = "close"  # web closes it after a failure
    database = database_of(lonely_web)
    with database.write() as session:
        session.execute(text("SELECT 1"))  # takes the lock
        refused = lonely_patient.send("Does it work?", message_id)
    database.close()
    assert (refused.status_code, error_of(refused)) == (500, "internal")
    assert "default-src 'self'" in refused.headers["content-security-policy"], "also on an error of ours"
    assert lonely_patient.send("Does it work?", message_id).status_code == 200
    assert lonely_patient.said() == ["Does it work?"]


def database_of(system: System) -> Database:
    """The records of a running system, seen from outside."""
    key = (system.data / "encryption_key").read_text("ascii").strip()
    return Database(f"sqlite:///{system.data / 'cordial.db'}", Keyring([key]))
