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
    return Understood(True) if plain in phrases("agree") or _says_only_yes(plain) else None


def limits_agreement(text: str) -> bool:
    """Whether words beside an agreement may take it back or set a condition: "if it is free", "hmm, no"."""
    return bool(expression("consent_limits").search(text))


def _says_only_yes(plain: str) -> bool:
    words = set(plain.split())
    return bool(words & phrases("agree_words")) and words <= phrases("agree_words") | phrases("agree_around")
