"""Whether a message tells of a complaint some time after an infusion, and where it stands what to do then.

The patterns are in `aftercare.yml`. What is an emergency was found before; this is about a sore arm on the third day.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from cordial.data_files import CLINIC, Part, PlainText, fills, like, read_data
from knowledge.errors import PhrasesError
from language.context import assertion_of
from language.patterns import PatternError, Patterns, read_patterns
from language.plain_words import PlainWords, read_plain_words
from language.questions import looks_like_a_question
from language.spoken import text_file

_READ = 1_000  # characters of a message
_A_FEW_WORDS = 14  # in which more is told of a complaint

_Section = Annotated[str, like(r"[a-z0-9-]+#[a-z0-9-]+", "write it as article#section")]


class Where(Part):
    """A section, and by which words of a complaint it is the one to quote."""

    told_by: str = ""
    section: _Section


class _Says(Part):
    heard: PlainText
    when_to_call: PlainText
    nothing_on: PlainText
    more: Annotated[str, fills(*CLINIC)]


class Aftercare(Part):
    """What decides, and what is said, from `aftercare.yml`."""

    language: str
    lists: dict[str, list[str]]
    told_by: str
    perhaps_told_by: str
    felt: str
    not_told_by: str
    more_by: str
    about: list[Where]
    when_to_call: list[Where] = Field(min_length=1)
    says: _Says

    @model_validator(mode="after")
    def _can_be_read(self) -> Aftercare:
        blocks = [self.told_by, self.perhaps_told_by, self.felt, self.not_told_by, self.more_by]
        for block in (*blocks, *(each.told_by for each in (*self.about, *self.when_to_call))):
            try:
                read_patterns(block, self.lists)
            except PatternError as error:
                raise ValueError(f"{error}. The first lines of language/patterns.py say how a pattern is written.") from None
        if self.when_to_call[-1].told_by:
            raise ValueError("the last passage of when_to_call has to fit everything else. Take its told_by out")
        return self


def read_aftercare(file: Path | None = None) -> Aftercare:
    """Read the patterns; by default those of the language that is spoken.

    Raises:
        PhrasesError: naming what is wrong.
    """
    return read_data(Aftercare, file or text_file("knowledge", "aftercare.yml"), PhrasesError)


@cache
def aftercare() -> Aftercare:
    """The shipped patterns, read once a process."""
    return read_aftercare()


def tells_of_a_complaint(message: str) -> bool:
    """Whether a message tells that somebody feels something since an infusion or an injection that they had."""
    lines = _plain().lines(message[:_READ])
    known = _known()
    if not any(_has(line, known.felt) for line in lines):
        return False
    return any(known.is_told_in(line) for line in lines)


def asks_in_general(message: str) -> bool:
    """Whether a message asks what may come, "can I get a fever after the infusion?", and tells of nothing that came."""
    lines, known = _plain().lines(message[:_READ]), _known()
    return any(_has(line, known.not_told) for line in lines) and not any(_has(line, known.told) for line in lines)


def tells_more(message: str) -> bool:
    """Whether a message after a complaint says a few words more about it, and asks nothing."""
    if len(message.split()) > _A_FEW_WORDS or looks_like_a_question(message):
        return False
    return any(_has(line, _known().felt) or _has(line, _known().more) for line in _plain().lines(message))


def about_the_complaint(message: str) -> tuple[str, str] | None:
    """The section that is about a complaint, its article and its own name; nothing, if none is."""
    return _fitting(message, _known().about)


def when_to_call(message: str) -> tuple[str, str]:
    """The section that says when to call about a complaint: its article and its own name."""
    found = _fitting(message, _known().when_to_call)
    assert found is not None  # noqa: S101  -- the last fits everything
    return found


def _fitting(message: str, among: list[tuple[Patterns, str]]) -> tuple[str, str] | None:
    lines = _plain().lines(message[:_READ])
    for told_by, section in among:
        if not told_by or any(_is_felt(line, told_by) for line in lines):
            article, _, name = section.partition("#")
            return article, name
    return None


class _Known:
    """The patterns, ready to be looked for."""

    def __init__(self, words: Aftercare) -> None:
        blocks = (words.told_by, words.perhaps_told_by, words.felt, words.not_told_by, words.more_by)
        self.told, self.perhaps, self.felt, self.not_told, self.more = (read_patterns(block, words.lists) for block in blocks)
        self.about, self.when_to_call = (
            [(read_patterns(each.told_by, words.lists), each.section) for each in where]
            for where in (words.about, words.when_to_call)
        )

    def is_told_in(self, line: str) -> bool:
        if _has(line, self.not_told):
            return False
        return _has(line, self.told) or (not looks_like_a_question(line) and _has(line, self.perhaps))


def _is_felt(line: str, patterns: Patterns) -> bool:
    """Whether a line has one of the patterns and does not deny it. A no reaches to the next comma: "no fever, knee stiff"."""
    return any(not _is_denied(line, span) for pattern in patterns for span in pattern.spans(line))


def _is_denied(line: str, span: tuple[int, int]) -> bool:
    first = span[0] + line[span[0] : span[1]].startswith(" ,") * 2  # a pattern may begin with the comma before it
    begin = line.rfind(",", 0, first) + 1
    return assertion_of(line[begin:], (first - begin, span[1] - begin)).denied


def _has(line: str, patterns: Patterns) -> bool:
    return any(pattern.spans(line) for pattern in patterns)


@cache
def _known() -> _Known:
    return _Known(aftercare())


@cache
def _plain() -> PlainWords:
    return read_plain_words()
