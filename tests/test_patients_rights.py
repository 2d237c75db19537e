"""A patient gets everything that is held on them, withdraws their consent, and says what they thought of an answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from desk.cases.notes import add_note
from desk.conversations.corrections import NewCorrection, What, correct
from desk.conversations.log import Draft, append
from desk.conversations.own_data import consent_withdrawn_at
from desk.models import AuditEntry, Base, Conversation, Message, Notice, Review, User, Word
from desk.tables.reaching import Presence, ReplyLink
from intake.record import FieldAnswer, FieldAnswered, FieldAsked, HandoffAsked, IntakeCompleted, MessageHeld, Urgent
from tests.support import broken_rasa as rasa
from tests.support.people import Patient, error_of
from tests.support.planting import patient_tables
from tests.support.small_web import NewWeb, SmallWeb

REFERENCE = "C-2345-6789"
CONSENT = {"agreed": True, "version": 2, "purpose": "contact", "wording": "I agree that the clinic stores my details."}
ANSWER = {
    "status": "answered",
    "about": "safety",
    "evidence": "rct",
    "passages": [
        {"article": "safety", "version": 3, "title": "Safe", "heading": "Fever", "quote": "q", "start": 0, "end": 1, "url": ""}
    ],
    "sources": [{"id": "s1", "title": "A trial", "publisher": "A journal", "year": 2020, "read": "page"}],
    "reviewed_on": "2026-11-01",
}


@pytest.fixture
def web(new_web: NewWeb) -> SmallWeb:
    """A web as it is by default."""
    return new_web()


@pytest.fixture
def patient(web: SmallWeb) -> Iterator[Patient]:
    """A patient of it."""
    with Patient(web.url) as patient:
        yield patient


def does(web: SmallWeb, patient: Patient, effects: list[Any], text: str = "Thank you.") -> None:
    """Let one turn have these effects."""
    told = [effect.model_dump(mode="json") for effect in effects]
    web.rasa.behaves(rasa.after(0, [{"text": text}, {"custom": {"effects": told}}]))
    patient.says("marzipan")


def answered(field: str, said: str, value: Any = None) -> FieldAnswered:
    """The effect of an answer to a field."""
    return FieldAnswered(field=field, answer=FieldAnswer(said=said, value=said if value is None else value))


def tells_everything(web: SmallWeb, patient: Patient) -> None:
    """An intake with a correction, an alarm and a handoff."""
    does(web, patient, [answered("consent", "I agree", CONSENT), FieldAsked(field="full_name")])
    does(web, patient, [answered("full_name", "Maria Exampel"), FieldAsked(field="contact")])
    does(web, patient, [answered("full_name", "Maria Example")])
    does(web, patient, [MessageHeld(state="denied")])
    does(web, patient, [answered("contact", "maria@mail.example", {"by": "email", "value": "maria@mail.example"})])
    urgent = Urgent(group="chest", level="urgent")
    does(web, patient, [IntakeCompleted(reference=REFERENCE), HandoffAsked(reference=REFERENCE, reason="asked", urgent=urgent)])


def gets_an_answer(web: SmallWeb, patient: Patient) -> int:
    """Ask a question that is answered from the library; gives the answer's number."""
    web.rasa.behaves(rasa.after(0, [{"text": "q"}, {"custom": {"kind": "answer", "answer": ANSWER}}]))
    return int(patient.says("Is it safe?")[0]["seq"])


def people_work_on(web: SmallWeb, patient: Patient, seq: int) -> None:
    """A coordinator writes, notes, corrects and reviews; a notice goes out."""
    now = datetime.now(UTC)
    with web.parts.database.write() as session:
        session.add(User(id="u" * 32, email="rita@clinic.example", name="Rita Example", role="coordinator", created_at=now))
        session.flush()
        [message] = append(session, patient.session, [Draft("I am here now.", sender="coordinator")])
        message.author, message.author_role = "Rita Example", "coordinator"
        add_note(session, patient.session, "u" * 32, "Call her in the afternoon.")
        correct(session, patient.session, "u" * 32, NewCorrection(What.NAME, "Marija Example"))
        where = {"conversation_id": patient.session, "user_id": "u" * 32, "at": now}
        session.add(Review(message_seq=seq, verdict="right", **where))
        session.add(
            Notice(
                key="k",
                conversation_id=patient.session,
                event="new",
                channel="email",
                receiver="rita@clinic.example",
                payload={},
                created_at=now,
                due_at=now,
            )
        )


