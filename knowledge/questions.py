"""A message as questions: two in one are taken apart, and one that goes on from the last is put together with it.

The words that decide are in `questions.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from cordial.data_files import Part, read_data
from knowledge.errors import PhrasesError
from language.questions import asks_one_of_several, begins_a_question
from language.sentences import question_clauses, sentences
from language.spoken import text_file

_WORD = re.compile(r"[\w'’-]+")
_NUMBERED = re.compile(r"(?:^|(?<=\s))\(?([1-9])([.):]*)\s+(?=\S)")
_ANNOUNCED = re.compile(r"[^:?]{3,40}:\s+(?=\S)")
_AROUND = " ,;\n"
_MOST = 3  # questions of one message that are answered
_FEWEST = 2  # entries of a list
_SHORTEST = 4  # letters of a question
_SHORT_ONE = 6  # words of a question that may lean on the one before
_BARE = 2  # words of one that only names something
_LEFT = 3  # words of a question without its closing


class QuestionWords(Part):
    """What decides, from `questions.yml`."""

    goes_on: tuple[str, ...]
    points_back: frozenset[str]
    within: frozenset[str]
    says_nothing: frozenset[str]
    told_apart: frozenset[str]
    asks_nothing: frozenset[str]
    short: frozenset[str]
    of_price: frozenset[str]
    not_of_price: frozenset[str]
    longest_without_price: int
    closings: tuple[str, ...]
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
    listed = _listed(message)
    if listed:
        return listed[:_MOST]
    parts = _with_what_they_lean_on(part for sentence in sentences(message) for part in _apart(sentence) if _asks(part))
    return parts[:_MOST] if len(parts) > 1 else [message]


def _with_what_they_lean_on(parts: Iterable[str]) -> list[str]:
    """Questions; one that only points back stays with the one before it: "And speaking? It can come back?"."""
    found: list[str] = []
    for part in parts:
        if found and (leans(part) or (_is_a_bare_subject(found[-1]) and points_back(part))):
            found[-1] = f"{found[-1]} {part}"
        else:
            found.append(part)
    return found


def leans(part: str) -> bool:
    """Whether a question says nothing of its own: "is that nearer", "is it where i think"."""
    said = [word.replace("'", "") for word in _plain_words(part)]
    own = set(said) - _words().within - _words().says_nothing
    return len(said) <= _SHORT_ONE and points_back(part) and not own


def _is_a_bare_subject(part: str) -> bool:
    """Whether a question only names something: "and speaking?"."""
    said = [word for word in _plain_words(part) if word not in _words().goes_on]
    return len(said) <= _BARE and not any(map(begins_a_question, said))


def beside_questions(message: str) -> str:
    """The sentences of a message that ask nothing: the story of those that do."""
    told = [each for each in sentences(message) if not each.rstrip().endswith("?") and not any(map(_asks, _apart(each)))]
    return "" if _listed(message) else " ".join(told)


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


def may_ask_a_price(question: str) -> bool:
    """Whether a question may be about a price, by its words; a long one may in words of its own."""
    said = " ".join(word.replace("'", "") for word in _plain_words(question))
    words, number = _words(), any(letter.isdigit() for letter in said)
    if any(said == each or said.endswith(f" {each}") for each in words.not_of_price):
        return False
    held = any(f" {each} " in f" {said} " for each in words.of_price)
    return held or number or len(said.split()) > words.longest_without_price


def without_closing(message: str) -> str:
    """A question without what may stand at its end: "does it help shoulders" of "does it help shoulders, yes or no?"."""
    found = _closing().search(message)
    left = message[: found.start()] if found else ""
    return left if len(left.split()) >= _LEFT else message


@cache
def _closing() -> re.Pattern[str]:
    ways = "|".join(map(re.escape, sorted(_words().closings, key=len, reverse=True)))
    return re.compile(rf"\s*[,.;:–-]+\s*(?:{ways})\W*$", re.IGNORECASE)


def told_apart() -> frozenset[str]:
    """The kinds of declined questions that are declined in words of their own when another part of the message is answered."""
    return _words().told_apart


def _listed(message: str) -> list[str]:
    """The entries of a list that a message counts from 1: "1 does it help 2 is it safe", "1) costs 2) risks"; or nothing."""
    found = list(_NUMBERED.finditer(message))
    if any(not match[2] for match in found):  # a number without a mark may be one of anything else
        found = [match for match in found if begins_a_question(message[match.end() :])]
    if len(found) < _FEWEST or [match[1] for match in found] != [str(number) for number in range(1, len(found) + 1)]:
        return []
    ends = [*(match.start() for match in found[1:]), len(message)]
    return [message[match.end() : end].strip(_AROUND) for match, end in zip(found, ends, strict=True)]


def _asks(part: str) -> bool:
    """Whether a part asks something of its own; "price?" and "how much" do, and "really?" or "can you help me?" do not."""
    said = " ".join(word.replace("'", "") for word in _plain_words(part))
    is_short = (part.rstrip().endswith("?") and len(said) >= _SHORTEST) or said in _words().short
    return (asks_one_of_several(part) or is_short) and said not in _words().asks_nothing


def _apart(sentence: str) -> list[str]:
    """A sentence cut where another question begins: "does it help and is it safe?"."""
    announced = _ANNOUNCED.match(sentence)  # "two things: …"
    asked = sentence[announced.end() :] if announced else sentence
    parts = question_clauses(asked, begins_a_question)
    # Only where every part is a question of its own; "what is safe and can be done" is one.
    return parts if len(parts) > 1 and all(map(_asks, parts)) else [asked if announced and _asks(asked) else sentence]


def _plain_words(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]
