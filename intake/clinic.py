"""What differs by clinic, from `clinic.yml`."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

from cordial.data_files import read_data
from language.spoken import DEFAULT, languages


class ClinicError(Exception):
    """`clinic.yml` cannot be used; the message says why."""


class CrisisLine(BaseModel):
    """A phone line for people who think of ending their lives."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=2)
    number: str = Field(pattern=r"^\d[\d ]{1,14}$")


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Hours(BaseModel):
    """When somebody is there, and how soon a patient who waits should hear from them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zone: str = "UTC"
    open: dict[Weekday, list[str]] = {}  # "09:00-17:00"; a day that is not named is closed
    closed_on: list[date] = []
    target_minutes: int = Field(480, ge=1, le=28 * 24 * 60, description="of opening hours")

    @field_validator("zone")
    @classmethod
    def _a_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"there is no time zone {zone}") from None
        return zone

    @field_validator("open")
    @classmethod
    def _spans(cls, days: dict[Weekday, list[str]]) -> dict[Weekday, list[str]]:
        for spans in days.values():
            for begin, end in map(span_of, spans):
                if begin >= end:
                    raise ValueError("opening hours must begin before they end")
        return days


class Clinic(BaseModel):
    """One clinic or coordination service."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=2)
    notice: str | None = None
    language: str = DEFAULT
    country: str = Field(pattern=r"^[A-Z]{2}$", description="ISO 3166 code")
    coordinator: str
    email: str | None = None
    phone: str | None = None
    opening_hours: str  # as patients read it
    hours: Hours = Hours()  # the same, for reckoning
    reply_within: str
    booking_link: str | None = Field(None, pattern=r"^https://")
    prices_policy: str
    emergency_number: str = Field(pattern=r"^\d{2,6}$")
    emergency_numbers: dict[str, str]
    crisis_lines: dict[str, list[CrisisLine]] = {}

    @field_validator("language")
    @classmethod
    def _has_texts(cls, value: str) -> str:
        if value not in languages():
            raise ValueError(f"there are no texts in {value!r}; there are: {', '.join(languages())}")
        return value

    def emergency_number_of(self, country: str | None) -> str:
        """The emergency number of a country; the clinic's own if the country or its number is not known."""
        return self.emergency_numbers.get(country or "", self.emergency_number)


def span_of(text: str) -> tuple[time, time]:
    """The two times of "09:00-17:00".

    Raises:
        ValueError: if it is written in another way.
    """
    begin, dash, end = text.partition("-")
    if not dash:
        raise ValueError(f"opening hours are written like 09:00-17:00, not {text}")
    return time.fromisoformat(begin.strip()), time.fromisoformat(end.strip())


def read_clinic(file: Path) -> Clinic:
    """Read the clinic's details.

    Raises:
        ClinicError: naming what is missing or wrong.
    """
    return read_data(Clinic, file, ClinicError)
