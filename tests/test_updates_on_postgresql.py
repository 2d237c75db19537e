"""Records that the first version made in PostgreSQL are read by this one, and no word of them stays in clear."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, text

from desk.audit import verify
from desk.cases.search import find
from desk.conversations.log import messages_after
from desk.database import MIGRATIONS, Database
from desk.models import Base
from desk.sealed import Keyring
from tests.support.servers import KEY, PostgreSQL

CONVERSATION = "c" * 32
_FIRST = "0001"
_THEN = f"""
INSERT INTO conversations (id, started_at, last_seq, state, language)
VALUES ('{CONVERSATION}', '2026-11-01 10:00+02', 2, 'waiting', 'en');
INSERT INTO messages (conversation_id, seq, at, sender, kind, text, buttons, answer, question, answered, client_id)
VALUES ('{CONVERSATION}', 1, '2026-11-01 10:00+02', 'assistant', 'text', 'Hello.', '[]', 'null', 'null', true, NULL),
       ('{CONVERSATION}', 2, '2026-11-01 10:01+02', 'patient', 'text', 'My marzipan hurts', '[]', 'null', 'null', true, 'one');
INSERT INTO handoffs (reference, conversation_id, reason, state, created_at)
VALUES ('C-2345-6789', '{CONVERSATION}', 'asked', 'open', '2026-11-01 10:01+02');
"""  # noqa: S608 -- our own id


@pytest.fixture
def updated(postgres: PostgreSQL) -> Iterator[Database]:
    """Records of the first version, after a start of this one."""
    records = Database(postgres.new_database(), Keyring([KEY]))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with records.engine.connect() as connection:
        config.attributes.update(connection=connection, keyring=records.keyring)
        command.upgrade(config, _FIRST)
        connection.execute(text(_THEN))
        connection.commit()
    records.migrate()
    yield records
    records.close()


def test_what_was_said_then_is_read_and_found_now(updated: Database) -> None:
    with updated.read() as session:
        said = messages_after(session, CONVERSATION, 0)
        assert [message.text for message in said] == ["Hello.", "My marzipan hurts"]
        assert said[0].at.isoformat() == "2026-11-01T08:00:00+00:00"
        assert find(session, "marzipan", [], 9) == find(session, "C-2345", [], 9) == [CONVERSATION]
        assert verify(session) is None


def test_no_word_stays_in_clear(updated: Database) -> None:
    with updated.read() as session:
        rows = [row for table in Base.metadata.sorted_tables for row in session.execute(text(f"SELECT * FROM {table.name}"))]  # noqa: S608
    assert "marzipan" not in repr(rows)


def test_the_tables_are_those_of_the_models(updated: Database) -> None:
    there = inspect(updated.engine)
    for table in Base.metadata.sorted_tables:
        columns = {column["name"]: column["nullable"] for column in there.get_columns(table.name)}
        assert columns == {column.name: bool(column.nullable) for column in table.columns}, table.name
