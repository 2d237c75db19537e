"""A demonstration shows made-up people only, and touches nothing real."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from commands import demo
from commands.demo_filling import DemoCase, _work_on, fill, read_cases
from cordial.settings import SettingsError
from desk.cases.case import find_case
from desk.cases.notes import notes_on
from desk.cases.queue import Desk, Filters, View, look
from desk.cases.reviews import all_reviews
from desk.conversations.intakes import intake_record
from desk.conversations.log import Draft, store_patient_message, store_turn
from desk.database import Database
from desk.keeping.erasure import delete_rows
from desk.models import Conversation, Feedback, Handoff, Message, Note, Review
from intake.clinic import Hours
from intake.fields import read_intake, the_intake
from knowledge.answer import ABSTAINED
from language.spoken import text_file
from tests.support.case_files import ANSWER
from tests.support.records import asks_for_a_person, conversation
from tests.support.staff import open_records
from tests.support.system import System


@pytest.fixture
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An environment that a demonstration may change; with settings that must not reach it."""
    before = dict(os.environ)
    for name, value in {
        "DATA": str(tmp_path / "real"),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'real.db'}",
        "REDIS_URL": "redis://cache.example",
        "HOST": "0.0.0.0",
        "PORT": "18123",
    }.items():
        monkeypatch.setenv(f"CORDIAL_{name}", value)
    yield tmp_path
    for name in set(os.environ) - set(before):
        del os.environ[name]


def test_a_demonstration_takes_its_port_from_outside_and_nothing_that_is_real(own_environment: Path) -> None:
    settings = demo.demo_settings(own_environment / "demo")
    assert (settings.data, settings.port) == (own_environment / "demo", 18123)
    assert settings.database_address == f"sqlite:///{own_environment / 'demo' / 'cordial.db'}"
    assert (settings.redis_url, settings.host) == (None, "127.0.0.1")
    assert not (own_environment / "real").exists()
    assert not (own_environment / "real.db").exists()


def test_its_patients_answer_fields_that_a_clinic_has_renamed(tmp_path: Path) -> None:
    shipped = text_file("intake", "fields.yml").read_text("utf-8")
    names = {"full_name": "patient", "contact": "reach", "clots": "blood_clots"}
    for old, new in names.items():
        shipped = shipped.replace(f"  - name: {old}\n", f"  - name: {new}\n    formerly: [{old}]\n")
    (tmp_path / "fields.yml").write_text(shipped, "utf-8")
    intake = read_intake(tmp_path / "fields.yml")
    case = DemoCase(
        ago=1, says=[], intake={"consent": "I agree", "full_name": "Ewa Example", "clots": "no"}, stops_at="contact"
    )
    assert case.answers(intake) == {"consent": "I agree", "patient": "Ewa Example", "blood_clots": "no", "for_whom": "Me"}
    assert case.leaves_at(intake) == "reach"


def test_every_case_answers_fields_that_are_asked() -> None:
    names = {name for case in read_cases() for name in (*case.intake, case.stops_at or "consent")}
    assert names <= set(the_intake().names)


def test_it_refuses_the_folder_of_the_real_records(own_environment: Path) -> None:
    with pytest.raises(SettingsError, match="real records"):
        demo.demo_settings(own_environment / "real")


def test_everybody_gets_a_one_time_link_and_nobody_a_password(own_environment: Path, database: Database) -> None:
    settings = demo.demo_settings(own_environment / "demo")
    links = demo.invitations(database, settings)
    assert [who.split(", ")[1] for who, _ in links] == ["coordinator", "physician", "editor", "administrator"]
    assert all(link.startswith("http://127.0.0.1:18123/desk/") for _, link in links)
    assert links != demo.invitations(database, settings), "the old ones end"


def test_everybody_in_it_is_made_up() -> None:
    cases = read_cases()
    for case in cases:
        assert case.intake.get("full_name", "X Example").endswith(" Example")
        assert case.intake.get("contact", "x.example").endswith(".example")
    assert {case.then for case in cases} == {None, "waits", "human", "closed"}
    assert all(who.email.endswith(".example") for who in demo._PEOPLE)


@pytest.mark.parametrize("case", [case for case in read_cases() if case.then in {"human", "closed"}])
def test_a_case_that_was_worked_on_is_alive_in_the_queue_the_search_and_the_reviews(case: DemoCase, database: Database) -> None:
    with database.write() as session:
        one = conversation(session, "hello", effects=asks_for_a_person("C-AAAA-0001"))
        said = store_patient_message(session, one, "id", "Is fever common?")
        store_turn(session, one, said.seq, [Draft("Here it is.", kind="answer", answer=ANSWER)], [])
        _work_on(session, one, case)
    closed = case.then == "closed"
    with database.read() as session:
        for text in ("", case.writes[0].split()[-1]):
            view = View.CLOSED if closed else View.OPEN
            [row] = look(session, Filters(view=view, text=text), Desk("", Hours(), datetime.now(UTC))).rows
            assert (row.conversation.state, row.conversation.outcome) == (case.then, case.outcome)
            assert row.holder == "Ona Example"
        assert [review.verdict for review in all_reviews(session)] == ["right"]
        assert [note.text for note in notes_on(session, one)] == [case.note]
        opened = find_case(session, "C-AAAA-0001")
        assert opened is not None
        assert [(m.author, m.text) for m in opened.transcript if m.sender == "coordinator"] == [("Ona Example", case.writes[0])]
        assert [m.at for m in opened.transcript] == sorted(m.at for m in opened.transcript)


@pytest.mark.parametrize("texts", [[], ["What does it cost here?"]], ids=["nothing asked", "nothing found"])
def test_where_no_article_answered_nobody_says_that_it_was_right(texts: list[str], database: Database) -> None:
    case = next(case for case in read_cases() if case.then == "human")
    with database.write() as session:
        one = conversation(session, "hello", effects=asks_for_a_person("C-AAAA-0001"))
        for text in texts:
            said = store_patient_message(session, one, "id", text)
            store_turn(session, one, said.seq, [Draft("I have no answer.", kind="answer", answer=ABSTAINED)], [])
        _work_on(session, one, case)
    with database.read() as session:
        assert list(all_reviews(session)) == []


@pytest.mark.e2e
def test_a_case_is_filled_in_by_writing_to_the_assistant_and_moved_back_in_time(cordial: System) -> None:
    records = open_records(cordial.data)
    [case] = [case for case in read_cases() if case.then == "closed"]
    [name] = fill(cordial.url, records, [case])
    with records.read() as session:
        conversation = session.get_one(Conversation, name)
        record = intake_record(session, name)
        assert (conversation.state, conversation.outcome, record.status) == ("closed", case.outcome, "completed")
        assert record.answers["full_name"].value == case.intake["full_name"]
        long_ago = datetime.now(UTC) - timedelta(days=case.ago - 1)
        assert conversation.started_at < long_ago
        assert all(message.at < long_ago for message in session.scalars(select(Message).where(Message.conversation_id == name)))
        for table in (Handoff, Note, Review, Feedback):
            assert session.scalars(select(table).where(table.conversation_id == name)).all(), table
    with records.write() as session:
        delete_rows(session, [name])
    records.close()
