"""The agreement to store health details: it counts only when all that is said is a yes."""

from __future__ import annotations

from functools import cache

from intake.judging.expressions import expression
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.results import Context, Judgement, Understood
from language.sentences import PARTS, detail_clauses, sentences
from language.spelling import Vocabulary
from language.yes_and_no import agrees

_AS_COMMAS = str.maketrans(dict.fromkeys(".…:()", ","))
_FEWEST_LETTERS = 5  # of a word that may be mistyped


def judge_consent(text: str, _context: Context) -> Judgement:
    """A plain yes or a plain no; a yes with a condition, a question or a second thought is neither."""
    if "?" in text:
        return None
    told = expression("consent_neutral").sub(" ", expression("consent_slip").sub("", text))
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
    return Understood(False) if _says_only_no(text) else None


def _says_only_yes(text: str) -> bool:
    """Whether each part of a text says yes, or is a word of courtesy beside one."""
    parts = [part for part in _parts(text) if letters(part)]
    yes = [_is_yes(part) for part in parts]
    asks = any(map(expression("consent_asks").search, parts)) or any(map(expression("consent_not_mine").search, parts[:1]))
    if asks or expression("consent_holds_back").search(text):
        return False
    return any(yes) and all(
        is_yes or _changes_nothing(part) or (at and yes[0] and _is_yes_of_others(part))
        for at, (part, is_yes) in enumerate(zip(parts, yes, strict=True))
    )


def _parts(text: str) -> list[str]:
    """A text cut at every end of a sentence, comma, colon, bracket and dash."""
    told = sentences(text.translate(_AS_COMMAS), PARTS)
    return [clause for sentence in told for clause in detail_clauses(sentence, lambda _rest: False)]


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
    return next((meant for meant, _ in _often_mistyped().near(word, 1, 1)), word)


@cache
def _often_mistyped() -> Vocabulary:
    return Vocabulary(sorted(phrases("agree_mistyped")))


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
    return bool(set(letters(text).split()) & phrases("agree_words")) or any(agrees(part) for part in _parts(text))
