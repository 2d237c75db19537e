"""What is erased is gone: from every table, from the bytes of the data folder, and from what is restored later."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, text, update

from desk.audit import verify
from desk.conversations.log import Draft, append, start_conversation
from desk.database import Database
from desk.keeping.erasure import OnHold, delete_rows, erase, erase_again, find_conversation, list_of_erased, scrub, unscrubbed
from desk.models import AuditEntry, Base, Conversation, Message
from desk.sealed import Keyring, new_key
from tests.support.people import Patient, error_of
from tests.support.planting import WITHOUT_PATIENTS, patient_tables, plant, rows_of
from tests.support.system import System

MARK = "Xocolatl7q"


def left_in(folder: Path, *words: str) -> list[str]:
    """The files whose bytes hold one of the words, in whatever case."""
    wanted = [word.lower().encode() for word in words]
    files = [file for file in folder.rglob("*") if file.is_file() and not {"encoder", "knowledge"} & set(file.parts)]
    return [file.name for file in files if any(word in file.read_bytes().lower() for word in wanted)]


def beginnings_of_sealed(database: Database, ids: list[str]) -> list[bytes]:
    """How each message of some conversations begins in the file: no two begin alike."""
    with database.read() as session:
        return [sealed[:20] for sealed in session.scalars(select(Message.sealed).where(Message.conversation_id.in_(ids)))]


def sealed_in(folder: Path, beginnings: list[bytes]) -> list[bool]:
    """Whether each of them is in some file."""
    records = b"".join(file.read_bytes() for file in folder.rglob("*.db*"))
    return [beginning in records for beginning in beginnings]


@pytest.fixture
def crowd(database: Database) -> list[str]:
    """Many conversations, written in turns, so that their rows lie between each other's."""
    with database.write() as session:
        ids = [start_conversation(session, [Draft("Hello.")])[0].id for _ in range(40)]
    for turn in range(12):
        with database.write() as session:
            for number, conversation_id in enumerate(ids):
                append(session, conversation_id, [Draft(f"{MARK}{number:03}z " * (1 + 37 * ((turn + number) % 5)))])
    return ids


def test_every_table_is_about_patients_or_known_not_to_be() -> None:
    tables = {table.name for table in Base.metadata.sorted_tables}
    assert {table.name for table in patient_tables()} == tables - WITHOUT_PATIENTS
    for table in patient_tables():
        owners = {key.column.table.name for column in table.columns for key in column.foreign_keys if key.ondelete == "CASCADE"}
        kept_by = {"conversations", "messages", "notes"}
        assert table.name == "conversations" or owners & kept_by, f"{table.name} would be left behind"


