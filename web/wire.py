"""The shapes of the chat contract, once, as typed models."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

from desk.conversations.own_data import Held
from desk.models import Message
from emergencies.calls import calls_in
from intake.fields import REVIEW
from intake.record import Status
from intake.sent import MOST, Sent
from knowledge.answer import Answer
from language.spoken import spoken
from turns.shapes import Card, InputOption, Question, StoredKind

_NAMES_NUMBERS = frozenset({"emergency", "check"})
MAX_MESSAGE = 4_000  # characters; a long letter, and far below what slows the assistant

Spoken = Annotated[str, StringConstraints(pattern="^[a-z]{2}$")]
UtcText = Annotated[datetime, PlainSerializer(lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ"), return_type=str)]


class Button(BaseModel):
    """A quick reply; sending its value as text is the same as pressing it."""

    title: str = Field(description="What is written on the button.")
    value: str = Field(description="What to send as a message when it is pressed.")


class NumberToCall(BaseModel):
    """An emergency number that a text names."""

    number: str = Field(description="What is dialled, such as `112`.")
    label: str = Field(description="What to write on its button, with its place where there is one, in the message's language.")


class Author(BaseModel):
    """The person who wrote a message."""

    name: str = Field(description="The name that patients see.")
    role: str = Field(description="What they are at the clinic, for example `coordinator` or `physician`.")


class Hands(BaseModel):
    """Who has the chat from a message on."""

    to: Literal["person", "assistant"] = Field(description="A person, and the assistant is silent; or the assistant again.")
    name: str | None = Field(default=None, description="Of the person: the name that patients see.")
    role: str | None = Field(default=None, description="What they are at the clinic.")


class WireMessage(BaseModel):
    """One message of the log. It never changes once it is there, but for the removal when a consent is withdrawn."""

    model_config = ConfigDict(populate_by_name=True)

    seq: int = Field(
        description="Number of the message in its chat, from 1, without gaps. Replay and stream go on from it. "
        "0 only in the reply to an emergency that could not be stored yet: it gets its number when it is stored."
    )
    at: UtcText = Field(description="When it was stored, in UTC.")
    sender: Literal["patient", "assistant", "coordinator", "system"] = Field(alias="from", description="Who says it.")
    kind: StoredKind = Field(
        description="What it is. `answer`: quotes from the library are in `answer`. `question`: the intake asks something. "
        "`summary`: the intake read back. `handoff`: a person was called. `emergency`: show it so that nobody overlooks it. "
        "`check`: whether it happens now, asked before an alarm; show it as clearly. "
        "`notice`: something about the chat itself. `removed`: it told of the patient's health, and was removed when they "
        "withdrew their consent; the text says so. `text`: anything else."
    )
    text: str = Field(description="The message in plain text. It says everything, also without the other fields.")
    lang: str = Field(description="The language of the text, as in `en`; `und` for one that is not known here.")
    buttons: list[Button] = Field(description="Quick replies, perhaps none.")
    calls: list[NumberToCall] = Field(
        description="Of an emergency or a check: the numbers that its text names, each to be pressed."
    )
    answer: Answer | None = Field(description="The quotes with their sources, if the message is an answer.")
    question: Question | None = Field(description="The field of the intake that is asked, if one is.")
    review: list[Card] = Field(description="Of a read-back: every answer, subject by subject.")
    author: Author | None = Field(description="The person who wrote it, if one did.")
    hands: Hands | None = Field(description="Who has the chat from here on, if that changes with this message.")
    values: list[Sent] = Field(description="Of a patient's message: what was chosen in controls beside the text.")


class Started(BaseModel):
    """A new chat."""

    session: str = Field(description="Name of the chat. It opens nothing.")
    token: str = Field(description="Opens the chat until it is too old; keep it secret.")
    messages: list[WireMessage] = Field(description="The greeting.")


class Start(BaseModel):
    """How a chat begins; nothing of it is needed."""

    model_config = ConfigDict(extra="forbid")

    language: Spoken | None = Field(default=None, description="The patient's language, as in `de`. Others: see `languages`.")


class ChooseLanguage(BaseModel):
    """The language in which the patient would like the fixed texts."""

    model_config = ConfigDict(extra="forbid")

    language: Spoken


class Messages(BaseModel):
    """Some messages, in the order of their numbers."""

    messages: list[WireMessage]


class SendMessage(BaseModel):
    """What a patient sends."""

    model_config = ConfigDict(extra="forbid")

    id: UUID = Field(description="A random UUID, made by the client for this message and used again when it is repeated.")
    text: Annotated[str, StringConstraints(strict=True)] = Field(description=f"1 to {MAX_MESSAGE:,} characters.")
    value: Sent | None = Field(default=None, description="What was chosen in the control of a question; `text` says the same.")
    values: list[Sent] = Field(default=[], max_length=MOST, description="The same for a card: one for each of its fields.")

    @property
    def chosen(self) -> list[Sent]:
        """Every value."""
        return [*([self.value] if self.value else []), *self.values]


class CheckMessage(BaseModel):
    """What a patient has written and cannot send yet."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(strict=True)] = Field(description=f"1 to {MAX_MESSAGE:,} characters.")


