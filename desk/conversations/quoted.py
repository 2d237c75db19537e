"""What was quoted last in a conversation, for whoever asks for easier words."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from desk.models import AnswerFact, Message


def _statement() -> Select[tuple[str | None, str | None, int | None, int | None]]:
    """What was quoted first in the newest answer before a message, to which message it was, and the newest of those."""
    ours = Message.conversation_id == bindparam("conversation")
    last = select(func.max(Message.seq)).where(ours, Message.sender == "patient", Message.seq < bindparam("seq"))
    here = AnswerFact.conversation_id == bindparam("conversation")
    return (
        select(AnswerFact.article, AnswerFact.section, Message.reply_to, last.correlate(None).scalar_subquery())
        .join(Message, (Message.conversation_id == AnswerFact.conversation_id) & (Message.seq == AnswerFact.message_seq))
        .where(here, AnswerFact.message_seq < bindparam("seq"), AnswerFact.status == "answered")
        .order_by(AnswerFact.message_seq.desc())
        .limit(1)
    )


_QUOTED_BEFORE = _statement()  # to put it together takes as long as to ask it


def quoted_before(session: Session, conversation_id: str, seq: int) -> dict[str, Any] | None:
    """The article and the heading that were quoted last before a message, and whether that was the last thing answered."""
    found = session.execute(_QUOTED_BEFORE, {"conversation": conversation_id, "seq": seq}).first()
    if found is None:
        return None
    article, heading, answered, last = found
    return {"article": article, "heading": heading, "just": answered == last}
