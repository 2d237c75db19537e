"""The agreement to store health details: it counts only when all that is said is a yes."""

from __future__ import annotations

import re
from functools import cache

from rapidfuzz.distance import OSA

from intake.judging.expressions import expression
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.results import Context, Judgement, Understood
from language.yes_and_no import agrees

_PARTS = re.compile(r"[,.;:!\n()…]+|\s[-–—]+\s")
_FEWEST_LETTERS = 5  # of a word that may be mistyped
_MISTYPED = ("agree", "agreed", "accept")


def judge_consent(text: str, _context: Context) -> Judgement:
    """A plain yes or a plain no; a yes with a condition, a question or a second thought is neither."""
    if "?" in text:
        return None
    told = expression("consent_slip").sub("", text)
    plain = letters(told)
    if plain in phrases("disagree"):
        return Understood(False)
    if plain in phrases("agree"):
        return Understood(True)
    in_another_language = agrees(told)
    if in_another_language is not None:
        return Understood(in_another_language)
    if _says_only_yes(told):
        return Understood(True)
    return Understood(False) if _says_only_no(told) else None


def _says_only_yes(text: str) -> bool:
    """Whether each part of a text says yes, or is a word of courtesy beside one."""
    parts = [part for part in _PARTS.split(text) if letters(part)]
    yes = [_is_yes(part) for part in parts]
    if expression("consent_holds_back").search(text) or any(map(expression("consent_not_mine").search, parts[:1])):
        return False
    return any(yes) and all(
        is_yes or _changes_nothing(part) or (at and yes[0] and _is_yes_of_others(part))
        for at, (part, is_yes) in enumerate(zip(parts, yes, strict=True))
    )


def _is_yes(part: str) -> bool:
    told = expression("consent_no_objection").sub(" ", part)
    words = {_as_meant(word) for word in letters(told).split()}
    says = bool(words & phrases("agree_words")) or told != part
    return (says and words <= _known()) or letters(part) in phrases("agree") or agrees(part) is True


def _is_yes_of_others(part: str) -> bool:
    """Whether a part says that others agree too: "and my wife says yes as well"."""
    words = set(letters(part).split())
    return words <= _known() | phrases("agree_others")


def _changes_nothing(part: str) -> bool:
    return set(letters(part).split()) <= phrases("agree_around") or bool(expression("consent_beside").match(part))


def _as_meant(word: str) -> str:
    """A word with one mistake in it as it was meant: "agere"."""
    if word in _known() or len(word) < _FEWEST_LETTERS:
        return word
    return next((meant for meant in _MISTYPED if OSA.distance(word, meant) == 1), word)


@cache
def _known() -> frozenset[str]:
    return phrases("agree_words") | phrases("agree_around")


def _says_only_no(text: str) -> bool:
    """A no with words behind it that do not take it back: "no, I don't want that"; or a no in other words."""
    in_words = expression("consent_no_in_words").match(text)
    start = in_words or expression("consent_no").match(text)
    rest = text[start.end() :] if start else ""
    back = expression("consent_takes_back").search(rest)
    return bool(start) and not back and (bool(expression("consent_refuses").search(rest)) or not _says_any_yes(rest))


def _says_any_yes(text: str) -> bool:
    return bool(set(letters(text).split()) & phrases("agree_words")) or any(agrees(part) for part in _PARTS.split(text))
