"""Seals the wordings of reviews of earlier versions: between 0017, which makes room for them, and 0017b.

As with the messages, it goes on where it was stopped, and at the end the file is written anew.
"""

from __future__ import annotations

from sqlalchemy import Column, Connection, Engine, Integer, LargeBinary, MetaData, Table, Text, bindparam, func, select

from desk.migrations.sealing_old import write_anew
from desk.sealed import Keyring

AFTER_WORDINGS = "0017"
_AT_ONCE = 500

# As they are between the two migrations, whatever the tables become later.
_OLD = MetaData()
_CONVERSATIONS = Table("conversations", _OLD, Column("id", Text, primary_key=True), Column("sealed_key", Text))
_DRAFTS = Table("article_drafts", _OLD, Column("id", Integer, primary_key=True))
_REVIEWS = Table(
    "reviews",
    _OLD,
    *(Column("id", Integer, primary_key=True), Column("conversation_id", Text), Column("message_seq", Integer)),
    *(Column("wording", Text), Column("sealed", LargeBinary)),
)


def seal_old_wordings(engine: Engine, keyring: Keyring) -> None:
    """Seal every wording that still stands in clear, and leave no copy of it.

    Args:
        engine: the database, whose tables are as 0017 leaves them.
        keyring: seals.
    """
    with engine.connect() as connection:
        if not any(connection.scalar(select(func.count()).select_from(table)) for table in (_REVIEWS, _DRAFTS)):
            return
    writing = engine.execution_options(immediate=True)
    while True:
        with writing.begin() as connection:
            if not _seal_some(connection, keyring):
                break
    write_anew(engine)


def _seal_some(connection: Connection, keyring: Keyring) -> int:
    """Seal the next wordings; gives how many."""
    rows = connection.execute(
        select(_REVIEWS, _CONVERSATIONS.c.sealed_key)
        .join(_CONVERSATIONS, _CONVERSATIONS.c.id == _REVIEWS.c.conversation_id)
        .where(_REVIEWS.c.wording.is_not(None))
        .limit(_AT_ONCE)
    ).all()
    change = _REVIEWS.update().where(_REVIEWS.c.id == bindparam("its")).values(sealed=bindparam("made"), wording=None)
    made = [
        keyring.seal_within(row.sealed_key, {"wording": row.wording}, f"review {row.conversation_id} {row.message_seq}")
        for row in rows
    ]
    if rows:
        connection.execute(change, [{"its": row.id, "made": sealed} for row, sealed in zip(rows, made, strict=True)])
    return len(rows)
