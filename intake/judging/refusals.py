"""Whether somebody would rather not say."""

from __future__ import annotations

from functools import cache

from intake.judging.expressions import expression
from intake.judging.phrases import phrases
from intake.judging.plain import letters

_FEWEST_WORDS = 3  # of a refusal that counts inside a longer message
_LONGEST = 14  # words of a message that is nothing but a refusal
_MOST_OTHERS = 4  # other words beside it


def refuses(text: str) -> bool:
    """Whether a text is a refusal to answer: "none of your business", "I'd rather not say"."""
    plain = letters(text)
    if plain in phrases("refusals") or (len(plain.split()) <= _LONGEST and expression("refusal").search(text)):
        return True
    words = len(plain.split())
    return any(f" {said} " in f" {plain} " and words <= size + _MOST_OTHERS for said, size in _longer())


@cache
def _longer() -> list[tuple[str, int]]:
    sized = [(said, len(said.split())) for said in phrases("refusals")]
    return [(said, size) for said, size in sized if size >= _FEWEST_WORDS]
