"""Notes beside the messages, in their transaction, so that insight counts without reading what was said."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from desk.models import AnswerFact, Message
from knowledge.answer import Answer


def note_answers(session: Session, messages: Sequence[Message]) -> None:
    """Note what the answers among new messages are."""
    session.add_all(_fact(message, message.answer) for message in messages if message.answer)


def _fact(message: Message, answer: Answer) -> AnswerFact:
    first = next(iter(answer.passages), None)
    return AnswerFact(
        conversation_id=message.conversation_id,
        message_seq=message.seq,
        at=message.at,
        status=answer.status,
        article=first.article if first else None,
        section=first.heading[:200] or None if first else None,
    )
