"""Whom to call, in words: the numbers for where somebody is, each with its place where there can be doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from babel import Locale

from cordial.data_files import Part, PlainText, fills
from emergencies.numbers import Service, crisis_lines_in, numbers_in
from emergencies.whereabouts import Whereabouts, country_called
from intake.clinic import Clinic, CrisisLine
from language.spoken import spoken

_ALWAYS = "24/7"


@dataclass(frozen=True)
class Where:
    """Where somebody may be who needs help."""

    here: str | None = None  # the country in which they said to be
    lives: str | None = None  # the country in which they live, or that of their phone number


class CallingTexts(Part):
    """How it is said whom to call."""

    one: Annotated[str, fills("number")]
    named: Annotated[str, fills("number", "place")]
    several: Annotated[str, fills("places")]
    local: Annotated[str, fills("places")]
    call_now: Annotated[str, fills("number")]  # on a button, where there is no doubt which number it is
    at_clinic: Annotated[str, fills("place", "number")]
    in_place: Annotated[str, fills("place", "number")]
    either: str  # between two numbers
    local_number: PlainText
    for_anybody: Annotated[str, fills("place", "number")]
    crisis_line: PlainText
    crisis_line_texts: Annotated[str, fills("line")]
    crisis_line_language: Annotated[str, fills("line", "languages")]
    crisis_line_always: Annotated[str, fills("line")]
    crisis_lines_in: Annotated[str, fills("place", "lines")]
    no_crisis_line: PlainText


@dataclass(frozen=True)
class Calling:
    """What is said of whom to call, for one clinic and one person."""

    texts: CallingTexts
    clinic: Clinic
    where: Where
    language: str | None = None  # by default the one that is spoken

    def how(self, service: Service = "ambulance") -> str:
        """The sentences that say whom to call. Where no number is known, the local one leads, and never a foreign one."""
        texts, where = self.texts, self.where
        at_clinic = self._at(texts.at_clinic, self.clinic.country, service)
        sure = self._sure()
        if sure is not None:
            if not (number := self._number(sure, service)):
                return texts.local.format(places=at_clinic)
            named = where.here is not None and where.here != self.clinic.country
            return texts.named.format(number=number, place=self._name(sure)) if named else texts.one.format(number=number)
        if where.lives is None or not (number := self._number(where.lives, service)):
            return texts.local.format(places=at_clinic)
        if number == self._number(self.clinic.country, service):
            return texts.one.format(number=number)
        return texts.several.format(places=f"{at_clinic} {self._at(texts.in_place, where.lives, service)}")

    def number(self, service: Service = "ambulance") -> str:
        """The number to be named inside a sentence; without one, or with two that differ, "your local emergency number"."""
        places = [self._sure()] if self._sure() else [self.where.lives, self.clinic.country]
        numbers = {self._number(place, service) if place else "" for place in places}
        return numbers.pop() if len(numbers) == 1 and numbers != {""} else self.texts.local_number

    def for_anybody(self) -> str:
        """What to call, inside a sentence that everybody reads, wherever they are."""
        return self._at(self.texts.for_anybody, self.clinic.country, "ambulance")

    def crisis_lines(self) -> str:
        """The crisis lines of the country where somebody is, or lives; nobody is sent to the line of another country."""
        texts = self.texts
        known = self.where.here or self.where.lives
        lines = crisis_lines_in(known or self.clinic.country, self.clinic)
        said = " ".join(f"{self._line(line)}." for line in lines)
        if said and known is None:
            said = texts.crisis_lines_in.format(place=self._name(self.clinic.country), lines=said)
        spoken_there = any(not line.languages or self._language in line.languages for line in lines)
        needs_more = not spoken_there or known is None
        return " ".join(filter(None, [said, texts.no_crisis_line if needs_more else ""]))

    @property
    def _language(self) -> str:
        return self.language or spoken()

    def _sure(self) -> str | None:
        """The one country whose number is needed, if there is no doubt."""
        return self.where.here or (self.clinic.country if self.where.lives == self.clinic.country else None)

    def _number(self, country: str, service: Service) -> str:
        return self.texts.either.join(numbers_in(country, self.clinic, service))

    def _name(self, country: str) -> str:
        return country_called(country, self._language)

    def _at(self, template: str, country: str, service: Service) -> str:
        return template.format(place=self._name(country), number=self._number(country, service))

    def _line(self, line: CrisisLine) -> str:
        texts = self.texts
        said = f"{line.name or texts.crisis_line}: {line.number}"
        if line.texts:
            said = texts.crisis_line_texts.format(line=said)
        if line.languages and self._language not in line.languages:
            said = texts.crisis_line_language.format(line=said, languages=self._languages(line.languages))
        return texts.crisis_line_always.format(line=said) if line.hours == _ALWAYS else said

    def _languages(self, codes: Sequence[str]) -> str:
        names = Locale.parse(self._language).languages
        return ", ".join(str(names.get(code, code)) for code in codes)


def whereabouts_of(said: Whereabouts, clinic: Clinic, country: str | None) -> Where:
    """Where somebody may be: what the message says first, and then what is known of where they live."""
    return Where(said.here or (clinic.country if said.at_clinic else None), said.lives or country)