class SendFeedback(BaseModel):
    """What a patient thinks of an answer."""

    model_config = ConfigDict(extra="forbid")

    seq: int = Field(ge=1, le=2**31 - 1, strict=True, description="Number of the answer's message.")
    helpful: bool = Field(strict=True)


class OwnAlarm(BaseModel):
    """What a client says by itself to an emergency, while the service does not answer."""

    text: str
    calls: list[NumberToCall] = Field(description="The numbers that the text names.")
    words: list[str] = Field(description="Wordings that raise it, each from the beginning of a word on.")
    unless_before: list[str] = Field(description="Not after one of these, among the three words before.")
    unless_in: list[str] = Field(description="Nor with one of these in the same sentence.")
    spaced: bool = Field(description="Whether words are parted by spaces; otherwise a wording may stand within others.")


class TheirWords(BaseModel):
    """What a client says by itself in a patient's language, while the service does not answer."""

    lang: str
    dir: Literal["ltr", "rtl"]
    status: dict[str, str] = Field(
        description="What is said of a message that was not sent or answered, or of anything not done."
    )
    connection: dict[str, str] = Field(description="What is said of a connection that is lost.")
    alarm: OwnAlarm


class Suggestions(BaseModel):
    """What a control may suggest."""

    suggestions: list[InputOption] = Field(description="Each with the value that is sent for it.")


class IntakeView(BaseModel):
    """A patient's intake as it stands."""

    status: Status
    reference: str | None = Field(description="Reference number of the intake, once it was sent.")
    answers: dict[str, Any] = Field(
        description="What was understood, by field; null for one that was left out. `to_check`: a person has to look at it."
    )


class Export(Held):
    """Everything that is held on a chat."""

    messages: list[WireMessage]


class ErrorDetail(BaseModel):
    """What went wrong."""

    code: str = Field(description="For programs; it stays the same.")
    message: str = Field(description="For people.")


class ErrorBody(BaseModel):
    """The shape of every error."""

    error: ErrorDetail


class Alive(BaseModel):
    """The process answers, and its threads work; if they hang, all of it is to be started again."""

    status: Literal["ok", "threads_hang"]


class Ready(BaseModel):
    """What is there."""

    database: bool
    index: bool = Field(description="The library has something to quote.")
    rasa: bool = Field(description="Rasa runs with a model.")
    disk: bool = Field(description="The data folder can be written, and there is room.")
    problems: list[Literal["database", "index", "rasa_away", "rasa_no_model", "disk_full", "folder_read_only"]]


class Encode(BaseModel):
    """Texts to embed."""

    model_config = ConfigDict(extra="forbid")

    texts: Annotated[list[str], Field(max_length=512)]


class Encoded(BaseModel):
    """Unit vectors, one a text."""

    model: str
    vectors: list[list[float]]


def as_wire(message: Message) -> WireMessage:
    """A stored message in the contract's shape. A read-back asks no field."""
    asked = message.question or {}
    reads_back = asked.get("field") == REVIEW
    language = message.language or spoken()
    calls = calls_in(message.text, language) if message.kind in _NAMES_NUMBERS else []
    return WireMessage.model_validate(
        {
            "seq": message.seq,
            "at": message.at,
            "from": message.sender,
            "kind": message.kind,
            "text": message.text,
            "lang": language,
            "buttons": message.buttons,
            "calls": [{"number": call.number, "label": call.label} for call in calls],
            "answer": message.answer,
            "question": None if reads_back else message.question,
            "review": asked.get("review", []) if reads_back else [],
            "values": message.values,
            "hands": message.hands,
            "author": {"name": message.author, "role": message.author_role or "coordinator"} if message.author else None,
        }
    )


class StreamState(BaseModel):
    """What the clinic's people do just now: the event `state` of the stream."""

    read: int = Field(description="The number of the last message that a person of the clinic has opened; 0 for none.")
    typing: Author | None = Field(description="The person who is typing, if anybody.")


class Seen(BaseModel):
    """What the patient has seen."""

    model_config = ConfigDict(extra="forbid")

    seq: int = Field(ge=1, le=2**53, description="The number of the last message that stood before the patient's eyes.")


class AskForCode(BaseModel):
    """A code is wanted for a link."""

    model_config = ConfigDict(extra="forbid")

    link: str = Field(min_length=1, max_length=100, description="The secret of the link: what follows the dot behind its #.")


class ComeBack(AskForCode):
    """The link of an e-mail, with the answer to what it asks."""

    birth: date | None = Field(default=None, description="The patient's date of birth, where the link asks for it.")
    code: str | None = Field(default=None, max_length=20, description="Else the code that was sent.")


class Opened(BaseModel):
    """A chat that was opened again."""

    session: str = Field(description="The name of the chat. It opens nothing.")
    token: str = Field(description="Opens the chat; keep it secret.")
