"""What people do with a conversation: the handoff, their notes, what they think of an answer, and the notices about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from desk.tables.base import Base
from desk.tables.words import Sealed, Words, unreadable


def _no_text() -> str | None:
    return None


def _no_dict() -> dict[str, Any] | None:
    return None


class Handoff(Base):
    """A conversation given to a person."""

    __tablename__ = "handoffs"
    __table_args__ = (
        Index("ix_handoffs_created", "created_at"),
        Index("ix_handoffs_called", "called_at"),
        Index("ix_handoffs_open", "state", "conversation_id"),
    )

    reference: Mapped[str] = mapped_column(String(16), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(24))  # asked, deletion, red_flag, harm, intake_completed
    state: Mapped[str] = mapped_column(String(16), default="open")  # open, closed
    created_at: Mapped[datetime]
    urgent_level: Mapped[str | None] = mapped_column(String(16))  # emergency, urgent
    urgent_group: Mapped[str | None] = mapped_column(String(40))  # of the last alarm, by its name in red_flags.yml; or harm
    urgent_at: Mapped[datetime | None]
    called_at: Mapped[datetime | None]  # when it last called for whoever is there
    called_for: Mapped[str | None] = mapped_column(String(16))  # why: new, again, or a level of urgency


class Note(Base):
    """What one person wrote for the others; a patient never sees it on a page, and gets it with an export of everything."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    sealed: Mapped[str] = mapped_column(Text)  # the text, encrypted


class Correction(Sealed, Base):
    """What a person of the clinic put beside the name or the contact that the patient gave."""

    __tablename__ = "corrections"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(String(16))  # name, contact
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]

    text = Words(str, unreadable=lambda: unreadable().answer)
    value = Words(_no_dict)  # of a contact: what it is understood as

    def place(self) -> str:
        """Its number in its conversation."""
        return f"correction {self.conversation_id} {self.number}"


class Review(Sealed, Base):
    """What a person thinks of an answer of the assistant. The wording is sealed: it was written from a patient's question."""

    __tablename__ = "reviews"
    __table_args__ = (UniqueConstraint("conversation_id", "message_seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    message_seq: Mapped[int]  # of the assistant's message
    verdict: Mapped[str] = mapped_column(String(24))  # right, wrong, incomplete, should_have_answered
    article: Mapped[str | None] = mapped_column(String(80))  # that should have answered
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]

    wording = Words(_no_text)  # the question as the reviewer wrote it, without anything personal

    def place(self) -> str:
        """The number of the answer in its conversation."""
        return f"review {self.conversation_id} {self.message_seq}"


class Notice(Base):
    """Something to send: written in the transaction of what it tells of, sent afterwards, and never twice on purpose."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("key"), Index("ix_notices_due", "state", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120))  # event, handoff and receiver: what may not be sent twice
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    event: Mapped[str] = mapped_column(String(24))  # one of `desk.post.notices.EVENTS`
    channel: Mapped[str] = mapped_column(String(16))  # email, webhook
    receiver: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]]  # reference, event, times: no health detail, no name
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default="waiting")  # waiting, sending, sent, given_up
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None]  # while a process sends it
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(200))
