"""A backup brings everything back, except what was erased; nobody reads it without the key; a broken one changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from commands.cli import app
from desk.audit import verify
from desk.conversations.log import Draft, append
from desk.database import Database, DatabaseError
from desk.keeping.backup import Backup, BackupError, _unpack, backups_in, make, remove_old, restore
from desk.keeping.erasure import erase, list_of_erased, scrub
from desk.models import Conversation, Message
from desk.sealed import Keyring, new_key
from tests.support.planting import plant
from tests.test_erasure import left_in
from tests.test_records import set_schema

MARK = "Guacamole9w"


class Clinic:
    """A data folder with records in it."""

    def __init__(self, data: Path) -> None:
        """Make it."""
        data.mkdir()
        self.data, self.keyring = data, Keyring([new_key()])
        self.address = f"sqlite:///{data / 'cordial.db'}"
        self.records = Database(self.address, self.keyring)
        self.records.migrate()
        (data / "knowledge" / "versions" / "safety").mkdir(parents=True)
        (data / "knowledge" / "versions" / "safety" / "1.md").write_text("As it was shown.", "utf-8")

    def plant(self) -> str:
        """A conversation with something in every field."""
        with self.records.write() as session:
            return plant(session, MARK, copies=5)

    def count(self) -> int:
        """How many conversations there are."""
        with self.records.read() as session:
            assert verify(session) is None
            return session.scalar(select(func.count()).select_from(Conversation)) or 0

    def back_up(self, days_ago: int = 0) -> Backup:
        """Make a backup."""
        return make(self.records, self.keyring, self.data, datetime.now(UTC) - timedelta(days=days_ago))

    def restore(self, file: Path) -> int:
        """Restore one."""
        return restore(file, self.address, self.keyring, self.data)


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """A clinic with one conversation."""
    made = Clinic(tmp_path / "data")
    made.plant()
    yield made
    made.records.close()


def test_what_was_lost_comes_back(clinic: Clinic, tmp_path: Path) -> None:
    backup = clinic.back_up()
    elsewhere = tmp_path / "new machine"
    elsewhere.mkdir()
    assert restore(backup.file, f"sqlite:///{elsewhere / 'cordial.db'}", clinic.keyring, elsewhere) == 0
    restored = Database(f"sqlite:///{elsewhere / 'cordial.db'}", clinic.keyring)
    for records in (clinic.records, restored):
        with records.read() as session:
            assert next(m.text for m in session.scalars(select(Message))).startswith(MARK)
            assert verify(session) is None
    restored.close()
    assert (elsewhere / "knowledge" / "versions" / "safety" / "1.md").read_text("utf-8") == "As it was shown."


def test_a_backup_takes_the_place_of_records_that_a_newer_version_used(clinic: Clinic) -> None:
    backup = clinic.back_up()
    set_schema(clinic.records, "9999")
    newer = clinic.back_up()
    with pytest.raises(DatabaseError, match="newer version"):
        clinic.restore(newer.file)
    clinic.restore(backup.file)
    clinic.records.migrate()
    assert clinic.count() == 1


def test_what_was_erased_since_is_erased_again(clinic: Clinic) -> None:
    gone = clinic.plant()
    backup = clinic.back_up()
    with clinic.records.write() as session:
        erase(session, gone, "patient")
    assert clinic.restore(backup.file) == 1
    assert clinic.count() == 1
    with clinic.records.read() as session:
        assert session.get(Conversation, gone) is None


def test_what_was_erased_on_the_machine_of_the_backup_stays_erased_elsewhere(clinic: Clinic, tmp_path: Path) -> None:
    with clinic.records.write() as session:
        erase(session, clinic.plant(), "patient")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    restore(clinic.back_up().file, f"sqlite:///{elsewhere / 'cordial.db'}", clinic.keyring, elsewhere)
    assert list_of_erased(elsewhere) == list_of_erased(clinic.data)


def test_nobody_reads_a_backup_without_the_key(clinic: Clinic, tmp_path: Path) -> None:
    backup = clinic.back_up()
    with clinic.records.write() as session:
        erase(session, session.scalars(select(Conversation.id)).one(), "patient")
    scrub(clinic.records)
    assert left_in(clinic.data, MARK) == []
    with pytest.raises(BackupError, match="another key"):
        restore(backup.file, clinic.address, Keyring([new_key()]), clinic.data)
    assert os.stat(backup.file.parent).st_mode & 0o077 == 0  # noqa: PTH116


def test_a_restored_file_holds_nothing_of_what_is_erased_again(clinic: Clinic) -> None:
    backup = clinic.back_up()
    with clinic.records.write() as session:
        erase(session, session.scalars(select(Conversation.id)).one(), "patient")
    scrub(clinic.records)
    clinic.restore(backup.file)
    assert left_in(clinic.data, MARK) == []


@pytest.mark.parametrize("harm", ["cut", "turned", "missing part", "empty", "other file"])
def test_a_broken_backup_is_refused_and_nothing_changes(clinic: Clinic, harm: str) -> None:
    with clinic.records.write() as session:  # more than one part
        name = session.scalars(select(Conversation.id)).one()
        append(session, name, [Draft(os.urandom(500_000).hex()) for _ in range(3)])
    file = clinic.back_up().file
    lines = file.read_bytes().splitlines(keepends=True)
    assert len(lines) >= 4
    harmed = {
        "cut": lines[:-1],
        "turned": [lines[0], lines[2], lines[1], *lines[3:]],
        "missing part": [lines[0], *lines[2:]],
        "empty": [],
        "other file": [b"{}\n", *lines[1:]],
    }
    file.write_bytes(b"".join(harmed[harm]))
    clinic.plant()
    with pytest.raises(BackupError):
        clinic.restore(file)
    assert clinic.count() == 2
    assert list((clinic.data / "backups").glob(".work-*")) == []


def test_backups_are_made_and_restored_while_others_work(clinic: Clinic) -> None:
    other = Database(clinic.address, clinic.keyring)  # as a running web has it open
    with other.read() as reader:
        reader.scalars(select(Conversation.id)).all()
        backup = clinic.back_up()
    clinic.plant()
    clinic.restore(backup.file)
    with other.write() as session:
        append(session, session.scalars(select(Conversation.id)).one(), [Draft("Still here.")])
    other.close()
    assert clinic.count() == 1


def test_the_newest_stays_however_old_it_is(clinic: Clinic) -> None:
    kept = [clinic.back_up(days) for days in (50, 40, 60)][1]
    assert remove_old(clinic.data, 35) == 2
    assert [backup.file for backup in backups_in(clinic.data)] == [kept.file]


def test_the_keys_are_not_in_it(clinic: Clinic, tmp_path: Path) -> None:
    (clinic.data / "encryption_key").write_text("k" * 44)
    backup = clinic.back_up()
    (tmp_path / "unpacked").mkdir()
    _unpack(backup.file, clinic.keyring, tmp_path / "unpacked")
    names = {file.name for file in (tmp_path / "unpacked").rglob("*") if file.is_file()}
    assert names == {"cordial.db", "1.md"}


def test_the_commands(tmp_path: Path) -> None:
    def cordial(*arguments: str, fails: bool = False) -> str:
        done = CliRunner().invoke(app, ["backup", *arguments], env={"CORDIAL_DATA": str(tmp_path)})
        assert (done.exit_code == 1) is fails, done.output
        return done.output

    assert "There is no backup" in cordial("list")
    assert "MB" in cordial("make")
    [backup] = backups_in(tmp_path)
    assert backup.file.name in cordial("list")
    assert "With --yes" in cordial("restore", backup.file.name, fails=True)
    said = cordial("restore", backup.file.name, "--yes")
    assert "are kept as" in said
    assert "Restored" in said
    assert len(backups_in(tmp_path)) == 2
    assert "There is no backup nothing" in cordial("restore", "nothing", fails=True)
    (tmp_path / "encryption_key").unlink()
    assert "there is no key" in cordial("restore", backup.file.name, "--yes", fails=True)
    assert not (tmp_path / "encryption_key").exists(), "a new one would open nothing"
