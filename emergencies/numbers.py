"""Emergency numbers and crisis lines by country, from `numbers.yml`. A clinic may add to them, or overrule them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from cordial.data_files import DataFileError, Faults, Name, Part, PlainText, Way, did_you_mean, read_data
from intake.clinic import Clinic, Country, CrisisLine, EmergencyNumber

FILE = Path(__file__).parent / "numbers.yml"
Service = Literal["ambulance", "police"]
_Numbers = Annotated[list[EmergencyNumber], Field(min_length=1, max_length=2)]


class NumbersError(DataFileError):
    """`numbers.yml` cannot be used; the message names the entry."""


class Source(Part):
    """Where a number was read."""

    what: PlainText
    address: PlainText | None = None
    read: date


class Emergency(Part):
    """Whom to call in a country."""

    ambulance: _Numbers  # either is right; the first is the one that people there know
    police: _Numbers | None = None  # where it is another number
    sources: Annotated[list[Name], Field(min_length=1)]
    disagree: bool = False  # whether the sources differ
    note: PlainText | None = None


class ListedLine(CrisisLine):
    """A crisis line, and where it was read."""

    source: Name
    note: PlainText | None = None


class Numbers(Part):
    """The whole file."""

    version: int
    sources: dict[Name, Source]
    emergency: dict[Country, Emergency]
    crisis_lines: dict[Country, list[ListedLine]]

    @model_validator(mode="after")
    def _names_its_sources(self) -> Numbers:
        wrong = list(_unknown_sources(self))
        if wrong:
            raise Faults(wrong)
        return self


def _unknown_sources(numbers: Numbers) -> Iterator[tuple[Way, str]]:
    for code, emergency in numbers.emergency.items():
        for at, source in enumerate(emergency.sources):
            if source not in numbers.sources:
                yield ("emergency", code, "sources", at), _unknown(source, numbers)
    for code, lines in numbers.crisis_lines.items():
        for at, line in enumerate(lines):
            if line.source not in numbers.sources:
                yield ("crisis_lines", code, at, "source"), _unknown(line.source, numbers)


def _unknown(source: str, numbers: Numbers) -> str:
    hint = did_you_mean(source, numbers.sources) or ". Describe it under `sources`"
    return f"there is no source {source}{hint}"


def read_numbers(file: Path = FILE) -> Numbers:
    """Read the numbers.

    Raises:
        NumbersError: naming what is wrong.
    """
    return read_data(Numbers, file, NumbersError)


@cache
def the_numbers() -> Numbers:
    """The shipped numbers, read once a process."""
    return read_numbers()


def numbers_in(country: str, clinic: Clinic, service: Service = "ambulance") -> list[str]:
    """What to call in a country; nothing if no number is known. What the clinic says of a country comes before the file."""
    listed = the_numbers().emergency.get(country)
    if service == "police" and listed and listed.police:
        return listed.police
    own = clinic.emergency_numbers.get(country) or (clinic.emergency_number if country == clinic.country else None)
    return [own] if own else listed.ambulance if listed else []


def crisis_lines_in(country: str, clinic: Clinic) -> list[CrisisLine]:
    """The crisis lines of a country: the clinic's own word first; nothing if none is known."""
    if country in clinic.crisis_lines:
        return clinic.crisis_lines[country]
    return list(the_numbers().crisis_lines.get(country, ()))
