"""What a message means while a field is open: an answer to it, or something else that comes first.

One mechanism for every interruption. The field is looked at before the intent, because only the field knows that "MS" or
"Will May" is an answer; the form of the message is looked at before a free text is taken, so that a question is never stored
as a condition.
"""

from __future__ import annotations

from dataclasses import dataclass

from intake.fields import IntakeField
from intake.judge import judge, looks_like_a_question

# Below this an intent says too little to override an answer that fits the field.
SURE = 0.5

# What a patient may do at any time instead of answering. Everything else is an answer, or a failed one.
MOVES = frozenset({
    "question", "talk_to_person", "stop_intake", "skip", "why_ask", "summary", "greet", "thanks", "goodbye", "help",
    "bot_challenge", "small_talk", "abuse", "complaint", "repeat", "start_intake", "delete_data", "change_answer",
    "go_back", "start_over",
})  # fmt: skip


@dataclass(frozen=True)
class Value:
    """The message answers the open field."""

    value: object


@dataclass(frozen=True)
class Move:
    """The message does something else; `intent` says what."""

    intent: str


@dataclass(frozen=True)
class Unusable:
    """The message seems meant as an answer, but says nothing that the field can take."""


def read_message(field: IntakeField, text: str, intent: str, confidence: float, region: str) -> Value | Move | Unusable:
    """Decide what a message is while `field` is open.

    Args:
        field: the open field.
        text: the message.
        intent: what Rasa took it for.
        confidence: how sure Rasa is, between 0 and 1.
        region: ISO country code for phone numbers without one.
    """
    value = judge(field, text, region)
    pressed = text.strip() in field.buttons
    # These kinds are recognised by their content, whatever the sentence around it looks like.
    if value is not None and (pressed or field.kind in {"consent", "contact"}):
        return Value(value)
    sure_move = intent in MOVES and confidence >= SURE
    if sure_move and intent != "question":
        return Move(intent)
    if looks_like_a_question(text) or (sure_move and value is None):
        return Move("why_ask" if intent == "why_ask" else "question")
    if value is not None and not (sure_move and field.kind == "text"):
        return Value(value)
    return Move("question") if sure_move else Unusable()
