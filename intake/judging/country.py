"""Countries, by their names, codes and everyday names."""

from __future__ import annotations

from functools import cache

import pycountry
from babel import Locale
from rapidfuzz import fuzz, process

from intake.judging.expressions import expression
from intake.judging.phrases import everyday_countries, phrases, shared_countries
from intake.judging.plain import letters
from intake.judging.refusals import refuses
from intake.judging.results import Context, Doubt, Judgement, Refused, Understood

_SHOWN = {"XK": "Kosovo"}
_SURE = 88  # likeness of a mistyped name from which it is taken
_FLAG_A = 0x1F1E6  # the sign with which a flag writes an A
_LANGUAGES = "lt de es fr it pl pt ru uk tr nl sv nb da fi lv et cs sk hu ro hr bg el ar he fa hi th vi id zh ja ko"
_LIKELY = 80  # …, from which the patient is asked
_LONGEST_NAME = 5  # words
_MOST_LETTERS = 60
_SHORTEST_NAME = 4  # letters, of a mistyped one


def judge_country(text: str, context: Context) -> Judgement:
    """The country that a text names; it asks back between two, or when a name is only like one."""
    if refuses(text):
        return Refused()
    told = expression("country_us").sub(" ", text)
    plain = letters(expression("country_not").sub(" ", told)) or letters(told)
    if plain in shared_countries() and context.attempts == 0:
        return Doubt("country_two", buttons=[country_name(code) for code in shared_countries()[plain]])
    code = _flagged(text) or _foreign().get(plain) or _coded(text, plain)
    found = [code] if code else list(dict.fromkeys(_named_in(plain)))
    if len(found) == 1:
        return _understood(found[0])
    if found:
        return Doubt("country_two", buttons=[country_name(code) for code in found[:3]])
    could_be = len(plain.split()) <= _LONGEST_NAME and _SHORTEST_NAME <= len(plain) <= _MOST_LETTERS
    return _like_a_name(plain) if could_be else None


def _coded(text: str, plain: str) -> str | None:
    """The country of a code in capitals."""
    return _codes().get(plain.upper()) if len(text.strip()) in {2, 3} and text.strip().isupper() else None


def _like_a_name(plain: str) -> Judgement:
    match = process.extractOne(
        expression("country_before").sub("", plain), list(_names()), scorer=fuzz.ratio, score_cutoff=_LIKELY
    )
    if match is None:
        return None
    code = _names()[match[0]]
    if match[1] >= _SURE:
        return _understood(code)
    return Doubt("country_maybe", {"country": country_name(code)}, [country_name(code)])


def country_in(text: str) -> str | None:
    """The ISO code of the one country that a text names, if it does."""
    found = list(dict.fromkeys(_named_in(letters(text))))
    return found[0] if len(found) == 1 else None


def _flagged(text: str) -> str | None:
    """The country of a flag, which is written with two letters of its own."""
    letters_of_flags = [chr(ord(sign) - _FLAG_A + ord("A")) for sign in text if 0 <= ord(sign) - _FLAG_A < 26]
    code = "".join(letters_of_flags)
    return _codes().get(code) if len(code) == 2 else None


@cache
def _foreign() -> dict[str, str]:
    """Names of countries in other languages; a whole message only, because some are words in English."""
    names: dict[str, str] = {}
    for language in _LANGUAGES.split():
        for code, name in Locale.parse(language).territories.items():
            if pycountry.countries.get(alpha_2=code) and letters(name) not in _names():
                names.setdefault(letters(name), code)
    return names


def country_name(code: str) -> str:
    """The usual English name of a country; its code, if there is no such country."""
    country = pycountry.countries.get(alpha_2=code)
    return _SHOWN.get(code) or (str(getattr(country, "common_name", country.name)) if country else code)


def code_of(value: object) -> str | None:
    """The ISO code in a stored answer."""
    return str(value["code"]) if isinstance(value, dict) and "code" in value else None


def country_names() -> dict[str, str]:
    """Every name of a country that is known, as `letters` writes it, with its ISO code."""
    return dict(_names())


def _understood(code: str) -> Understood:
    return Understood({"code": code, "name": country_name(code)})


def _named_in(plain: str) -> list[str]:
    """Codes of the countries whose names stand in a text as whole words, the longest names first."""
    words = plain.split()
    codes = []
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST_NAME, len(words) - at), 0, -1):
            name = " ".join(words[at : at + length])
            if name in _names() and not (name in phrases("countries_also_words") and len(words) > _LONGEST_NAME):
                codes.append(_names()[name])
                at += length - 1
                break
        at += 1
    return codes


@cache
def _names() -> dict[str, str]:
    """Every name, as `letters` writes it, with the country's ISO code."""
    names: dict[str, str] = {}
    for country in pycountry.countries:
        for key in ("name", "common_name", "official_name"):
            name = letters(getattr(country, key, "") or "").split(" province of")[0]
            if name:
                names[name] = country.alpha_2
                names.setdefault(expression("country_adjectives").sub("", name), country.alpha_2)
        if "," in country.name:  # "Bolivia, Plurinational State of"
            names.setdefault(letters(country.name.split(",")[0]), country.alpha_2)
    return {**names, **everyday_countries()}


@cache
def _codes() -> dict[str, str]:
    return {code: country.alpha_2 for country in pycountry.countries for code in (country.alpha_2, country.alpha_3)} | {
        "UK": "GB"
    }
