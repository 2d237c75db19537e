"""With the wrong key nothing starts, and one sentence says what to do; a damaged record alone is no wrong key."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cordial.bootstrap import PROJECT
from cordial.keys import encryption_keys, signing_key
from cordial.settings import Settings, SettingsError
from desk.conversations.log import Draft, start_conversation
from desk.database import Database
from desk.keeping.key_check import CANARY, check_keys
from desk.models import Intake, IntakeAnswer
from desk.sealed import Keyring, SealError, new_key
from tests.support.system import CORDIAL, plain_environment

KEY, OTHER = new_key(), new_key()


def records(folder: Path, *keys: str) -> Database:
    """The records in a folder, as a process with these keys has them."""
    database = Database(f"sqlite:///{folder / 'cordial.db'}", Keyring(keys))
    check_keys(database)
    database.migrate()
    return database


def answer(database: Database, *sealed: str) -> None:
    """Store these as answers to an intake."""
    with database.write() as session:
        conversation, _ = start_conversation(session, [Draft("Hello.")])
        now = datetime.now(UTC)
        session.add(Intake(conversation_id=conversation.id, status="in_progress", attempts=0, updated_at=now))
        for each in sealed:
            session.add(IntakeAnswer(conversation_id=conversation.id, field="travel", message_seq=1, at=now, sealed=each))
    database.close()


def test_another_key_is_refused_when_something_is_sealed(tmp_path: Path) -> None:
    answer(records(tmp_path, KEY), Keyring([KEY]).seal({"said": "by train"}))
    (tmp_path / CANARY).unlink()
    with pytest.raises(SealError, match="not the one with which the records were sealed"):
        records(tmp_path, OTHER)
    assert not (tmp_path / CANARY).exists()


def test_another_key_is_refused_when_nothing_is_sealed_yet(tmp_path: Path) -> None:
    records(tmp_path, KEY).close()
    with pytest.raises(SealError, match="encryption key"):
        records(tmp_path, OTHER)


def test_a_newer_key_before_the_right_one_is_taken(tmp_path: Path) -> None:
    answer(records(tmp_path, KEY), Keyring([KEY]).seal({"said": "by train"}))
    records(tmp_path, OTHER, KEY).close()


def test_one_damaged_record_or_a_damaged_check_is_no_wrong_key(tmp_path: Path) -> None:
    answer(records(tmp_path, KEY), Keyring([KEY]).seal({"said": "by train"}), "gAAAAAB-something-once")
    (tmp_path / CANARY).write_bytes(b"\xff\x00")
    records(tmp_path, KEY).close()
    assert Keyring([KEY]).open((tmp_path / CANARY).read_text("ascii")) == "Cordial"


@pytest.mark.parametrize("damaged", [b"", b"cut off\n", b"\xff\x00 not what it was, and long enough for a key"])
def test_a_damaged_key_of_the_tokens_is_refused_with_what_to_do(tmp_path: Path, damaged: bytes) -> None:
    settings = Settings(data=tmp_path)
    assert signing_key(settings) == signing_key(settings)
    (tmp_path / "secret_key").write_bytes(damaged)
    with pytest.raises(SettingsError, match=r"secret_key is damaged\. Put the copy of it back\. Without a copy, remove it"):
        signing_key(settings)


def test_a_damaged_encryption_key_is_never_said_to_be_removed(tmp_path: Path) -> None:
    (tmp_path / "encryption_key").write_bytes(b"\xff\x00")
    with pytest.raises(SettingsError, match=r"encryption_key is damaged. Put the copy of it back\.$"):
        encryption_keys(Settings(data=tmp_path), new_key)


@pytest.mark.slow
@pytest.mark.parametrize("command", [["handoffs", "list"], ["retention", "run"]])
def test_a_command_says_it_in_one_sentence(tmp_path: Path, command: list[str]) -> None:
    records(tmp_path, KEY).close()
    environment = plain_environment(CORDIAL_DATA=str(tmp_path), CORDIAL_ENCRYPTION_KEYS=OTHER)
    done = subprocess.run([*CORDIAL, *command], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "put the right one into CORDIAL_ENCRYPTION_KEYS" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""
