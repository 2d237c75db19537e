"""Dates of birth and ages."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from babel.dates import format_date

from intake.judging.expressions import expression
from intake.judging.phrases import number_words
from intake.judging.results import Context, Doubt, Judgement, Understood

OLDEST = 120
# In which the name of a month is understood; each further one costs time.
_LANGUAGES = ["en", "lt", "de", "es", "fr", "it", "pl", "pt", "ru", "uk", "tr", "nl", "sv", "lv", "ar", "th"]
_BUDDHIST = 543  # years that the Thai calendar is ahead
_NUMERIC = re.compile(r"(?<!\d)(\d{1,4})\s?[./\-,]\s?(\d{1,2})\s?[./\-,]\s?(\d{2,4})(?!\d)")
_LETTERS = re.compile(r"[^\W\d_]{3,}")


def judge_birth(text: str, context: Context) -> Judgement:
    """A date of birth, a year, or an age. It asks back where a date can be read in two ways."""
    numeric = _NUMERIC.search(text)
    if numeric:
        return _of_dates(_readings(numeric, context), context)
    year = expression("birth_year_only").match(text) or expression("birth_born_in").search(text)
    if year:
        return _of_year(int(year.group(1)), context)
    age = expression("birth_age").match(_in_figures(text)) or expression("birth_age_inside").search(text)
    if age:
        return _of_age(age, context)
    return _of_words(text, context)


def warm_up(today: date) -> None:
    """Load what reading a date takes, so that no patient waits for it."""
    judge_birth("14 May 1961", Context("GB", today))


def age_of(value: object) -> int | None:
    """The age that a stored answer tells, in years."""
    if isinstance(value, dict) and isinstance(value.get("age"), int):
        return int(value["age"])
    return None


def written(day: date, language: str) -> str:
    """A date in words, which can be read in one way only, and which this judge reads again."""
    return format_date(day, "d MMMM y", locale=language)


def _readings(match: re.Match[str], context: Context) -> list[date]:
    """Every day that the figures can mean."""
    first, second, third = match.groups()
    if len(first) == 4:
        orders = [(int(first), int(second), int(third))]  # year first is followed by the month everywhere
    elif len(first) > 2:
        return []
    else:
        year = _whole_year(int(third), len(third), context)
        orders = [(year, int(second), int(first)), (year, int(first), int(second))]
    days = []
    for order in orders:
        with suppress(ValueError):
            days.append(date(*order))
    return list(dict.fromkeys(days))


def _whole_year(year: int, figures: int, context: Context) -> int:
    if figures > 2:
        return year
    return 2000 + year if 2000 + year <= context.today.year else 1900 + year


def _of_dates(days: list[date], context: Context) -> Judgement:
    if not days:
        return None
    if all(day.year > context.today.year + OLDEST for day in days):
        moved = []
        for day in days:
            with suppress(ValueError):
                moved.append(day.replace(year=day.year - _BUDDHIST))
        plausible = [day for day in moved if 0 <= _age_on(day, context.today) <= OLDEST]
        return Doubt("date_buddhist", buttons=[written(day, context.language) for day in plausible]) if plausible else None
    past = [day for day in days if day <= context.today]
    if not past:
        return Doubt("birth_future")
    if len(past) > 1:
        return Doubt("date_two_ways", buttons=[written(day, context.language) for day in past])
    age = _age_on(past[0], context.today)
    if age > OLDEST:
        return Doubt("birth_too_old", {"most": str(OLDEST)})
    return Understood({"date": past[0].isoformat(), "age": age})


def _of_year(year: int, context: Context) -> Judgement:
    if year > context.today.year:
        return Doubt("birth_future")
    return Understood({"year": year, "age": context.today.year - year})


def _of_age(match: re.Match[str], context: Context) -> Judgement:
    groups = [group for group in match.groups() if group]
    unit = next((group.lower() for group in groups if not group.isdigit()), "")
    age = 0 if expression("birth_under_a_year").match(unit) else int(groups[0])
    if age > OLDEST:
        return Doubt("birth_too_old", {"most": str(OLDEST)})
    return Understood({"age": age})


def _of_words(text: str, context: Context) -> Judgement:
    """A date with the name of a month, in any language that the library knows."""
    core = expression("birth_ordinal").sub("", expression("birth_fill").sub(" ", text)).strip(" .,:;!-")
    if not re.search(r"\d", core) or len(core) > 40 or len(_LETTERS.findall(core)) > 3:
        return None
    import dateparser  # noqa: PLC0415  -- takes long, and most processes never read such a date

    def parsed(*parts: str) -> date | None:
        settings = {"REQUIRE_PARTS": list(parts), "PREFER_DATES_FROM": "past", "DATE_ORDER": "DMY"}
        found = dateparser.parse(core, languages=_LANGUAGES, settings=settings)
        return found.date() if found else None

    if day := parsed("day", "month", "year"):
        return _of_dates([day], context)
    month = parsed("month", "year") if expression("birth_month_and_year").match(core) else None
    return _of_year(month.year, context) if month else None


def _age_on(day: date, today: date) -> int:
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))


def _in_figures(text: str) -> str:
    """Ages in words, "sixty-one", in figures."""
    low, high = number_words()
    ones = "|".join(sorted(low, key=len, reverse=True))

    def figure(match: re.Match[str]) -> str:
        return str(sum((high | low)[part.lower()] for part in match.groups() if part))

    return re.sub(rf"(?i)\b(?:({'|'.join(high)})(?:[\s-]*({ones}))?|({ones}))\b", figure, text)
