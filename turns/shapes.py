"""What a message of the chat can be, and the field that it may ask for: shared by Rasa's reply and the chat contract."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

Kind = Literal["text", "answer", "question", "summary", "notice", "emergency", "check", "handoff"]


StoredKind = Literal[Kind, "removed"]  # nothing is said as a removed message; one becomes it when the consent is withdrawn


class InputOption(BaseModel):
    """One answer that can be chosen."""

    title: str = Field(description="What is written on it.")
    value: str = Field(description="What is sent as the value.")


class Input(BaseModel):
    """How a question wants to be answered. A client that does not know the kind lets the patient write."""

    kind: Literal["choice", "yes_no", "date", "country", "contact", "name", "list", "text"] = Field(
        description="The control. Its value: `choice`: the value of an option. `yes_no`: that, or `answer` (the same) with a "
        "`detail`. `date`: `date` as 1961-03-14, or `year`, perhaps with `month`, or `age`. `country`: two letters or a name. "
        "`contact`: "
        "`by` with the value of an option, and `value`. `name`, `text`: a text. `list`: several. Any: null to leave it out."
    )
    options: list[InputOption] = Field(description="What can be chosen. Of a `text` or `list`: answers that many give.")
    multiple: bool = Field(description="Whether several can be given.")
    optional: bool = Field(description="Whether it may be left out.")
    detail: str | None = Field(default=None, description="Of `yes_no`: what else is asked after a yes.")
    suggest: str | None = Field(default=None, description="Where suggestions come from: a call that needs no token.")
    max: int | None = Field(default=None, description="The most characters of a text, or the most items of a list.")
    prefix: str | None = Field(
        default=None, description="Of `contact`: what a phone number begins with where the patient lives."
    )


class CardField(BaseModel):
    """A field on a card."""

    field: str = Field(description="Name of the field.")
    label: str = Field(description="Its short name.")
    ask: str = Field(description="The question.")
    why: str = Field(description="Why it is asked.")
    input: Input = Field(description="Its control.")
    value: Any = Field(description="What was understood so far, if there is an answer.")
    said: str | None = Field(default=None, description="The answer in the patient's words.")
    shown: str | None = Field(default=None, description="What was understood, in words, where that is not what was said.")
    skipped: bool = Field(default=False, description="Whether it was left out.")
    to_check: bool = Field(default=False, description="Whether a person has to look at the answer.")


class Card(BaseModel):
    """Fields that belong together and may be answered in one message."""

    name: str = Field(description="Its name; of the read-back that of a subject.")
    title: str = Field(description="Its heading.")
    fields: list[CardField] = Field(description="Its fields without an answer, the one that is asked first.")


class Question(BaseModel):
    """The field of the intake that a message asks for."""

    field: str = Field(description="Name of the field, as in the intake's answers.")
    step: int = Field(description="Which of the questions this is, from 1.")
    steps: int = Field(description="How many questions there are for this patient.")
    input: Input | None = Field(default=None, description="How it wants to be answered; null where only words are taken.")
    card: Card | None = Field(default=None, description="The card that it begins, if it begins one.")
    value: Any = Field(default=None, description="What was answered to it before, to be changed or kept; null if nothing was.")


class QuestionOrReview(Question):
    """The same, or everything that is read back: then the field is `review`."""

    review: list[Card] = []  # every answer, subject by subject
