"""A text in words, ready to be looked through for names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from desk.masking.rules import given_names, one_of, plain, the_rules
from desk.masking.spans import Detail
from desk.masking.vocabulary import Words, is_written
from language.which_language import ENGLISH, OTHER, language_or_english

_WORD = re.compile(r"[^\W_]+(?:['’ʼ\-][^\W_]+)*")
# Not by `language.sentences`: whether a word begins a sentence is asked for each word, in any language, and in doubt it does.
_ENDS = re.compile(r"[.!?…]\s*$|[.!?…]+[\"”')]*\s|[\n:;|•]|^\W*$")
_SHORTENED = re.compile(r"(?:^|\W)(?:[^\W\d_]|Dr|Mr|Mrs|Ms|Prof|St|Sra?|Mme|dr|prof)\.\s?$")  # "J. ", "Prof. "
_BEFORE = 4  # signs that are looked at for the end of the sentence before
_OWN = re.compile(r"['’ʼ]s?$")
_AROUND = " \"“'‘(-–:,*"
_MOST_CAPITALS = 0.6  # of a text; above, a capital tells nothing
_SHORT = 8  # words of a text in which names make up much
_SHORTEST_IN_CAPITALS = 3
_ACRONYM = 6  # letters
_SHORTEST_UNKNOWN = 3


@dataclass(frozen=True)
class Word:
    """A word in its place."""

    text: str
    start: int
    end: int
    begins: bool  # a sentence

    @cached_property
    def bare(self) -> str:
        """Without a genitive."""
        return _OWN.sub("", self.text)

    @cached_property
    def low(self) -> str:
        """As words of lists are."""
        return plain(self.bare)

    @property
    def bare_end(self) -> int:
        """Where it ends without a genitive."""
        return self.start + len(self.bare)

    @property
    def has_digit(self) -> bool:
        """Whether it is no mere word."""
        return any(map(str.isdigit, self.text))

    @property
    def is_acronym(self) -> bool:
        """Whether it is in capitals, or has a digit."""
        letters = [sign for sign in self.bare if sign.isalpha()]
        capitals = sum(map(str.isupper, letters))
        return self.has_digit or (1 < len(letters) <= _ACRONYM and capitals >= max(2, len(letters) - 1))

    @property
    def has_capital(self) -> bool:
        """Whether it is written as names are, and not as an abbreviation."""
        return self.text[:1].isupper() and not self.is_acronym


class Reading:
    """One text and its words, those left out that belong to what was found before."""

    def __init__(self, text: str, vocabulary: Words, taken: Sequence[Detail]) -> None:
        """Part a text."""
        self.text, self.vocabulary, self.taken = text, vocabulary, taken
        found = [one for one in _WORD.finditer(text) if not any(d.start < one.end() and one.start() < d.end for d in taken)]
        self.words = [Word(one.group(), *one.span(), _begins_a_sentence(text, one.start())) for one in found]
        self.language = language_or_english(text).code
        self.in_capitals = _is_in_capitals([word.text for word in self.words if len(word.text) > 1])

    @property
    def is_english(self) -> bool:
        """Whether words without a capital can be judged by what English has."""
        return self.language in (ENGLISH, OTHER)

    def tells_capital(self, at: int) -> bool:
        """Whether a word has a capital that tells something."""
        return self.words[at].has_capital and not self.in_capitals

    def is_known(self, at: int, strictly: bool = False) -> bool:
        """Whether a word tells nothing about anybody."""
        word = self.words[at]
        if self.vocabulary.is_known(word.bare, strictly) or self.vocabulary.is_known(word.text, strictly):
            return True
        if word.begins and not strictly and self.vocabulary.is_known(word.bare.lower()):
            return True
        return self.language != ENGLISH and word.begins and is_written(word.bare) and word.low not in given_names()

    def is_unknown(self, at: int, strictly: bool = False) -> bool:
        """Whether a word is none that is known, nor one with a mistake in it."""
        word = self.words[at]
        if word.has_digit or len(word.bare) < _SHORTEST_UNKNOWN:
            return False
        return not self.is_known(at, strictly) and not self.vocabulary.is_mistyped(word.bare)

    def behind(self, cues: frozenset[str]) -> list[int]:
        """The words that stand right behind one of some phrases."""
        places = [found.end() for found in _cue(cues).finditer(self.text)]
        return [at for place in places if (at := self._word_at(place)) is not None]

    def _word_at(self, place: int) -> int | None:
        for at, word in enumerate(self.words):
            if word.start >= place:
                return at if not self.text[place : word.start].strip(_AROUND) else None
        return None


def _begins_a_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - _BEFORE) : start]
    return not start or bool(_ENDS.search(before) and not _SHORTENED.search(text[max(0, start - 2 * _BEFORE) : start]))


def _is_in_capitals(words: list[str]) -> bool:
    """Whether so many words have a capital that it tells nothing."""
    share = sum(word[0].isupper() for word in words) / max(1, len(words))
    return (share > _MOST_CAPITALS and len(words) > _SHORT) or (
        len(words) > _SHORTEST_IN_CAPITALS and all(map(str.isupper, words))
    )


@cache
def _cue(cues: frozenset[str]) -> re.Pattern[str]:
    """Some phrases, in Arabic and Hebrew also with "and" before them, and what may stand between them and a name."""
    joins = one_of(the_rules().between)
    around = rf"(?:['’]s?(?!\w))?(?:[\s,:(]+{joins}(?!\w))*[\s,:(\"“]*"
    return re.compile(rf"(?<!\w)[وفبلהול]?{one_of(cues)}(?!\w){around}", re.IGNORECASE)
