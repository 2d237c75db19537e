"""A stretch of days in the clinic's time zone, in steps that fit on a chart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

LONGEST = 3_660  # days
_DAYS_SHOWN = 92  # up to here a step is a day
_WEEKS_SHOWN = 732  # days; up to here a step is a week that begins on a Monday, then a month


class Step(NamedTuple):
    """One bar of a chart: from an instant up to another, which belongs to the next."""

    first: date
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Period:
    """From the beginning of the first day to the end of the last one."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        """The instant at which it begins."""
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The instant at which it is over."""
        return _midnight(self.last + timedelta(days=1), self.zone)

    @property
    def each(self) -> str:
        """What a step is: day, week or month."""
        days = (self.last - self.first).days + 1
        return "day" if days <= _DAYS_SHOWN else "week" if days <= _WEEKS_SHOWN else "month"

    def steps(self) -> list[Step]:
        """The steps in their order; the first and the last may be cut."""
        edges = [*self._edges(), self.last + timedelta(days=1)]
        return [Step(one, _midnight(one, self.zone), _midnight(other, self.zone)) for one, other in pairwise(edges)]

    def _edges(self) -> Iterator[date]:
        day = self.first
        while day <= self.last:
            yield day
            if self.each == "day":
                day += timedelta(days=1)
            elif self.each == "week":
                day += timedelta(days=7 - day.weekday())
            else:
                day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def last_days(count: int, zone: ZoneInfo, now: datetime | None = None) -> Period:
    """The last days up to today."""
    today = (now or datetime.now(UTC)).astimezone(zone).date()
    return Period(today - timedelta(days=count - 1), today, zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
