"""The fields of the intake, read from `fields.yml`, which a coordinator can edit."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

FIELDS = Path(__file__).parent / "fields.yml"


class FieldsError(Exception):
    """`fields.yml` cannot be used; the message names the entry."""


class IntakeField(BaseModel):
    """One thing that is asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z_]*$")
    kind: Literal["consent", "name", "contact", "text"]
    label: str
    ask: str
    why: str
    example: str
    retry: str
    skippable: bool
    buttons: list[str] = []


class Consent(BaseModel):
    """What a patient agrees to; stored with the agreement, word for word."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    purpose: str
    wording: str


class Intake(BaseModel):
    """Everything that the intake says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    opening: str
    consent: Consent
    fields: list[IntakeField]
    closing: str
    stopped: str
    declined: str
    skipped: str
    cannot_skip: str
    give_up: str
    give_up_required: str
    for_example: str
    so_far: str
    nothing_so_far: str
    left_out: str
    skip_button: str
    person_button: str
    already_done: str

    @model_validator(mode="after")
    def _consent_comes_first(self) -> Intake:
        if not self.fields or self.fields[0].kind != "consent":
            raise ValueError("the first field must be the consent: nothing is asked before it")
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise ValueError("two fields have the same name")
        return self

    def field(self, name: str) -> IntakeField:
        """The field with that name.

        Raises:
            KeyError: if there is none.
        """
        return next((field for field in self.fields if field.name == name), None) or self._missing(name)

    def step(self, name: str) -> int:
        """Which question a field is, counted from 1."""
        return [field.name for field in self.fields].index(name) + 1

    def _missing(self, name: str) -> IntakeField:
        raise KeyError(name)


def read_intake(file: Path = FIELDS) -> Intake:
    """Read the fields.

    Raises:
        FieldsError: naming what is wrong.
    """
    try:
        return Intake.model_validate(yaml.safe_load(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FieldsError(f"{file.name} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise FieldsError(f"{file.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


@cache
def the_intake() -> Intake:
    """The shipped fields, read once a process."""
    return read_intake()
