"""An answer as the chat contract shows it: what was understood, and whether a person has to look at it."""

from __future__ import annotations

from typing import Any

from intake.fields import Intake
from intake.record import FieldAnswer

_ANSWERS = {"unsure": "unknown"}  # as stored, and as shown


def viewed(intake: Intake, name: str, answer: FieldAnswer) -> Any:
    """The understood value; nothing for a field that was left out."""
    if answer.skipped:
        return None
    field = intake.field(name) if intake.asks(name) else None
    if field is not None and field.kind == "history" and isinstance(answer.value, dict):
        return _history(answer)
    return _marked(answer.value) if answer.to_check else answer.value


def _history(answer: FieldAnswer) -> dict[str, Any]:
    told, detail = answer.value.get("answer"), answer.value.get("detail")
    if answer.to_check:
        return {**answer.value, "answer": "to_check", "detail": detail or answer.said, "to_check": True}
    return {**answer.value, "answer": _ANSWERS.get(told, told), "detail": detail}


def _marked(value: Any) -> Any:
    match value:
        case dict():
            return {**value, "to_check": True}
        case [*items] if items:
            return [_marked(item) for item in items]
    return {"value": value, "to_check": True}
