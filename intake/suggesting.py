"""What a control may suggest while somebody types: countries, mail, illnesses, treatments, medicines, and allergies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

from cordial.data_files import Part, Text, read_data
from intake.judging.contact import mail_providers
from intake.judging.country import country_name, country_names
from intake.judging.phrases import PhrasesError, phrases
from intake.judging.vocabulary import names_to_suggest
from language.spoken import text_file


class Common(Part):
    """What is suggested first, the commonest first."""

    conditions: list[Text]
    treatments: list[Text]
    medicines: list[Text]
    allergies: list[Text]


def read_common(file: Path | None = None) -> Common:
    """Read what is common; by default in the language that is spoken.

    Raises:
        PhrasesError: naming what is wrong.
    """
    return read_data(Common, file or text_file("intake", "common.yml"), PhrasesError)


@cache
def suggestions(name: str) -> list[tuple[str, str]]:
    """Titles and values: countries sorted by title, the others by how common they are, and then by title.

    Raises:
        KeyError: if there is no such list.
    """
    return _LISTS[name]()


def _countries() -> list[tuple[str, str]]:
    return sorted((country_name(code), code) for code in set(country_names().values()))


def _medicines() -> list[tuple[str, str]]:
    return _common_first(names_to_suggest(), read_common().medicines)


def _allergies() -> list[tuple[str, str]]:
    """Also medicines; of a word that is there in the plural, only that."""
    common = phrases("allergens")
    names = {*(name for name in common if f"{name}s" not in common), *names_to_suggest()}
    return _common_first(names, read_common().allergies)


def _common_first(names: Iterable[str], common: list[str]) -> list[tuple[str, str]]:
    """Names with those first that are common, in the order of these."""
    place = {name.lower(): at for at, name in enumerate(common)}
    ordered = sorted(names, key=lambda name: (place.get(name.lower(), len(place)), name.lower()))
    return _as_they_are(ordered)


def _as_they_are(names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


_LISTS: Mapping[str, Callable[[], list[tuple[str, str]]]] = {
    "countries": _countries,
    "mail": lambda: _as_they_are(mail_providers()),
    "conditions": lambda: _as_they_are(read_common().conditions),
    "treatments": lambda: _as_they_are(read_common().treatments),
    "medicines": _medicines,
    "allergies": _allergies,
}
