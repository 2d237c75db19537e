"""A patient's conversation: the append-only log of what was said, the intake, and what the patient thought of an answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from desk.tables.base import Base
from desk.tables.words import Sealed, Words, unreadable
from knowledge.answer import Answer, stored_answer


class Conversation(Base):
    """One patient's chat."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_queue", "state", "waiting_since"),
        Index("ix_conversations_last", "last_message_at"),
        Index("ix_conversations_started", "started_at"),
        Index("ix_conversations_country", "country"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    started_at: Mapped[datetime]
    last_seq: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16), default="bot")  # bot, waiting, human, closed
    language: Mapped[str] = mapped_column(String(8), default="en")
    unread_alarm: Mapped[str | None] = mapped_column(String(40))  # group of an emergency whose text nobody said to have read
    asking: Mapped[str | None] = mapped_column(String(16))  # what the last reply asked beside the open field
    revision: Mapped[int] = mapped_column(default=0, server_default="0")  # counts changes of the fields below, and of `state`
    holder: Mapped[str | None] = mapped_column(ForeignKey("users.id"))  # the person who has it
    waiting_since: Mapped[datetime | None]  # since when the patient waits for a person; none once a person has written
    snoozed_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(24))  # how it was closed
    last_message_at: Mapped[datetime | None]
    country: Mapped[str | None] = mapped_column(String(2))  # as in the intake, for finding the case
    leaves_at: Mapped[datetime | None]  # when a rule erases it though it is open; its people were told
    legal_hold: Mapped[bool] = mapped_column(default=False, server_default=false())  # retention does not touch it
    sealed_key: Mapped[str | None] = mapped_column(String(200))  # the key of its words, itself sealed


def _answer_as_json(answer: Answer | None) -> Any:
    return None if answer is None else answer.model_dump(mode="json")


def _no_answer() -> Answer | None:
    return None


def _no_dict() -> dict[str, Any] | None:
    return None


def _no_words() -> list[str]:
    return []


def _no_dicts() -> list[dict[str, Any]]:
    return []


class Message(Sealed, Base):
    """One entry of the numbered log. What it says is sealed."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "client_id"),
        Index("ix_messages_reply_to", "conversation_id", "reply_to"),
        Index("ix_messages_at", "at"),
        Index(
            "ix_messages_by_person",
            "conversation_id",
            "at",
            sqlite_where=text("sender = 'coordinator'"),
            postgresql_where=text("sender = 'coordinator'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    seq: Mapped[int]
    at: Mapped[datetime]
    sender: Mapped[str] = mapped_column(String(16))  # patient, assistant, coordinator, system
    kind: Mapped[str] = mapped_column(String(16))
    asked: Mapped[str | None] = mapped_column(String(40))  # the field of the intake that it asks
    client_id: Mapped[str | None] = mapped_column(String(36))  # of a patient's message
    answered: Mapped[bool] = mapped_column(default=False)  # of a patient's message: the replies are stored
    reply_to: Mapped[int | None]  # the seq of the patient's message that this replies to
    language: Mapped[str | None] = mapped_column(String(8))  # of the text, where it is not the one that is spoken
    said_with: Mapped[int | None]  # the seq of a later one with whose replies it was said, where that is not the same
    author: Mapped[str | None] = mapped_column(String(80))  # of a coordinator's message: the name that the patient sees
    author_role: Mapped[str | None] = mapped_column(String(16))

    text = Words(str, unreadable=lambda: unreadable().message)
    buttons = Words(_no_dicts)
    answer = Words(_no_answer, store=_answer_as_json, load=stored_answer)
    question = Words(_no_dict)
    values = Words(_no_dicts)  # of a patient's message: what was chosen in controls, as `intake.sent` writes it
    hands = Words(_no_dict)  # of a notice: who has the conversation from here on, as `web.wire.Hands` says it

    def place(self) -> str:
        """Its number in its conversation."""
        return f"message {self.conversation_id} {self.seq}"


class HeldBack(Sealed, Base):
    """A patient's message that was not taken for what it was because of an emergency, or is known to be none."""

    __tablename__ = "held_back"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    message_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(16))  # one of `intake.record.HoldState`
    field: Mapped[str | None] = mapped_column(String(40))  # that was open when it came
    asking: Mapped[str | None] = mapped_column(String(16))  # what had been asked beside it

    alarm = Words(_no_dict)  # of one that is asked about: what a yes raises

    def place(self) -> str:
        """The number of the message in its conversation."""
        return f"held back {self.conversation_id} {self.message_seq}"


class Alarm(Sealed, Base):
    """An alarm that a message raised. What it rests on is sealed like the message."""

    __tablename__ = "alarms"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    message_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[str] = mapped_column(String(16))  # emergency, urgent
    group: Mapped[str] = mapped_column(String(40))  # by its name in red_flags.yml
    rule: Mapped[str] = mapped_column(String(16))  # what raised it; see `emergencies.compiled_groups.RuleName`
    how: Mapped[str] = mapped_column(String(16))  # one of `intake.record.HowRaised`

    words = Words(_no_words)  # of the patient, on which it rests

    def place(self) -> str:
        """The number of the message in its conversation."""
        return f"alarm {self.conversation_id} {self.message_seq}"


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


class Feedback(Base):
    """Whether a patient found an answer helpful; the last word counts."""

    __tablename__ = "feedback"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    message_seq: Mapped[int] = mapped_column(primary_key=True)
    helpful: Mapped[bool]
    at: Mapped[datetime]
