"""Whose turn it is: messages of one conversation are dealt with one after the other, also by several web processes.

A patient's message without an outcome is the turn that is being dealt with; there is no other lock in the database. A turn of a
process that died is known by its age. To deal with a message twice is no harm: only the first outcome is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from desk.conversations.log import Draft, Stored, UnknownConversation, append, store_patient_message
from desk.models import Conversation, Message


@dataclass(frozen=True)
class Waiting:
    """A patient's message without an outcome."""

    conversation_id: str
    seq: int
    text: str


def take_turn(session: Session, conversation_id: str, client_id: str, text: str, alive_since: datetime) -> Stored | None:
    """Store a patient's message and begin to deal with it.

    Args:
        session: a writing transaction.
        conversation_id: the conversation.
        client_id: the message's own id.
        text: what the patient wrote.
        alive_since: a turn that began earlier is given up, because its process has died.

    Returns:
        The stored message; nothing, while another message has the turn: then nothing is stored.

    Raises:
        IdReused: if the id is known with another text.
        UnknownConversation: if the conversation was deleted.
    """
    lock(session, conversation_id)
    mine = select(Message.id).where(Message.conversation_id == conversation_id, Message.client_id == client_id)
    others = _waiting(conversation_id).where(Message.at > alive_since)
    if session.scalar(mine) is None and session.scalars(others.limit(1)).first() is not None:
        return None
    return store_patient_message(session, conversation_id, client_id, text)


def waiting_before(session: Session, conversation_id: str, seq: int) -> list[Waiting]:
    """Messages that came earlier in a conversation and have no outcome, oldest first."""
    found = session.scalars(_waiting(conversation_id).where(Message.seq < seq).order_by(Message.seq))
    return [Waiting(message.conversation_id, message.seq, message.text) for message in found]


def waiting_between(session: Session, first: datetime, last: datetime, most: int = 100) -> list[Waiting]:
    """Messages of a span of time, of all conversations, that have no outcome, oldest first."""
    query = select(Message).where(Message.sender == "patient", Message.answered.is_(False))
    found = session.scalars(query.where(Message.at >= first, Message.at <= last).order_by(Message.at).limit(most))
    return [Waiting(message.conversation_id, message.seq, message.text) for message in found]


def end_turns(session: Session, conversation_id: str, replies: Sequence[Draft]) -> list[Message]:
    """Say something now, and let it be the outcome of every message that has none; what a turn still brings is dropped.

    Raises:
        UnknownConversation: if the conversation was deleted.
    """
    lock(session, conversation_id)
    open_ones = waiting_before(session, conversation_id, 2**31 - 1)
    session.execute(
        update(Message)
        .where(Message.conversation_id == conversation_id, Message.sender == "patient", Message.answered.is_(False))
        .values(answered=True)
    )
    return append(session, conversation_id, replies, reply_to=open_ones[-1].seq if open_ones else None)


def lock(session: Session, conversation_id: str) -> None:
    """Let nobody else write to a conversation until the transaction ends. SQLite has done that at its beginning.

    Raises:
        UnknownConversation: if the conversation was deleted.
    """
    query = select(Conversation.id).where(Conversation.id == conversation_id).with_for_update()
    if session.scalar(query) is None:
        raise UnknownConversation(conversation_id)


def _waiting(conversation_id: str) -> Select[tuple[Message]]:
    return select(Message).where(
        Message.conversation_id == conversation_id, Message.sender == "patient", Message.answered.is_(False)
    )