def test_the_export_holds_everything_with_every_change(web: SmallWeb, patient: Patient) -> None:
    tells_everything(web, patient)
    seq = gets_an_answer(web, patient)
    people_work_on(web, patient, seq)
    patient.http.post("/api/chat/feedback", json={"seq": seq, "helpful": True})
    held = patient.http.get("/api/chat/export").json()
    assert held["session"] == patient.session
    assert held["messages"] == patient.log()
    assert [answer["said"] for answer in held["history"] if answer["field"] == "full_name"] == [
        "Maria Exampel",
        "Maria Example",
    ]
    [consent] = held["consents"]
    assert (consent["version"], consent["wording"], consent["withdrawn_at"]) == (2, CONSENT["wording"], None)
    assert held["handoff"] == held["handoffs"][0]["reference"] == REFERENCE
    assert held["handoffs"][0]["urgent"] == "urgent"
    assert held["feedback"][0] | {"at": ""} == {"message": seq, "helpful": True, "at": ""}
    assert (held["notes"][0]["by"], held["notes"][0]["text"]) == ("Rita Example", "Call her in the afternoon.")
    assert held["reviews"][0]["verdict"] == "right"
    assert held["notices"][0]["event"] == "new"
    assert "rita@clinic.example" not in json.dumps(held), "whose address it is, is nothing about the patient"
    again = patient.http.get("/api/chat/export").json()
    assert [access["action"] for access in again["accesses"]] == ["case.noted", "case.corrected", "data.exported"]


def test_a_coordinators_message_says_who_wrote_it_and_no_other_does(web: SmallWeb, patient: Patient) -> None:
    seq = gets_an_answer(web, patient)
    people_work_on(web, patient, seq)
    authors = {message["from"]: message["author"] for message in patient.log()}
    assert authors == {"assistant": None, "patient": None, "coordinator": {"name": "Rita Example", "role": "coordinator"}}


def test_the_printable_page_holds_the_same_in_one_file_without_script(web: SmallWeb, patient: Patient) -> None:
    tells_everything(web, patient)
    seq = gets_an_answer(web, patient)
    people_work_on(web, patient, seq)
    patient.http.post("/api/chat/feedback", json={"seq": seq, "helpful": False})
    web.rasa.behaves(rasa.repeats_what_was_said())
    patient.says("<script>alert(1)</script> </style>")
    response = patient.http.get("/api/chat/export.html")
    page = response.text
    assert response.headers["content-type"].startswith("text/html")
    for part in (
        "Maria Exampel",
        "Maria Example",
        CONSENT["wording"],
        REFERENCE,
        "not helpful",
        "Call her in the afternoon.",
        "A trial",
        "Rita Example (coordinator)",
        patient.session,
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ):
        assert str(part) in page
    assert "<script" not in page
    assert " src=" not in page
    assert "<link" not in page
    assert "sha256-" in response.headers["content-security-policy"]


def withdraws(patient: Patient) -> list[dict[str, Any]]:
    """Withdraw the consent; gives what is said to it."""
    response = patient.http.post("/api/chat/consent/withdraw")
    assert response.status_code == 200, response.text
    return list(response.json()["messages"])


def test_withdrawing_deletes_every_answer_and_the_patient_is_told_what_stays(web: SmallWeb, patient: Patient) -> None:
    tells_everything(web, patient)
    said = len(patient.log())
    [notice] = withdraws(patient)
    assert "delete my data" in notice["text"]
    assert REFERENCE in notice["text"]
    assert patient.intake() == {"status": "stopped", "reference": None, "answers": {}}
    held = patient.http.get("/api/chat/export").json()
    assert held["history"] == []
    assert len(held["messages"]) == said + 1
    [consent] = held["consents"]
    assert consent["wording"] is None
    assert consent["given_at"] < consent["withdrawn_at"]
    with web.parts.database.read() as session:
        assert session.query(Base.metadata.tables["intake_answers"]).count() == 0


def test_a_person_who_has_the_case_sees_the_withdrawal(web: SmallWeb, patient: Patient) -> None:
    tells_everything(web, patient)
    with web.parts.database.read() as session:
        assert consent_withdrawn_at(session, patient.session) is None
    withdraws(patient)
    with web.parts.database.read() as session:
        assert consent_withdrawn_at(session, patient.session) is not None
    assert patient.http.get("/api/chat/export").json()["handoff"] == REFERENCE
    assert patient.log()[-1]["from"] == "system"


