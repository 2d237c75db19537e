"""Canned replies: texts with placeholders, which a coordinator chooses, changes and sends."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated

from cordial.data_files import DataFileError, Part, PlainText, fills, read_data
from language.spoken import text_file

PLACEHOLDERS = ("name", "clinic", "reference")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class CannedError(DataFileError):
    """`canned.yml` cannot be used; the message names the reply."""


class CannedReply(Part):
    """One text to choose."""

    title: PlainText
    text: Annotated[str, fills(*PLACEHOLDERS)]


def read_canned_replies(file: Path | None = None) -> list[CannedReply]:
    """Read the replies; by default those of the language that is spoken.

    Raises:
        CannedError: naming what is wrong.
    """
    return read_data(list[CannedReply], file or text_file("desk/cases", "canned.yml"), CannedError)


@cache
def canned_replies() -> list[CannedReply]:
    """The replies, read once a process."""
    return read_canned_replies()


def filled(text: str, values: dict[str, str | None]) -> str:
    """A text with every placeholder filled whose value is known; the others stay to be seen."""
    return _PLACEHOLDER.sub(lambda match: values.get(match.group(1)) or match.group(0), text)


def unfilled(text: str) -> list[str]:
    """The placeholders that a text still holds, each once, as they are written."""
    return [f"{{{name}}}" for name in dict.fromkeys(_PLACEHOLDER.findall(text)) if name in PLACEHOLDERS]
