"""Whose turn it is: messages of one conversation are dealt with one after the other, also by several web processes.

A patient's message without an outcome is the turn that is being dealt with; there is no other lock in the database. A turn of a
process that died is known by its age. To deal with a message twice is no harm: only the first outcome is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from desk.conversations.log import Draft, Stored, append, lock, store_patient_message
from desk.models import Message
from intake.sent import Sent, from_json


@dataclass(frozen=True)
class Waiting:
    """A patient's message without an outcome."""

    conversation_id: str
    seq: int
    text: str
    values: Sequence[Sent] = ()  # what was chosen beside the words


@dataclass(frozen=True)
class Came:
    """A patient's message as it came."""

    client_id: str
    text: str
    values: Sequence[Sent] = ()  # what was chosen beside the words


def take_turn(session: Session, conversation_id: str, came: Came, alive_since: datetime) -> Stored | None:
    """Store a patient's message and begin to deal with it.

    Args:
        session: a writing transaction.
        conversation_id: the conversation.
        came: the message.
        alive_since: a turn that began earlier is given up, because its process has died.

    Returns:
        The stored message; nothing, while another message has the turn: then nothing is stored.

    Raises:
        IdReused: if the id is known with another text or other values.
        UnknownConversation: if the conversation was deleted.
    """
    lock(session, conversation_id)
    others = [message for message in session.scalars(_waiting(conversation_id)) if message.client_id != came.client_id]
    mine = select(Message.id).where(Message.conversation_id == conversation_id, Message.client_id == came.client_id)
    if any(message.at > alive_since for message in others) and session.scalar(mine) is None:
        return None
    stored = store_patient_message(session, conversation_id, came.client_id, came.text, came.values)
    return replace(stored, is_next=all(message.seq > stored.seq for message in others))


def waiting_before(session: Session, conversation_id: str, seq: int) -> list[Waiting]:
    """Messages that came earlier in a conversation and have no outcome, oldest first."""
    found = session.scalars(_waiting(conversation_id).where(Message.seq < seq).order_by(Message.seq))
    return [_left(message) for message in found]


def waiting_between(session: Session, first: datetime, last: datetime, most: int = 100) -> list[Waiting]:
    """Messages of a span of time, of all conversations, that have no outcome, oldest first."""
    query = select(Message).where(Message.sender == "patient", Message.answered.is_(False))
    found = session.scalars(query.where(Message.at >= first, Message.at <= last).order_by(Message.at).limit(most))
    return [_left(message) for message in found]


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


def _left(message: Message) -> Waiting:
    return Waiting(message.conversation_id, message.seq, message.text, from_json(message.values))


def _waiting(conversation_id: str) -> Select[tuple[Message]]:
    return select(Message).where(
        Message.conversation_id == conversation_id, Message.sender == "patient", Message.answered.is_(False)
    )
