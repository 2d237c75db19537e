"""The tables. The message log is append-only and is the record of what was said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """An instant. SQLite forgets time zones; a naive time is refused so that none is ever guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read as UTC."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Base(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {datetime: UtcTime, dict[str, Any]: JSON, list[dict[str, Any]]: JSON}


class Conversation(Base):
    """One patient's chat."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    started_at: Mapped[datetime]
    last_seq: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16), default="bot")  # bot, waiting, human, closed
    language: Mapped[str] = mapped_column(String(8), default="en")
    unread_alarm: Mapped[str | None] = mapped_column(String(40))  # group of an emergency whose text nobody said to have read
    asking: Mapped[str | None] = mapped_column(String(16))  # what the last reply asked beside the open field


class Message(Base):
    """One entry of the numbered log."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "client_id"),
        Index("ix_messages_reply_to", "conversation_id", "reply_to"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    seq: Mapped[int]
    at: Mapped[datetime]
    sender: Mapped[str] = mapped_column(String(16))  # patient, assistant, coordinator, system
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    buttons: Mapped[list[dict[str, Any]]]
    answer: Mapped[dict[str, Any] | None]
    question: Mapped[dict[str, Any] | None]
    client_id: Mapped[str | None] = mapped_column(String(36))  # of a patient's message
    answered: Mapped[bool] = mapped_column(default=False)  # of a patient's message: the replies are stored
    reply_to: Mapped[int | None]  # the seq of the patient's message that this replies to


class Intake(Base):
    """Where a conversation's intake stands."""

    __tablename__ = "intakes"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    open_field: Mapped[str | None] = mapped_column(String(40))
    detail_asked: Mapped[bool] = mapped_column(default=False, server_default=false())
    attempts: Mapped[int] = mapped_column(default=0)
    reference: Mapped[str | None] = mapped_column(String(16), unique=True)
    updated_at: Mapped[datetime]


class IntakeAnswer(Base):
    """One answer to one field. A later row for the same field replaces it; the earlier one stays as history."""

    __tablename__ = "intake_answers"
    __table_args__ = (Index("ix_intake_answers_conversation", "conversation_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[str] = mapped_column(Text)  # what was said and understood, encrypted
    message_seq: Mapped[int]  # the patient's message that it came from
    at: Mapped[datetime]


class Handoff(Base):
    """A conversation given to a person."""

    __tablename__ = "handoffs"
    __table_args__ = (Index("ix_handoffs_created", "created_at"),)

    reference: Mapped[str] = mapped_column(String(16), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(24))  # asked, deletion, red_flag, intake_completed
    state: Mapped[str] = mapped_column(String(16), default="open")  # open, closed
    created_at: Mapped[datetime]
    urgent_level: Mapped[str | None] = mapped_column(String(16))  # emergency, urgent
    urgent_group: Mapped[str | None] = mapped_column(String(40))  # of the last alarm, by its name in red_flags.yml
    urgent_at: Mapped[datetime | None]
