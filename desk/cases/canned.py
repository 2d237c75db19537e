"""Canned replies: texts with placeholders, which a coordinator chooses, changes and sends."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, field_validator

CANNED = Path(__file__).parent / "canned.yml"
PLACEHOLDERS = ("name", "clinic", "reference")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class CannedReply(BaseModel):
    """One text to choose."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    text: str

    @field_validator("text")
    @classmethod
    def _known(cls, text: str) -> str:
        unknown = set(_PLACEHOLDER.findall(text)) - set(PLACEHOLDERS)
        if unknown:
            raise ValueError(f"no placeholder is called {', '.join(sorted(unknown))}")
        return text


_FILE = TypeAdapter(dict[str, list[CannedReply]])


@cache
def canned_replies(language: str) -> list[CannedReply]:
    """The replies in a language, or in English.

    Raises:
        ValidationError: if the file has a mistake.
    """
    replies = _FILE.validate_python(yaml.safe_load(CANNED.read_text("utf-8")))
    return replies.get(language, replies["en"])


def filled(text: str, values: dict[str, str | None]) -> str:
    """A text with every placeholder filled whose value is known; the others stay to be seen."""
    return _PLACEHOLDER.sub(lambda match: values.get(match.group(1)) or match.group(0), text)


def unfilled(text: str) -> list[str]:
    """The placeholders that a text still holds, each once, as they are written."""
    return [f"{{{name}}}" for name in dict.fromkeys(_PLACEHOLDER.findall(text)) if name in PLACEHOLDERS]
