"""Known words that are like an unknown one: what a mistyped word may have been meant as.

Letters that are missing, surplus, wrong, or have changed places with their neighbour count as one mistake each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

_REMEMBERED = 10_000  # words; people mistype the same ones again and again


class Vocabulary:
    """Words that are known."""

    def __init__(self, words: Iterable[str], same_beginning: bool = False) -> None:
        """Learn the words.

        Args:
            words: in lower case.
            same_beginning: whether a mistyped word has to begin with the letter of the one that was meant. The search is then
                many times faster, and wrong guesses are rarer.
        """
        self._by_beginning: defaultdict[str, list[str]] = defaultdict(list)
        for word in words:
            self._by_beginning[word[:1] if same_beginning else ""].append(word)
        self._same_beginning = same_beginning
        self.near = lru_cache(_REMEMBERED)(self._near)  # one memory for each vocabulary

    def _near(self, word: str, mistakes: int, most: int | None = None) -> list[tuple[str, int]]:
        """The words that are at most so many mistakes away, the nearest first, each with the number of mistakes.

        Args:
            word: in lower case.
            mistakes: how many are forgiven.
            most: how many words are wanted; all, if it is left out.
        """
        among = self._by_beginning.get(word[:1] if self._same_beginning else "", ())
        found = process.extract(word, among, scorer=DamerauLevenshtein.distance, score_cutoff=mistakes, limit=most)
        return [(near, int(distance)) for near, distance, _ in found]
