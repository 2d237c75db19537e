"""A text as sentences, and a sentence as clauses, each as a span, so that the words of a quote or a patient stay as they are.

The abbreviations and joining words of a language are in `sentences.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cordial.data_files import DataFileError, Part, read_data
from language.spoken import text_file

Span = tuple[int, int]

_LONGEST_WORD = 40  # characters looked back, so that a long text takes no longer a sentence than a short one
_CLOSING = "\"'\u201d\u2019)\\]"
_COMMA = re.compile(r"(?:[;\n，،、；]|,(?!(?<=\d,)\d))[,;\s]*")  # but not that of a number
_NOTHING = " .,!?;:…\n\t\"'\u201c\u201d\u2018\u2019"


class SentencesError(DataFileError):
    """`sentences.yml` cannot be used; the message names the entry."""


@dataclass(frozen=True)
class Ends:
    """What ends a sentence, in one kind of writing."""

    marks: str = ".!?"
    small: bool = False  # the next may begin with a small letter, as in a chat
    tight: bool = False  # a full stop ends one also without a space behind it, between two words
    dots: bool = True  # so does an ellipsis
    lines: bool = False  # so does a new line
    dashes: bool = False  # so does a dash between spaces


PROSE = Ends()  # a paragraph that an editor wrote
CHAT = Ends(".!?;？！；؟", small=True, lines=True)  # a message, with its lines
HASTE = Ends(".!?؟", small=True, tight=True, dots=False)  # a message in which dots and lines may stand for commas
PARTS = Ends(".!?;…？！；؟", small=True, lines=True, dashes=True)  # a message in the smallest parts that say something

ELSEWHERE = Ends(
    ".!?。！？؟।", small=True, tight=True
)  # a message in another language, perhaps without blanks behind its marks


class _Words(Part):
    """What decides, from the file."""

    abbreviations: frozenset[str]
    before_a_number: frozenset[str]
    no_initials: frozenset[str]
    joins_details: tuple[str, ...]
    joins_questions: tuple[str, ...]


def sentence_spans(text: str, ends: Ends = PROSE) -> list[Span]:
    """Split a text into sentences.

    Args:
        text: a paragraph, or a message as it was typed.
        ends: the kind of writing.

    Returns:
        Half-open character spans into ``text``, in order, without the white space between them. Nothing but white space and,
        where they end sentences, dashes lies outside the spans.
    """
    spans: list[Span] = []
    start = _skip_space(text, 0)
    for match in _end_of(ends).finditer(text):
        if match.start() < start or not _ends_sentence(text, match, ends):
            continue
        shown = match.end() if match.group(1) else match.start()
        if shown > start:
            spans.append((start, start + len(text[start:shown].rstrip())))
        start = _skip_space(text, match.end())
    end = len(text.rstrip())
    if start < end:
        spans.append((start, end))
    return spans


def sentences(text: str, ends: Ends = CHAT) -> list[str]:
    """The sentences of a text that have more in them than marks."""
    return [text[begin:end] for begin, end in sentence_spans(text, ends) if text[begin:end].strip(_NOTHING)]


def detail_clauses(sentence: str, begins: Callable[[str], bool]) -> list[str]:
    """A sentence cut at every comma, and at "and" where another detail begins.

    Args:
        sentence: as it was typed.
        begins: whether a detail begins with the text that follows, up to the next comma.
    """
    return _clauses(sentence, _words().joins_details, begins, every_comma=True)


def question_clauses(sentence: str, begins: Callable[[str], bool]) -> list[str]:
    """A sentence cut where a comma or a joining word is followed by another question.

    Args:
        sentence: as it was typed.
        begins: whether a question begins with the text that follows.
    """
    return _clauses(sentence, _words().joins_questions, begins, every_comma=False)


def _clauses(text: str, joints: tuple[str, ...], begins: Callable[[str], bool], every_comma: bool) -> list[str]:
    """The one clause splitter; a joining word at which it cuts belongs to no clause."""
    clauses, start = [], 0
    for comma, join, after in _cuts(text, joints):
        if after < len(text) and begins(_COMMA.split(text[after:], maxsplit=1)[0]):
            clauses.append(text[start : comma if comma is not None else join])
            start = after
        elif every_comma and comma is not None:
            clauses.append(text[start:comma])
            start = join
    return [clause.strip() for clause in [*clauses, text[start:]] if clause.strip(_NOTHING)]


def _cuts(text: str, joints: tuple[str, ...]) -> list[tuple[int | None, int, int]]:
    """Where a clause may end: at a comma or none, where the joining word begins, and where what follows begins."""
    return [
        (found.start() if found.group(1) else None, found.end(1) if found.group(1) else found.start(), found.end())
        for found in _joint(joints).finditer(text)
    ]


@cache
def _joint(joints: tuple[str, ...]) -> re.Pattern[str]:
    join = "|".join(re.escape(joint) for joint in sorted(joints, key=len, reverse=True))
    return re.compile(rf"({_COMMA.pattern})(?:(?:{join})\s+)?|\s+(?:{join})\s+", re.IGNORECASE)


@cache
def _end_of(ends: Ends) -> re.Pattern[str]:
    marks = re.escape(ends.marks)
    tight = r"|\.(?=[^\W\d_]{2})" if ends.tight else ""
    at_once = f"[{re.escape(ends.marks.replace('.', ''))}]+[{_CLOSING}]*" if ends.small else ""
    whole = rf"([{marks}]+[{_CLOSING}]*(?=\s|$){f'|{at_once}' if at_once else ''}{tight})"
    lines = r"|[^\S\n]*\n\s*" if ends.lines else ""
    dashes = r"|\s[–—-]\s" if ends.dashes else ""
    return re.compile(whole + lines + dashes)


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _ends_sentence(text: str, match: re.Match[str], ends: Ends) -> bool:
    if match.group(1) is None:  # a line or a dash
        return True
    following = text[_skip_space(text, match.end()) :][:1]
    if following.islower() and not ends.small:
        return False
    mark = match.group().rstrip(_CLOSING)
    if mark.startswith("..") or mark.startswith("…"):
        return ends.dots
    return mark != "." or _full_stop_ends(text, match.start(), following, ends)


def _full_stop_ends(text: str, at: int, following: str, ends: Ends) -> bool:
    word = re.split(r"[\s(\[\"\u201c]", text[max(0, at - _LONGEST_WORD) : at])[-1].lower()
    words = _words()
    if following.isdigit() and (word.isdigit() if ends.small else word in words.before_a_number):
        return False
    is_initial = len(word) == 1 and word.isalpha() and word not in words.no_initials
    is_address = ends.tight and following and ("@" in word or word.startswith(("www", "http")))
    return word not in words.abbreviations and not is_initial and not is_address


def read_sentence_words(file: Path | None = None) -> _Words:
    """Read the words; by default those of the language that is spoken.

    Raises:
        SentencesError: naming what is wrong.
    """
    return read_data(_Words, file or text_file("language", "sentences.yml"), SentencesError)


@cache
def _words() -> _Words:
    return read_sentence_words()
