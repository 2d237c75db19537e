"""Choices: one of the options of a field, as it is written on it or in one of the forms that mean it."""

from __future__ import annotations

from collections.abc import Sequence

from intake.fields import Option
from intake.judging.plain import letters


def chosen_in(options: Sequence[Option], text: str) -> str | None:
    """The value of the option that a whole message means; nothing, if it means none of them or more than one."""
    plain = letters(text)
    found = [option.value for option in options if plain in {letters(form) for form in (option.title, *option.also)}]
    return found[0] if len(found) == 1 else None