def test_no_row_and_no_byte_is_left_of_what_is_erased(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        conversation_id = plant(session, MARK)
        assert all(rows_of(session).values()), "each table must hold something before"
    assert left_in(tmp_path, MARK)
    with database.write() as session:
        assert erase(session, conversation_id, "patient")
    assert scrub(database)
    with database.read() as session:
        assert not any(rows_of(session).values())
    assert left_in(tmp_path, MARK) == []


def test_what_moved_between_pages_is_gone_too(database: Database, crowd: list[str], tmp_path: Path) -> None:
    gone = crowd[::3]
    sealed, others = beginnings_of_sealed(database, gone), beginnings_of_sealed(database, crowd[1::3])
    with database.write() as session:
        for conversation_id in gone:
            erase(session, conversation_id, "patient")
    assert scrub(database)
    assert not any(sealed_in(tmp_path, sealed))
    assert all(sealed_in(tmp_path, others)), "the others stay"


def test_a_reader_who_is_in_the_middle_delays_the_last_bytes_only(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        conversation_id = plant(session, MARK)
    with database.read() as reader:
        reader.scalar(select(Conversation.id))
        with database.write() as session:
            erase(session, conversation_id, "patient")
        assert not scrub(database)
        left = unscrubbed(tmp_path)
        assert left is not None
        assert left.exists(), "so it is done later"
    assert scrub(database)
    assert left_in(tmp_path, MARK) == []
    assert not left.exists()


def test_erasing_what_is_not_there_does_nothing(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        assert not erase(session, "nobody", "patient")
        assert session.scalar(select(AuditEntry)) is None
    assert list_of_erased(tmp_path) == []


def test_a_case_on_hold_is_not_erased(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        conversation_id = plant(session, MARK)
        session.execute(update(Conversation).values(legal_hold=True))
    with pytest.raises(OnHold), database.write() as session:
        erase(session, conversation_id, "patient")
    with database.read() as session:
        assert all(rows_of(session).values())
    assert list_of_erased(tmp_path) == []


def test_the_audit_log_knows_that_and_by_whom_but_not_whose(database: Database) -> None:
    with database.write() as session:
        erase(session, plant(session, MARK), "u1")
    with database.read() as session:
        [entry] = session.scalars(select(AuditEntry))
        assert (entry.actor, entry.action, entry.details) == ("u1", "conversation.deleted", {})
        assert verify(session) is None


def test_what_a_dead_process_had_begun_to_erase_is_erased_at_the_next_start(database: Database) -> None:
    with database.write() as session:
        conversation_id = plant(session, MARK)

    def die_half_way() -> None:
        with database.write() as session:
            erase(session, conversation_id, "patient")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        die_half_way()
    assert erase_again(database) == 1
    with database.read() as session:
        assert not any(rows_of(session).values())
    assert erase_again(database) == 0


def test_what_rules_erase_is_not_on_the_list(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        delete_rows(session, [plant(session, MARK)])
    assert list_of_erased(tmp_path) == []


def test_the_list_is_for_its_owner_alone(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        erase(session, plant(session, MARK), "patient")
    assert os.stat(tmp_path / "erased").st_mode & 0o077 == 0  # noqa: PTH116 -- of one file


@pytest.mark.parametrize("typed", [" c-abcd-2345 ", "C-ABCD-2345", "{ID}", "{id}"])
def test_a_conversation_is_found_by_its_reference_or_its_id(database: Database, typed: str) -> None:
    with database.write() as session:
        conversation_id = plant(session, "abcd")
        first = "(SELECT min(reference) FROM handoffs)"
        session.execute(text(f"UPDATE handoffs SET reference = 'C-ABCD-2345' WHERE reference = {first}"))  # noqa: S608
        name = typed.format(ID=conversation_id.upper(), id=conversation_id)
        assert find_conversation(session, name) == conversation_id
        assert find_conversation(session, "C-9999-9999") is None


@pytest.fixture
def records(lonely_web: System) -> Iterator[Database]:
    """The records of the running web."""
    database = Database(f"sqlite:///{lonely_web.data / 'cordial.db'}", Keyring([new_key()]))
    yield database
    database.close()


def test_a_patient_deletes_and_the_data_folder_forgets(lonely_web: System, lonely_patient: Patient, records: Database) -> None:
    for said in (f"My name is {MARK} Example", f"{MARK}@mail.example", f"my chest hurts, says {MARK}"):
        lonely_patient.send(said)
    sealed = beginnings_of_sealed(records, [lonely_patient.session])
    assert all(sealed_in(lonely_web.data, sealed)), "it must be there before"
    assert lonely_patient.http.delete("/api/chat/session").status_code == 204
    assert not any(sealed_in(lonely_web.data, sealed))
    assert left_in(lonely_web.data, MARK) == []
    assert lonely_patient.session in list_of_erased(lonely_web.data)


def test_a_patient_whose_case_is_on_hold_is_told_so(lonely_web: System, lonely_patient: Patient, records: Database) -> None:
    with records.write() as session:
        session.execute(update(Conversation).where(Conversation.id == lonely_patient.session).values(legal_hold=True))
    refused: httpx.Response = lonely_patient.http.delete("/api/chat/session")
    assert (refused.status_code, error_of(refused)) == (409, "on_hold")
    assert lonely_patient.log()
