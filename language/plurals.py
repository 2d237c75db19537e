"""The singular of a word, so that singular and plural are found by each other; by the rules of `plurals.yml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from cordial.data_files import DataFileError, Part, Text, read_data
from language.spoken import text_file

Way = Literal["careful", "eager"]


class PluralsError(DataFileError):
    """`plurals.yml` cannot be used; the message names the entry."""


class _Rule(Part):
    ending: Text
    not_behind: str
    instead: str
    shortest: int


class _Plurals(Part):
    careful: list[_Rule]
    eager: list[_Rule]


def singular(word: str, way: Way) -> str:
    """The singular of a word; the word itself, if it is none or in doubt.

    Args:
        word: in small letters, without accents.
        way: whether a word stays as it is in doubt, or is rather made the same as another.
    """
    for rule in _rules(way):
        if word.endswith(rule.ending) and len(word) >= rule.shortest:
            if word[-len(rule.ending) - 1 :][0] in rule.not_behind:
                return word
            return word[: -len(rule.ending)] + rule.instead
    return word


def read_plurals(file: Path | None = None) -> _Plurals:
    """Read the rules; by default those of the language that is spoken.

    Raises:
        PluralsError: naming what is wrong.
    """
    return read_data(_Plurals, file or text_file("language", "plurals.yml"), PluralsError)


@cache
def _rules(way: Way) -> list[_Rule]:
    rules: list[_Rule] = getattr(read_plurals(), way)
    return rules
