"""Whether a text asks something, by its form alone. The words that decide are in `questions.yml`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from cordial.data_files import DataFileError, Part, read_data
from language.normalise import normalised, straight
from language.spoken import text_file

_WORD = re.compile(r"[\w'-]+")
_LETTER = re.compile(r"[^\W\d_]")
_NAME = re.compile(r"\s*[^\W\d_]+(?:\s+[^\W\d_a-z][^\W\d_]+(?:[-'][^\W\d_]+)*){1,3}\s*")
_FEWEST = 3  # words of one of several questions; fewer cannot be answered by themselves


class QuestionsError(DataFileError):
    """`questions.yml` cannot be used; the message names the entry."""


class _Words(Part):
    """What decides, from the file."""

    question_words: frozenset[str]
    also_names: frozenset[str]
    i_left_out: frozenset[str]
    somebody: frozenset[str]
    may_be: frozenset[str]
    left_out_before: frozenset[str]
    denied: frozenset[str]
    denial: str
    begin_one_of_several: frozenset[str]
    openers: frozenset[str]
    asks_nobody: str
    turned_round: frozenset[str]
    somebody_asked_of: frozenset[str]
    turned_round_before_persons: frozenset[str]
    persons: frozenset[str]
    no_question_around: frozenset[str]
    no_tag_after: frozenset[str]


def looks_like_a_question(text: str) -> bool:
    """Whether a whole message or a sentence of it asks something. In doubt it does not: it may be an answer."""
    read = straight(normalised(text))
    if read.rstrip().endswith("?"):
        return bool(_LETTER.search(read))
    said = _plain_words(read)
    if ends_in_a_tag(read):
        return True
    if not said or said[0] not in _words().question_words:
        return False
    return not (_is_a_name(read, said[0]) or _leaves_out_somebody(said))


def ends_in_a_tag(text: str) -> bool:
    """Whether a text ends in a question that is hung on: "I can't just stop it, can I". Not "so do I", nor "all I can"."""
    *before, verb, person = ["", "", *_plain_words(straight(normalised(text)))]
    words = _words()
    hung_on = verb in words.turned_round | words.turned_round_before_persons and person in words.persons
    return hung_on and len(before) > _FEWEST and before[-1] not in words.no_tag_after


def leaves_out_somebody(part: str) -> bool:
    """Whether a part begins like a question because it leaves out of whom it tells: "has asthma", "could be"."""
    said = _plain_words(straight(normalised(part)))
    return bool(said) and not part.rstrip().endswith("?") and _leaves_out_somebody(said)


def asks_one_of_several(part: str) -> bool:
    """Whether a part of a message that may hold several questions is one that can be answered by itself."""
    read = straight(normalised(part))
    said = _plain_words(read)
    if len(said) < _FEWEST:
        return False
    while said[0] in _words().openers and len(said) > _FEWEST:
        said = said[1:]
    if said[1] == _words().asks_nobody:
        return False
    return begins_a_question(said[0]) or read.rstrip().endswith("?")


def asks_somewhere(text: str) -> bool:
    """Whether a text has the form of a question in its midst: "he takes madopar, would he have to stop it"."""
    said = ["", *_plain_words(straight(normalised(text)))]
    return any(
        _turns_round(verb, subject) and not {before, after} & _words().no_question_around
        for before, verb, subject, after in zip(said, said[1:], said[2:], [*said[3:], ""], strict=False)
        if after
    )


def _turns_round(verb: str, subject: str) -> bool:
    words = _words()
    before_anything = verb in words.turned_round and subject in words.somebody_asked_of
    return before_anything or (verb in words.turned_round_before_persons and subject in words.persons)


def begins_a_question(text: str) -> bool:
    """Whether a text begins with a word that may begin one of several questions."""
    first = _plain_words(straight(text[:40]))[:1]
    return bool(first) and first[0] in _words().question_words | _words().begin_one_of_several


def _is_a_name(text: str, first: str) -> bool:
    return first in _words().also_names and text.lstrip()[0].isupper() and _NAME.fullmatch(text) is not None


def _leaves_out_somebody(said: list[str]) -> bool:
    return _leaves_out_i(said) or _denies(said) or _is_a_guess(said)


def _is_a_guess(said: list[str]) -> bool:
    return said[0] in _words().may_be and not set(said[1:2]).isdisjoint(_words().left_out_before)


def _leaves_out_i(said: list[str]) -> bool:
    return said[0] in _words().i_left_out and not set(said[1:2]) & _words().somebody


def _denies(said: list[str]) -> bool:
    return said[0] in _words().denied and said[1:2] == [_words().denial]


def _plain_words(text: str) -> list[str]:
    return [word.lower().replace("'", "") for word in _WORD.findall(text)]


def read_question_words(file: Path | None = None) -> _Words:
    """Read the words; by default those of the language that is spoken.

    Raises:
        QuestionsError: naming what is wrong.
    """
    return read_data(_Words, file or text_file("language", "questions.yml"), QuestionsError)


@cache
def _words() -> _Words:
    return read_question_words()
