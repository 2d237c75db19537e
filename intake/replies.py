"""What is said to a message that asks nothing, from `replies.yml`."""

from __future__ import annotations

import re
import zlib
from functools import cache
from pathlib import Path
from typing import Annotated, get_args

from pydantic import Field, field_validator

from cordial.data_files import CLINIC, DataFileError, Part, PlainText, Text, fills, read_data
from intake.judging.plain import letters
from intake.said_before import Before
from language.questions import (
    asks_one_of_several,
    asks_somewhere,
    begins_a_question,
    leaves_out_somebody,
    looks_like_a_question,
)
from language.sentences import sentences
from language.spoken import text_file

_PART = re.compile(r"[,.;:!?–-]+\s+")
_ByBefore = dict[Before, list[PlainText]]


class RepliesError(DataFileError):
    """`replies.yml` cannot be used; the message says why."""


class _Missed(Part):
    sorry: PlainText
    no_person: PlainText
    found: PlainText


class _Courtesy(Part):
    thanks: list[PlainText] = Field(min_length=1)
    goodbye: list[PlainText] = Field(min_length=1)
    small_talk_asked: list[PlainText] = Field(min_length=1)
    small_talk_told: list[PlainText] = Field(min_length=1)


class _Reached(Part):
    words: frozenset[str]


class _PersonRefused(Part):
    no: list[Text]
    wants_none: list[Text]
    who: list[Text]
    between: list[Text]
    calls: list[Text]
    but: list[Text]
    behind: list[Text]
    still: list[Text]


class _Tells(Part):
    words: frozenset[str]
    wishes: frozenset[str]
    fewest: int


class _WantsItDone(Part):
    said: list[Text]
    reply: PlainText


class Replies(Part):
    """The sentences, by what was said before."""

    language: str
    react: _ByBefore
    told: _ByBefore
    told_and_known: PlainText
    courtesy: _Courtesy
    reached: _Reached
    person_refused: _PersonRefused
    person_or_not: Annotated[str, fills(*CLINIC)]
    price_words: frozenset[str]
    price_again: Annotated[str, fills(*CLINIC)]
    tells: _Tells
    which_one: PlainText
    wants_it_done: _WantsItDone
    no: _ByBefore
    missed: _Missed
    unclear: PlainText
    unclear_and_long: PlainText
    handed_on: PlainText

    @field_validator("react", "told", "no")
    @classmethod
    def _for_everything(cls, said: _ByBefore) -> _ByBefore:
        missing = [before for before in get_args(Before) if not said.get(before)]
        if missing:
            raise ValueError(f"there is no sentence for {' and '.join(missing)}. Add it")
        return said


def one_of(sentences: list[str], message: str) -> str:
    """One of some sentences: always the same to the same message, and not the same to all of them."""
    return sentences[zlib.crc32(message.encode()) % len(sentences)]


def wants_it_done(message: str) -> bool:
    """Whether a message says yes to something that shall be done: "yes please", and no mere "ok"."""
    return letters(message) in the_replies().wants_it_done.said


def begins_with_a_wish(message: str) -> bool:
    """Whether a message begins with such a yes and goes on: "yes please then, she is up from eleven"."""
    return any(f"{letters(message)} ".startswith(f"{yes} ") for yes in the_replies().wants_it_done.said)


def wants_to_be_reached(message: str) -> bool:
    """Whether a message says when or how somebody wants to be reached: "yes, mornings"."""
    return not the_replies().reached.words.isdisjoint(letters(message).split())


def refuses_a_person(message: str) -> bool:
    """Whether a message says that no person is wanted: "no coordinator please", "don't call me"."""
    parts = [f" {letters(part)} " for part in _PART.split(message)]
    refused = [part for part in parts if _person_refused().search(part)]
    others = [part for part in parts if part not in refused]
    wanted = any(map(_person_wanted().search, parts)) or any(map(_person_meant().search, others))
    return bool(refused) and not wanted


def asks_in_some_form(part: str) -> bool:
    """Whether a sentence asks something: as a question does, with an opening before it, or in its midst."""
    opened = asks_one_of_several(part) and not leaves_out_somebody(part)
    return looks_like_a_question(part) or opened or asks_somewhere(part)


def asks_a_price(message: str) -> bool:
    """Whether a message names what a price is asked with."""
    return not the_replies().price_words.isdisjoint(letters(message).split())


def question_within(message: str) -> str | None:
    """The sentences of a message that ask something, beside others: "God bless you. Are you human?"."""
    parts = sentences(message)
    asking = [part for part in parts if asks_in_some_form(part)]
    return " ".join(asking) if 0 < len(asking) < len(parts) else None


@cache
def _person_refused() -> re.Pattern[str]:
    words = the_replies().person_refused
    who, between = _any(words.who), rf"(?: (?!(?:{_any(words.between)}) )\w+)"
    at_once = rf"(?:{_any(words.no)}){between}? (?:{who})(?= (?:(?:{_any(words.behind)}) )*$)"
    later = rf"(?:{_any(words.wants_none)}){between}{{0,4}} (?:{who})"
    return re.compile(rf" (?:{at_once}|{later}|{_any(words.calls)}) ")


@cache
def _person_meant() -> re.Pattern[str]:
    words = the_replies().person_refused
    return re.compile(rf" (?:{_any(words.who)}|{_any(words.still)}) ")


@cache
def _person_wanted() -> re.Pattern[str]:
    return re.compile(rf" (?:{_any(the_replies().person_refused.but)}) ")


def _any(words: list[str]) -> str:
    return "|".join(re.escape(letters(word)) for word in words)


def tells_something(message: str) -> bool:
    """Whether a message surely tells something and asks nothing, by its words."""
    tells, parts = the_replies().tells, [letters(part).split() for part in _PART.split(message)]
    said = [word for part in parts for word in part]
    asks = "?" in message or looks_like_a_question(message) or any(part and begins_a_question(part[0]) for part in parts)
    return not asks and len(said) >= tells.fewest and bool(tells.words & set(said)) and not tells.wishes & set(said)


def read_replies(file: Path | None = None) -> Replies:
    """Read the sentences; by default those of the language that is spoken.

    Raises:
        RepliesError: naming what is wrong.
    """
    return read_data(Replies, file or text_file("intake", "replies.yml"), RepliesError)


@cache
def the_replies() -> Replies:
    """The shipped sentences, read once a process."""
    return read_replies()
