"""What differs by clinic, from `clinic.yml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import phonenumbers
import pycountry
from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, field_validator, model_validator

from cordial.data_files import DataFileError, Faults, Part, PlainText, Way, did_you_mean, like, no_yes, read_data
from language.spoken import DEFAULT, languages

MIDNIGHT = time(0)  # as an end: of the day that then ends
_SPAN = re.compile(r"\s*(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)\s*")
_USUALLY_MEANT = {"UK": "GB", "EN": "GB", "EL": "GR", "USA": "US"}  # not the codes that they look like


class ClinicError(DataFileError):
    """`clinic.yml` cannot be used; the message says why."""


def _country(code: str) -> str:
    if (code == code.upper() and pycountry.countries.get(alpha_2=code)) or code == "XK":
        return code
    named = pycountry.countries.get(name=code) or pycountry.countries.get(alpha_3=code.upper())
    meant = _USUALLY_MEANT.get(code.upper()) or (named and named.alpha_2)
    meant = meant or (code.upper() if pycountry.countries.get(alpha_2=code.upper()) else None)
    hint = f"did you mean {meant}?" if meant else "Write the two capital letters of ISO 3166, such as LT or GB"
    raise ValueError(
        f"there is no country with the code {code}; {hint}" if meant else f"there is no country with the code {code}. {hint}"
    )


Country = Annotated[str, AfterValidator(_country)]
_Number = Annotated[int, BeforeValidator(no_yes)]
EmergencyNumber = Annotated[str, like(r"\d{2,6}", 'an emergency number has two to six digits and nothing else, such as "112"')]
_Line = Annotated[str, like(r"\*?\d[\d ]{1,14}", 'a phone line has digits and spaces only, such as "116 123"')]
_Language = Annotated[str, like(r"[a-z]{2,3}", "a language has two or three small letters, such as en")]
_Email = Annotated[
    str, like(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+", "this is no e-mail address, such as hello@clinic.example")
]


def _international(value: str) -> str:
    try:
        whole = phonenumbers.is_possible_number(phonenumbers.parse(value))
    except phonenumbers.NumberParseException:
        whole = False
    if not whole:
        raise ValueError('this is no whole phone number. Write it with its country code, such as "+370 612 34567"')
    return value


Phone = Annotated[str, AfterValidator(_international)]
_Link = Annotated[str, like(r"https://[^\s/]+\S*", "a link begins with https:// and has no spaces")]


class CrisisLine(Part):
    """A phone line for people who think of ending their lives, offered in its own country and nowhere else."""

    name: PlainText | None = None
    number: _Line
    languages: list[_Language] = []  # in which people answer; empty if not known
    hours: Literal["24/7"] | None = None
    texts: bool = False  # whether it takes text messages as well


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Hours(Part):
    """When somebody is there, and how soon a patient who waits should hear from them."""

    zone: str = "UTC"
    open: dict[Weekday, list[str]] = {}  # "09:00-17:00"; a day that is not named is closed
    closed_on: list[date] = []
    target_minutes: _Number = Field(480, ge=1, le=28 * 24 * 60, description="of opening hours")
    emergency_minutes: _Number = Field(
        5, ge=1, le=30, description="of any hours, until an emergency in somebody's case calls all"
    )

    @field_validator("zone")
    @classmethod
    def _a_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            hint = did_you_mean(zone, available_timezones()) or ". Write it like Europe/Vilnius"
            raise ValueError(f"there is no time zone {zone}{hint}") from None
        return zone

    @field_validator("open")
    @classmethod
    def _spans(cls, days: dict[Weekday, list[str]]) -> dict[Weekday, list[str]]:
        wrong = [fault for day, spans in days.items() for fault in _wrong_spans(day, spans)]
        if wrong:
            raise Faults(wrong)
        return days


def _wrong_spans(day: str, spans: list[str]) -> Iterator[tuple[Way, str]]:
    """What is wrong with the opening hours of a day."""
    before: list[tuple[time, time]] = []
    for at, text in enumerate(spans):
        try:
            begin, end = span_of(text)
        except ValueError as error:
            yield (day, at), str(error)
            continue
        if any((end == MIDNIGHT or first < end) and (last == MIDNIGHT or begin < last) for first, last in before):
            yield (day, at), f"{text} overlaps with other hours of {day}. Write them as one"
        before.append((begin, end))


class Clinic(Part):
    """One clinic or coordination service."""

    name: PlainText
    notice: PlainText | None = None
    language: str = DEFAULT
    country: Country
    coordinator: PlainText
    email: _Email | None = None
    phone: Phone | None = None
    opening_hours: PlainText  # as patients read it
    hours: Hours  # the same, for reckoning
    reply_within: PlainText
    booking_link: _Link | None = None
    mail_patients: StrictBool = False  # who left is told by e-mail that somebody of the clinic has written
    # What patients ask about the clinic. Where something is not given, they are told that it is not known here.
    address: PlainText | None = None
    treats: StrictBool | None = None  # patients itself; false: it coordinates, and another clinic treats
    treated_at: PlainText | None = None  # then: which one
    licence: PlainText | None = None  # as a patient can check it: number, and who gave it
    complaints: PlainText | None = None  # where complaints go: an office, an address
    referrals: _Email | None = None  # for physicians who refer somebody
    aftercare_phone: Phone | None = None  # for patients after a treatment, if it is another one
    appointments: PlainText | None = None  # each a sentence of the clinic: how they are made, moved and cancelled
    deposit: PlainText | None = None  # and what becomes of it when somebody cancels
    payment: PlainText | None = None  # how one can pay
    medical_director: PlainText | None = None  # by name
    doctors: PlainText | None = None  # who they are, and what they are trained in
    staff_languages: PlainText | None = None
    messenger: PlainText | None = None  # WhatsApp and the like, calls by video
    documents: PlainText | None = None  # what patients should send, and how
    referral_letter: PlainText | None = None  # whether one is needed
    decision_within: PlainText | None = None  # until a physician has looked at an intake
    conditions: PlainText | None = None  # for which patients are seen
    ages: PlainText | None = None
    own_results: PlainText | None = None  # how many were treated, and what became of them
    access: PlainText | None = None  # with a wheelchair, without stairs
    parking: PlainText | None = None
    hotels: PlainText | None = None
    pick_up: PlainText | None = None
    other_places: PlainText | None = None
    brochure: PlainText | None = None
    prices_policy: PlainText
    emergency_number: EmergencyNumber
    emergency_numbers: dict[Country, EmergencyNumber] = {}  # what differs from emergencies/numbers.yml
    crisis_lines: dict[Country, list[CrisisLine]] = {}  # likewise

    @field_validator("language")
    @classmethod
    def _has_texts(cls, value: str) -> str:
        if value not in languages():
            raise ValueError(f"there are no texts in {value!r}; there are: {', '.join(languages())}")
        return value

    @model_validator(mode="after")
    def _can_be_reached(self) -> Clinic:
        wrong: list[tuple[Way, str]] = []
        if self.email is None and self.phone is None:
            wrong.append(
                (("email",), "there is neither an e-mail address nor a phone number. Patients need one to reach the clinic")
            )
        if not any(self.hours.open.values()):
            always = 'A clinic that is open at all hours writes ["00:00-24:00"] for each day'
            wrong.append((("hours", "open"), f"no day has opening hours. {always}"))
        if self.treats and self.treated_at:
            wrong.append((("treated_at",), "the clinic treats patients itself (treats: true). Take one of the two out"))
        if wrong:
            raise Faults(wrong)
        return self


def span_of(text: str) -> tuple[time, time]:
    """The two times of "09:00-17:00"; an end of `MIDNIGHT` is that of the day.

    Raises:
        ValueError: if it is written in another way, or does not begin before it ends.
    """
    match = _SPAN.fullmatch(text)
    numbers = [int(number) for number in match.groups()] if match else []
    if not match or max(numbers[1::2]) > 59 or numbers[0] > 23 or numbers[2] * 60 + numbers[3] > 24 * 60:
        raise ValueError(f'{text} is no opening time. Write it like "09:00-17:00", with 24:00 for midnight')
    begin, end = time(numbers[0], numbers[1]), time(numbers[2] % 24, numbers[3])
    if begin >= end and numbers[2] != 24:
        raise ValueError(
            f"{text} ends before it begins. Hours beyond midnight are written on both days: until 24:00, from 00:00"
        )
    return begin, end


def read_clinic(file: Path) -> Clinic:
    """Read the clinic's details.

    Raises:
        ClinicError: naming what is missing or wrong.
    """
    return read_data(Clinic, file, ClinicError)
