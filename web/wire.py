"""The shapes of the chat contract, once, as typed models."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

from desk.models import Message
from intake.record import Status
from knowledge.answer import Answer

MAX_MESSAGE = 4_000  # characters; a long letter, and far below what slows the assistant

Kind = Literal["text", "answer", "question", "summary", "notice", "emergency", "handoff"]
UtcText = Annotated[datetime, PlainSerializer(lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ"), return_type=str)]


class Button(BaseModel):
    """A quick reply; sending its value as text is the same as pressing it."""

    title: str
    value: str


class Question(BaseModel):
    """The field of the intake that a message asks for."""

    field: str
    step: int
    steps: int


class WireMessage(BaseModel):
    """One message of the log."""

    model_config = ConfigDict(populate_by_name=True)

    seq: int
    at: UtcText
    sender: Literal["patient", "assistant", "coordinator", "system"] = Field(alias="from")
    kind: Kind
    text: str
    buttons: list[Button]
    answer: Answer | None
    question: Question | None


class Started(BaseModel):
    """A new chat."""

    session: str
    token: str
    messages: list[WireMessage]


class Messages(BaseModel):
    """Some messages, in the order of their numbers."""

    messages: list[WireMessage]


class SendMessage(BaseModel):
    """What a patient sends."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    text: Annotated[str, StringConstraints(strict=True)]


class IntakeView(BaseModel):
    """A patient's intake as it stands."""

    status: Status
    reference: str | None
    answers: dict[str, Any]


class Encode(BaseModel):
    """Texts to embed."""

    model_config = ConfigDict(extra="forbid")

    texts: Annotated[list[str], Field(max_length=512)]


class Encoded(BaseModel):
    """Unit vectors, one a text."""

    model: str
    vectors: list[list[float]]


def as_wire(message: Message) -> WireMessage:
    """A stored message in the contract's shape."""
    return WireMessage.model_validate(
        {
            "seq": message.seq,
            "at": message.at,
            "from": message.sender,
            "kind": message.kind,
            "text": message.text,
            "buttons": message.buttons,
            "answer": message.answer,
            "question": message.question,
        }
    )
