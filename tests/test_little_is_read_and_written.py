"""A message costs few statements and two commits: with many patients, these are what a reply waits for."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Connection, event, text

from cordial.bootstrap import PROJECT
from desk.database import Database
from intake.clinic import read_clinic
from tests.support import broken_rasa as rasa
from tests.support.broken_rasa import BrokenRasa
from turns.gateway import Gateway
from turns.rasa import RasaClient


@pytest.fixture
def quick_rasa() -> Iterator[BrokenRasa]:
    """A Rasa that repeats what was said."""
    stand_in = BrokenRasa()
    stand_in.behaves(rasa.repeats_what_was_said())
    yield stand_in
    stand_in.goes_away()


def test_an_ordinary_message_costs_at_most_fifteen_statements_in_two_transactions(
    database: Database, quick_rasa: BrokenRasa
) -> None:
    counted: Counter[str] = Counter()

    def statement(_connection: Connection, _cursor: object, sql: str, *_rest: object) -> None:
        counted["begun" if sql.startswith("BEGIN") else "statements"] += 1

    async def two_messages() -> None:
        client = RasaClient(quick_rasa.url, 8.0)
        gateway = Gateway(database, client, read_clinic(PROJECT / "clinic.yml"))
        conversation, _ = await gateway.start()
        await gateway.receive(conversation, str(uuid4()), "Does it work?")
        event.listen(database.engine, "before_cursor_execute", statement)
        event.listen(database.engine, "commit", lambda _connection: counted.update(["commits"]))
        await gateway.receive(conversation, str(uuid4()), "And is it safe?")
        await client.close()

    asyncio.run(two_messages())
    assert counted["statements"] <= 15
    assert counted["commits"] == counted["begun"] == 2, "stored and looked at, answered"


def test_a_writer_does_not_knock_at_the_database_while_another_of_its_process_writes(database: Database) -> None:
    connected: list[str] = []
    event.listen(database.engine, "checkout", lambda *_about: connected.append(threading.current_thread().name))
    waiting = threading.Thread(target=write_something, args=(database,), name="second")
    with database.write() as session:
        session.execute(text("SELECT 1"))
        waiting.start()
        waiting.join(0.5)
        assert "second" not in connected
    waiting.join()
    assert connected[-1] == "second"


def write_something(database: Database) -> None:
    """A transaction of its own."""
    with database.write() as session:
        session.execute(text("SELECT 1"))
