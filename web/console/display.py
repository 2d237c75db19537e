"""How times and names of countries are shown in the console."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from intake.judging.country import country_name
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

    def exactly(self, at: datetime) -> str:
        """A time with its day and zone."""
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M %Z}"

    def to_the_second(self, at: datetime) -> str:
        """The same with seconds, for what happens quickly."""
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M:%S %Z}"


def country(code: str | None) -> str:
    """A country by its name."""
    return country_name(code) if code else ""
