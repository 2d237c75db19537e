"""What a message of the chat can be, and the field that it may ask for: shared by Rasa's reply and the chat contract."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

Kind = Literal["text", "answer", "question", "summary", "notice", "emergency", "check", "handoff"]


StoredKind = Literal[Kind, "removed"]  # nothing is said as a removed message; one becomes it when the consent is withdrawn


class Question(BaseModel):
    """The field of the intake that a message asks for."""

    field: str = Field(description="Name of the field, as in the intake's answers; `review` for the read-back.")
    step: int = Field(description="Which of the questions this is, from 1.")
    steps: int = Field(description="How many questions there are for this patient.")
