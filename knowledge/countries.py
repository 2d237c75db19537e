"""Which countries a text names, by `countries.yml`; so that nobody is told the rules of another country than they asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pydantic import Field

from cordial.data_files import Part, Text, read_data
from knowledge.errors import PhrasesError
from language.spoken import text_file


class Region(Part):
    """A name for several countries."""

    names: list[Text] = Field(min_length=1)
    countries: list[str] = Field(min_length=1)


class CountryNames(Part):
    """What `countries.yml` holds."""

    language: str
    countries: dict[str, list[Text]]
    as_written: dict[str, list[Text]] = {}
    regions: list[Region] = []


class Countries:
    """Finds the countries that a text names."""

    def __init__(self, names: CountryNames) -> None:
        """Know these names."""
        self._small = {name: {code} for code, given in names.countries.items() for name in given}
        self._small |= {name: set(region.countries) for region in names.regions for name in region.names}
        self._as_written = {name: {code} for code, given in names.as_written.items() for name in given}
        self._in_small, self._written = _any_of(self._small), _any_of(self._as_written)

    def named_in(self, text: str) -> frozenset[str]:
        """The codes of the countries that a text names; of a region, those of all its countries."""
        found = [self._small[name] for name in self._in_small.findall(text.lower())]
        found += [self._as_written[name] for name in self._written.findall(text)]
        return frozenset().union(*found)


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)" if longest_first else r"(?!)")


def read_countries(file: Path | None = None) -> CountryNames:
    """Read the names; by default those of the language that is spoken.

    Raises:
        PhrasesError: naming what is wrong.
    """
    return read_data(CountryNames, file or text_file("knowledge", "countries.yml"), PhrasesError)


@cache
def the_countries() -> Countries:
    """By the shipped names, read once a process."""
    return Countries(read_countries())
