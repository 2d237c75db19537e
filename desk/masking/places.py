"""Towns, and who employs or teaches somebody: by the words before and by words for an organisation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from desk.masking.reading import Reading
from desk.masking.rules import Kind, listed, of_languages
from desk.masking.spans import Detail

_MOST_WORDS = 4  # of a name
_JOINED = re.compile(r"\s|\s?-\s?|\s?&\s?|,\s")


def places_in(reading: Reading) -> Iterator[Detail]:
    """Whatever is told of where somebody lives, works or goes to school."""
    yield from _organisations(reading)
    yield from _behind(reading, of_languages("work_at"), "other")
    yield from _behind(reading, of_languages("live_in"), "place")
    yield from _behind_streets(reading)


def _behind(reading: Reading, cues: frozenset[str], kind: Kind) -> Iterator[Detail]:
    """What stands behind some words and is no known word."""
    for at in reading.behind(cues):
        named = _organisation_at(reading, at) if kind == "other" else None
        if named is not None:
            yield Detail(reading.words[at].start, reading.words[named].end, kind)
        elif _could_be_a_place(reading, at):
            last = at
            while last + 1 < min(len(reading.words), at + _MOST_WORDS + 1) and _goes_on(reading, last, kind):
                last += 1
            yield Detail(reading.words[at].start, reading.words[last].bare_end, kind)


def _organisation_at(reading: Reading, at: int) -> int | None:
    """The word for an organisation in "queen alexandra hospital", which begins at a word; none after "the" or "our"."""
    for last in range(at, min(len(reading.words), at + _MOST_WORDS)):
        word = reading.words[last]
        if word.low in listed("not_names") or (last > at and not _is_joined(reading, last)):
            return None
        if last > at and word.low in listed("organisations"):
            return last
    return None


def _behind_streets(reading: Reading) -> Iterator[Detail]:
    """The town in "9 maple street, bristol"."""
    streets = {one.end for one in reading.taken if one.kind == "address"}
    for at, word in enumerate(reading.words):
        before = re.search(r",?\s$", reading.text[: word.start])
        if before and before.start() in streets and _could_be_a_place(reading, at):
            yield Detail(word.start, word.bare_end, "address")


def _is_joined(reading: Reading, at: int) -> bool:
    return bool(re.fullmatch(r"\s|\s?-\s?|\s?&\s?", reading.text[reading.words[at - 1].end : reading.words[at].start]))


def _could_be_a_place(reading: Reading, at: int) -> bool:
    word = reading.words[at]
    if word.low in listed("no_places") or word.low in listed("not_names") or word.is_acronym:
        return False
    if reading.vocabulary.is_of_medicine(word.bare):
        return False
    return reading.tells_capital(at) or reading.is_unknown(at, strictly=True)


def _goes_on(reading: Reading, at: int, kind: Kind) -> bool:
    """Whether the next word belongs to the place or the employer before it."""
    this, following = reading.words[at], reading.words[at + 1]
    between = reading.text[this.end : following.start]
    if not _JOINED.fullmatch(between) or _says_nothing(reading, at + 1):
        return False
    if following.low in listed("place_joins") and at + 2 < len(reading.words):
        return reading.tells_capital(at + 2) and this.has_capital
    if "," in between:
        return reading.tells_capital(at + 1) and not reading.is_known(at + 1)
    if kind == "other" and following.low in listed("organisations"):
        return True
    unknown = following.text.islower() and reading.is_unknown(at + 1, strictly=True)
    return reading.tells_capital(at + 1) or unknown


def _says_nothing(reading: Reading, at: int) -> bool:
    word = reading.words[at]
    return word.low in listed("eponyms") or reading.vocabulary.is_country(word.bare)


def _organisations(reading: Reading) -> Iterator[Detail]:
    """ "Lakemont University": words with capitals before a word for an organisation."""
    for at, word in enumerate(reading.words):
        if word.low in listed("organisations") and reading.tells_capital(at):
            first = at
            while first and at - first < _MOST_WORDS and _is_part_before(reading, first):
                first -= 1
            own = [each for each in reading.words[first:at] if not reading.vocabulary.is_of_medicine(each.bare)]
            if own:
                yield Detail(reading.words[first].start, word.end, "other")
            elif at + 2 < len(reading.words) and reading.words[at + 1].low == "of" and reading.tells_capital(at + 2):
                yield Detail(word.start, reading.words[at + 2].bare_end, "other")


def _is_part_before(reading: Reading, at: int) -> bool:
    before = reading.words[at - 1]
    return _is_joined(reading, at) and reading.tells_capital(at - 1) and before.low not in listed("not_names")
