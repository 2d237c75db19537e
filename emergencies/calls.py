"""Whom a text says to call, number by number, each with the words for a button.

A text is read by the very templates that it was made of, so that each button says what the text says, in its language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from babel import Locale

from emergencies.calling import CallingTexts
from emergencies.language_files import the_texts
from emergencies.other_texts import calling_texts, languages
from emergencies.red_flags_file import the_calling_texts
from emergencies.whereabouts import country_called
from language.spoken import spoken

_LINES = 2  # of a text that say whom to call; crisis lines stand further down
_ENDS = " .。।"
_NUMBER = r"(?<!\d)\d{3,5}(?!\d)"


@dataclass(frozen=True)
class Call:
    """A number that can be pressed.

    Attributes:
        number: what is dialled.
        label: what is written on the button: the number with its place, where it is not the same for everybody who reads it.
    """

    number: str
    label: str


@dataclass(frozen=True)
class _Readable:
    """How the texts of one language say numbers."""

    texts: CallingTexts
    placed: list[tuple[str, re.Pattern[str]]]  # templates with a place and a number, and what they look like in a text
    lone: re.Pattern[str]


def calls_in(text: str, language: str) -> list[Call]:
    """The numbers that an alarm names, or the question that is asked before one.

    Args:
        text: it, as the patient reads it.
        language: of the text; English is read for one that has no texts.

    Returns:
        Each number once for each place, in the order of the text.
    """
    readable = _readable(language if language in languages() else spoken())
    rest = "\n".join(text.splitlines()[:_LINES])
    found: list[tuple[int, Call]] = []
    for template, pattern in readable.placed:
        for match in pattern.finditer(rest):
            found += [(match.start(), call) for call in _with_place(template, match["place"], match["numbers"])]
        rest = pattern.sub(lambda match: " " * len(match[0]), rest)
    with_place = {call.number for _, call in found}
    for match in readable.lone.finditer(rest):
        found += [(match.start(), call) for call in _alone(readable.texts, match) if call.number not in with_place]
    in_order = sorted(found, key=lambda each: each[0])
    return list(dict.fromkeys(call for _, call in in_order))


def _with_place(template: str, place: str, numbers: str) -> Iterator[Call]:
    for number in re.findall(_NUMBER, numbers):
        yield Call(number, template.format(place=place, number=number).strip(_ENDS))


def _alone(texts: CallingTexts, match: re.Match[str]) -> Iterator[Call]:
    if match["place"]:
        yield from _with_place(texts.in_place, match["place"], match["number"])
    else:
        yield Call(match["number"], texts.call_now.format(number=match["number"]))


@cache
def _readable(language: str) -> _Readable:
    texts = the_calling_texts() if language == spoken() else calling_texts(the_texts(language))
    codes = [str(code) for code in Locale.parse(language).territories if len(str(code)) == 2]
    names = sorted({country_called(code, language) for code in codes}, key=len, reverse=True)
    place = f"(?P<place>{'|'.join(map(re.escape, names))})"
    numbers = f"(?P<numbers>{_NUMBER}(?:{re.escape(texts.either)}{_NUMBER})*)"
    placed = []
    for template in (texts.at_clinic, texts.in_place, texts.in_place.strip(_ENDS)):
        pattern = re.escape(template).replace(re.escape("{place}"), place).replace(re.escape("{number}"), numbers)
        placed.append((template, re.compile(pattern)))
    return _Readable(texts, placed, re.compile(rf"(?P<number>{_NUMBER})(?: \({place}\))?"))
