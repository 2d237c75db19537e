"""What gives away again what somebody told: the words of it, also misspelt, in other groups or without spaces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from desk.looked_for import index_words, words_of
from intake.judging.vocabulary import medicines_in
from knowledge.topic import names_in

_SHORTEST_UNDERSTOOD = 4  # letters of a word in what was understood; shorter ones are codes of ours
_SHORTEST_NUMBER = 4  # digits that can tell who somebody is, such as a year
_MISTAKEN = 6  # letters of a word that counts with one mistake in it
_ENDING = 7  # last digits by which a number is the same
# Scripts without spaces: so many signs in a row count for a word. Hiragana is left out: it is mostly grammar.
_RUNS = (
    (2, re.compile("[\u3400-\u4dbf\u4e00-\u9fff\u3005]{2,}")),  # Han
    (3, re.compile("[\u30a0-\u30ff]{3,}")),  # Katakana
    (4, re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]{4,}")),  # Thai, Lao, Burmese, Khmer
)


class Telling:
    """What somebody told, to be found again in other texts. In doubt it is found."""

    def __init__(self, said: Iterable[str], understood: Iterable[str], tell_nothing: frozenset[str]) -> None:
        """Keep its words.

        Args:
            said: what was written.
            understood: what that was taken for.
            tell_nothing: words that say nothing about anybody.
        """
        texts, meant = list(said), list(understood)
        short = {word for text in texts for word in words_of(text)}
        long = {word for text in meant for word in words_of(text) if len(word) >= _SHORTEST_UNDERSTOOD}
        self._tell_nothing = tell_nothing
        self._words = {word for word in (short | long) - tell_nothing if not _is_small_number(word)}
        self._long = [word for word in self._words if len(word) >= _MISTAKEN and not word.isdecimal()]
        self._numbers = {ending for text in [*texts, *meant] for ending in _numbers(text)}
        self._pieces = {piece for text in [*texts, *meant] for piece in _pieces(text)}
        self._medicines = {name for text in [*texts, *meant] for name in medicines_in(text)}

    def is_in(self, text: str) -> bool:
        """Whether anything of it is in a text."""
        words = words_of(text)
        return bool(
            words & self._words
            or _numbers(text) & self._numbers
            or _pieces(text) & self._pieces
            or any(map(self._is_mistaken, words - self._tell_nothing))
            or self._medicines & set(medicines_in(text))
        )

    def _is_mistaken(self, word: str) -> bool:
        return len(word) >= _MISTAKEN and bool(process.extractOne(word, self._long, scorer=OSA.distance, score_cutoff=1))


def names_health(text: str) -> bool:
    """Whether a text names an illness or a medicine that is known."""
    return "condition" in names_in(text) or bool(medicines_in(text))


def _is_small_number(word: str) -> bool:
    return word.isdecimal() and len(word) < _SHORTEST_NUMBER


def _numbers(text: str) -> set[str]:
    """The last digits of the long numbers in a text, however they are grouped."""
    return {word for word in index_words(text) if word.startswith("#") and len(word) == _ENDING + 1}


def _pieces(text: str) -> set[str]:
    plain = unicodedata.normalize("NFKC", text)
    runs = [(size, run.group()) for size, pattern in _RUNS for run in pattern.finditer(plain)]
    return {run[at : at + size] for size, run in runs for at in range(len(run) - size + 1)}
