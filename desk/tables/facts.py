"""What the numbers of the console are made from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from desk.tables.base import Base


class AnswerFact(Base):
    """What an answer of the assistant was, without its words: counting reads these few bytes, not whole messages."""

    __tablename__ = "answer_facts"
    __table_args__ = (
        Index("ix_answer_facts_at", "at", "status"),
        Index("ix_answer_facts_section", "status", "article", "section", "at"),
        {"sqlite_with_rowid": False},
    )

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    message_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(12))  # answered, clarify, abstained
    article: Mapped[str | None] = mapped_column(String(80))  # the one that is quoted first
    section: Mapped[str | None] = mapped_column(String(200))  # its heading as it was shown
