"""A message as questions: two in one are taken apart, and one that goes on from the last is put together with it.

The words that decide are in `questions.yml`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from cordial.data_files import Part, read_data
from knowledge.errors import PhrasesError
from language.questions import asks_one_of_several, begins_a_question
from language.sentences import question_clauses, sentences
from language.spoken import text_file

_WORD = re.compile(r"[\w'’-]+")
_MOST = 3  # questions of one message that are answered


class QuestionWords(Part):
    """What decides, from `questions.yml`."""

    goes_on: tuple[str, ...]
    points_back: frozenset[str]
    within: frozenset[str]
    told_apart: frozenset[str]
    longest_follow_up: int


def read_question_words(file: Path | None = None) -> QuestionWords:
    """Read the words; by default those of the language that is spoken.

    Raises:
        PhrasesError: naming what is wrong.
    """
    return read_data(QuestionWords, file or text_file("knowledge", "questions.yml"), PhrasesError)


@cache
def _words() -> QuestionWords:
    return read_question_words()


def questions_in(message: str) -> list[str]:
    """The questions of a message, in its own words, if it holds more than one; otherwise the whole message.

    Sentences that tell something are no questions, and stay with a single question as its story.
    """
    parts = [part for sentence in sentences(message) for part in _apart(sentence) if asks_one_of_several(part)]
    return parts[:_MOST] if len(parts) > 1 else [message]


def goes_on(message: str) -> bool:
    """Whether a message makes sense only after the question before it."""
    said = _plain_words(message)
    if not said or len(said) > _words().longest_follow_up:
        return False
    begins = " ".join(said)
    if any(begins == start or begins.startswith(f"{start} ") for start in _words().goes_on):
        return True
    return refers_back(message)


def refers_back(message: str) -> bool:
    """Whether a message points at something that it does not name ("how long does that last?")."""
    return bool(_words().points_back & set(_plain_words(message)))


def points_back(question: str) -> bool:
    """Whether a question of a message may mean what the question before it named."""
    return bool(_words().within & set(_plain_words(question)))


def told_apart() -> frozenset[str]:
    """The kinds of declined questions that are declined in words of their own when another part of the message is answered."""
    return _words().told_apart


def _apart(sentence: str) -> list[str]:
    """A sentence cut where another question begins: "does it help and is it safe?"."""
    parts = question_clauses(sentence, begins_a_question)
    # Only where every part is a question of its own; "what is safe and can be done" is one.
    return parts if len(parts) > 1 and all(asks_one_of_several(part) for part in parts) else [sentence]


def _plain_words(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]
