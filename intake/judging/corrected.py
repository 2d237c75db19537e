"""What counts of a text in which somebody corrects themselves: "my child, no sorry, I meant my brother"."""

from __future__ import annotations

from intake.judging.expressions import expression

_LONGEST = 400  # characters in which a slip is looked for


def after_a_slip(text: str) -> str | None:
    """What follows the last words by which somebody takes back what they had just written; nothing, if nothing does."""
    found = expression("corrected").match(text) if len(text) <= _LONGEST else None
    return found.group("rest").strip() or None if found else None
