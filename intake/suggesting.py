"""What a control may suggest while somebody types: countries, medicines that are known, and what people are allergic to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from intake.judging.country import country_name, country_names
from intake.judging.phrases import phrases
from intake.judging.vocabulary import names_to_suggest


@cache
def suggestions(name: str) -> list[tuple[str, str]]:
    """Titles and values, sorted by title.

    Raises:
        KeyError: if there is no such list.
    """
    return _LISTS[name]()


def _countries() -> list[tuple[str, str]]:
    return sorted((country_name(code), code) for code in set(country_names().values()))


def _medicines() -> list[tuple[str, str]]:
    return [(name, name) for name in names_to_suggest()]


def _allergies() -> list[tuple[str, str]]:
    """Also medicines; of a word that is there in the plural, only that."""
    common = phrases("allergens")
    names = {*(name for name in common if f"{name}s" not in common), *names_to_suggest()}
    return [(name, name) for name in sorted(names, key=str.lower)]


_LISTS: Mapping[str, Callable[[], list[tuple[str, str]]]] = {
    "countries": _countries,
    "medicines": _medicines,
    "allergies": _allergies,
}
