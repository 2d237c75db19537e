"""The agreement to store health details: it counts only when all that is said is a yes."""

from __future__ import annotations

from intake.judging.expressions import expression
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.results import Context, Judgement, Understood


def judge_consent(text: str, _context: Context) -> Judgement:
    """A plain yes or a plain no; a yes with a condition, a question or a second thought is neither."""
    plain = letters(text)
    if "?" in text:
        return None
    if plain in phrases("disagree"):
        return Understood(False)
    if plain in phrases("agree") or _says_only_yes(text):
        return Understood(True)
    return Understood(False) if _says_only_no(text) else None


def _says_only_yes(text: str) -> bool:
    told = expression("consent_no_objection").sub(" ", text)
    words = set(letters(told).split())
    agrees = bool(words & phrases("agree_words")) or told != text
    return agrees and words <= phrases("agree_words") | phrases("agree_around")


def _says_only_no(text: str) -> bool:
    """A no with words behind it that do not take it back: "no, I don't want that"."""
    start = expression("consent_no").match(text)
    rest = text[start.end() :] if start else ""
    back = expression("consent_takes_back").search(rest)
    return bool(start) and not back and (bool(expression("consent_refuses").search(rest)) or not _says_any_yes(rest))


def _says_any_yes(text: str) -> bool:
    return bool(set(letters(text).split()) & phrases("agree_words"))
