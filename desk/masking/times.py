"""Days of somebody's life, and ages over 89."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from babel import Locale

from desk.masking.rules import of_languages, one_of, the_rules
from desk.masking.spans import Detail
from desk.masking.vocabulary import is_everyday

_LANGUAGES = "en de es fr it pt pl nl ru uk lt lv tr id vi cs sk hu ro sv da nb fi et el hr bg ar fa he hi th"
_NUMERIC = re.compile(
    r"(?<![\w.,/-])(?:(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])\s?[-./]\s?(?:0?[1-9]|[12]\d|3[01])\s?[-./]\s?(?:19|20|25)?\d\d)(?![\w/]|[.,]\d)"
)
_EASTERN = re.compile(r"(?:\d{4}\s?[年년]\s?)?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日号일]")
_DAY_AND_MONTH = re.compile(r"(?<![\w.,/-])(?P<day>\d{1,2})(?P<mark>[/.])(?P<month>\d{1,2})(?:[/.]?)(?![\w/]|[.,]\d)")
_SMALL = re.compile(r"(?<![\w.,:/-])(?P<it>(?:9\d|1[01]\d))(?=$|[^\w.:/%,]|[.,](?!\d)|\s?-?(?:y|s\b))")
_MOST = 12  # months
_LETTERS = 3


def times_in(text: str) -> Iterator[Detail]:
    """Dates with a day, and ages over 89."""
    for pattern in (_NUMERIC, _EASTERN, *_in_words()):
        for found in pattern.finditer(text):
            yield Detail(*found.span(), "date")
    yield from _days_with_a_stroke(text)
    yield from _ages(text)


def _days_with_a_stroke(text: str) -> Iterator[Detail]:
    """ "16/07" is a date, "8/10" a pain, "3/4" a part."""
    for found in _DAY_AND_MONTH.finditer(text):
        one, other = int(found["day"]), int(found["month"])
        is_date = 1 <= min(one, other) <= _MOST and max(one, other) <= 31
        whole = found.group().rstrip("/.")
        if not is_date or whole in the_rules().always or _not_a_date().match(text, found.end()):
            continue
        told = bool(_before_a_date(found["mark"]).search(text[: found.start()]))
        written = found["mark"] == "/" and (found["day"][0] == "0" or found["month"][0] == "0" or one > _MOST)
        if told or written:
            yield Detail(found.start(), found.start() + len(whole), "date")


def _ages(text: str) -> Iterator[Detail]:
    for found in _SMALL.finditer(text):
        if _followed_by_years().match(text, found.end()) or (
            _is_said_of_somebody(text, found) and not _is_counted(text, found)
        ):
            yield Detail(*found.span("it"), "age")
    for found in _in_number_words().finditer(text):
        yield Detail(*found.span("it" if found["it"] else "told"), "age")


def _is_said_of_somebody(text: str, found: re.Match[str]) -> bool:
    before = text[: found.start()]
    return bool(_before_an_age().search(before) or _person_before().search(before) or re.search(r"[^\W\d_]\s*,\s*$", before))


def _is_counted(text: str, found: re.Match[str]) -> bool:
    after = re.match(r"\s?([^\W\d_]+)", text[found.end("it") :])
    if after and after.group(1).lower() in the_rules().units:
        return True
    return bool(_measure_before().search(text[: found.start()]))


@cache
def _months() -> frozenset[str]:
    names: set[str] = set()
    for language in _LANGUAGES.split():
        months = Locale.parse(language).months
        for form in ("format", "stand-alone"):
            names |= {name.strip(". ").lower() for name in months[form]["wide"].values()}
            short = {name.strip(". ").lower() for name in months[form]["abbreviated"].values()}
            names |= {name for name in short if language == "en" or not is_everyday(name)}  # "out", "ago", "set"
    names |= {"sept", "febr", "janv", "juil", "juill"}
    return frozenset(name for name in names if len(name) >= _LETTERS and not any(sign.isdigit() for sign in name))


@cache
def _in_words() -> tuple[re.Pattern[str], ...]:
    month = rf"{one_of(_months())}\.?"
    day = r"(?:0?[1-9]|[12]\d|3[01])\s?(?:st|nd|rd|th|er|º|ª|°|\.|-го|-e)?"
    units = one_of(the_rules().units)
    year = r"(?:(?:\s|,|\s?de\s|\s?del\s)+(?:19|20|25)\d\d(?:\s?(?:года|году|год|г\.|р\.|m\.))?|\s?['’]\d\d)?"
    return (
        re.compile(rf"(?<![\w.,/-]){day}\s?(?:-\s?)?(?:of\s|de\s|d'|of the\s)?\s?{month}(?!\w){year}", re.IGNORECASE),
        re.compile(
            rf"(?<!\w){month}\s(?:the\s)?(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\w%]|[.,:]\d|\s?{units}(?!\w)){year}",
            re.IGNORECASE,
        ),
        re.compile(rf"(?<!\w)(?:the\s)?{one_of(the_rules().days)}\s(?:day\s)?(?:of\s)?{month}(?!\w){year}", re.IGNORECASE),
        re.compile(rf"(?<!\w){month}\s(?:the\s)?{one_of(the_rules().days)}(?!\w){year}", re.IGNORECASE),
        re.compile(
            r"(?<=\bon the )\d{1,2}(?:st|nd|rd|th)\b(?!\s(?:day|week|month|session|time|vertebra|toe|finger))", re.IGNORECASE
        ),
        re.compile(rf"(?<![\w.,/-])\d{{1,2}}[-./]{month}[-./](?:19|20)?\d\d(?!\w)", re.IGNORECASE),
    )


@cache
def _before_a_date(mark: str) -> re.Pattern[str]:
    """With a point it may be any number: "my potassium is 5.9"."""
    words = the_rules().date_before if mark == "/" else the_rules().date_before_point
    return re.compile(rf"(?<!\w){one_of(words)}\W{{1,3}}$", re.IGNORECASE)


@cache
def _not_a_date() -> re.Pattern[str]:
    return re.compile(rf"\W{{0,3}}{one_of((*the_rules().not_dates, *the_rules().units))}(?!\w)|\s?[%x×]", re.IGNORECASE)


@cache
def _followed_by_years() -> re.Pattern[str]:
    return re.compile(
        rf"[\s-]*{one_of(of_languages('age_after'))}(?!\w)(?!\s*{one_of(the_rules().no_age_behind)})", re.IGNORECASE
    )


@cache
def _before_an_age() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){one_of(of_languages('age_before'))}\W{{1,3}}$", re.IGNORECASE)


@cache
def _person_before() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){one_of(the_rules().people)}(?:\W+\w+){{0,2}}\W{{1,3}}$", re.IGNORECASE)


@cache
def _measure_before() -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w){one_of(the_rules().measures)}(?:\W+{one_of(the_rules().measure_joins)})*\W{{1,3}}$", re.IGNORECASE
    )


@cache
def _in_number_words() -> re.Pattern[str]:
    it = rf"{one_of(of_languages('ninety'))}(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine|y\s\w+))?"
    person = rf"(?<!\w){one_of((*the_rules().people, *of_languages('age_before')))}(?:\W+\w+){{0,2}}\W{{1,3}}"
    counted = rf"(?!\w|\s?%|[\s-](?:one|two|three|four|five|six|seven|eight|nine|{one_of(the_rules().units)})(?!\w))"
    years = rf"(?=[\s-]+{one_of(of_languages('age_after'))}(?!\w))"
    return re.compile(rf"(?<!\w)(?P<it>{it}){years}|{person}(?P<told>{it}){counted}", re.IGNORECASE)
