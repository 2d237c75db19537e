"""Dates of birth and ages.

Nothing is made more exact than it was told: a year stays a year, a month keeps its year, small children have months or weeks,
and an age is never rounded over 18. What can be read in two ways is asked back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cache

from babel.dates import format_date, get_month_names
from babel.units import format_unit

from intake.judging.corrected import after_a_slip
from intake.judging.expressions import expression
from intake.judging.phrases import days_in_figures, in_figures
from intake.judging.refusals import refuses
from intake.judging.results import Context, Doubt, Judgement, Refused, Understood
from language.folding import folded
from language.spelling import Vocabulary

OLDEST = 115
ADULT = 18
_IN_MONTHS = 36  # months of age up to which they are kept
# In which the name of a month is understood; each further one costs time.
_LANGUAGES = ["en", "lt", "de", "es", "fr", "it", "pl", "pt", "ru", "uk", "tr", "nl", "sv", "lv", "ar", "th"]
# In which a month has its name.
_NAMED_IN = "en lt de es fr it pl pt ru uk tr nl sv lv et fi da nb cs sk hu ro hr el ar fa he hi id vi th"
_FEWEST_LETTERS, _LONG_NAME = 4, 7  # of a name that may be mistyped, and mistyped twice
_MARKED = "hi th"  # whose names of months have marks between their letters
_LONGEST_ELSEWHERE = 60  # characters of a message in another language that tells an age
_BUDDHIST = 543  # years that the Thai calendar is ahead
_ATTEMPTS = 2  # answers that were not taken, after which the careful reading is stored to be checked
_NUMERIC = re.compile(r"(?<![\d.,/])(\d{1,4})\s?[./\-,\s]\s?(\d{1,2})\s?[./\-,\s]\s?(\d{4}|\d{1,2})(?!\d)")
_IN_ONE = re.compile(r"(?<!\d)(\d{8})(?!\d)")
_EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?")
_MONTH_AND_YEAR = re.compile(
    r"(?<![\d.,/])(?:(\d{1,2})\s?[./-]\s?((?:19|20)\d\d)|((?:19|20)\d\d)\s?[./-]\s?(\d{1,2}))(?![\d./-])"
)
_YEAR = re.compile(r"(?<![\d.,/-])((?:19|20|18)\d\d)(?![\d/-])")
_SHORT_YEAR = re.compile(r"(?<!\w)['’](\d{2})(?!\w)")
_EARLIEST = 1900
_TWO_AGES = re.compile(r"^\s*\d{1,3}\s*,\D{0,12}(\d{1,3})\s+\D")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LONGEST = 400  # characters of a message that tells a birth, with what stands around it
_OTHERS = frozenset({"my_child", "another_adult"})  # whom the writer is not
_MOST_BUTTONS = 3
_MOST_UNREAD = 3  # words beside a date that nothing calls one of birth


def judge_birth(text: str, context: Context) -> Judgement:
    """A date of birth, a month or year of it, or an age. It asks back where there are two ways to read it."""
    if refuses(text):
        return Refused()
    if len(text) > _LONGEST:
        return None
    read = _with_months_in_letters(expression("birth_nought").sub("0", in_figures(_days_beside_months(text))))
    read = expression("birth_by_labels").sub(lambda told: f"{told['year']}-{told['month']:0>2}-{told['day']:0>2}", read)
    corrected = after_a_slip(read)
    if corrected and isinstance(judged := _judged(corrected, context), Understood):
        return _with_the_year(read.removesuffix(corrected), judged, context)
    again = expression("birth_no_year").search(read)
    if again and isinstance(judged := _judged(again.group("year"), context), Understood):
        return _with_the_year(read[: again.start()], judged, context)
    instead = expression("birth_no_date").search(read)
    if instead and isinstance(judged := _a_date(instead.group("date"), context), Understood):
        return judged
    if len(_YEAR.findall(read)) > 1 and expression("birth_names_the_patient").search(read):
        read = expression("birth_date_of_the_writer").sub("", read)
    read = expression("birth_denied_age").sub("", read)
    if context.whom in _OTHERS and len(_ages_in(read)) > 1:
        read = expression("birth_of_the_writer").sub("", read)
    return _judged(read, context)


def _with_the_year(before: str, judged: Understood, context: Context) -> Judgement:
    """A date of which only the year was corrected: "12 Feb 1967, sorry, 1976"."""
    told = judged.value if isinstance(judged.value, dict) else {}
    earlier = _a_date(before, context)
    if set(told) != {"year", "age"} or not isinstance(earlier, Understood) or not isinstance(earlier.value, dict):
        return judged
    day = date.fromisoformat(earlier.value["date"])
    return _of_days(_days([(told["year"], day.month, day.day)]), False, context) or judged


def _days_beside_months(text: str) -> str:
    """A text with the numbers of days in figures, where a month may stand beside them."""
    beside = expression("birth_day_in_words").search(text) or expression("birth_day_of_a_month_in_words").search(text)
    return days_in_figures(text) if beside else text


def _with_months_in_letters(text: str) -> str:
    """A text in which the months have English names whose own have marks between their letters, as in Hindi and Thai."""
    for name, number in _marked_months():
        if name in text:
            text = text.replace(name, f" {get_month_names('wide', locale='en')[number]} ")
    return text


@cache
def _marked_months() -> list[tuple[str, int]]:
    names = [
        (name, number) for language in _MARKED.split() for number, name in get_month_names("wide", locale=language).items()
    ]
    return sorted(names, key=lambda pair: -len(pair[0]))


def _judged(read: str, context: Context) -> Judgement:
    for judged in (_a_date, _a_month, _two_tellings, _a_year, _an_age):
        found = judged(read, context)
        if found is not None:
            return found
    return None


def _two_tellings(text: str, context: Context) -> Judgement:
    """Two years of birth, or a year and an age that does not go with it: asked back."""
    years = list(dict.fromkeys(_YEAR.findall(text)))
    of_others = expression("birth_of_something_else").search(text) and not after_a_slip(text)
    if of_others or not years:
        return None
    told = (
        [] if expression("birth_date_in_words").search(text) else _ages_in(_YEAR.sub(" ", text))
    )  # "12 February 1941, or 1942"
    fits = all(context.today.year - int(years[0]) - age in {0, 1} for age in told)
    if len(years) == 1 and (fits or len(told) != 1):
        return None
    return Doubt("birth_two", buttons=[*years, *map(str, told)][:_MOST_BUTTONS])


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


def shown(value: dict[str, object], language: str) -> str:
    """A stored answer in words, no more exact than it is."""
    match value:
        case {"date": str(day)}:
            return written(date.fromisoformat(day), language)
        case {"year": int(year), "month": int(month)}:
            return format_date(date(year, month, 1), "MMMM y", locale=language)
        case {"months": int(months)}:
            return str(format_unit(months, "duration-month", locale=language))
        case {"weeks": int(weeks)}:
            return str(format_unit(weeks, "duration-week", locale=language))
        case {"year": told} | {"age": told}:
            return str(told)
    return ""


def _a_date(text: str, context: Context) -> Judgement:
    """A whole date, in figures or with the name of a month."""
    for read, pattern in _FORMS:
        for match in pattern().finditer(text):
            days, short = read(match, context)
            if days is not None:
                judged = _of_days(days, short, context) if days else Doubt("birth_no_such_day")
                return _about_birth(text, match.span(), judged)
    return None


# Every day that can be meant; nothing, if it is no date at all. And whether its year had two figures only.
Readings = tuple[list[date] | None, bool]


def _numeric(match: re.Match[str], context: Context) -> Readings:
    """Every day that the figures can mean."""
    first, second, third = match.groups()
    if len(first) == 4:
        orders = [(int(first), int(second), int(third))]  # year first is followed by the month everywhere
    elif len(first) > 2 or len(third) == 1:
        return None, False
    else:
        day_first, month_first = (int(second), int(first)), (int(first), int(second))
        orders = [(year, *pair) for year in _years(third, context) for pair in (day_first, month_first)]
    return _days(orders), len(third) < 4 and len(first) < 4


def _in_one(match: re.Match[str], _context: Context) -> Readings:
    figures = match.group(1)
    day_first = (int(figures[4:]), int(figures[2:4]), int(figures[:2]))
    month_first = (int(figures[4:]), int(figures[:2]), int(figures[2:4]))
    year_first = (int(figures[:4]), int(figures[4:6]), int(figures[6:]))
    return [day for day in _days([day_first, month_first, year_first]) if day.year >= _EARLIEST] or None, False


def _east_asian(match: re.Match[str], _context: Context) -> Readings:
    year, month, day = (int(part) for part in match.groups())
    return _days([(year, month, day)]), False


def _numbered(match: re.Match[str], _context: Context) -> Readings:
    """Day, month and year as Vietnamese names them."""
    day, month, year = (int(part) for part in match.groups())
    return _days([(year, month, day)]), False


def _of_ordinals(match: re.Match[str], context: Context) -> Readings:
    """The day and the month by their numbers, as people dictate them."""
    day, month, year = match.groups()
    return _days([(each, int(month), int(day)) for each in _years(year, context)]), len(year) < 4


def _year_then_day(match: re.Match[str], context: Context) -> Readings:
    return _named(match.group(2), match.group(3), match.group(1), context)


def _day_first(match: re.Match[str], context: Context) -> Readings:
    return _named(match.group(1), match.group(2), match.group(3), context)


def _month_first(match: re.Match[str], context: Context) -> Readings:
    return _named(match.group(2), match.group(1), match.group(3), context)


def _year_first(match: re.Match[str], context: Context) -> Readings:
    return _named(match.group(3), match.group(2), match.group(1), context)


def _named(day: str, month: str, year: str, context: Context) -> Readings:
    number = _month(month.lower())
    days = _days([(each, number, int(day)) for each in _years(year, context)]) if number else None
    return days, len(year.strip("'’")) < 4


_FORMS: list[tuple[Callable[[re.Match[str], Context], Readings], Callable[[], re.Pattern[str]]]] = [
    (_east_asian, lambda: _EAST_ASIAN),
    (_numeric, lambda: _NUMERIC),
    (_of_ordinals, lambda: expression("birth_date_of_ordinals")),
    (_numbered, lambda: expression("birth_date_numbered")),
    (_year_then_day, lambda: expression("birth_date_year_then_day")),
    (_year_first, lambda: expression("birth_date_year_first")),
    (_day_first, lambda: expression("birth_date_in_words")),
    (_month_first, lambda: expression("birth_date_month_first")),
    (_in_one, lambda: _IN_ONE),
]


@cache
def _month(word: str) -> int | None:
    """The number of a month by its name, in any language that the library knows."""
    import dateparser  # noqa: PLC0415  -- takes long, and most processes never read such a date

    if expression("birth_about").fullmatch(word):  # "about 1950" is not in August
        return None
    settings = {"REQUIRE_PARTS": ["day", "month", "year"], "DATE_ORDER": "DMY"}
    found = dateparser.parse(f"1 {word} 2000", languages=_LANGUAGES, settings=settings)
    return found.month if found and (found.day, found.year) == (1, 2000) else _month_like(word)


def _month_like(word: str) -> int | None:
    """The month whose name is meant by a mistyped one, or by another form of it: "ocotber", "в июне"."""
    names, vocabulary = _month_names()
    word = folded(word)
    if word in names:
        return names[word]
    mistakes = 0 if len(word) < _FEWEST_LETTERS else 1 if len(word) < _LONG_NAME else 2
    near = vocabulary.near(word, mistakes) if mistakes else []
    months = {names[name] for name, distance in near if distance == near[0][1]}
    return months.pop() if len(months) == 1 else None


@cache
def _month_names() -> tuple[dict[str, int], Vocabulary]:
    """The months by their names in every language in which people write; a name of two months is left out."""
    found: dict[str, set[int]] = {}
    for language in _NAMED_IN.split():
        for form in ("format", "stand-alone"):
            for number, name in get_month_names("wide", context=form, locale=language).items():
                found.setdefault(folded(name).strip(" ."), set()).add(number)
    names = {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1 and name.isalpha()}
    return names, Vocabulary(names)


def _years(figures: str, context: Context) -> list[int]:
    """The years that figures can mean, the later first; two figures are of this century or the last."""
    figures = figures.strip("'’")
    if len(figures) == 4:
        return [int(figures)]
    return [year for year in (2000 + int(figures), 1900 + int(figures)) if 0 <= context.today.year - year <= OLDEST]


def _days(orders: list[tuple[int, int, int]]) -> list[date]:
    days = []
    for order in orders:
        with suppress(ValueError):
            days.append(date(*order))
    return list(dict.fromkeys(days))


def _of_days(days: list[date], short: bool, context: Context) -> Judgement:
    if all(day.year > context.today.year + OLDEST for day in days):
        return _buddhist(days, context)
    past = [day for day in days if day <= context.today]
    if not past:
        return Doubt("birth_future")
    past = [day for day in past if _age_on(day, context.today) <= OLDEST]
    if not past:
        return Doubt("birth_too_old", {"most": str(OLDEST)})
    told = Understood({"date": past[0].isoformat(), "age": _age_on(past[0], context.today)}, to_check=short)
    if len(past) > 1:
        one_day = len({(day.month, day.day) for day in past}) == 1
        says = "birth_which_century" if short and one_day else "date_two_ways"
        return Doubt(says, buttons=[written(day, context.language) for day in past])
    return told


def _buddhist(days: list[date], context: Context) -> Judgement:
    moved = []
    for day in days:
        with suppress(ValueError):
            moved.append(day.replace(year=day.year - _BUDDHIST))
    plausible = [day for day in moved if 0 <= _age_on(day, context.today) <= OLDEST]
    return Doubt("date_buddhist", buttons=[written(day, context.language) for day in plausible]) if plausible else None


def _a_month(text: str, context: Context) -> Judgement:
    """A month with its year."""
    for match, month, year in _months(text):
        if month and 1 <= month <= 12:
            judged = _of_month(int(year), month, context)
            return _about_birth(text, match.span(), judged)
    return None


def _months(text: str) -> list[tuple[re.Match[str], int | None, str]]:
    named = expression("birth_month_then_year").search(text)
    behind = expression("birth_month_behind_year").search(text)
    figures = _MONTH_AND_YEAR.search(text)
    found: list[tuple[re.Match[str], int | None, str]] = []
    if figures:
        found.append((figures, int(figures.group(1) or figures.group(4)), figures.group(2) or figures.group(3)))
    if named:
        found.append((named, _month(named.group(1).lower()), named.group(2)))
    if behind:
        found.append((behind, _month(behind.group(2).lower()), behind.group(1)))
    return found


def _of_month(year: int, month: int, context: Context) -> Judgement:
    if (year, month) > (context.today.year, context.today.month):
        return Doubt("birth_future")
    age = context.today.year - year - (context.today.month < month)
    if age > OLDEST:
        return Doubt("birth_too_old", {"most": str(OLDEST)})
    if month == context.today.month and age == ADULT:
        return _near_adult({"year": year, "month": month}, context)
    return Understood({"year": year, "month": month, "age": age})


def _a_year(text: str, context: Context) -> Judgement:
    short = _SHORT_YEAR.search(text)
    if short:
        return _about_birth(text, short.span(), _of_short_year(short.group(1), context))
    named = expression("birth_born_in").search(text)
    years = {match.group(1): match for match in ([named] if named else _YEAR.finditer(text))}
    if len(years) != 1:
        return None
    [(year, match)] = years.items()
    told = _ages_in(text.replace(year, " "))
    if told:
        fits = told[0] in {context.today.year - int(year), context.today.year - int(year) - 1}
        return Understood({"year": int(year), "age": told[0]}) if fits and len(told) == 1 else None
    judged = _of_year(int(year), context)
    near = expression("birth_about").search(text) or expression("birth_almost").search(text)
    if near and isinstance(judged, Understood):
        judged = replace(judged, to_check=True)
    return _about_birth(text, match.span(), judged)


def _ages_in(rest: str) -> list[int]:
    """The numbers beside a year that may be an age."""
    return [int(number) for number in re.findall(r"(?<![\w/-])(\d{1,3})(?![\w/-])", rest)]


def _of_short_year(figures: str, context: Context) -> Judgement:
    years = _years(figures, context)
    if len(years) == 1:
        judged = _of_year(years[0], context)
        return replace(judged, to_check=True) if isinstance(judged, Understood) else judged
    return Doubt("birth_which_century", buttons=[str(year) for year in years])


def _of_year(year: int, context: Context) -> Judgement:
    age = context.today.year - year
    if age < 0:
        return Doubt("birth_future")
    if age > OLDEST:
        return Doubt("birth_too_old", {"most": str(OLDEST)})
    return _near_adult({"year": year}, context) if age == ADULT else Understood({"year": year, "age": age})


def _near_adult(value: dict[str, int], context: Context) -> Judgement:
    """Somebody who may be 17 or 18: asked for the whole date, and in the end taken for the younger."""
    if context.attempts >= _ATTEMPTS:
        return Understood({**value, "age": ADULT - 1}, to_check=True)
    return Doubt("birth_near_adult")


def _an_age(text: str, context: Context) -> Judgement:
    """An age, in years, or in months or weeks of a small child; never a day that nobody named."""
    for name, years in (("birth_reached", 0), ("birth_still_to_come", 1)):
        told_so = expression(name).search(text) or (_next_birthday(text) if years else None)
        age = next((int(figures) for figures in told_so.groups() if figures), 0) if told_so else 0
        if 0 < age <= OLDEST:
            return Understood({"age": age - years})
    about, almost = expression("birth_about").search(text), expression("birth_almost").search(text)
    plain = expression("birth_about").sub(" ", expression("birth_almost").sub(" ", text))
    told = _told_age(plain) or _age_that_begins(plain) or _age_elsewhere(plain)
    if told is None:
        inside = list(expression("birth_age_inside").finditer(plain))
        ages = {match.group(1) or match.group(3): match for match in inside}
        if len(ages) != 1 or expression("birth_of_something_else").search(text):
            return None
        [(number, match)] = ages.items()
        told = _in_units(int(number), (match.group(2) or "").lower())
    if told is None:
        return None
    return _of_age(told, bool(almost), bool(about), context)


def _age_elsewhere(text: str) -> dict[str, int] | None:
    """The one number of a short message in another language, with its word for years or for an age."""
    numbers = re.findall(r"\d+", text)
    unlike = expression("birth_ago_elsewhere").search(text) or expression("birth_of_something_else").search(text)
    if len(numbers) != 1 or len(text) > _LONGEST_ELSEWHERE or unlike:
        return None
    match = expression("birth_age_elsewhere").search(text)
    age = next((int(number) for number in match.groups() if number), OLDEST + 1) if match else OLDEST + 1
    return {"age": age} if age <= OLDEST else None


def _age_that_begins(text: str) -> dict[str, int] | None:
    """The age with which a message begins that says nothing else in figures, and nothing of something else."""
    match = expression("birth_age_first").match(text)
    other = match is None or expression("birth_of_something_else").search(text)
    return None if other or match is None else {"age": int(match.group(1))}


def _next_birthday(text: str) -> re.Match[str] | None:
    """The age after the next birthday in "17, 18 in spring"."""
    match = _TWO_AGES.match(text)
    return match if match and int(match.group(1)) == int(match.group(0).split(",")[0].strip(" .")) + 1 else None


def _told_age(text: str) -> dict[str, int] | None:
    """The age that a whole message says, however it is put."""
    match = _age_pattern().match(text)
    if match is None:
        return None
    number, more = int(match.group("number")), int(match.group("more") or 0)
    for name in ("months", "weeks", "days", "years"):
        if match.group(name):
            told = _in_units(number, match.group(name))
            return {**told, "months": told["age"] * 12 + more} if more and told["age"] * 12 + more < _IN_MONTHS else told
    return {"age": number}


def _in_units(number: int, unit: str) -> dict[str, int]:
    """An age with its unit, in the shape in which it is stored."""
    if expression("birth_months").fullmatch(unit):
        return {"age": number // 12, **({"months": number} if number < _IN_MONTHS else {})}
    if expression("birth_weeks").fullmatch(unit):
        return {"age": number // 52, "weeks": number}
    if expression("birth_days").fullmatch(unit):
        return {"age": 0, "weeks": number // 7}
    return {"age": number}


@cache
def _age_pattern() -> re.Pattern[str]:
    def of(name: str) -> str:
        return expression(name).pattern

    units = "|".join(f"(?P<{name}>{of(f'birth_{name}')})" for name in ("months", "weeks", "days", "years"))
    before, after, months = of("birth_before_age"), of("birth_after_age"), of("birth_months")
    more = rf"(?:\W*(?:\w{{1,3}}\W+)?(?P<more>\d{{1,2}})\s*(?:{months}|m\b))?"
    return re.compile(
        rf"^\W*(?:{before}\b[\W_]*)*(?P<number>\d{{1,3}})(?:[.,]5)?(?:\s*-?\s*(?:{units})(?!\w)\.?{more})?\.?(?:[\W_]*{after}(?!\w))*\W*$",
        re.IGNORECASE,
    )


def _of_age(told: dict[str, int], almost: bool, about: bool, context: Context) -> Judgement:
    age = told["age"]
    if age > OLDEST:
        return Doubt("birth_too_old", {"most": str(OLDEST)})
    if (almost or about) and abs(age - ADULT) <= 1:
        return _near_adult({}, context)
    return Understood({"age": age - 1} if almost and age > 2 else told, to_check=almost or about)


def _about_birth(text: str, span: tuple[int, int], judged: Judgement) -> Judgement:
    """What a date says, if nothing beside it says that it is of something else."""
    rest = f"{text[: span[0]]} {text[span[1] :]}"
    if expression("birth_cue").search(rest):
        return judged
    unread = _WORD.findall(expression("birth_fill").sub(" ", rest))
    if expression("birth_of_something_else").search(rest) or len(unread) > _MOST_UNREAD:
        return None
    return judged


def _age_on(day: date, today: date) -> int:
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))
