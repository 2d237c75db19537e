"""The records: numbered, whole or not at all, and gone when a patient deletes them."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from desk.cases.case import find_case
from desk.conversations.handoffs import list_handoffs
from desk.conversations.intakes import apply_effects, intake_record
from desk.conversations.log import (
    Draft,
    IdReused,
    UnknownConversation,
    append,
    messages_after,
    start_conversation,
    store_patient_message,
    store_turn,
)
from desk.conversations.turns import waiting_before
from desk.database import Database, DatabaseError
from desk.keeping.erasure import delete_rows
from desk.models import Base, Conversation, Message
from desk.sealed import Keyring, SealError, new_key
from intake.record import (
    AnswerRefused,
    AskedBack,
    Effect,
    FieldAnswer,
    FieldAnswered,
    FieldAsked,
    FieldClosed,
    IntakeAmended,
    IntakeCompleted,
    IntakeRecord,
    IntakeStopped,
    StartedOver,
    after,
)
from intake.sent import Sent
from knowledge.answer import ABSTAINED
from tests.support.case_files import ANSWER

pytestmark = pytest.mark.both_databases

WHOLE_INTAKE: list[Effect] = [
    FieldAsked(field="condition"),
    AnswerRefused(field="condition"),
    FieldAnswered(field="condition", answer=FieldAnswer(said="knees", value="knees")),
    IntakeCompleted(reference="C-2345-6789"),
]


@pytest.fixture
def conversation(database: Database) -> str:
    """A conversation that has just begun."""
    with database.write() as session:
        return start_conversation(session, [Draft("Hello.")])[0].id


@pytest.fixture
def asked(database: Database, conversation: str) -> int:
    """The number of a patient's message without a reply."""
    with database.write() as session:
        return store_patient_message(session, conversation, "id-1", "Does it work?").seq


def rows(database: Database) -> dict[str, int]:
    """How many rows each table has; that of the audit log's key has one from the beginning."""
    tables = [table for table in Base.metadata.sorted_tables if table.name != "audit_key"]
    with database.read() as session:
        return {t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


def test_the_migrations_make_the_tables_that_the_code_expects(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_a_long_conversation_is_replayed_whole(database: Database, conversation: str) -> None:
    with database.write() as session:
        append(session, conversation, [Draft("And then?")] * 1_200)
        assert len(messages_after(session, conversation, 0)) == 1_201


def test_migrating_again_changes_nothing(database: Database, conversation: str) -> None:
    database.migrate()
    assert rows(database)["conversations"] == 1


@pytest.mark.sqlite_alone
def test_sqlite_is_safe_against_power_cuts_and_keeps_references_whole(database: Database) -> None:
    with database.engine.connect() as connection:
        pragmas = {name: connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "synchronous")}
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}


def test_a_message_of_no_conversation_cannot_be_stored(database: Database) -> None:
    with pytest.raises(UnknownConversation), database.write() as session:
        append(session, "nobody", [Draft("Hello?")])


def test_a_row_of_no_conversation_cannot_be_stored(database: Database) -> None:
    stray = Message(conversation_id="nobody", seq=1, at=datetime.now(UTC), sender="patient", kind="text", text="?", buttons=[])
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(stray)


