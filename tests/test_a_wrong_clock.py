"""A clock that is wrong, or a slip in the rules, erases nothing: an administrator is asked first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from commands.cli import app
from desk.conversations.log import Draft, start_conversation
from desk.database import Database
from desk.keeping.backup import backups_in, make
from desk.keeping.caution import CONFIRM, Refused, believe, erase_with_care, keep_believing, refused
from desk.keeping.tidying import tidy
from desk.models import AuditEntry, Conversation, Message, Notice
from desk.people.roles import Role
from desk.people.users import Newcomer, create_user
from desk.sealed import Keyring
from tests.support.handing_off import COORDINATORS, PROGRAM
from tests.support.small_web import NewWeb
from tests.support.staff import Staff

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AHEAD = NOW + timedelta(days=60)
BACK = NOW - timedelta(days=60)


def chats(database: Database, number: int, days_ago: float, now: datetime = NOW) -> None:
    """So many chats of questions, whose last message was some days ago."""
    at = now - timedelta(days=days_ago)
    with database.write() as session:
        for _ in range(number):
            name = start_conversation(session, [Draft("Hello.")])[0].id
            session.execute(update(Conversation).where(Conversation.id == name).values(started_at=at))
            session.execute(update(Message).where(Message.conversation_id == name).values(at=at))


def left(database: Database) -> int:
    """How many conversations there are."""
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Conversation)) or 0


def actions(session: Session) -> list[str]:
    """What the audit log tells of."""
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


@pytest.mark.parametrize("clock", [AHEAD, BACK, NOW + timedelta(days=2.1)])
def test_a_clock_that_leapt_erases_neither_conversations_nor_backups(
    database: Database, tmp_path: Path, clock: datetime
) -> None:
    keyring = Keyring(["k" * 43 + "="])
    for days in (3, 2, 1):
        make(database, keyring, tmp_path, NOW - timedelta(days=days))
    chats(database, 3, 29)
    believe(database, NOW)
    with pytest.raises(Refused, match="The clock says") as refusal:
        erase_with_care(database, tmp_path, clock)
    assert CONFIRM in str(refusal.value)
    assert (left(database), len(backups_in(tmp_path))) == (3, 3)
    assert refused(tmp_path) == str(refusal.value)


def test_a_clock_that_goes_on_is_believed(database: Database, tmp_path: Path) -> None:
    chats(database, 3, 29)
    believe(database, NOW)
    for day in range(4):
        keep_believing(database, NOW + timedelta(days=day))
    assert erase_with_care(database, tmp_path, NOW + timedelta(days=4))["questions_only"] == 3
    assert refused(tmp_path) is None


def test_what_is_stored_while_the_clock_is_wrong_does_not_make_it_right(database: Database, tmp_path: Path) -> None:
    chats(database, 3, 29)
    believe(database, NOW)
    chats(database, 1, 0, now=AHEAD)
    keep_believing(database, AHEAD)
    with pytest.raises(Refused):
        erase_with_care(database, tmp_path, AHEAD)
    assert erase_with_care(database, tmp_path, NOW + timedelta(days=1.5)) == {"questions_only": 3, "backups": 0}


def test_where_the_clock_was_never_noted_the_newest_record_tells(database: Database, tmp_path: Path) -> None:
    chats(database, 3, 29)
    chats(database, 1, 0)
    with pytest.raises(Refused):
        erase_with_care(database, tmp_path, AHEAD)
    assert erase_with_care(database, tmp_path, NOW + timedelta(days=1.5))["questions_only"] == 3


@pytest.mark.parametrize(("old", "young", "goes"), [(19, 0, True), (20, 0, False), (20, 79, False), (20, 80, True)])
def test_much_at_once_goes_only_when_it_is_confirmed(
    database: Database, tmp_path: Path, old: int, young: int, goes: bool
) -> None:
    chats(database, old, 40)
    chats(database, young, 1)
    believe(database, NOW)
    if not goes:
        with pytest.raises(Refused, match=f"{old} of {old + young} conversations would go at once"):
            erase_with_care(database, tmp_path, NOW)
        assert left(database) == old + young
    counts = erase_with_care(database, tmp_path, NOW, confirmed=not goes)
    assert (counts["questions_only"], left(database)) == (old, young)


def test_web_tells_once_in_the_audit_log_and_goes_on(database: Database, tmp_path: Path) -> None:
    chats(database, 3, 29, datetime.now(UTC))
    believe(database, datetime.now(UTC) - timedelta(days=60))
    for _ in range(2):
        tidy(database, tmp_path, daily=True)
    assert left(database) == 3
    with database.read() as session:
        assert actions(session) == ["retention.refused"]


def test_administrators_are_told_by_a_notice_once_until_a_run_goes_through(told: Database, tmp_path: Path) -> None:
    def notices() -> list[str]:
        with told.read() as session:
            found = session.scalars(select(Notice).where(Notice.event == "not_erased").order_by(Notice.id)).all()
            assert not any(notice.conversation_id or "reference" in notice.payload for notice in found)
            return [notice.receiver for notice in found]

    with told.write() as session:
        create_user(session, Newcomer("anna@clinic.example", "Anna", Role.ADMINISTRATOR), None, "u0")
        create_user(session, Newcomer("boris@clinic.example", "Boris", Role.COORDINATOR), None, "u0")
    believe(told, NOW)
    everybody = [COORDINATORS.name, PROGRAM.name, "anna@clinic.example"]
    for days in range(3):
        with pytest.raises(Refused):
            erase_with_care(told, tmp_path, AHEAD + timedelta(days=days))
        assert notices() == everybody
    erase_with_care(told, tmp_path, NOW)
    assert notices() == everybody
    with pytest.raises(Refused):
        erase_with_care(told, tmp_path, BACK)
    assert notices() == [*everybody, *everybody]


def test_an_administrator_confirms_by_a_command(tmp_path: Path) -> None:
    def cordial(*arguments: str, fails: bool = False) -> str:
        done = CliRunner().invoke(app, [*arguments], env={"CORDIAL_DATA": str(tmp_path)})
        assert (done.exit_code == 1) is fails, done.output
        return done.output

    cordial("backup", "make")
    records = Database(f"sqlite:///{tmp_path / 'cordial.db'}", Keyring([(tmp_path / "encryption_key").read_text().strip()]))
    chats(records, 3, 40, datetime.now(UTC))
    believe(records, datetime.now(UTC) - timedelta(days=60))
    assert CONFIRM in cordial("retention", "run", "--yes", fails=True)
    assert "The last run was refused: Nothing was erased. The clock says" in cordial("retention", "run")
    assert "No older backup was removed" in cordial("backup", "make")
    assert left(records) == 3
    assert cordial(*CONFIRM.split()[1:]).endswith("\nErased.\n")
    assert left(records) == 0
    assert "refused" not in cordial("retention", "run")
    assert "No older backup" not in cordial("backup", "make")
    records.close()


def test_the_console_tells_administrators_and_nobody_else(new_web: NewWeb, tmp_path: Path) -> None:
    web = new_web()
    believe(web.parts.database, datetime.now(UTC) - timedelta(days=60))
    with pytest.raises(Refused):
        erase_with_care(web.parts.database, tmp_path)
    for role, is_told in (("administrator", True), ("coordinator", False)):
        with Staff(web.url, tmp_path, role) as staff:
            assert ("Retention: Nothing was erased. The clock says" in staff.http.get("/desk/account").text) is is_told