def test_who_agrees_again_has_agreed(web: SmallWeb, patient: Patient) -> None:
    tells_everything(web, patient)
    withdraws(patient)
    does(web, patient, [answered("consent", "I agree", CONSENT)])
    assert patient.intake()["answers"]["consent"]["agreed"]
    with web.parts.database.read() as session:
        assert consent_withdrawn_at(session, patient.session) is None


def test_an_answer_that_is_under_way_does_not_come_back_after_the_withdrawal(web: SmallWeb, patient: Patient) -> None:
    tells_everything(web, patient)
    late = [
        answered("full_name", "Marzipan Example").model_dump(mode="json"),
        FieldAsked(field="birth").model_dump(mode="json"),
    ]
    web.rasa.behaves(rasa.after(1.0, [{"text": "Thank you."}, {"custom": {"effects": late}}]))
    replies: list[httpx.Response] = []
    sending = threading.Thread(target=lambda: replies.append(patient.send("Marzipan Example")))
    sending.start()
    assert web.rasa.asked.wait(5)
    notices = withdraws(patient)
    sending.join()
    assert replies[0].json()["messages"] == notices, "it is what is said to that message"
    assert patient.intake() == {"status": "stopped", "reference": None, "answers": {}}


def test_withdrawing_without_or_twice_is_no_error(patient: Patient) -> None:
    assert [len(withdraws(patient)) for _ in range(2)] == [1, 1]
    assert patient.http.get("/api/chat/export").json()["consents"] == []


def test_feedback_counts_by_its_last_word(web: SmallWeb, patient: Patient) -> None:
    seq = gets_an_answer(web, patient)
    for helpful in (True, False):
        assert patient.http.post("/api/chat/feedback", json={"seq": seq, "helpful": helpful}).status_code == 204
    [feedback] = patient.http.get("/api/chat/export").json()["feedback"]
    assert (feedback["message"], feedback["helpful"]) == (seq, False)


def test_feedback_is_for_answers_of_this_chat_alone(web: SmallWeb, patient: Patient) -> None:
    seq = gets_an_answer(web, patient)
    with Patient(web.url) as stranger:
        refused = stranger.http.post("/api/chat/feedback", json={"seq": seq, "helpful": True})
        assert (refused.status_code, error_of(refused)) == (404, "no_such_answer")
    for other in (1, seq - 1, seq + 1, 2**31 - 1):  # the greeting, the patient's own words, nothing
        refused = patient.http.post("/api/chat/feedback", json={"seq": other, "helpful": True})
        assert (refused.status_code, error_of(refused)) == (404, "no_such_answer")
    for body in ({"seq": str(seq), "helpful": True}, {"seq": seq, "helpful": "yes"}, {"seq": seq}, {"seq": 0, "helpful": True}):
        assert patient.http.post("/api/chat/feedback", json=body).status_code == 422


def test_after_deleting_only_the_audit_log_knows_the_id(web: SmallWeb, patient: Patient) -> None:
    tells_everything(web, patient)
    seq = gets_an_answer(web, patient)
    people_work_on(web, patient, seq)
    patient.http.post("/api/chat/feedback", json={"seq": seq, "helpful": True})
    patient.says("I have chest pain and I cannot breathe")
    with web.parts.database.write() as session:
        session.merge(Word(word=1, message_id=session.query(Message.id).first()[0]))
        session.merge(Presence(conversation_id=patient.session, read_seq=1))
        link = ReplyLink(
            conversation_id=patient.session, token_hash="0" * 64, asks="birth", about_seq=1, made_at=datetime.now(UTC)
        )
        session.add(link)
    of_patients = patient_tables()
    with web.parts.database.read() as session:
        assert {table.name for table in of_patients if session.query(table).count() == 0} == set(), "each held something"
    assert patient.http.delete("/api/chat/session").status_code == 204
    with web.parts.database.read() as session:
        assert {table.name for table in of_patients if session.query(table).count()} == set()
        [deleted] = session.query(AuditEntry).where(AuditEntry.action == "conversation.deleted")
        assert (deleted.actor, deleted.subject, deleted.details) == ("patient", patient.session, {})


def test_deleting_leaves_a_conversation_of_somebody_else(web: SmallWeb, patient: Patient) -> None:
    with Patient(web.url) as other:
        patient.http.delete("/api/chat/session", params={"session": other.session})
        with web.parts.database.read() as session:
            assert session.get(Conversation, other.session) is not None
