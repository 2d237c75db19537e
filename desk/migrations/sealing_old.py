"""Seals the words of records of earlier versions: between 0012, which makes room for them, and 0012b, which removes the rest.

It goes on where it was stopped: a row that is sealed is not touched again. Each batch is a transaction of its own, after which
its words stand in clear no more. At the end the file is written anew, so that no page and no log keeps a copy.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from typing import Any

import structlog
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    func,
    null,
    select,
)
from sqlalchemy import Integer as Whole
from sqlalchemy.engine import RowMapping

from desk.looked_for import index_words
from desk.sealed import Keyring

logger = structlog.get_logger(__name__)

AFTER = "0012"
_AT_ONCE = 500
_TOLD_EVERY = 5.0  # seconds
_PATIENCE = 30_000  # milliseconds that the last step waits for others
_INDEXED = ("patient", "coordinator")

# As they are between the two migrations, whatever the tables become later.
_OLD = MetaData()
_CONVERSATIONS = Table("conversations", _OLD, Column("id", Text, primary_key=True), Column("sealed_key", Text))
_MESSAGES = Table(
    "messages",
    _OLD,
    *(Column("id", Whole, primary_key=True), Column("conversation_id", Text), Column("seq", Whole), Column("sender", Text)),
    *(Column("text", Text), Column("buttons", JSON), Column("answer", JSON), Column("question", JSON)),
    *(Column("asked", Text), Column("sealed", LargeBinary)),
)
_HELD = Table(
    "held_back",
    _OLD,
    *(Column("conversation_id", Text, primary_key=True), Column("message_seq", Whole, primary_key=True)),
    *(Column("alarm", JSON), Column("sealed", LargeBinary)),
)
_WORDS = Table("words", _OLD, Column("word", BigInteger, primary_key=True), Column("message_id", Whole, primary_key=True))


def seal_old_words(engine: Engine, keyring: Keyring) -> None:
    """Seal every word that still stands in clear, and leave no copy of it. It takes about a minute for a million messages.

    Args:
        engine: the database, whose tables are as 0012 leaves them.
        keyring: seals.
    """
    with engine.connect() as connection:
        messages = connection.scalar(select(func.count()).select_from(_MESSAGES).where(func.length(_MESSAGES.c.sealed) == 0))
        ever = connection.scalar(select(func.count()).select_from(_MESSAGES))
    if not ever:
        return
    progress = _Progress(messages or 0)
    for number in _batches(engine, keyring):
        progress.add(number)
    write_anew(engine)
    logger.info("stored messages are sealed", messages=messages)


class _Progress:
    """Tells now and then how far it is."""

    def __init__(self, messages: int) -> None:
        self._done, self._of, self._told = 0, messages, time.monotonic()

    def add(self, number: int) -> None:
        self._done += number
        if time.monotonic() - self._told > _TOLD_EVERY:
            self._told = time.monotonic()
            logger.info("sealing stored messages", done=self._done, of=self._of)


def _batches(engine: Engine, keyring: Keyring) -> Iterator[int]:
    """Seal some rows, each time in a transaction of its own; gives how many messages."""
    writing = engine.execution_options(immediate=True)
    while True:
        with writing.begin() as connection:
            if not _make_keys(connection, keyring):
                break
    last: int | None = 0
    while last is not None:
        with writing.begin() as connection:
            last, number = _seal_messages(connection, keyring, last)
        yield number
    while True:
        with writing.begin() as connection:
            if not _seal_held(connection, keyring):
                break


def _make_keys(connection: Connection, keyring: Keyring) -> int:
    without = connection.scalars(select(_CONVERSATIONS.c.id).where(_CONVERSATIONS.c.sealed_key.is_(None)).limit(_AT_ONCE)).all()
    change = _CONVERSATIONS.update().where(_CONVERSATIONS.c.id == bindparam("its")).values(sealed_key=bindparam("made"))
    if without:
        connection.execute(change, [{"its": id_, "made": keyring.new_data_key()} for id_ in without])
    return len(without)


def _seal_messages(connection: Connection, keyring: Keyring, after: int) -> tuple[int | None, int]:
    """Seal the next messages; gives the id of the last one, or none at the end, and how many there were."""
    found = connection.execute(
        select(_MESSAGES, _CONVERSATIONS.c.sealed_key)
        .join(_CONVERSATIONS, _CONVERSATIONS.c.id == _MESSAGES.c.conversation_id)
        .where(_MESSAGES.c.id > after, func.length(_MESSAGES.c.sealed) == 0)
        .order_by(_MESSAGES.c.id)
        .limit(_AT_ONCE)
    )
    rows = found.mappings().all()
    if not rows:
        return None, 0
    change = _MESSAGES.update().where(_MESSAGES.c.id == bindparam("its"))
    change = change.values(
        sealed=bindparam("made"), asked=bindparam("field"), text="", buttons=[], answer=null(), question=null()
    )
    connection.execute(change, [_sealed_message(keyring, row) for row in rows])
    _index(connection, keyring, rows)
    return rows[-1]["id"], len(rows)


def _sealed_message(keyring: Keyring, row: RowMapping) -> dict[str, Any]:
    content = {name: row[name] for name in ("text", "buttons", "answer", "question") if row[name]}
    place = f"message {row['conversation_id']} {row['seq']}"
    field = (row["question"] or {}).get("field")
    return {"its": row["id"], "made": keyring.seal_within(row["sealed_key"], content, place), "field": field}


def _index(connection: Connection, keyring: Keyring, rows: Any) -> None:
    """Put the messages into the index of words anew, with the beginnings of their words."""
    connection.execute(_WORDS.delete().where(_WORDS.c.message_id.in_([row["id"] for row in rows])))
    said = [(row["id"], row["text"]) for row in rows if row["sender"] in _INDEXED]
    words = [{"word": keyring.blind(word), "message_id": id_} for id_, text in said for word in index_words(text)]
    if words:
        connection.execute(_WORDS.insert(), words)


def _seal_held(connection: Connection, keyring: Keyring) -> int:
    found = connection.execute(
        select(_HELD, _CONVERSATIONS.c.sealed_key)
        .join(_CONVERSATIONS, _CONVERSATIONS.c.id == _HELD.c.conversation_id)
        .where(func.length(_HELD.c.sealed) == 0)
        .limit(_AT_ONCE)
    )
    rows = found.mappings().all()
    mine = (_HELD.c.conversation_id == bindparam("its"), _HELD.c.message_seq == bindparam("number"))
    change = _HELD.update().where(*mine).values(sealed=bindparam("made"), alarm=null())
    if rows:
        connection.execute(change, [_sealed_held(keyring, row) for row in rows])
    return len(rows)


def _sealed_held(keyring: Keyring, row: RowMapping) -> dict[str, Any]:
    place = f"held back {row['conversation_id']} {row['message_seq']}"
    content = {"alarm": row["alarm"]} if row["alarm"] else {}
    made = keyring.seal_within(row["sealed_key"], content, place)
    return {"its": row["conversation_id"], "number": row["message_seq"], "made": made}


def write_anew(engine: Engine) -> None:
    """Leave no clear copy in free pages of an SQLite file, nor in its log; on PostgreSQL this is the work of its vacuum."""
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()  # neither runs inside a transaction
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
        cursor.execute("VACUUM")
        [busy, _, _] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.invalidate()
    if busy:
        raise sqlite3.OperationalError("another process reads the database; end it, and start again")
