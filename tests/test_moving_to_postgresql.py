"""A clinic that outgrows its SQLite takes all its records to PostgreSQL, sealed as they are, or none of them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from cordial.bootstrap import PROJECT
from desk.audit import verify
from desk.cases.notes import add_note
from desk.cases.search import find
from desk.conversations.log import messages_after
from desk.database import Database
from desk.keeping.moving import MoveError, move
from desk.models import Base, Conversation, Notice
from desk.sealed import Keyring
from tests.support.handing_off import COORDINATORS, PROGRAM, Turns, records
from tests.support.records import colleague
from tests.support.servers import KEY, PostgreSQL
from tests.support.system import CORDIAL, plain_environment


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Database]:
    """The records of a clinic, in SQLite."""
    old = records(tmp_path / "cordial.db", KEY, COORDINATORS, PROGRAM)
    turns = Turns(old)
    conversation = turns.asks_for_a_person(level="urgent")
    turns.asks_for_a_person("C-9876-5432")
    with old.write() as session:
        somebody = colleague(session)
        add_note(session, conversation, somebody.id, "Rang twice, marzipan")
    yield old
    old.close()


@pytest.fixture
def empty(postgres: PostgreSQL, tmp_path: Path) -> Iterator[Database]:
    """A PostgreSQL without tables."""
    new = Database(postgres.new_database(), Keyring([KEY]), (COORDINATORS, PROGRAM), folder=tmp_path)
    yield new
    new.close()


def everything(database: Database) -> dict[str, list[tuple[str, ...]]]:
    """Every value of every row."""
    with database.read() as session:
        return {
            table.name: sorted(tuple(map(repr, row)) for row in session.execute(select(table)))
            for table in Base.metadata.sorted_tables
        }


def test_every_row_arrives_as_it_is(clinic: Database, empty: Database) -> None:
    before = everything(clinic)
    counts = move(clinic, empty)
    assert everything(empty) == before == everything(clinic)
    assert counts == {name: len(rows) for name, rows in before.items()}
    assert min(counts[name] for name in ("conversations", "messages", "words", "note_words", "notices", "audit", "users")) > 0


def test_what_was_moved_is_read_searched_and_goes_on(clinic: Database, empty: Database) -> None:
    move(clinic, empty)
    with empty.read() as session:
        assert verify(session) is None, "the chain of the audit log holds"
        [conversation] = find(session, "marzipan", [], 9)
        assert "Maria Example has pain" in [message.text for message in messages_after(session, conversation, 0)]
    Turns(empty).asks_for_a_person("C-1111-2222")
    with empty.read() as session:
        assert len(session.scalars(select(Notice)).all()) == 6, "numbered after those that came"


def test_a_database_with_records_is_refused_and_left_alone(clinic: Database, empty: Database) -> None:
    move(clinic, empty)
    before = everything(empty)
    with pytest.raises(MoveError, match="holds records already"):
        move(clinic, empty)
    assert everything(empty) == before


def test_what_does_not_fit_leaves_nothing_behind(clinic: Database, empty: Database) -> None:
    with clinic.write() as session:
        session.execute(text("UPDATE conversations SET country = 'too long for it'"))
    with pytest.raises(MoveError, match="does not take a row of conversations as it is"):
        move(clinic, empty)
    with empty.read() as session:
        assert session.scalars(select(Conversation)).all() == []


def test_the_command_moves_what_the_settings_name(clinic: Database, postgres: PostgreSQL, tmp_path: Path) -> None:
    (tmp_path / "encryption_key").write_text(KEY, "ascii")
    command = [*CORDIAL, "db", "move", postgres.new_database()]
    environment = plain_environment(CORDIAL_DATA=str(tmp_path))
    for code, said in ((0, "Moved and compared"), (1, "holds records already")):
        done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=100, check=False)
        assert done.returncode == code, done.stderr
        assert said in done.stdout + done.stderr


def test_only_from_sqlite_to_postgresql(clinic: Database) -> None:
    with pytest.raises(MoveError, match="begins with postgresql"):
        move(clinic, clinic)
