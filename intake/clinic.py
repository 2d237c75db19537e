"""What differs by clinic, from `clinic.yml`."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from intake.language import DEFAULT, languages


class ClinicError(Exception):
    """`clinic.yml` cannot be used; the message says why."""


class CrisisLine(BaseModel):
    """A phone line for people who think of ending their lives."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=2)
    number: str = Field(pattern=r"^\d[\d ]{1,14}$")


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
    opening_hours: str
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


def read_clinic(file: Path) -> Clinic:
    """Read the clinic's details.

    Raises:
        ClinicError: naming what is missing or wrong.
    """
    try:
        return Clinic.model_validate(yaml.safe_load(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ClinicError(f"The clinic file {file} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ClinicError(f"{file.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
