"""The fields of the intake, read from `fields.yml`, which a coordinator can edit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cordial.data_files import read_data
from language.spoken import text_file

REVIEW = "review"  # the open "field" while everything is read back before it is sent

Kind = Literal["consent", "name", "contact", "birth", "guardian", "country", "text", "list", "history"]


class FieldsError(Exception):
    """`fields.yml` cannot be used; the message names the entry."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IntakeField(_Part):
    """One thing that is asked."""

    name: str = Field(pattern=r"^[a-z][a-z_]*$")
    kind: Kind
    label: str
    called: list[str] = []
    ask: str
    why: str
    counts: str
    example: str
    retry: str
    skippable: bool
    buttons: list[str] = []
    ages: tuple[int, int] | None = None
    cues: list[str] = []
    more: str | None = None
    takes_questions: bool = False

    def applies(self, age: int | None) -> bool:
        """Whether a patient of that age is asked; one of unknown age is asked what is for adults too."""
        if self.ages is None:
            return True
        first, last = self.ages
        return first <= age <= last if age is not None else first > 0


class Consent(_Part):
    """What a patient agrees to; stored with the agreement, word for word."""

    version: int
    purpose: str
    wording: str


class Review(_Part):
    """Reading everything back before it is sent."""

    label: str
    ask: str
    offer: str
    buttons: list[str]
    send: list[str]
    wait: str


class Says(_Part):
    """What is said around the fields."""

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
    understood_as: str
    noted: str
    changed: str
    amended: str
    already_sent: str
    kept: str
    it_was: str
    first_already: str
    which_field: str
    change_one: str
    consent_stays: str
    start_over: str
    start_over_yes: str
    start_over_no: str
    started_over: str
    cannot_start_over: str
    delete: str
    delete_yes: str
    delete_no: str
    deleted: str
    not_deleted: str
    under_age: str
    date_two_ways: str
    date_buddhist: str
    birth_future: str
    birth_too_old: str
    email_maybe: str
    email_wrong: str
    phone_wrong: str
    contact_email: str
    contact_phone: str
    country_two: str
    country_maybe: str
    nothing_before: str
    no_longer_asked: str


class Intake(_Part):
    """Everything that the intake says."""

    version: int
    language: str
    opening: str
    consent: Consent
    fields: list[IntakeField]
    review: Review
    says: Says
    skip_button: str
    person_button: str
    keep_button: str

    @model_validator(mode="after")
    def _consent_comes_first(self) -> Intake:
        if not self.fields or self.fields[0].kind != "consent":
            raise ValueError("the first field must be the consent: nothing is asked before it")
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names) or REVIEW in names:
            raise ValueError(f"two fields have the same name, or one is called {REVIEW}")
        return self

    def field(self, name: str) -> IntakeField:
        """The field with that name.

        Raises:
            KeyError: if there is none.
        """
        return self._by_name[name]

    def asks(self, name: str) -> bool:
        """Whether there is a field with that name."""
        return name in self._by_name

    def told(self, names: Iterable[str]) -> list[IntakeField]:
        """The fields with these names in their order; after them those that are not asked any more, under their stored names.

        The consent is not among them: it is no detail.
        """
        given = dict.fromkeys(names)
        asked = [field for field in self.fields if field.name in given and field.kind != "consent"]
        return asked + [_former(name) for name in given if not self.asks(name)]

    def asked_of(self, age: int | None) -> list[IntakeField]:
        """The fields that a patient of that age is asked, in their order."""
        return [field for field in self.fields if field.applies(age)]

    def field_meant(self, text: str) -> IntakeField | None:
        """The field that a text names by its label or another name: of several, the longest name that it holds."""
        low = text.lower()
        found = [
            (len(name), field)
            for field in self.fields
            for name in [field.label.lower(), *field.called]
            if re.search(rf"(?<!\w){re.escape(name)}s?(?!\w)", low)
        ]
        return max(found, key=lambda each: each[0])[1] if found else None

    @property
    def _by_name(self) -> Mapping[str, IntakeField]:
        return {field.name: field for field in self.fields}


def _former(name: str) -> IntakeField:
    """What stands for a field that was removed since somebody answered it: nothing is known of it but its name."""
    return IntakeField.model_construct(
        name=name, kind="text", label=name, ask="", why="", counts="", example="", retry="", skippable=True
    )


def read_intake(file: Path | None = None) -> Intake:
    """Read the fields; by default those of the language that is spoken.

    Raises:
        FieldsError: naming what is wrong.
    """
    return read_data(Intake, file or text_file("intake", "fields.yml"), FieldsError)


@cache
def the_intake() -> Intake:
    """The shipped fields, read once a process."""
    return read_intake()
