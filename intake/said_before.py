"""What was said to a patient last, outside the intake: what a message means depends on it."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

# Those of `KINDS` in bot/conversations.py, which tells the acts of messages apart by it.
Before = Literal["start", "quotes", "no_answer", "choices", "offer", "text", "handoff"]
KINDS: tuple[Before, ...] = get_args(Before)


class SaidBefore(BaseModel):
    """The last reply, and the message that it was for.

    Attributes:
        kind: what it was.
        asked: the message; nothing at the beginning.
        offered: what could be pressed, in the words that are sent.
    """

    model_config = ConfigDict(frozen=True)

    kind: Before = "start"
    asked: str | None = None
    offered: list[str] = []
