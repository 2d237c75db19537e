"""The fields of the intake, read from `fields.yml`, which a coordinator can edit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar, cast, get_args

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from cordial.data_files import (
    CLINIC,
    DataFileError,
    Faults,
    Name,
    Part,
    PlainText,
    Text,
    Way,
    by_name,
    did_you_mean,
    fills,
    read_data,
)
from intake.judging.histories import history_names
from language.family import Person
from language.spoken import text_file

REVIEW = "review"  # the open "field" while everything is read back before it is sent
YES = "yes"  # the option of a guardian that says that they are one

Kind = Literal["consent", "name", "contact", "birth", "guardian", "country", "text", "list", "history", "choice"]


# What a field is to the rest of the house, whatever its name is. Where a kind is a role, a field of it has that role by itself.
Role = Literal[
    "consent",
    "for_whom",
    "sex",
    "name",
    "contact",
    "birth",
    "guardian",
    "guardian_name",
    "country",
    "condition",
    "treatments",
    "medicines",
    "allergies",
    "hopes",
    "questions",
]
_KIND_OF_ROLE: dict[str, Kind] = {
    **{kind: kind for kind in ("consent", "contact", "birth", "guardian", "country")},
    "name": "name",
    "guardian_name": "name",
    "medicines": "list",
    "allergies": "list",
    "for_whom": "choice",
    "sex": "choice",
}
_NEEDED: dict[Role, str] = {
    "name": "nobody would know whom to address",
    "contact": "nobody could reach the patient",
    "birth": "nobody would know who is under 18",
    "guardian": "somebody under 18 would be asked without a parent or guardian",
}
_OF_OPTIONS = {"choice", "guardian"}  # kinds of which one option is chosen
_SHIPPED: dict[str, Role] = {"full_name": "name"}  # stored names that are not those of their roles

T = TypeVar("T")
_OfTheClinic = Annotated[str, fills(*CLINIC)]
_Reference = Annotated[str, fills("reference")]
_OLDEST = 130


def _from_to(ages: tuple[int, int]) -> tuple[int, int]:
    if not 0 <= ages[0] <= ages[1] <= _OLDEST:
        raise ValueError(f"ages are two numbers from 0 to {_OLDEST}, the younger first, such as [0, 17]")
    return ages


_Ages = Annotated[tuple[int, int], AfterValidator(_from_to)]


class FieldsError(DataFileError):
    """`fields.yml` cannot be used; the message names the entry."""


class Option(Part):
    """One answer of a choice."""

    value: Name
    title: PlainText
    also: list[Text] = []  # what somebody may type for it, beside the title
    things: list[Text] = []  # of whoever it is about, and nobody by themselves: "my knee"
    people: list[Person] = []  # whom it is about, in the words of other languages for them
    ages: _Ages | None = None  # of whoever it is said of, where an age is named beside it
    otherwise: Name | None = None  # the option that is meant where that age is another one


class Card(Part):
    """Fields that belong together: a client may show them as one form, and they are read back under one heading."""

    name: Name
    title: PlainText


class IntakeField(Part):
    """One thing that is asked."""

    name: Name
    kind: Kind
    role: Role | None = None
    about: Name | None = None
    formerly: list[Name] = []
    label: PlainText
    called: list[Text] = []
    ask: Annotated[str, fills("consent", *CLINIC)]
    ask_again: Annotated[str, fills(*CLINIC)] | None = None
    why: PlainText
    counts: PlainText
    example: PlainText
    retry: PlainText
    skippable: bool
    buttons: list[PlainText] = []
    options: list[Option] = []
    around: list[Text] = []
    ask_for: dict[Name, Annotated[str, fills(*CLINIC)]] = {}
    unless: dict[Name, list[Name]] = {}
    card: Name | None = None
    subject: Name | None = None
    ages: _Ages | None = None
    cues: list[Text] = []
    more: PlainText | None = None
    takes_questions: bool = False

    @property
    def offered(self) -> list[str]:
        """The answers that can be pressed."""
        return [option.title for option in self.options] or list(self.buttons)

    @property
    def heading(self) -> str | None:
        """The card under which it is read back."""
        return self.subject or self.card

    def asked(self, for_whom: object) -> str:
        """The question, as it is put when the answers are about somebody."""
        return self.ask_for.get(for_whom, self.ask) if isinstance(for_whom, str) else self.ask

    def applies(self, age: int | None, given: Mapping[str, object] = MappingProxyType({})) -> bool:
        """Whether it is asked of a patient; one of unknown age is asked what is for adults too.

        Args:
            age: in years.
            given: what was understood so far, by field.
        """
        if any(given.get(name) in values for name, values in self.unless.items()):
            return False
        if self.ages is None:
            return True
        first, last = self.ages
        return first <= age <= last if age is not None else first > 0


class Consent(Part):
    """What a patient agrees to; stored with the agreement, word for word."""

    version: int
    purpose: PlainText
    wording: _OfTheClinic


class ReadBack(Part):
    """Reading everything back before it is sent."""

    label: PlainText
    ask: _OfTheClinic
    offer: PlainText
    buttons: Annotated[list[PlainText], Field(min_length=2, max_length=2)]  # send it, change something
    send: list[Text]
    wait: PlainText


class Says(Part):
    """What is said around the fields."""

    closing: Annotated[str, fills("reference", *CLINIC)]
    stopped: _OfTheClinic
    declined: PlainText
    skipped: PlainText
    cannot_skip: PlainText
    give_up: PlainText
    give_up_required: PlainText
    for_example: Annotated[str, fills("counts", "example")]
    so_far: PlainText
    nothing_so_far: PlainText
    left_out: PlainText
    understood_as: Annotated[str, fills("said", "shown")]
    to_check: Annotated[str, fills("said")]
    nothing_listed: PlainText
    answers: Annotated[dict[str, PlainText], by_name({"yes": (), "no": (), "unsure": (), "not_applicable": ()})]
    noted: PlainText
    changed: PlainText
    amended: _Reference
    already_sent: _Reference
    kept: PlainText
    list_kept: Annotated[str, fills("label")]
    no_longer_listed: Annotated[str, fills("words")]
    it_was: Annotated[str, fills("said")]
    first_already: PlainText
    which_field: PlainText
    change_one: Annotated[str, fills("label")]
    consent_stays: PlainText
    start_over: PlainText
    start_over_yes: PlainText
    start_over_no: PlainText
    started_over: PlainText
    cannot_start_over: _Reference
    delete: _OfTheClinic
    delete_yes: PlainText
    delete_no: PlainText
    deleted: PlainText
    not_deleted: PlainText
    under_age: _OfTheClinic
    date_two_ways: PlainText
    date_buddhist: PlainText
    birth_future: PlainText
    birth_too_old: Annotated[str, fills("most")]
    birth_which_century: PlainText
    birth_two: PlainText
    birth_no_such_day: PlainText
    birth_near_adult: PlainText
    contact_two: PlainText
    contact_parted: PlainText
    contact_dictated: Annotated[str, fills("suggestion")]
    name_whole: PlainText
    name_two: PlainText
    name_as_written: Annotated[str, fills("name")]
    email_maybe: Annotated[str, fills("suggestion", "given")]
    email_wrong: PlainText
    phone_wrong: PlainText
    contact_email: PlainText
    contact_phone: PlainText
    country_two: PlainText
    country_maybe: Annotated[str, fills("country")]
    nothing_before: PlainText
    no_longer_asked: PlainText
    none_of_these: PlainText
    not_placed: Annotated[str, fills("words")]
    place_in: Annotated[str, fills("label", "words")]
    leave_it: PlainText
    left_unplaced: PlainText
    age_crosses: Annotated[str, fills("said", "change")]
    change_to: Annotated[str, fills("label", "said")]
    by_email: PlainText
    by_phone: PlainText


class Intake(Part):
    """Everything that the intake says."""

    version: int
    language: str
    opening: Annotated[str, fills("steps", *CLINIC)]
    consent: Consent
    cards: list[Card] = []
    fields: list[IntakeField]
    review: ReadBack
    says: Says
    skip_button: PlainText
    person_button: PlainText
    keep_button: PlainText

    @field_validator("fields")
    @classmethod
    def _fit_together(cls, fields: list[IntakeField], info: ValidationInfo) -> list[IntakeField]:
        cards = [card.name for card in info.data.get("cards", [])]
        wrong = [*_wrong_consent(fields), *_named_twice(fields), *_wrong_roles(fields), *_wrong_choices(fields, cards)]
        wrong += _wrong_histories(fields)
        if wrong:
            raise Faults(wrong)
        return fields

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

    def asked_of(self, age: int | None, given: Mapping[str, object] = MappingProxyType({})) -> list[IntakeField]:
        """The fields that a patient is asked, in their order.

        Args:
            age: in years.
            given: what was understood so far, by field.
        """
        return [field for field in self.fields if field.applies(age, given)]

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
    def names(self) -> list[str]:
        """What the fields are called today."""
        return [field.name for field in self.fields]

    def role(self, role: Role) -> IntakeField | None:
        """The field that has a role; the ones that a start needs are always there."""
        return self._by_role.get(role)

    def role_of(self, stored: str) -> Role | None:
        """The role of the field under whose name an answer is stored, also if that name is an old one."""
        now = self.name_now(stored)
        return next((role for role, field in self._by_role.items() if field.name == now), None)

    def name_now(self, stored: str) -> str:
        """What the field is called today whose answer is stored under a name."""
        return self._names_now.get(stored, stored)

    def by_role(self, answers: Mapping[str, T]) -> dict[Role, T]:
        """What is stored by name, by the role of its field; what has none is left out."""
        return {role: value for name, value in answers.items() if (role := self.role_of(name))}

    def stored_as(self, role: Role) -> list[str]:
        """Every name under which answers to the field of a role may be stored."""
        field = self.role(role)
        return [] if field is None else [name for name, now in self._names_now.items() if now == field.name]

    @cached_property
    def _by_name(self) -> Mapping[str, IntakeField]:
        return {field.name: field for field in self.fields}

    @cached_property
    def _by_role(self) -> Mapping[Role, IntakeField]:
        return _roles(self.fields)

    @cached_property
    def _names_now(self) -> Mapping[str, str]:
        """Every stored name with the one of today: what ships, what was renamed, and what is as it was."""
        shipped = {**{role: role for role in get_args(Role)}, **_SHIPPED}
        names = {name: self._by_role[role].name for name, role in shipped.items() if role in self._by_role and name != "name"}
        names |= {old: field.name for field in self.fields for old in field.formerly}
        return names | {field.name: field.name for field in self.fields}


def _former(name: str) -> IntakeField:
    """What stands for a field that was removed since somebody answered it: nothing is known of it but its name."""
    return IntakeField.model_construct(
        name=name, kind="text", label=name, ask="", why="", counts="", example="", retry="", skippable=True
    )


def _wrong_consent(fields: list[IntakeField]) -> Iterator[tuple[Way, str]]:
    """What keeps anybody from agreeing to what is stored, before anything is asked."""
    if not fields or fields[0].kind != "consent":
        yield (), "the first field must be one of kind consent: nothing is asked before it"
    for at, field in enumerate(fields):
        if field.kind == "consent" and "{consent}" not in field.ask:
            yield (at, "ask"), "the question must show {consent}, so that people read what they agree to"
        if field.kind == "consent" and field.skippable:
            yield (at, "skippable"), "the consent cannot be skipped. Write false"
        if field.kind == "consent" and at:
            yield (at, "kind"), "there is a consent already. Keep one"
        if field.kind != "consent" and "{consent}" in field.ask:
            yield (at, "ask"), "only the question for the consent can show {consent}"


def _roles(fields: list[IntakeField]) -> dict[Role, IntakeField]:
    """The field of each role: the one that says so, or the first of its kind."""
    found: dict[Role, IntakeField] = {field.role: field for field in reversed(fields) if field.role}
    for field in fields:
        if field.role is None and field.kind in {"consent", "contact", "birth", "guardian", "country"}:
            found.setdefault(cast(Role, field.kind), field)
    return found


def _wrong_roles(fields: list[IntakeField]) -> Iterator[tuple[Way, str]]:
    """Fields that the rest of the house needs and would not find, or would take for another."""
    has: dict[Role, IntakeField] = {}
    for at, field in enumerate(fields):
        if field.role is None:
            continue
        kind = _KIND_OF_ROLE.get(field.role, field.kind)
        if field.kind != kind:
            yield (at, "role"), f"the role {field.role} is for a field of kind {kind}"
        if has.setdefault(field.role, field) is not field:
            yield (at, "role"), f"the field {has[field.role].name} has the role {field.role} already"
    for role, otherwise in _NEEDED.items():
        if role not in _roles(fields):
            how = f"kind: {role}" if role != "name" else "role: name"
            yield (), f"no field has the role {role}, so {otherwise}. Add a field with “{how}”"


def _wrong_histories(fields: list[IntakeField]) -> Iterator[tuple[Way, str]]:
    """What a question is said to be about and nothing is known of, so that answers to it would not be understood."""
    for at, field in enumerate(fields):
        if field.about is None:
            continue
        names = history_names()
        if field.kind != "history":
            yield (at, "about"), "only a field of kind history is about something of histories.yml"
        elif field.about not in names:
            yield (at, "about"), f"nothing in histories.yml is called {field.about}{did_you_mean(field.about, names)}"


def _wrong_choices(fields: list[IntakeField], cards: list[str]) -> Iterator[tuple[Way, str]]:
    """Choices without answers, answers where nothing is chosen, and cards that there are not."""
    for at, field in enumerate(fields):
        if field.kind in _OF_OPTIONS and len(field.options) < 2:
            yield (at, "options"), f"a field of kind {field.kind} needs at least two options"
        elif field.kind == "guardian" and YES not in {option.value for option in field.options}:
            yield (at, "options"), f"one option must have the value “{YES}”: whoever chooses it is the parent or guardian"
        if field.options and field.kind not in _OF_OPTIONS:
            yield (at, "options"), f"a field of kind {field.kind} has no options. Write buttons, or make it a choice"
        for option in field.options:
            if option.otherwise and option.otherwise not in {each.value for each in field.options}:
                yield (at, "options"), f"there is no option {option.otherwise}, which {option.value} has as “otherwise”"
        yield from _wrong_conditions(at, field, fields)
        for way, name in (("card", field.card), ("subject", field.subject)):
            if name is not None and name not in cards:
                yield (at, way), f"there is no card {name}. Add it under “cards”"


def _wrong_conditions(at: int, field: IntakeField, fields: list[IntakeField]) -> Iterator[tuple[Way, str]]:
    """What depends on the answer to a choice that is not asked before, or cannot be given."""
    before = {each.name: {option.value for option in each.options} for each in fields[:at]}
    for name, values in field.unless.items():
        if not set(values) <= before.get(name, set()):
            yield (at, "unless"), f"no choice {name} with {', '.join(values)} is asked before it"
    known = {option.value for each in fields if each.role == "for_whom" for option in each.options}
    if not set(field.ask_for) <= known:
        yield (at, "ask_for"), "its entries are named for the options of the field with the role for_whom"


def _named_twice(fields: list[IntakeField]) -> Iterator[tuple[Way, str]]:
    """Names that lead to two fields, so that an answer could end up at the wrong one."""
    seen: dict[str, str] = {REVIEW: "what is read back"}
    meant: dict[str, IntakeField] = {}
    for at, field in enumerate(fields):
        if field.name in seen:
            yield (at, "name"), f"{field.name} is already the name of {seen[field.name]}. Give each field its own"
        seen.setdefault(field.name, f"the field “{field.label}”")
        for way, name in [(("label",), field.label), *((("called", each), name) for each, name in enumerate(field.called))]:
            other = meant.setdefault(name.lower(), field)
            if other is not field:
                yield (at, *way), f"“{name}” also means the field {other.name}. Keep it in one place"


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
