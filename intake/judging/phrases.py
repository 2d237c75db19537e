"""Whole messages that mean the same, from `phrases.yml`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from cordial.data_files import DataFileError, Part, Text, read_data
from intake.clinic import Country
from intake.judging.expressions import expression
from language.spoken import text_file


class PhrasesError(DataFileError):
    """`phrases.yml` or `medicines.yml` cannot be used; the message names the entry."""


class Phrases(Part):
    """The whole file: lists of messages, and two tables."""

    language: str
    yes: list[Text]
    no: list[Text]
    unsure: list[Text]
    not_applicable: list[Text]
    agree: list[Text]
    agree_words: list[Text]
    agree_mistyped: list[Text]
    agree_around: list[Text]
    agree_others: list[Text]
    disagree: list[Text]
    none: list[Text]
    none_around: list[Text]
    no_medicines: list[Text]
    allergens: list[Text]
    exceptions: list[Text]
    listed: list[Text]
    forbidden: list[Text]
    courtesy: list[Text]
    refusals: list[Text]
    reactions: list[Text]
    fillers: list[Text]
    yes_words: list[Text]
    no_words: list[Text]
    list_joins: list[Text]
    not_that: list[Text]
    not_mistyped: list[Text]
    same: list[Text]
    keep: list[Text]
    only_email: list[Text]
    only_phone: list[Text]
    contact_before: list[Text]
    countries_of_two: dict[str, list[Country]]
    countries: dict[str, Country]
    countries_also_words: list[Text]
    towns: dict[Country, Text]
    ordinals: dict[str, int]
    numbers: dict[str, int]


def read_phrases(file: Path | None = None) -> Phrases:
    """Read the messages; by default those of the language that is spoken.

    Raises:
        PhrasesError: naming what is wrong.
    """
    return read_data(Phrases, file or text_file("intake", "phrases.yml"), PhrasesError)


@cache
def phrases(kind: str) -> frozenset[str]:
    """The messages of one kind, in the form that `letters` gives.

    Raises:
        AttributeError: if the file has no such kind.
    """
    return frozenset(getattr(_file(), kind))


@cache
def everyday_countries() -> dict[str, str]:
    """Everyday names of countries with their ISO codes."""
    return _file().countries


@cache
def towns() -> dict[str, str]:
    """Towns, as `letters` writes them, with the ISO codes of their countries."""
    return {town: code for code, names in _file().towns.items() for town in names.split()}


@cache
def shared_countries() -> dict[str, list[str]]:
    """Names that belong to two countries, with their ISO codes."""
    return {name: list(codes) for name, codes in _file().countries_of_two.items()}


@cache
def number_words() -> tuple[dict[str, int], dict[str, int]]:
    """The words for 0 to 19, and those for 20, 30 and so on."""
    numbers = _file().numbers
    return {w: n for w, n in numbers.items() if n < 20}, {w: n for w, n in numbers.items() if n >= 20}


def in_figures(text: str) -> str:
    """Ages and years in words, "sixty-one", "nineteen sixty-one", in figures."""
    low, high = number_words()
    ones = "|".join(sorted(low, key=len, reverse=True))
    units = "|".join(word for word, number in low.items() if 0 < number < 10)

    def figure(match: re.Match[str]) -> str:
        return str(sum((high | low)[part.lower()] for part in match.groups() if part))

    read = re.sub(rf"(?i)\b(?:({'|'.join(high)})(?:[\s-]*({units}))?|({ones}))\b", figure, text)
    if read == text:
        return text
    read = expression("number_thousand").sub(lambda match: str(2000 + int(match.group(1) or 0)), read)
    return re.sub(r"\b(19|20)[\s-]+(\d\d)\b", r"\1\2", expression("number_nought").sub(r"\g<1>0\g<2>", read))


def days_in_figures(text: str) -> str:
    """The numbers of days in words, "the twenty-first", in figures."""
    ordinals, (_, tens) = _file().ordinals, number_words()

    def figure(match: re.Match[str]) -> str:
        return str(tens.get((match.group(1) or "").lower(), 0) + ordinals[match.group(2).lower()])

    return re.sub(rf"(?i)\b(?:({'|'.join(tens)})[\s-]+)?({'|'.join(ordinals)})\b", figure, text)


@cache
def _file() -> Phrases:
    return read_phrases()
