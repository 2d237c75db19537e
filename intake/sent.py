"""What a patient chose in a control of the page: it travels beside the words, which say the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

MOST = 40  # values in one message
LONGEST = 4_000  # characters of one as JSON


class Sent(BaseModel):
    """A value for one field of the intake."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str = Field(min_length=1, max_length=40, description="Name of the field, as in its question.")
    value: Any = Field(description="What was chosen, in the form that the question's `input` asks for; null to leave it out.")

    @field_validator("value")
    @classmethod
    def _not_too_long(cls, value: Any) -> Any:
        if len(json.dumps(value)) > LONGEST:
            raise ValueError(f"a value has at most {LONGEST:,} characters")
        return value


_MANY = TypeAdapter(list[Sent])


def as_json(values: Iterable[Sent]) -> list[dict[str, Any]]:
    """Values as they are stored with their message."""
    return [each.model_dump(mode="json") for each in values]


def from_json(stored: object) -> list[Sent]:
    """Values as they were stored."""
    return _MANY.validate_python(stored or [])


def words_beside(text: str, values: Iterable[Sent]) -> str:
    """A message with every word of its values that it does not say itself, so that nothing passes unread."""
    said = text.casefold()  # "Female" says "female"
    missing = [word for each in values for word in _strings(each.value) if word.casefold() not in said]
    return "\n".join([text, *missing])


def line_by_line(text: str, values: Sequence[Sent]) -> list[tuple[str, str]]:
    """A message by the fields it answers: words, each with the name of its field.

    The page writes a line for each value of a card. Where they are not as many, every field is given the whole message.
    """
    lines = text.splitlines()
    fitting = lines if len(lines) == len(values) else [text] * len(values)
    return [(words_beside(line, [each]), each.field) for line, each in zip(fitting, values, strict=True)]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _strings(part)
