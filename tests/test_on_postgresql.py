"""On PostgreSQL nothing waits for ever, several processes change nothing twice, and what is wrong is said in a sentence."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from desk.conversations.handoffs import list_handoffs
from desk.conversations.log import Draft, messages_after, start_conversation, store_patient_message
from desk.database import Database, DatabaseError
from desk.models import Message, Notice, User
from desk.people.lockout import FREE_TRIES
from desk.people.logins import check_password
from desk.people.passwords import hash_password
from desk.post.outbox import announce_trouble
from desk.sealed import Keyring, new_key
from tests.support.handing_off import COORDINATORS, PROGRAM, records
from tests.support.people import Patient
from tests.support.records import colleague
from tests.support.servers import KEY, PostgreSQL
from tests.support.small_web import NewWeb, SmallWeb
from tests.support.system import until

EMERGENCY = "I have chest pain and I cannot breathe"
MOST_SECONDS = 1.0  # in which an emergency is answered


@pytest.fixture
def place(postgres: PostgreSQL) -> str:
    """The address of a database with today's tables."""
    return postgres.new_database(tables=True)


@pytest.fixture
def two(place: str) -> Iterator[list[Database]]:
    """One database as two processes have it, with receivers of notices."""
    both = [records(place, KEY, COORDINATORS, PROGRAM) for _ in range(2)]
    yield both
    for each in both:
        each.close()


def at_once(*work: Callable[[], object]) -> list[object]:
    """Begin everything in one instant; gives what each gave."""
    start = threading.Barrier(len(work))

    def begin(one: Callable[[], object]) -> object:
        start.wait()
        return one()

    with ThreadPoolExecutor(len(work)) as threads:
        return list(threads.map(begin, work))


def test_processes_that_start_at_once_make_the_tables_once(postgres: PostgreSQL) -> None:
    empty = postgres.new_database()
    starting = [Database(empty, Keyring([KEY])) for _ in range(3)]
    at_once(*(each.migrate for each in starting))
    with starting[0].read() as session:
        assert session.scalar(text("SELECT count(*) FROM alembic_version")) == 1
    for each in starting:
        each.close()


def test_a_notice_that_two_processes_write_at_once_is_there_once(two: list[Database]) -> None:
    now = datetime.now(UTC)

    def tell(records: Database) -> None:
        with records.write(alone=False) as session:
            announce_trouble(session, "away", now)
            time.sleep(0.2)  # both have looked before either has stored

    at_once(*(lambda each=each: tell(each) for each in two))
    with two[0].read() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == 2, "one for each receiver"


def test_one_message_that_comes_to_two_processes_at_once_is_stored_once(two: list[Database]) -> None:
    with two[0].write() as session:
        conversation = start_conversation(session, [Draft("Hello.")])[0].id

    def store(records: Database) -> int:
        with records.write(alone=False) as session:
            stored = store_patient_message(session, conversation, "one-id", "Does it work?")
            time.sleep(0.2)
            return stored.seq

    assert at_once(*(lambda each=each: store(each) for each in two)) == [2, 2]
    with two[0].read() as session:
        assert len(messages_after(session, conversation, 1)) == 1


def test_of_many_guesses_in_one_instant_each_counts(two: list[Database]) -> None:
    with two[0].write() as session:
        guessed = colleague(session).id
        user = session.get_one(User, guessed)
        user.password, email = hash_password("a long one that nobody guesses"), user.email
    at_once(*(lambda each=each: check_password(each, email, "wrong") for each in two * FREE_TRIES))
    with two[0].read() as session:
        assert session.get_one(User, guessed).failures == FREE_TRIES, "the others were not judged"


def test_what_is_read_is_of_one_moment(two: list[Database]) -> None:
    one, other = two
    with one.write() as session:
        conversation = start_conversation(session, [Draft("Hello.")])[0].id
    with one.read() as session:
        assert len(messages_after(session, conversation, 0)) == 1
        with other.write() as writing:
            store_patient_message(writing, conversation, "one-id", "Does it work?")
        assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_what_only_reads_can_change_nothing(two: list[Database]) -> None:
    with pytest.raises(Exception, match="read-only transaction"), two[0].read() as session:
        start_conversation(session, [Draft("Hello.")])


def test_what_is_in_a_hurry_waits_for_no_lock_for_long(two: list[Database]) -> None:
    one, other = two
    with one.write() as session:
        conversation = start_conversation(session, [Draft("Hello.")])[0].id
    with locked(one):
        began = time.monotonic()
        with pytest.raises(OperationalError), other.write(hurry=True, alone=False) as session:
            store_patient_message(session, conversation, "one-id", EMERGENCY)
        assert time.monotonic() - began < MOST_SECONDS


@contextmanager
def locked(records: Database) -> Iterator[None]:
    """Another program keeps every table for itself: nothing can be written or read."""
    with records.engine.begin() as connection:
        connection.execute(text("LOCK TABLE conversations, messages, handoffs, intakes IN ACCESS EXCLUSIVE MODE"))
        yield


@pytest.fixture
def web(new_web: NewWeb, postgres: PostgreSQL) -> SmallWeb:
    """A web on PostgreSQL."""
    return new_web(limits="off", database_url=postgres.new_database())


def emergency_levels(web: SmallWeb) -> list[str | None]:
    """What coordinators see."""
    with web.parts.database.read() as session:
        return [handoff.urgent_level for handoff in list_handoffs(session)]


def test_an_emergency_is_answered_at_once_while_the_database_is_locked_and_stored_afterwards(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        with locked(web.parts.database):
            began = time.monotonic()
            [reply] = patient.says(EMERGENCY)
            seconds = time.monotonic() - began
        assert reply["kind"] == "emergency"
        assert seconds < MOST_SECONDS
        until(lambda: web.parts.gateway.alarms.waiting == 0, 30, "it is stored")
        assert [message["kind"] for message in patient.log(after=len(patient.greeting))] == ["text", "emergency"]
    assert emergency_levels(web) == ["emergency"]


SENTENCES = {
    "postgresql://cordial@127.0.0.1:1/records": "127.0.0.1:1 does not let us in (Connection refused)",
    "postgres://cordial:hidden@127.0.0.1:1/records": "127.0.0.1:1 does not let us in (Connection refused)",
    "postgresql://cordial@/records?host=/nowhere": "its socket:5432 does not let us in (No such file or directory)",
    "mysql://cordial:hidden@127.0.0.1/records": "The database must be SQLite or PostgreSQL",
    "postgresql+nodriver://cordial:hidden@127.0.0.1/records": "cannot be used: NoSuchModuleError",
}


@pytest.mark.parametrize(("wrong", "said"), SENTENCES.items())
def test_a_server_that_cannot_be_reached_is_one_sentence_without_the_password(wrong: str, said: str) -> None:
    with pytest.raises(DatabaseError) as refused:
        Database(wrong, Keyring([new_key()])).migrate()
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "hidden" not in str(refused.value)


def test_a_database_that_is_not_there_is_named(postgres: PostgreSQL, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match='database "nowhere" does not exist'):
        Database(postgres.address("nowhere"), Keyring([new_key()]), folder=tmp_path).migrate()
