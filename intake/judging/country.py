"""Countries, by their names, codes and everyday names."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pycountry
from babel import Locale
from rapidfuzz import fuzz, process

from intake.judging.expressions import expression
from intake.judging.phrases import everyday_countries, phrases, shared_countries, towns
from intake.judging.plain import letters
from intake.judging.refusals import refuses
from intake.judging.results import Context, Doubt, Judgement, Refused, Understood

_SHOWN = {"XK": "Kosovo"}
_SURE = 88  # likeness of a mistyped name from which it is taken
_FLAG_A = 0x1F1E6  # the sign with which a flag writes an A
_LANGUAGES = "lt de es fr it pl pt ru uk tr nl sv nb da fi lv et cs sk hu ro hr bg el ar he fa hi th vi id zh ja ko"
_LIKELY = 80  # …, from which the patient is asked
_LONGEST_NAME = 5  # words
_LONGEST_SENTENCE = 60  # characters in which a name with another ending is looked for
_SHORTEST_STEM, _LONGEST_ENDING, _MOST_LEFT = 5, 4, 3  # letters: of the stem, and of what follows in the text and in the name
_MOST_LETTERS = 60
_JOINED = "בלמהو"  # letters of Hebrew and Arabic that stand for "in", "from" and "and" before a name
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
    lived_in = _lived_in(told) if code is None else set()
    if len(lived_in) == 1 and set(found) != lived_in:
        return _understood(lived_in.pop())
    if len(found) == 1:
        return _understood(found[0])
    if found:
        return Doubt("country_two", buttons=[country_name(code) for code in found[:3]])
    return _by_another_name(plain)


def _lived_in(text: str) -> set[str]:
    """The countries in which somebody says to live, of all that are named: "born in Chile, I live in Norway"."""
    parts = [letters(found.group("where")) for found in expression("country_lives").finditer(text)]
    return {code for part in parts for code in _all_in(part)}


def _all_in(plain: str) -> set[str]:
    named = set(_named_in(plain))
    foreign = {code for name in (plain, *plain.split()) if (code := _foreign().get(name)) and name not in _names()}
    inside = _inside(plain) if not named and not foreign else None
    return named | foreign | ({inside} if inside else set())


def _by_another_name(plain: str) -> Judgement:
    """A country that a text names in another language or form, by a town, or with a mistake."""
    mistyped = _like_a_name(plain) if " " not in plain and _SHORTEST_NAME <= len(plain) <= _MOST_LETTERS else None
    if mistyped:
        return mistyped
    elsewhere = _inside(plain)
    if elsewhere:
        return _understood(elsewhere)
    of_towns = {towns()[word] for word in plain.split() if word in towns()}
    if len(of_towns) == 1:
        return replace(_understood(of_towns.pop()), to_check=True)
    could_be = len(plain.split()) <= _LONGEST_NAME and _SHORTEST_NAME <= len(plain) <= _MOST_LETTERS
    return _like_a_name(plain) if could_be else None


def _inside(plain: str) -> str | None:
    """The country whose name in another language stands in a sentence, also with another ending: "mieszkam w Niemczech"."""
    codes = set() if plain.isascii() else {code for name, code in _unspaced() if name in plain}
    if not codes and len(plain) <= _LONGEST_SENTENCE:
        words = [word for word in plain.split() if not word.isascii() or word not in _names()]
        codes = {code for word in words if (code := _of_a_word(word) or _of_stem(word))}
    return codes.pop() if len(codes) == 1 else None


def _is_unspaced(name: str) -> bool:
    return not name.isascii() and all(sign >= "\u0e00" for sign in name if sign.isalpha())


def _of_a_word(word: str) -> str | None:
    """The country that a word of another script names, also with a small word before it that is written together with it."""
    if word.isascii():
        return None
    return _foreign().get(word) or (_foreign().get(word[1:]) if word[0] in _JOINED else None)


def _of_stem(word: str) -> str | None:
    """The one country whose name begins as a word does, but for its ending."""
    if len(word) <= _SHORTEST_STEM or word in _names() or word in _foreign():  # "on an island" is not in Iceland
        return None
    for ending in range(1, _LONGEST_ENDING + 1):
        stem = word[:-ending]
        if len(stem) < _SHORTEST_STEM:
            return None
        codes = _stems().get(stem)
        if codes:
            return next(iter(codes)) if len(codes) == 1 else None
    return None


@cache
def _unspaced() -> list[tuple[str, str]]:
    """Names of scripts without spaces, with their ISO codes."""
    return [(name, code) for name, code in _foreign().items() if _is_unspaced(name) and len(name) > 1]


@cache
def _stems() -> dict[str, frozenset[str]]:
    """What names of countries in other languages begin with, each with the codes of those that do."""
    found: dict[str, set[str]] = {}
    for name, code in {**_foreign(), **everyday_countries()}.items():
        for left in range(_MOST_LEFT + 1):
            if len(name) - left >= _SHORTEST_STEM:
                found.setdefault(name[: len(name) - left], set()).add(code)
    return {stem: frozenset(codes) for stem, codes in found.items()}


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
            name = expression("country_beside").sub("", letters(getattr(country, key, "") or ""))
            if name:
                names[name] = country.alpha_2
                names.setdefault(expression("country_adjectives").sub("", name), country.alpha_2)
        if "," in country.name:  # "Bolivia, Plurinational State of"
            names.setdefault(letters(country.name.split(",")[0]), country.alpha_2)
    return {**names, **everyday_countries()}


@cache
def words_of_countries() -> frozenset[str]:
    """Every longer word of a country's name or of a language's, in any language, as `letters` writes it."""
    languages = [name for code, name in Locale.parse("en").languages.items() if len(code) == 2]
    names = [*_names(), *_foreign(), *everyday_countries(), *map(letters, languages)]
    return frozenset(word for name in names for word in (name, *name.split()) if len(word) >= _SHORTEST_NAME)


@cache
def _codes() -> dict[str, str]:
    return {code: country.alpha_2 for country in pycountry.countries for code in (country.alpha_2, country.alpha_3)} | {
        "UK": "GB"
    }
