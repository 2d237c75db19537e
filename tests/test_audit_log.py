"""Everything that people do is written down, nobody can change it unseen, and an administrator can read and search it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from desk.audit import Broken, Search, newest, record, search, verify
from desk.audit_end import FILE, End, note_at_commit, noted_end
from desk.audit_key import audit_key, hash_of, new_audit_key
from desk.database import Database
from desk.keeping.audit_watch import contradicted, look_at_audit_log
from desk.models import AuditEntry, Notice
from desk.people.roles import Role
from desk.people.users import Newcomer, create_user
from desk.sealed import Keyring, new_key
from tests.support.handing_off import COORDINATORS, PROGRAM
from tests.support.small_web import NewWeb
from tests.support.staff import Staff
from tests.support.system import System


@pytest.fixture
def written(database: Database) -> Database:
    """A database with ten entries."""
    with database.write() as session:
        for number in range(10):
            record(session, "command line", "test.counted", f"thing-{number % 2}", number=number)
    return database


def behind_the_back(database: Database, *statements: str) -> None:
    """Change the log as somebody would who can write the file: without the triggers."""
    with database.write() as session:
        for statement in (*(f"DROP TRIGGER IF EXISTS audit_no_{change}" for change in ("update", "delete")), *statements):
            session.execute(text(statement))


def test_an_untouched_log_holds(written: Database) -> None:
    with written.read() as session:
        assert verify(session) is None


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'nobody' WHERE seq = 4", "DELETE FROM audit WHERE seq = 4"])
def test_the_database_refuses_to_change_or_remove_an_entry(written: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match="the audit log only grows"), written.write() as session:
        session.execute(text(statement))
    with written.read() as session:
        assert verify(session) is None


@pytest.mark.parametrize(
    ("statement", "seq", "why"),
    [
        ("UPDATE audit SET actor = 'nobody' WHERE seq = 4", 4, "it was changed"),
        ("UPDATE audit SET details = '{\"number\": 7}' WHERE seq = 4", 4, "it was changed"),
        ("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE seq = 10", 10, "it was changed"),
        ("DELETE FROM audit WHERE seq = 4", 4, "an entry is missing"),
        ("DELETE FROM audit WHERE seq = 1", 1, "an entry is missing"),
        ("UPDATE audit SET previous = hash WHERE seq = 4", 4, "it does not follow on the entry before"),
    ],
)
def test_what_was_changed_behind_its_back_is_found(written: Database, statement: str, seq: int, why: str) -> None:
    behind_the_back(written, statement)
    with written.read() as session:
        broken = verify(session)
    assert broken is not None
    assert (broken.seq, broken.why) == (seq, why)


def broken(database: Database) -> Broken | None:
    """Where the log does not hold."""
    with database.read() as session:
        return verify(session)


def test_an_end_that_was_cut_off_is_found(written: Database) -> None:
    behind_the_back(written, "DELETE FROM audit WHERE seq > 7")
    assert broken(written) == Broken(8, "its end was cut off: entry 10 was there once")


def test_a_log_without_any_entry_is_found_cut_off(written: Database) -> None:
    behind_the_back(written, "DELETE FROM audit")
    assert broken(written) == Broken(1, "its end was cut off: entry 10 was there once")


def goes_on(database: Database, entries: int = 5) -> None:
    """Have more written down, as a clinic does that has noticed nothing."""
    for _ in range(entries):
        with database.write() as session:
            record(session, "system", "test.went_on")


def made_anew(database: Database, first: int, last: int, hashed: Callable[[AuditEntry], str], actor: str = "nobody") -> None:
    """Give these entries another actor, and hashes that go with it."""
    with database.read() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.seq.between(first, last)).order_by(AuditEntry.seq)).all()
        session.expunge_all()
    before, statements = entries[0].previous, []
    for entry in entries:
        entry.actor, entry.previous = actor, before
        before = hashed(entry)
        values = f"actor = '{actor}', previous = '{entry.previous}', hash = '{before}'"
        statements.append(f"UPDATE audit SET {values} WHERE seq = {entry.seq}")  # noqa: S608
    behind_the_back(database, *statements)


def without_a_key(entry: AuditEntry) -> str:
    """The hash that anybody can compute, as earlier versions did."""
    return hash_of(entry, None)


def test_an_end_that_was_cut_off_is_found_also_when_the_log_has_gone_on(written: Database) -> None:
    behind_the_back(written, "DELETE FROM audit WHERE seq > 7")
    goes_on(written, 2)
    assert broken(written) == Broken(10, "its end was cut off: entry 10 was there once")
    goes_on(written)
    assert broken(written) == Broken(10, "it is not the entry that was noted: the log was made anew")


def test_a_log_that_was_made_anew_without_the_key_is_found_where_that_began(written: Database) -> None:
    made_anew(written, 4, 10, without_a_key)
    assert broken(written) == Broken(4, "it was changed")
    goes_on(written)
    assert broken(written) == Broken(4, "it was changed")


def test_a_log_that_was_made_anew_with_the_key_contradicts_the_note_also_when_it_has_gone_on(written: Database) -> None:
    with written.read() as session:
        key = audit_key(session)
    made_anew(written, 4, 10, key.hash_of)
    for _ in range(2):
        assert broken(written) == Broken(10, "it is not the entry that was noted: the log was made anew")
        goes_on(written)


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM audit_key",
        "UPDATE audit_key SET sealed = 'damaged'",
        f"UPDATE audit_key SET sealed = '{new_audit_key(Keyring([new_key()]), 0, '0' * 64)}'",  # noqa: S608
    ],
)
def test_a_key_of_the_log_that_is_missing_damaged_or_of_somebody_else_is_found_and_the_log_goes_on(
    written: Database, harm: str
) -> None:
    with written.write() as session:
        session.execute(text(harm))
    goes_on(written)
    assert broken(written) == Broken(15, "its key, in the database, is missing or cannot be opened")


def test_something_else_that_was_sealed_here_is_no_key_of_the_log(written: Database) -> None:
    sealed = written.keyring.seal({"said": "words that a patient knows", "value": None})
    with written.write() as session:
        session.execute(text("UPDATE audit_key SET sealed = :sealed"), {"sealed": sealed})
    found = broken(written)
    assert found is not None
    assert "its key" in found.why


@pytest.fixture
def earlier(written: Database, tmp_path: Path) -> Database:
    """A database whose ten entries an earlier version has made: their hashes are without a key."""
    made_anew(written, 1, 10, without_a_key, "command line")
    with written.write() as session:
        for table in ("audit_key", "note_words", "corrections"):
            session.execute(text(f"DROP TABLE {table}"))
        session.execute(text("DROP INDEX ix_handoffs_called"))
        for table, column in (("handoffs", "called_at"), ("handoffs", "called_for"), ("users", "mail_replies")):
            session.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        session.execute(text("ALTER TABLE reviews DROP COLUMN sealed"))
        session.execute(text("ALTER TABLE reviews ADD COLUMN wording TEXT"))
        session.execute(text("UPDATE alembic_version SET version_num = '0015'"))
        end = session.scalar(text("SELECT hash FROM audit WHERE seq = 10"))
    (tmp_path / FILE).write_text(written.keyring.seal({"seq": 10, "hash": end}), "ascii")
    return written


def test_the_log_of_an_earlier_version_is_verified_as_it_was_and_goes_on_with_the_key(earlier: Database) -> None:
    earlier.migrate()
    goes_on(earlier)
    assert broken(earlier) is None
    with earlier.read() as session:
        assert audit_key(session).after == 10


def test_what_was_changed_in_a_log_of_an_earlier_version_before_the_key_is_found(earlier: Database) -> None:
    with earlier.write() as session:
        session.execute(text("UPDATE audit SET actor = 'nobody' WHERE seq = 4"))
    earlier.migrate()
    assert broken(earlier) == Broken(4, "it was changed")


def test_who_makes_the_part_of_an_earlier_version_anew_is_found_by_what_was_sealed_with_the_key(earlier: Database) -> None:
    earlier.migrate()
    goes_on(earlier)
    with earlier.read() as session:
        key = audit_key(session)
    made_anew(earlier, 4, 10, key.hash_of)
    found = broken(earlier)
    assert found is not None
    assert (found.seq, "made anew" in found.why) == (10, True)


def test_a_note_of_the_end_that_somebody_without_the_key_made_is_found(written: Database, tmp_path: Path) -> None:
    behind_the_back(written, "DELETE FROM audit WHERE seq > 7")
    (tmp_path / FILE).write_text(Keyring([new_key()]).seal({"seq": 7, "hash": "0" * 64}), "ascii")
    found = broken(written)
    assert found is not None
    assert "cannot be opened" in found.why
    with written.write() as session:
        record(session, "system", "test.went_on")
    assert broken(written) == replace(found, seq=8), "it does not heal by itself"


def test_an_end_that_was_cut_off_is_told_to_administrators_once_and_taken_back_when_it_is_mended(
    told: Database, tmp_path: Path
) -> None:
    with told.write() as session:
        create_user(session, Newcomer("anna@clinic.example", "Anna", Role.ADMINISTRATOR), None, "u0")
    goes_on(told, 3)
    end = (tmp_path / FILE).read_bytes()
    look_at_audit_log(told)
    assert contradicted(tmp_path) is None
    behind_the_back(told, "DELETE FROM audit WHERE seq > 2")
    for days in range(3):
        look_at_audit_log(told, datetime.now(UTC) + timedelta(days=days))
        goes_on(told, 2)
    assert "entry 4 was there once" in str(contradicted(tmp_path))
    assert (tmp_path / FILE).read_bytes() == end, "the note stays"
    with told.read() as session:
        notices = session.scalars(select(Notice).where(Notice.event == "audit_broken").order_by(Notice.id)).all()
        assert [notice.receiver for notice in notices] == [COORDINATORS.name, PROGRAM.name, "anna@clinic.example"]
    (tmp_path / FILE).unlink()
    look_at_audit_log(told)
    assert contradicted(tmp_path) is None


def test_the_console_tells_administrators_of_a_changed_log_and_nobody_else(new_web: NewWeb, tmp_path: Path) -> None:
    web = new_web()
    goes_on(web.parts.database, 3)
    behind_the_back(web.parts.database, "DELETE FROM audit WHERE seq > 1")
    look_at_audit_log(web.parts.database)
    for role, is_told in (("administrator", True), ("coordinator", False)):
        with Staff(web.url, tmp_path, role) as staff:
            assert ("Audit log: At entry 2: its end was cut off" in staff.http.get("/desk/account").text) is is_told


def test_an_entry_that_was_taken_back_is_not_noted(written: Database) -> None:
    with suppress(ZeroDivisionError), written.write() as session:
        record(session, "system", "test.failed")
        raise ZeroDivisionError
    assert broken(written) is None


def test_several_processes_note_the_newest_end(written: Database, tmp_path: Path) -> None:
    other = Database(f"sqlite:///{tmp_path / 'records.db'}", written.keyring)
    with other.write() as session:
        record(session, "system", "test.counted")
    with written.write() as session:
        note_at_commit(session, End(10, "0" * 64))  # late: the other one was faster
    with other.read() as session:
        noted, last = noted_end(session), newest(session)
    other.close()
    assert noted is not None
    assert last is not None
    assert (noted.seq, noted.hash) == (11, last.hash)


def test_a_log_of_an_earlier_version_has_no_note_and_holds(written: Database, tmp_path: Path) -> None:
    (tmp_path / FILE).unlink()
    assert broken(written) is None


def test_an_entry_goes_with_what_it_tells_of(database: Database) -> None:
    def fail() -> None:
        with database.write() as session:
            record(session, "system", "test.failed")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.read() as session:
        assert newest(session) is None


def test_entries_are_found_by_who_what_whom_and_when(written: Database) -> None:
    now = datetime.now(UTC)
    with written.read() as session:

        def found(**wanted: object) -> int:
            return len(search(session, Search(**wanted), None, 100))  # type: ignore[arg-type]

        assert found() == found(actor="command line") == found(action="test.counted") == 10
        assert found(subject="thing-1") == 5
        assert found(actor="nobody") == found(action="test") == 0
        assert found(since=now - timedelta(hours=1)) == found(until=now + timedelta(hours=1)) == 10
        assert found(since=now + timedelta(hours=1)) == found(until=now - timedelta(hours=1)) == 0
        assert [entry.seq for entry in search(session, Search(), 4, 2)] == [3, 2]


def test_an_administrator_reads_searches_and_verifies_the_log(lonely_web: System, new_staff: Callable[..., Staff]) -> None:
    administrator, person = new_staff(lonely_web, "administrator"), new_staff(lonely_web)
    page = administrator.http.get("/desk/audit")
    assert person.name in page.text
    assert "logged in" in page.text
    of_one = administrator.http.get("/desk/audit", params={"subject": person.user_id, "action": "login.started"})
    assert of_one.text.count("<tr>") == 2  # the head and one entry
    assert "Nothing was found" in administrator.http.get("/desk/audit", params={"since": "2999-01-01"}).text
    assert "The chain holds" in administrator.http.post("/desk/audit/verify").text


ODD = ["since=yesterday", "since=0001-01-01", "until=9999-12-31", "since=2026-13-45", "actor=%27%3B--", "subject=%3Cscript%3E"]


@pytest.mark.parametrize("query", ODD)
def test_an_odd_search_finds_what_it_can(lonely_web: System, new_staff: Callable[..., Staff], query: str) -> None:
    page = new_staff(lonely_web, "administrator").http.get(f"/desk/audit?{query}")
    assert page.status_code == 200
    assert "<script>" not in page.text


def test_long_logs_are_read_page_by_page(lonely_web: System, new_staff: Callable[..., Staff]) -> None:
    administrator = new_staff(lonely_web, "administrator")
    with administrator.records.write() as session:
        for _ in range(60):
            record(session, "system", "test.counted", administrator.user_id)
    first = administrator.http.get("/desk/audit", params={"action": "test.counted"})
    assert first.text.count("<tr>") == 51
    older = first.text.split('">Older<')[0].rpartition('href="')[2].replace("&amp;", "&")
    assert administrator.http.get(older).text.count("<tr>") >= 11
