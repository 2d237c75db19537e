"""Notes beside the messages, in their transaction, so that insight counts without reading what was said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from desk.models import AnswerFact, Message


def note_answers(session: Session, messages: Sequence[Message]) -> None:
    """Note what the answers among new messages are."""
    session.add_all(_fact(message) for message in messages if message.answer)


def _fact(message: Message) -> AnswerFact:
    answer = message.answer or {}
    first: dict[str, Any] = next(iter(answer.get("passages", [])), {})
    return AnswerFact(
        conversation_id=message.conversation_id,
        message_seq=message.seq,
        at=message.at,
        status=answer["status"],
        article=first.get("article"),
        section=first.get("heading", "")[:200] or None,
    )
