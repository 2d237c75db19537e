"""A demonstration shows made-up people only, and touches nothing real."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from cordial import demo
from cordial.demo_filling import fill, read_cases
from cordial.settings import SettingsError
from desk.database import Database
from desk.erasure import delete_rows
from desk.intakes import intake_record
from desk.models import Conversation, Feedback, Handoff, Message, Note, Review
from tests.support.staff import open_records
from tests.support.system import System


@pytest.fixture
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An environment that a demonstration may change; with settings that must not reach it."""
    before = dict(os.environ)
    for name, value in {
        "DATA": str(tmp_path / "real"), "DATABASE_URL": f"sqlite:///{tmp_path / 'real.db'}", "REDIS_URL": "redis://cache.example",
        "HOST": "0.0.0.0", "PORT": "18123",  # noqa: S104
    }.items():  # fmt: skip
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
