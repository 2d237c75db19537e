"""Whether a patient found an answer helpful."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.conversations.log import lock
from desk.models import Feedback, Message


class NoSuchAnswer(Exception):
    """The conversation has no answer of the assistant with that number."""


def give_feedback(session: Session, conversation_id: str, seq: int, helpful: bool) -> None:
    """Store what a patient thinks of an answer; the last word counts.

    Raises:
        NoSuchAnswer: if the message is no answer of the assistant in this conversation.
        UnknownConversation: if the conversation was deleted.
    """
    lock(session, conversation_id)
    answer = select(Message.id).where(
        Message.conversation_id == conversation_id, Message.seq == seq, Message.sender == "assistant", Message.kind == "answer"
    )
    if session.scalar(answer) is None:
        raise NoSuchAnswer(seq)
    session.merge(Feedback(conversation_id=conversation_id, message_seq=seq, helpful=helpful, at=datetime.now(UTC)))
