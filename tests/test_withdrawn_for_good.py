"""Who withdraws their consent leaves nothing behind of what they told about their health, wherever it stood."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from desk.cases.case import find_case
from desk.cases.notes import add_note
from desk.conversations.log import Draft, append
from desk.conversations.withdrawing import read_withdrawn
from desk.keeping.retention import set_hold
from desk.looked_for import words_of
from desk.models import Conversation, IntakeAnswer, Message, Note, User, Word
from intake.record import FieldAnswer, FieldAnswered, FieldAsked, HandoffAsked, IntakeCompleted
from tests.support import broken_rasa as rasa
from tests.support.people import ANSWERS, ASKED, Patient
from tests.support.small_web import NewWeb, SmallWeb
from tests.support.system import System
from tests.test_erasure import left_in, sealed_in
from tests.test_patients_rights import ANSWER, CONSENT

REFERENCE = "C-2345-6789"
LINE = read_withdrawn().removed
NOTHING = {word for line in read_withdrawn().tell_nothing for word in words_of(line)}


@pytest.fixture
def web(new_web: NewWeb) -> SmallWeb:
    """A web as it is by default."""
    return new_web()


@pytest.fixture
def patient(web: SmallWeb) -> Iterator[Patient]:
    """A patient of it."""
    with Patient(web.url) as patient:
        yield patient


def turn(web: SmallWeb, patient: Patient, said: str, replies: list[dict[str, Any]], *effects: Any) -> None:
    """A turn with these replies and effects."""
    told = [effect.model_dump(mode="json") for effect in effects]
    web.rasa.behaves(rasa.after(0, [*replies, {"custom": {"effects": told}}]))
    patient.says(said)


def asks(field: str, text: str = "And the next question?") -> list[dict[str, Any]]:
    """A reply that asks a field."""
    return [{"text": text}, {"custom": {"kind": "question", "question": {"field": field, "step": 1, "steps": 3}}}]


def taken(field: str, said: str, value: Any = None) -> FieldAnswered:
    """The effect of an answer."""
    return FieldAnswered(field=field, answer=FieldAnswer(said=said, value=value or said))


def answers_a_question(web: SmallWeb, patient: Patient, text: str) -> None:
    """Ask something that the library answers."""
    turn(web, patient, text, [{"text": "q"}, {"custom": {"kind": "answer", "answer": ANSWER}}])


def tells(web: SmallWeb, patient: Patient) -> None:
    """Ask, give an intake with a refused answer, have it read back, ask with a word of it, and be written to by a person."""
    answers_a_question(web, patient, "Is it safe?")
    turn(web, patient, "Start the intake", asks("consent"), FieldAsked(field="consent"))
    turn(web, patient, "I agree", asks("full_name"), taken("consent", "I agree", CONSENT), FieldAsked(field="full_name"))
    named = taken("full_name", "Quirina Zabel")
    turn(web, patient, "Quirina Zabel", asks("condition", "Thank you, Quirina."), named, FieldAsked(field="condition"))
    turn(web, patient, "something with Raynaud", asks("condition", "Please say more."))
    answers_a_question(web, patient, "Is there a trial?")
    ill = taken("condition", "scleroderma and warfarin")
    turn(web, patient, "scleroderma and warfarin", [{"text": "You said: scleroderma."}, *asks("review", "Right?")], ill)
    sent = (IntakeCompleted(reference=REFERENCE), HandoffAsked(reference=REFERENCE, reason="asked"))
    turn(web, patient, "Send it", [{"text": f"Your reference number is {REFERENCE}."}], *sent)
    answers_a_question(web, patient, "Does it help against scleroderma?")
    answers_a_question(web, patient, "What does the infusion cost?")
    with web.parts.database.write() as session:
        now = datetime.now(UTC)
        session.add(User(id="u" * 32, email="rita@clinic.example", name="Rita Example", role="coordinator", created_at=now))
        session.flush()
        append(session, patient.session, [Draft("You take warfarin, is that right?", sender="coordinator")])
        append(session, patient.session, [Draft("I call you on Tuesday.", sender="coordinator")])
        add_note(session, patient.session, "u" * 32, "Has a scleroderma.")


def sealed_words(web: SmallWeb) -> dict[int, bytes]:
    """How the sealed words of each message begin in the file."""
    with web.parts.database.read() as session:
        return {message.id: message.sealed[:20] for message in session.query(Message)}


def withdraws(patient: Patient) -> None:
    """Withdraw the consent."""
    assert patient.http.post("/api/chat/consent/withdraw").status_code == 200


def kept(patient: Patient) -> list[str]:
    """The texts of the messages that were not removed, without the notice about the withdrawal."""
    return [message["text"] for message in patient.log()[1:-1] if message["kind"] != "removed"]


def test_no_word_of_an_answer_is_left_in_any_byte(web: SmallWeb, patient: Patient) -> None:
    tells(web, patient)
    folder = web.parts.settings.data
    assert "scleroderma" in str(patient.log())
    before = sealed_words(web)
    assert all(sealed_in(folder, list(before.values())))
    withdraws(patient)
    assert left_in(folder, "quirina", "zabel", "scleroderma", "warfarin", "raynaud") == []
    with web.parts.database.read() as session:
        assert session.query(IntakeAnswer).count() == session.query(Note).count() == 0
        gone = [message.id for message in session.query(Message).filter_by(kind="removed")]
        assert session.query(Word).filter(Word.message_id.in_(gone)).count() == 0
    assert not any(sealed_in(folder, [before[number] for number in gone])), "what opens it is still there"


def test_other_questions_stay_and_lines_keep_the_numbers(web: SmallWeb, patient: Patient) -> None:
    tells(web, patient)
    before = patient.log()
    withdraws(patient)
    after = patient.log()
    assert [message["seq"] for message in after] == list(range(1, len(before) + 2))
    assert next(patient.stream(after=len(before)))["seq"] == len(before) + 1
    stays = kept(patient)
    for text in (
        "Is it safe?",
        "Start the intake",
        "Is there a trial?",
        "What does the infusion cost?",
        "I call you on Tuesday.",
    ):
        assert text in stays
    for text in ("I agree", "Quirina Zabel", "something with Raynaud", "Does it help against scleroderma?", "Please say more."):
        assert text not in stays
    removed = [message for message in after if message["kind"] == "removed"]
    assert {(m["text"], m["answer"], m["question"], str(m["buttons"])) for m in removed} == {(LINE, None, None, "[]")}
    assert {message["from"] for message in removed} == {"patient", "assistant", "coordinator"}
    assert patient.http.get("/api/chat/export").json()["messages"] == after
    assert LINE in patient.http.get("/api/chat/export.html").text


def test_what_cannot_be_opened_is_removed_and_takes_nothing_else_with_it(web: SmallWeb, patient: Patient) -> None:
    tells(web, patient)
    with web.parts.database.write() as session:
        for seq, words in ((number, b"\x01damaged") for number in (3, 4, 7)):
            session.query(Message).filter_by(conversation_id=patient.session, seq=seq).one().sealed = words
        session.query(IntakeAnswer).filter_by(field="full_name").one().sealed = "damaged"
    withdraws(patient)
    log = patient.log()
    assert [message["text"] for message in log if message["seq"] in (3, 4, 7)] == [LINE] * 3
    assert "What does the infusion cost?" in kept(patient)
    assert "scleroderma" not in str(log)


def test_the_case_says_that_the_consent_was_withdrawn_and_when(web: SmallWeb, patient: Patient) -> None:
    tells(web, patient)
    withdraws(patient)
    with web.parts.database.read() as session:
        case = find_case(session, REFERENCE)
        assert case is not None
        assert case.withdrawn_at is not None
        assert (case.changes, case.notes) == ([], [])
        assert LINE in [message.text for message in case.transcript]


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("ALS", "Does it help for ALS?"),
        ("I have ms since 2019", "And with MS, how long does it last?"),
        ("612345678", "Can you call me at 612 345 678?"),
        ("+34 612 345 678", "Is 612345678 the number that you have?"),
        ("狼疮", "我有狼疮，可以吗？"),
        ("関節リウマチです", "リウマチに効きますか"),
        ("โรคลูปัส", "ผมเป็นโรคลูปัสรักษาได้ไหม"),
        ("ramipril", "Does it go with ramiprill?"),
        ("ramiprill", "Does it go with ramipril?"),
        ("scleroderma", "Is sclerodema a reason against it?"),
    ],
)
def test_another_form_of_a_word_of_an_answer_is_found_too(web: SmallWeb, patient: Patient, answer: str, question: str) -> None:
    answers_a_question(web, patient, question)
    answers_a_question(web, patient, "What does the infusion cost?")
    turn(web, patient, "Start the intake", asks("condition"), FieldAsked(field="condition"))
    turn(web, patient, answer, asks("contact"), taken("condition", answer), FieldAsked(field="contact"))
    withdraws(patient)
    assert question not in kept(patient)
    assert "What does the infusion cost?" in kept(patient)


@pytest.mark.parametrize("question", ["May I come with diabetes?", "Is warfarin a reason against it?"])
def test_a_question_that_names_an_illness_or_a_medicine_goes_with_its_answer(
    web: SmallWeb, patient: Patient, question: str
) -> None:
    answers_a_question(web, patient, question)
    asked = patient.log()[-1]["seq"]
    turn(web, patient, "Start the intake", asks("full_name"), FieldAsked(field="full_name"))
    turn(web, patient, "Quirina Zabel", asks("contact"), taken("full_name", "Quirina Zabel"), FieldAsked(field="contact"))
    withdraws(patient)
    kinds = {message["seq"]: message["kind"] for message in patient.log()}
    assert (kinds[asked - 1], kinds[asked]) == ("removed", "removed")


def test_no_button_keeps_what_was_held_back_because_of_an_alarm(web: SmallWeb, patient: Patient) -> None:
    held = "scleroderma and warfarin, and my chest hurts so much that I cannot breathe"
    turn(web, patient, "Start the intake", asks("condition"), FieldAsked(field="condition"))
    patient.says(held)
    patient.says("I have read this")
    offered = [message for message in patient.log() if held in str(message["buttons"])]
    assert [message["kind"] for message in offered] == ["notice"]
    withdraws(patient)
    log = patient.log()
    assert not [word for word in ("scleroderma", "warfarin") if word in str(log)]
    assert [message["kind"] for message in log if message["seq"] == offered[0]["seq"]] == ["notice"]
    assert any(message["kind"] == "emergency" and message["buttons"] for message in log)


def test_a_repeat_of_a_removed_message_stores_nothing_again(web: SmallWeb, patient: Patient) -> None:
    own_id = "6f2d5a0e-9d55-4a4e-9a3c-7f5a5d0b8f11"
    effects = [taken("full_name", "Quirina Zabel").model_dump(mode="json")]
    web.rasa.behaves(rasa.after(0, [*asks("contact"), {"custom": {"effects": effects}}]))
    assert patient.send("Quirina Zabel", own_id).status_code == 200
    withdraws(patient)
    said = len(patient.log())
    assert patient.send("Quirina Zabel", own_id).status_code == 200
    assert len(patient.log()) == said
    assert left_in(web.parts.settings.data, "quirina") == []


def test_a_legal_hold_keeps_it_until_it_is_lifted(web: SmallWeb, patient: Patient) -> None:
    tells(web, patient)
    with web.parts.database.write() as session:
        set_hold(session, patient.session, on=True, reason="complaint", actor="u1")
    withdraws(patient)
    assert "legal reason" in patient.log()[-1]["text"]
    assert patient.intake()["status"] == "stopped"
    with web.parts.database.read() as session:
        case = find_case(session, REFERENCE)
        assert case is not None
        assert case.withdrawn_at is not None
    assert "Quirina Zabel" in patient.said()
    with web.parts.database.write() as session:
        set_hold(session, patient.session, on=False, reason="complaint", actor="u1")
    assert "Quirina Zabel" not in patient.said()
    with web.parts.database.read() as session:
        assert session.query(IntakeAnswer).count() == 0
        assert session.get_one(Conversation, patient.session).country is None


def test_withdrawing_without_an_intake_removes_nothing(web: SmallWeb, patient: Patient) -> None:
    answers_a_question(web, patient, "Is it safe?")
    withdraws(patient)
    assert "Is it safe?" in kept(patient)


@pytest.mark.e2e
def test_after_a_whole_intake_no_word_of_it_is_left(cordial: System, new_patient: Callable[[], Patient]) -> None:
    patient = new_patient()
    patient.says("Does it work?")
    patient.finishes()
    answers = [ANSWERS[field] for field in ASKED if field != "consent"]
    words = {word for answer in answers for word in words_of(answer) if len(word) >= 4} - NOTHING
    words.remove("example")  # it stands in the name of the clinic
    assert {"maria", "osteoarthritis", "ramipril", "penicillin", "physiotherapy"} <= words
    withdraws(patient)
    said = [
        (message["text"], words_of(message["text"])) for message in patient.log()[1:]
    ]  # the greeting names the clinic's country
    assert [(text, words & found) for text, found in said if words & found] == []
    assert "Does it work?" in patient.said()
