"""How times, names of countries and ways to reach a patient are shown in the console."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from intake.judging.contact import shown_number
from intake.judging.country import country_name
from intake.record import FieldAnswer
from language.durations import in_words


class Clock:
    """Times in the clinic's time zone, seen from now."""

    def __init__(self, zone: str, now: datetime) -> None:
        """Take a zone by its name, and the present."""
        self._zone, self.now = ZoneInfo(zone), now

    @classmethod
    def of_now(cls, zone: str) -> Clock:
        """A clock that shows the present."""
        return cls(zone, datetime.now(UTC))

    def ago(self, at: datetime) -> str:
        """How long ago something was."""
        return in_words(self.now - at)

    def until(self, at: datetime) -> str:
        """How long it is until something, or has been since it."""
        return in_words(at - self.now)

    def at(self, at: datetime) -> str:
        """A time: of today, of another day, of another year."""
        local, today = at.astimezone(self._zone), self.now.astimezone(self._zone).date()
        if local.date() == today:
            return f"{local:%H:%M}"
        if local.date() == today - timedelta(days=1):
            return f"yesterday {local:%H:%M}"
        return f"{local.day} {local:%b %H:%M}" if local.year == today.year else f"{local.day} {local:%b %Y %H:%M}"

    def day(self, at: datetime) -> str:
        """The day of a time, without the hour."""
        local = at.astimezone(self._zone)
        return f"{local.day} {local:%b %Y}"

    def exactly(self, at: datetime) -> str:
        """A time with its day and zone."""
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M %Z}"

    def to_the_second(self, at: datetime) -> str:
        """The same with seconds, for what happens quickly."""
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M:%S %Z}"


def country(code: str | None) -> str:
    """A country by its name."""
    return country_name(code) if code else ""


class Way(NamedTuple):
    """A way to reach a patient: an address that opens the program for it, and how it is read."""

    link: str
    shown: str


def ways_to(contact: FieldAnswer | None) -> list[Way]:
    """The e-mail addresses and phone numbers that a patient gave; the one that comes first, first."""
    if contact is None or contact.skipped or not isinstance(contact.value, dict) or "value" not in contact.value:
        return []
    return [_way(each) for each in (contact.value, *contact.value.get("also", []))]


def _way(given: dict[str, Any]) -> Way:
    value, extension = str(given["value"]), given.get("extension")
    if given.get("by", "phone") == "email":
        return Way(f"mailto:{quote(value, safe='@')}", value)
    dialled = re.sub(r"[^\d+]", "", value)
    return Way(f"tel:{dialled};ext={extension}" if extension else f"tel:{dialled}", shown_number(value, extension))
