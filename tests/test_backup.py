"""A backup brings everything back, except what was erased; nobody reads it without the key; a broken one changes nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from commands.cli import app
from desk.audit import verify
from desk.conversations.log import Draft, append, messages_after, start_conversation, store_patient_message, store_turn
from desk.conversations.own_data import consent_withdrawn_at, withdraw_consent
from desk.database import Database, DatabaseError, keyring_of
from desk.decisions import DECISIONS, decisions_in
from desk.keeping.backup import Backup, BackupError, _unpack, backups_in, make, remove_old, restore
from desk.keeping.decisions import decide_again
from desk.keeping.erasure import erase, list_of_erased, scrub
from desk.keeping.retention import set_hold
from desk.models import Conversation, IntakeAnswer, Login, User
from desk.people.invitations import LinkEnded, find_invitation, invite, reset
from desk.people.roles import Role
from desk.people.users import Newcomer, activate, change_password, change_role, create_user, deactivate
from desk.sealed import Keyring, new_key
from intake.record import FieldAnswer, FieldAnswered
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
        """Restore one; gives how many conversations were erased again."""
        return restore(file, self.address, self.keyring, self.data).erased_again


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """A clinic with one conversation."""
    made = Clinic(tmp_path / "data")
    made.plant()
    yield made
    made.records.close()


def test_what_was_lost_comes_back(clinic: Clinic, tmp_path: Path) -> None:
    with clinic.records.write() as session:
        conversation = start_conversation(session, [Draft("What brings you here?")])[0].id
    backup = clinic.back_up()
    elsewhere = tmp_path / "new machine"
    elsewhere.mkdir()
    assert restore(backup.file, f"sqlite:///{elsewhere / 'cordial.db'}", clinic.keyring, elsewhere).erased_again == 0
    restored = Database(f"sqlite:///{elsewhere / 'cordial.db'}", clinic.keyring)
    for records in (clinic.records, restored):
        with records.read() as session:
            assert [message.text for message in messages_after(session, conversation, 0)] == ["What brings you here?"]
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


def test_nobody_else_of_the_machine_reads_backups_or_what_is_restored(clinic: Clinic) -> None:
    lenient = os.umask(0o022)
    try:
        backup = clinic.back_up(1)
        (clinic.data / "backups").chmod(0o755)
        backup.file.chmod(0o644)  # as an earlier version made it
        clinic.records.close()
        for file in clinic.data.glob("cordial.db*"):
            file.unlink()
        clinic.restore(backup.file)
        newer = clinic.back_up()
    finally:
        os.umask(lenient)
    places = [clinic.data / "backups", backup.file, newer.file, clinic.data / "cordial.db"]
    assert [oct(place.stat().st_mode & 0o777) for place in places] == ["0o700", "0o600", "0o600", "0o600"]


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


# Decisions that were made after the backup


def told(clinic: Clinic) -> str:
    """A conversation with an answer under a consent."""
    with clinic.records.write() as session:
        conversation, _ = start_conversation(session, [Draft("Hello.")])
        stored = store_patient_message(session, conversation.id, "m1", "I have a scleroderma")
        agreed = FieldAnswered(field="consent", answer=FieldAnswer(said="I agree", value={"agreed": True, "version": 2}))
        ill = FieldAnswered(field="condition", answer=FieldAnswer(said="a scleroderma", value="a scleroderma"))
        store_turn(session, conversation.id, stored.seq, [Draft("Thank you.")], [agreed, ill])
        return conversation.id


def hired(clinic: Clinic, name: str, role: Role = Role.COORDINATOR) -> str:
    """Somebody with a password and a phone."""
    with clinic.records.write() as session:
        user = create_user(session, Newcomer(f"{name}@clinic.example", name, role), None, "u0")
        user.password, user.sealed_totp = f"hash of {name}", keyring_of(session).seal("JBSWY3DPEHPK3PXP")
        return user.id


def changed(clinic: Clinic, user_id: str, change: Callable[[Session, User], object]) -> None:
    """Change somebody."""
    with clinic.records.write() as session:
        change(session, session.get_one(User, user_id))


def person(clinic: Clinic, user_id: str) -> User:
    """Somebody as they are stored."""
    with clinic.records.read() as session:
        return session.get_one(User, user_id)


def test_a_consent_that_was_withdrawn_since_is_withdrawn_again(clinic: Clinic) -> None:
    conversation_id = told(clinic)
    backup = clinic.back_up()
    with clinic.records.write() as session:
        withdraw_consent(session, conversation_id, lambda _reference, _on_hold: [])
    scrub(clinic.records)
    clinic.restore(backup.file)
    with clinic.records.read() as session:
        assert consent_withdrawn_at(session, conversation_id) is not None
        assert session.scalar(select(func.count()).where(IntakeAnswer.conversation_id == conversation_id)) == 0
    assert left_in(clinic.data, "scleroderma") == []


def test_who_agreed_again_before_the_backup_has_agreed(clinic: Clinic) -> None:
    conversation_id = told(clinic)
    with clinic.records.write() as session:
        withdraw_consent(session, conversation_id, lambda _reference, _on_hold: [])
        stored = store_patient_message(session, conversation_id, "m2", "I agree")
        agreed = FieldAnswered(field="consent", answer=FieldAnswer(said="I agree", value={"agreed": True, "version": 2}))
        store_turn(session, conversation_id, stored.seq, [], [agreed])
    clinic.restore(clinic.back_up().file)
    with clinic.records.read() as session:
        assert consent_withdrawn_at(session, conversation_id) is None


def test_who_was_shut_out_since_stays_out_and_who_lost_a_role_does_not_get_it_back(clinic: Clinic) -> None:
    hired(clinic, "anna", Role.ADMINISTRATOR)
    gone, less, back = hired(clinic, "boris"), hired(clinic, "clara", Role.ADMINISTRATOR), hired(clinic, "dario")
    backup = clinic.back_up()
    changed(clinic, gone, lambda session, user: deactivate(session, user, "u0"))
    changed(clinic, less, lambda session, user: change_role(session, user, Role.EDITOR, "u0"))
    changed(clinic, back, lambda session, user: deactivate(session, user, "u0"))
    changed(clinic, back, lambda session, user: activate(session, user, "u0"))
    clinic.restore(backup.file)
    assert not person(clinic, gone).active
    assert person(clinic, less).role == "editor"
    assert person(clinic, back).active


def test_an_old_password_and_an_old_phone_open_nothing_again(clinic: Clinic) -> None:
    hired(clinic, "anna", Role.ADMINISTRATOR)
    other, lost, same = hired(clinic, "boris"), hired(clinic, "clara"), hired(clinic, "dario")
    backup = clinic.back_up()
    changed(clinic, other, lambda session, user: change_password(session, user, "a new hash", ""))
    changed(clinic, lost, lambda session, user: reset(session, user, "u0", phone_too=True))
    clinic.restore(backup.file)
    assert person(clinic, other).password is None
    assert (person(clinic, lost).password, person(clinic, lost).sealed_totp) == (None, None)
    assert person(clinic, same).password == "hash of dario"


def test_nobody_is_logged_in_and_no_link_opens_after_a_restore(clinic: Clinic) -> None:
    user_id, now = hired(clinic, "anna", Role.ADMINISTRATOR), datetime.now(UTC)
    with clinic.records.write() as session:
        when = {"started_at": now, "seen_at": now, "proved_at": now, "ends_at": now + timedelta(days=1)}
        session.add(Login(token_hash="h", user_id=user_id, **when))
        token = invite(session, Newcomer("eve@clinic.example", "Eve", Role.EDITOR), "u0")
    clinic.restore(clinic.back_up().file)
    with clinic.records.read() as session:
        assert session.get(Login, "h") is None
        with pytest.raises(LinkEnded):
            find_invitation(session, token)


def test_a_hold_that_was_set_since_is_set_again(clinic: Clinic) -> None:
    conversation_id = clinic.plant()
    backup = clinic.back_up()
    with clinic.records.write() as session:
        set_hold(session, conversation_id, on=True, reason="complaint", actor="u0")
    clinic.restore(backup.file)
    with clinic.records.read() as session:
        assert session.get_one(Conversation, conversation_id).legal_hold


def test_what_was_decided_on_the_machine_of_the_backup_and_known_to_it_is_not_done_twice(clinic: Clinic) -> None:
    user_id = hired(clinic, "anna")
    changed(clinic, user_id, lambda session, user: change_password(session, user, "a new hash", ""))
    clinic.restore(clinic.back_up().file)
    assert person(clinic, user_id).password == "a new hash"
    assert decide_again(clinic.records) == []


def test_the_list_of_decisions_names_nobody_and_is_for_its_owner_alone(clinic: Clinic) -> None:
    user_id = hired(clinic, "anna")
    changed(clinic, user_id, lambda session, user: change_password(session, user, "a new hash", ""))
    file = clinic.data / DECISIONS
    assert re.fullmatch(rf"[0-9a-f]{{16}} password {user_id}\n", file.read_text("ascii"))
    assert file.stat().st_mode & 0o077 == 0


def test_half_a_line_of_a_process_that_died_harms_no_other(clinic: Clinic) -> None:
    user_id = hired(clinic, "anna")
    (clinic.data / DECISIONS).write_text("0123456789abcdef pass", "ascii")
    changed(clinic, user_id, lambda session, user: change_password(session, user, "a new hash", ""))
    assert [each.subject for each in decisions_in(clinic.data)] == [user_id]
