"""How answers are put, as regular expressions of the spoken language, from `expressions.yml`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pydantic import AfterValidator

from cordial.data_files import DataFileError, Faults, read_data
from language.spoken import text_file


class ExpressionsError(DataFileError):
    """`expressions.yml` cannot be used; the message names the entry."""


@cache
def expression(name: str) -> re.Pattern[str]:
    """One of them, in which capitals do not matter.

    Raises:
        KeyError: if the file has no such entry.
        ExpressionsError: naming what is wrong.
    """
    return re.compile("".join(_file()[name]), re.IGNORECASE)


@cache
def expressions(name: str) -> list[re.Pattern[str]]:
    """Those of an entry whose lines are expressions of their own, in their order.

    Raises:
        KeyError: if the file has no such entry.
        ExpressionsError: naming what is wrong.
    """
    return [re.compile(line, re.IGNORECASE) for line in _file()[name]]


def read_expressions(file: Path | None = None) -> dict[str, list[str]]:
    """Read them; by default those of the language that is spoken.

    Raises:
        ExpressionsError: naming what is wrong.
    """
    also = AfterValidator(_can_be_compiled)
    return read_data(dict[str, list[str]], file or text_file("intake", "expressions.yml"), ExpressionsError, also=also)


def _can_be_compiled(entries: dict[str, list[str]]) -> dict[str, list[str]]:
    wrong = [
        ((name,), f"this is no regular expression: {fault}") for name, lines in entries.items() if (fault := _fault(lines))
    ]
    if wrong:
        raise Faults(wrong)
    return entries


def _fault(lines: list[str]) -> str | None:
    try:
        re.compile("".join(lines))
    except re.error as error:
        return str(error)
    return None


@cache
def _file() -> dict[str, list[str]]:
    return read_expressions()