def test_a_time_without_a_zone_cannot_be_stored(database: Database) -> None:
    with pytest.raises(StatementError), database.write() as session:
        session.add(Conversation(id="x", started_at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_whatever_belongs_to_a_conversation_goes_with_it() -> None:
    of_patients = {"conversation_id", "message_id"}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name in of_patients:
                assert {key.ondelete for key in column.foreign_keys} == {"CASCADE"}, f"{table.name}.{column.name}"


def test_deleted_words_are_not_in_the_file_any_more(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'records.db'}", Keyring([new_key()]))
    database.migrate()
    with database.write() as session:
        conversation = start_conversation(session, [Draft("marzipan-word " * 200)])[0].id
    with database.write() as session:
        delete_rows(session, [conversation])
    with database.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    database.close()
    assert not any(b"marzipan-word" in file.read_bytes() for file in tmp_path.iterdir())


def test_the_log_is_numbered_without_gaps(database: Database, conversation: str) -> None:
    with database.write() as session:
        append(session, conversation, [Draft("two"), Draft("three")])
        append(session, conversation, [Draft("four")])
    with database.read() as session:
        assert [message.seq for message in messages_after(session, conversation, 0)] == [1, 2, 3, 4]


def test_writers_at_the_same_time_queue_and_leave_no_gap(database: Database, conversation: str) -> None:
    def write() -> None:
        for _ in range(5):
            with database.write() as session:
                append(session, conversation, [Draft("?"), Draft("!")])

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with database.read() as session:
        assert [message.seq for message in messages_after(session, conversation, 0)] == list(range(1, 42))


def test_the_same_id_is_stored_once(database: Database, conversation: str, asked: int) -> None:
    with database.write() as session:
        again = store_patient_message(session, conversation, "id-1", "Does it work?")
    assert (again.seq, again.replies) == (asked, None)
    assert rows(database)["messages"] == 2


def test_the_same_id_with_another_text_is_refused(database: Database, conversation: str, asked: int) -> None:
    with pytest.raises(IdReused), database.write() as session:
        store_patient_message(session, conversation, "id-1", "Is it safe?")


def test_the_same_id_in_another_conversation_is_another_message(database: Database, asked: int) -> None:
    with database.write() as session:
        other = start_conversation(session, [])[0].id
        assert store_patient_message(session, other, "id-1", "Is it safe?").seq == 1


def test_a_turn_is_stored_once(database: Database, conversation: str, asked: int) -> None:
    replies = []
    for text_of_reply in ("It depends.", "A second time?"):
        with database.write() as session:
            replies.append(store_turn(session, conversation, asked, [Draft(text_of_reply)], WHOLE_INTAKE))
    assert [[message.text for message in turn] for turn in replies] == [["It depends."], ["It depends."]]
    assert rows(database)["intake_answers"] == rows(database)["handoffs"] == 1


def test_a_turn_that_fails_half_way_leaves_nothing(database: Database, conversation: str, asked: int) -> None:
    before = rows(database)

    def fail() -> None:
        with database.write() as session:
            store_turn(session, conversation, asked, [Draft("It depends.")], WHOLE_INTAKE)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert rows(database) == before
    with database.read() as session:
        assert [waiting.seq for waiting in waiting_before(session, conversation, asked + 1)] == [asked]


def test_a_turn_of_a_deleted_conversation_is_not_stored(database: Database, conversation: str, asked: int) -> None:
    with database.write() as session:
        delete_rows(session, [conversation])
    with pytest.raises(UnknownConversation), database.write() as session:
        store_turn(session, conversation, asked, [Draft("Too late.")], WHOLE_INTAKE)
    assert not any(rows(database).values())


def test_an_answer_is_stored_whole_and_none_is_none(database: Database, conversation: str, asked: int) -> None:
    with database.write() as session:
        drafts = [
            Draft("So.", kind="answer", answer=ANSWER),
            Draft("I do not know.", kind="answer", answer=ABSTAINED),
            Draft("Yes."),
        ]
        store_turn(session, conversation, asked, drafts, [])
    with database.read() as session:
        stored = [message.answer for message in messages_after(session, conversation, asked)]
    assert stored == [ANSWER, ABSTAINED, None]


def test_an_answer_of_an_earlier_version_is_still_read(database: Database, conversation: str, asked: int) -> None:
    passage = {name: value for name, value in ANSWER.passages[0].model_dump().items() if name != "title"}
    old = {"status": "answered", "passages": [passage], "of_another_version": 1}
    with database.write() as session:
        [message] = store_turn(session, conversation, asked, [Draft("So.", kind="answer", answer=ANSWER)], [])
        message.put("answer", old)
    with database.read() as session:
        read = messages_after(session, conversation, asked)[0].answer
    assert read is not None
    assert (read.status, read.sources, read.passages[0].quote) == ("answered", [], ANSWER.passages[0].quote)


def test_an_intake_is_what_its_effects_made_it(database: Database, conversation: str, asked: int) -> None:
    with database.write() as session:
        store_turn(session, conversation, asked, [], WHOLE_INTAKE)
    with database.read() as session:
        record = intake_record(session, conversation)
    assert (record.status, record.reference, record.open_field, record.attempts) == ("completed", "C-2345-6789", None, 0)
    assert record.answers["condition"].said == "knees"


EFFECTS = st.sampled_from(
    [
        FieldAsked(field="contact"),
        FieldAsked(field="clots"),
        FieldAsked(field="clots", detail=True),
        FieldClosed(),
        FieldAnswered(field="contact", answer=FieldAnswer(said="maria@mail.example", value="maria@mail.example")),
        FieldAnswered(field="clots", answer=FieldAnswer(said="yes", value={"answer": "yes"})),
        FieldAnswered(field="clots", answer=FieldAnswer(said="skip", skipped=True)),
        AnswerRefused(field="contact"),
        IntakeStopped(),
        IntakeCompleted(reference="C-2345-6789"),
        IntakeAmended(),
        StartedOver(),
        AskedBack(asking="delete"),
        AskedBack(asking="doubt"),
    ]
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(st.lists(EFFECTS, max_size=4), max_size=6))
def test_what_is_stored_is_what_the_dialogue_reckons_with(database: Database, turns: list[list[Effect]]) -> None:
    with database.write() as session:
        conversation = start_conversation(session, [Draft("Hello.")])[0].id
    expected = IntakeRecord()
    for seq, effects in enumerate(turns, start=2):
        expected = expected.model_copy(update={"asking": None})
        for effect in effects:
            expected = after(expected, effect)
        with database.write() as session:
            apply_effects(session, conversation, seq, effects)
        with database.read() as session:
            assert intake_record(session, conversation) == expected
    with database.write() as session:  # a reference number belongs to one conversation
        delete_rows(session, [conversation])


def test_a_later_answer_replaces_an_earlier_one(database: Database, conversation: str, asked: int) -> None:
    with database.write() as session:
        for said in ("knees", "both knees"):
            apply_effects(session, conversation, asked, [FieldAnswered(field="condition", answer=FieldAnswer(said=said))])
    with database.read() as session:
        assert intake_record(session, conversation).answers["condition"].said == "both knees"
    assert rows(database)["intake_answers"] == 2, "the earlier one stays as history"


def test_the_stored_answers_cannot_be_read_without_the_key(database: Database, conversation: str, asked: int) -> None:
    with database.write() as session:
        store_turn(session, conversation, asked, [], WHOLE_INTAKE)
        stored = str(session.execute(text("SELECT * FROM intake_answers")).all())
    assert "condition" in stored
    assert "knees" not in stored
    stranger = Database(str(database.engine.url), Keyring([new_key()]))
    with stranger.read() as session:
        assert intake_record(session, conversation).answers == {}
        shown = intake_record(session, conversation, to_be_shown=True).answers
    assert {answer.said for answer in shown.values()} == {"This answer cannot be read."}
    stranger.close()


def test_an_old_key_still_opens_after_a_new_one_came() -> None:
    old, new = new_key(), new_key()
    sealed = Keyring([old]).seal({"said": "knees"})
    assert Keyring([new, old]).open(sealed) == {"said": "knees"}
    assert Keyring([new]).open(Keyring([new, old]).seal("hips")) == "hips"


@pytest.mark.parametrize("keys", [[], ["short"], [new_key(), "ü"]])
def test_a_key_that_is_none_is_refused_and_not_repeated(keys: list[str]) -> None:
    with pytest.raises(SealError) as refused:
        Keyring(keys)
    assert not any(key in str(refused.value) for key in keys)


def test_a_case_is_found_however_its_reference_is_typed(database: Database, conversation: str, asked: int) -> None:
    with database.write() as session:
        store_turn(session, conversation, asked, [], WHOLE_INTAKE)
    with database.read() as session:
        assert [handoff.reference for handoff in list_handoffs(session)] == ["C-2345-6789"]
        assert find_case(session, " c-2345-6789 ") is not None
        assert find_case(session, "C-9999-9999") is None


@pytest.mark.parametrize("place", ["sqlite:////proc/nowhere/records.db", "sqlite:///{folder}", "nosuch://records", "://"])
def test_a_database_that_cannot_be_used_is_a_sentence(place: str, tmp_path: Path) -> None:
    with pytest.raises((DatabaseError, OSError)) as refused:
        Database(place.format(folder=tmp_path), Keyring([new_key()])).migrate()
    assert "\n" not in str(refused.value)


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "records.db"
    file.write_bytes(b"these are not records " * 500)
    with pytest.raises(DatabaseError, match="cannot be used"):
        Database(f"sqlite:///{file}", Keyring([new_key()])).migrate()


def test_records_of_a_newer_version_are_left_alone_and_named(database: Database, conversation: str) -> None:
    set_schema(database, "9999")
    with pytest.raises(DatabaseError, match=r"newer version of Cordial \(schema 9999.*put back a backup") as refused:
        database.migrate()
    assert "\n" not in str(refused.value)
    assert rows(database)["conversations"] == 1


def set_schema(database: Database, schema: str) -> None:
    """Let the records be of another version."""
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :schema"), {"schema": schema})


@pytest.mark.sqlite_alone
def test_what_was_chosen_is_stored_sealed_with_its_message_and_found_after_a_restart(
    database: Database, conversation: str, tmp_path: Path
) -> None:
    values = [Sent(field="condition", value="knee osteoarthritis")]
    with database.write() as session:
        stored = store_patient_message(session, conversation, "id-2", "Condition: knee osteoarthritis", values)
        again = store_patient_message(session, conversation, "id-2", "Condition: knee osteoarthritis", values)
        assert again.seq == stored.seq
    with database.read() as session:
        assert [list(each.values) for each in waiting_before(session, conversation, 99)] == [values]
    with pytest.raises(IdReused), database.write() as session:
        store_patient_message(session, conversation, "id-2", "Condition: knee osteoarthritis")
    assert b"osteoarthritis" not in (tmp_path / "records.db").read_bytes()
