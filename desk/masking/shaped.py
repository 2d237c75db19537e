"""Details that are told by their shape or by a word before them: e-mail and web addresses, accounts, numbers, streets, ages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from phonenumbers import Leniency, PhoneNumberMatcher

from desk.masking.rules import listed, of_languages, one_of, plain, the_rules
from desk.masking.spans import Detail

_I = re.IGNORECASE
_DIGITS_OF_A_DOSE = 4
_MANY = 5  # parts of two digits, as French phone numbers have them
_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w@.])[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|me|io|co|de|uk|fr|es|it|pl|ru|example)/\S+", _I
)
_HANDLE = re.compile(r"(?<![\w.])@[\w.]*\w|(?<!\w)u/\w{3,}")
_RUN = re.compile(r"(?<![\w.,:/^€$£-])\+?\(?\d(?:[ ()./–-]{0,3}\d){4,}(?![\w^])(?!\s?[x×*]\s?\d)")
_THOUSANDS = re.compile(r"\d{1,3}(?:([ .,'’])\d{3})(?:\1\d{3})*")
_YEARS = re.compile(r"(?:19|20)\d\d\s?[-–/ ]\s?(?:19|20)\d\d")
_CURRENCY = re.compile(r"[€$£¥₹₺₽฿]\s?$")
_MIXED = re.compile(r"(?<![\w@.])(?=[\w/-]*\d[\w/-]*\d[\w/-]*\d)(?=[\w/-]*[^\W\d_])[^\W_][\w/-]{4,}[^\W_](?![\w@])")
_CODE = (
    r"(?:[^\W\d_]{1,5}[ \-/]?)?[#]?\d[\w/.\-]*\w"  # "HN 00-45-67"
    r"(?:[ \-](?=[\w/\-]*\d)[\w/\-]+)*(?-i:[ ][A-Z]{2,3}\b)?"  # "AB12 CDE"
    r"|[^\W\d_]+[\-/][\w/\-]*\d[\w/\-]*|[A-Z]{1,3}\d[\w/\-]{2,}"  # "INV-2025-3", "X1234567"
)
_POSTCODES = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b|\b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b"  # Britain, Canada
    r"|(?<![\d.,])\d{4}\s[A-Z]{2}\b(?=[ ,]+[A-Z][a-z])|\b\d{2}-\d{3}(?=\s+[A-ZÀ-Ž])"  # the Netherlands, Poland
)
_CAPITAL = f"[{''.join(letter for letter in map(chr, range(0x600)) if letter.isupper())}]"  # Latin, Greek, Cyrillic, Armenian
_TURKISH = (
    "sokak",
    "sokağı",
    "sok",
    "caddesi",
    "cadde",
    "cad",
    "mahallesi",
    "mah",
    "bulvarı",
)  # with or without a number behind
_WORDS = rf"(?:\s{_CAPITAL}[\w'’-]+){{0,3}}"
_SMALL = r"(?:\s(?:de|la|le|of|upon|am|an|der|den|do|da)\s|\s|-)?"
_TOWN = (
    r"(?:[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}"
    rf"|\d{{2}}-\d{{3}}{_WORDS}|\d{{4,6}}(?:[- ]\d{{3}})?{_WORDS}"
    rf"|{_CAPITAL}[\w'’-]+{_SMALL}(?:{_CAPITAL}[\w'’-]+\s?){{0,3}}(?:\d{{5}}\b)?)"
)
_TAIL = rf"(?:\s*,\s*{_TOWN}|\s+\d{{4,6}}\b(?:\s{_CAPITAL}[\w'’-]+){{0,3}}){{0,4}}"


def addresses_in(text: str) -> Iterator[Detail]:
    """E-mail addresses, accounts, streets; a detail may lie over another."""
    yield from _addresses_on_the_web(text)
    yield from _accounts(text)
    yield from _addresses(text)


def numbers_in(text: str) -> Iterator[Detail]:
    """Numbers of papers and files, and phone numbers."""
    yield from _ids(text)
    yield from _phones(text)


def _addresses_on_the_web(text: str) -> Iterator[Detail]:
    for found in (*_EMAIL.finditer(text), *_spoken_email().finditer(text)):
        yield Detail(*found.span(), "email")
    for found in _URL.finditer(text):
        if not any(site in found.group().lower() for site in the_rules().public_sites):
            yield Detail(found.start(), found.end() - (len(found.group()) - len(found.group().rstrip(".,;!?)"))), "handle")


def _accounts(text: str) -> Iterator[Detail]:
    for found in _HANDLE.finditer(text):
        yield Detail(*found.span(), "handle")
    for found in _account().finditer(text):
        name = found.group("it").rstrip(".,;!?)")
        told = found.group("told")
        odd = bool(re.search(r"[\d_]|[^\W_][.:-]+[^\W_]", name)) or (bool(told) and plain(name) not in listed("not_names"))
        if odd:
            yield Detail(found.start("it"), found.start("it") + len(name), "handle")


def _addresses(text: str) -> Iterator[Detail]:
    for pattern in _streets():
        for found in pattern.finditer(text):
            yield Detail(found.start(), found.end() - (len(found.group()) - len(found.group().rstrip(" ,.-"))), "address")
    for found in _POSTCODES.finditer(text):
        yield Detail(*found.span(), "address")
    for found in _behind(the_rules().postcode, the_rules().id_joins, r"[\w]{2,5}(?:[ -]\w{3})?").finditer(text):
        if any(sign.isdigit() for sign in found.group("it")):
            yield Detail(*found.span("it"), "address")


def _ids(text: str) -> Iterator[Detail]:
    for found in _behind(the_rules().ids, the_rules().id_joins, _CODE).finditer(text):
        code = found.group("it")
        if _is_a_code(code) and not _is_measured(text, found.start("it"), found.end("it")):
            yield Detail(found.start("it"), found.end("it") - (len(code) - len(code.rstrip(".-/ "))), "id")
    for found in _MIXED.finditer(text):
        if not _is_of_science(found.group()):
            yield Detail(*found.span(), "id")


def _is_a_code(code: str) -> bool:
    digits, letters = sum(map(str.isdigit, code)), sum(map(str.isupper, code))
    return digits >= 3 or (digits == 2 and letters >= 3)


def _phones(text: str) -> Iterator[Detail]:
    for match in PhoneNumberMatcher(text, None, leniency=Leniency.POSSIBLE):
        yield Detail(match.start, match.end, "phone")
    for found in _RUN.finditer(text):
        if not _is_measured(text, *found.span()) and _is_a_number_of_somebody(text, found):
            yield Detail(*found.span(), "phone")
    for found in _spelt_number().finditer(text):
        yield Detail(*found.span(), "phone")


def _is_a_number_of_somebody(text: str, found: re.Match[str]) -> bool:
    digits = sum(sign.isdigit() for sign in found.group())
    if _YEARS.fullmatch(found.group()) or digits < 5:
        return False
    told = bool(_before_a_phone().search(text[: found.start()]))
    parts = re.split(r"\s?[-–/ ]\s?", found.group())
    if not told and 1 < len(parts) < _MANY and all(len(part) <= 2 for part in parts):
        return False  # "5-10 15-20"
    return digits >= 7 or told


def _is_measured(text: str, start: int, end: int) -> bool:
    """Whether a number is a price, a dose or a count."""
    if _CURRENCY.search(text[:start]) or re.match(r"\s?[€$£¥₹₺₽฿%°]", text[end:]):
        return True
    after = re.match(r"\s?([^\W\d_]+\W?[^\W\d_]*)", text[end:])
    unit = after is not None and bool(
        {after.group(1).lower(), *re.split(r"\W", after.group(1).lower())[:1]} & set(the_rules().units)
    )
    return unit and bool(
        _THOUSANDS.fullmatch(text[start:end].strip()) or re.fullmatch(r"\d+(?:\s?[-–]\s?\d+)?", text[start:end].strip())
    )


def _is_of_science(word: str) -> bool:
    """Whether letters with digits name a gene, a marker, a study or a dose."""
    letters = re.match(r"[^\W\d_]+", word)
    dose = re.fullmatch(r"\d+(?:[-/.]\d+)*([^\W\d_]+)(?:/[^\W\d_]+)?", word)
    return bool(letters and plain(letters.group()) in listed("no_ids")) or bool(dose and _is_a_dose(word, dose.group(1)))


def _is_a_dose(word: str, unit: str) -> bool:
    return unit.lower() in the_rules().units or sum(map(str.isdigit, word)) <= _DIGITS_OF_A_DOSE


@cache
def _spoken_email() -> re.Pattern[str]:
    at, dot, sign = _said(of_languages("at")), _said(of_languages("dot")), one_of((*the_rules().signs, *of_languages("dot")))
    name = rf"(?<![\w.+-])[\w.+-]{{1,40}}(?:\s{sign}\s[\w.+-]{{1,40}}){{0,5}}"  # bounded, so that no text takes long
    point = rf"(?:{dot}|\.)"
    return re.compile(
        rf"{name}{at}(?![\w.-]*@)[\w-]{{1,40}}(?:{point}[\w-]{{1,40}}){{0,4}}{point}[a-z]{{2,}}\b|{name}(?:{at}|\s?@\s?){one_of(the_rules().mail)}\b",
        _I,
    )


def _said(signs: frozenset[str]) -> str:
    """A sign in words between blanks, or in brackets."""
    spelt, bracketed = [sign for sign in signs if sign[0].isalpha()], [sign for sign in signs if not sign[0].isalpha()]
    return rf"(?:\s{one_of(tuple(spelt))}\s|\s?{one_of(tuple(bracketed))}\s?)"


@cache
def _account() -> re.Pattern[str]:
    joins = one_of(the_rules().account_joins)
    return re.compile(
        rf"(?<!\w){one_of(the_rules().accounts)}\b(?P<told>(?:\s*[:=]|\s+{one_of(the_rules().account_told)}\b)?)(?:[\s:=–-]+{joins}(?=[\s:=]))*[\s:=–-]+(?P<it>@?[\w][\w.:/@-]{{2,}})",
        _I,
    )


def _behind(words: tuple[str, ...], joins: tuple[str, ...], value: str) -> re.Pattern[str]:
    return _compiled_behind(words, joins, value)


@cache
def _compiled_behind(words: tuple[str, ...], joins: tuple[str, ...], value: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w){one_of(words)}(?!\w)(?:[\s:#.=()]*(?:{one_of(joins)}(?!\w)))*[\s:#.=()]*(?<![\d])(?P<it>{value})", _I
    )


@cache
def _before_a_phone() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){one_of(the_rules().phones)}(?!\w)(?:\W+\w+){{0,3}}\W*$", _I)


@cache
def _spelt_number() -> re.Pattern[str]:
    return re.compile(rf"\b{one_of(the_rules().digits)}(?:[\s,-]+{one_of(the_rules().digits)}){{5,}}\b", _I)


@cache
def _streets() -> tuple[re.Pattern[str], ...]:
    rules = the_rules()
    house = r"(?<![\w.,])\d{1,5}\s?[a-zA-Z]?(?:\s?[-/]\s?\d{1,4}[a-zA-Z]?)?,?"
    plain_words, capitals = r"(?:[^\W\d_][\w'’.-]*\s){1,4}", rf"(?:{_CAPITAL}[\w'’.-]*\s){{1,4}}"
    extra = r"(?i:[\s,]+(?:no|nr|n°|number|daire|apt|flat|d|m|kv|кв|д)\.?\s?:?\s?\d+\w?)*"
    last = rf"(?:{one_of(rules.streets)}|[\w-]+(?:straße|strasse|straat|gasse|gatan|laan|weg|allee))"
    number = r"(?:,?\s*(?i:n[o°r]?\.?\s?:?\s?|д\.?\s?)?\d{1,5}(?:\s?[a-zA-Z])?\b(?:/\d{1,4}[a-z]?\b)?(?![.,]\d))"
    return (
        re.compile(rf"(?i:{house}\s{plain_words}{one_of(rules.streets)}\b)\.?{extra}{_TAIL}"),
        re.compile(rf"{house}\s{capitals}(?i:{one_of(rules.streets_with_a_capital)}\b)\.?{extra}{_TAIL}"),
        re.compile(rf"(?<!\w)(?:{_CAPITAL}[\w'’-]*\s){{0,3}}(?i:{last})\b\.?{number}{extra}{_TAIL}"),
        re.compile(
            rf"(?<!\w)[\w'’-]*(?:straße|strasse|str\.|straat|gasse|laan|weg|gracht|allee|platz|gatan)\s?\d+\s?[a-z]?\b{_TAIL}",
            _I,
        ),
        re.compile(
            rf"(?:{house}\s)?(?<!\w)(?i:{one_of(rules.streets_before)})(?!\w)\.?\s(?:(?:d[aeiou]\w{{0,3}}|los|las|la|le|św|gen)\.?\s|l['’])*(?:{_CAPITAL}[\w'’.-]*\s?){{1,4}}{number}?{extra}{_TAIL}"
        ),
        re.compile(rf"(?:{_CAPITAL}[\w'’-]*\s){{1,3}}(?i:{one_of(_TURKISH)})\b\.?{number}?{extra}{_TAIL}"),
        re.compile(rf"(?<!\w)(?i:{one_of(rules.houses)})\.?\s?#?\d+\w?\b(?:,?\s\d+\s{capitals})?{_TAIL}"),
        re.compile(rf"(?<!\w)(?i:{one_of(rules.post)})\s?\d[\d-]*\b{_TAIL}"),
        re.compile(rf"(?<![\d.,€$£])\d{{5}}\s{_CAPITAL}[^\W\d_]{{3,}}(?=[\s,.!?]|$)(?!\s(?i:{one_of(rules.units)}))"),
    )
