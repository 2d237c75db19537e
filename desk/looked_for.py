"""The words by which a message is found again: beginnings of words, and numbers by their digits."""

from __future__ import annotations

import re

from language.normalise import without_accents
from language.plurals import singular

_WORD = re.compile(r"[^\W_]+")
_SHORTEST, _LONGEST = 2, 40  # letters of a word that counts
_BEGINNING = 3  # letters by which a word can be found that goes on
_NUMBER = re.compile(r"\+?\(?\d(?:[ \t./()-]{0,3}\d){6,}")  # a phone number, however it is grouped
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}")
_LAST = 8  # digits by which a number is known, with or without the code of its country
_FEWEST = 5  # last digits by which it can be found


def folded(word: str) -> str:
    """A word without capitals and accents."""
    return without_accents(word.casefold())


def normal(word: str) -> str:
    """A word as it is compared: without capitals, accents and a plain plural."""
    return singular(folded(word), "eager")


def words_in(text: str) -> list[tuple[int, int, str]]:
    """Every word of a text that counts, with where it begins and ends."""
    return [(start, end, normal(word)) for start, end, word in _plain_words(text)]


def words_of(text: str) -> set[str]:
    """The different words of a text."""
    return {word for _, _, word in words_in(text)}


def index_words(text: str) -> set[str]:
    """What a text is found by: its words, their beginnings, and the last digits of its numbers."""
    found = {form for _, _, word in _plain_words(text) for form in _forms(word)}
    return found | {ending for number in _NUMBER.finditer(text) for ending in _endings(number.group())}


def looked_for(text: str) -> list[tuple[str, ...]]:
    """What somebody looks for: each of these, in one of its forms, must be among the index words of a text."""
    rest, wanted = text, []
    for number in _NUMBER.finditer(text):
        if not _DATE.fullmatch(number.group()):
            wanted.append((f"#{_digits(number.group())[-_LAST:]}",))
            rest = rest.replace(number.group(), " ")
    return [*wanted, *sorted({_wanted(word) for _, _, word in _plain_words(rest)})]


def places_of(text: str, wanted: list[tuple[str, ...]]) -> list[tuple[int, int]]:
    """Where in a text stands what was looked for, in order and without overlaps."""
    forms = {form for each in wanted for form in each}
    words = [(start, end) for start, end, word in _plain_words(text) if forms & _forms(word)]
    numbers = [number.span() for number in _NUMBER.finditer(text) if forms & _endings(number.group())]
    return _without_overlaps(sorted([*words, *numbers], key=lambda span: (span[0], -span[1])))


def _without_overlaps(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _plain_words(text: str) -> list[tuple[int, int, str]]:
    found = [(match.start(), match.end(), match.group()) for match in _WORD.finditer(text)]
    return [(start, end, word) for start, end, word in found if _SHORTEST <= len(word) <= _LONGEST]


def _forms(word: str) -> set[str]:
    """A word, what is left without its plural, and every beginning."""
    low = folded(word)
    return {normal(word), low, *(low[:length] for length in range(_BEGINNING, len(low)))}


def _wanted(word: str) -> tuple[str, ...]:
    """The forms in which a word may be indexed; long digits may be the last ones of a number."""
    plain, low = normal(word), folded(word)
    forms = [plain] if low.startswith(plain) else [plain, low]
    return (*forms, f"#{low[-_LAST:]}") if low.isdecimal() and len(low) >= _FEWEST else tuple(forms)


def _endings(number: str) -> set[str]:
    """The last digits of a number; also of its first groups, since another number may follow after a space."""
    found, digits = set(), ""
    for group in re.findall(r"\d+", number):
        digits = digits[-_LAST:] + group
        found |= {f"#{digits[-count:]}" for count in range(_FEWEST, min(_LAST, len(digits)) + 1)}
    return found


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdecimal())
