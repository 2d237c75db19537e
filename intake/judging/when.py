"""How long ago something was, as a text says it: "two weeks ago", "in September", "on Monday"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from babel.dates import get_month_names

from intake.judging.expressions import expression
from intake.judging.phrases import in_figures

_UNITS = {"days": 1, "weeks": 7, "months": 30, "years": 365}
_FEW = 3  # of what is "a few"
_SEASON = (91, 365)  # days since "last summer", at least and at most
_LETTERS = 3  # by which the name of a month is known


@dataclass(frozen=True)
class Ago:
    """How many days ago something was, at least and at most; what is still to come is 0 days ago."""

    least: int
    most: int


def told_ago(text: str, today: date, language: str) -> list[Ago]:
    """Every time that a text names.

    Args:
        text: what somebody wrote.
        today: from which the days are counted.
        language: of the names of months.
    """
    read = in_figures(text.lower())
    found = [_counted(match) for match in expression("when_counted").finditer(read)]
    found += [_of_month(match, today, language) for match in expression("when_month").finditer(read)]
    found += [_between(date(int(year), 1, 1), 366, today) for year in expression("when_year").findall(read)]
    found += [Ago(0, 7) for _ in expression("when_this_week").finditer(read)]
    return found + [Ago(*_SEASON) for _ in expression("when_last_season").finditer(read)]


def _counted(match: re.Match[str]) -> Ago:
    """So many days or weeks; months and years are told roughly: "a month ago" may be four weeks."""
    number = int(match.group("number") or (_FEW if match.group("few") else 1))
    unit = next(days for name, days in _UNITS.items() if match.group(name))
    rough = unit // 4 if unit > _UNITS["weeks"] else 0
    return Ago(number * unit - rough, number * unit + 2 * rough)


def _of_month(match: re.Match[str], today: date, language: str) -> Ago:
    """A month by its name, or a day of it: the last one that has begun, or that of a year that is named."""
    number = _months(language)[match.group("month")[:_LETTERS]]
    year = int(match.group("year") or today.year - (number > today.month))
    first = date(year, number, 1)
    day = int(match.group("day") or 0)
    length = (date(year + number // 12, number % 12 + 1, 1) - first).days
    return _between(first.replace(day=day), 1, today) if 1 <= day <= length else _between(first, length, today)


def _between(first: date, days: int, today: date) -> Ago:
    last = first + timedelta(days=days - 1)
    return Ago(max(0, (today - last).days), max(0, (today - first).days))


@cache
def _months(language: str) -> dict[str, int]:
    return {name[:_LETTERS].lower(): number for number, name in get_month_names("wide", locale=language).items()}
