"""When sealed rows are opened and sealed: with the key of their conversation, which is made with it and goes with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Mapper, QueryContext, Session, column_property, object_session
from sqlalchemy.orm.util import identity_key

from desk.sealed import SESSION_KEYRING, Keyring
from desk.tables.conversation import Alarm, Conversation, HeldBack, Message
from desk.tables.handoff import Correction, Review
from desk.tables.reaching import ReplyLink
from desk.tables.words import Sealed

SEALED = (Message, HeldBack, Alarm, Correction, Review, ReplyLink)
for _table in SEALED:
    _key = select(Conversation.sealed_key).where(Conversation.id == _table.conversation_id)
    _table.data_key = column_property(_key.correlate_except(Conversation).scalar_subquery())  # type: ignore[assignment]


@event.listens_for(Sealed, "load", propagate=True)
def _loaded(row: Sealed, context: QueryContext) -> None:
    row.loaded(context.session.info.get(SESSION_KEYRING))


@event.listens_for(Sealed, "refresh", propagate=True)
def _refreshed(row: Sealed, context: QueryContext, attributes: Any) -> None:
    if attributes is None or "sealed" in attributes:
        _loaded(row, context)


@event.listens_for(Conversation, "before_insert")
def _make_key(_mapper: Mapper[Conversation], _connection: Connection, conversation: Conversation) -> None:
    keyring = _keyring(conversation)
    if conversation.sealed_key is None and keyring is not None:
        conversation.sealed_key = keyring.new_data_key()


@event.listens_for(Sealed, "before_insert", propagate=True)
@event.listens_for(Sealed, "before_update", propagate=True)
def _seal(_mapper: Mapper[Sealed], connection: Connection, row: Sealed) -> None:
    keyring = _keyring(row)
    if not row.sealed and keyring is not None:
        row.seal(keyring, _data_key(connection, row))


def _keyring(row: object) -> Keyring | None:
    session = object_session(row)
    return session.info.get(SESSION_KEYRING) if session else None


def _data_key(connection: Connection, row: Sealed) -> str | None:
    """The key of the row's conversation; mostly that is at hand, because it is locked while something is said in it."""
    session = object_session(row)
    known = _at_hand(session, row.conversation_id) if session else None
    if known is not None:
        return known
    return connection.scalar(select(Conversation.sealed_key).where(Conversation.id == row.conversation_id))


def _at_hand(session: Session, conversation_id: str) -> str | None:
    conversation = session.identity_map.get(identity_key(Conversation, conversation_id))
    return conversation.__dict__.get("sealed_key") if conversation is not None else None
