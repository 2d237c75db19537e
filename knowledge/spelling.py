"""Typing mistakes in questions, corrected against the library's own words before the search.

Only the search sees the corrected text; the record keeps what the patient wrote. A word is left alone when the library uses
it or when it is an ordinary English word; the caller says which those are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from language.spelling import Vocabulary

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 4  # shorter words have too many neighbours
_MOST = 5  # that are compared
_LONG = 7  # from this length on, two mistakes are forgiven


class Speller:
    """Corrects words towards those that the library uses."""

    def __init__(self, texts: Iterable[str], english: frozenset[str]) -> None:
        """Learn the library's words.

        Args:
            texts: everything that a question may be compared with.
            english: ordinary words, in lower case, that are never corrected.
        """
        self._counts = Counter(word for text in texts for word in _WORD.findall(text.lower()))
        self._english = english
        # A word that stands once and is no English word may itself be a mistake, put in as somebody's wording.
        self._targets = Vocabulary(
            word
            for word, count in self._counts.items()
            if len(word) >= _SHORTEST and (count >= 4 or (count >= 2 and word in english))
        )

    @property
    def targets(self) -> Vocabulary:
        """The words towards which is corrected."""
        return self._targets

    def uses(self, word: str, often: int = 1) -> bool:
        """Whether a word in small letters stands in the library so often."""
        return self._counts[word] >= often

    def knows(self, word: str) -> bool:
        """Whether a word in small letters is one of the library, or an ordinary one."""
        return word in self._english or word in self._counts

    def correct(self, text: str) -> str:
        """The text with its unknown words replaced by the nearest words of the library, where one is near enough."""
        return _WORD.sub(lambda match: self._word(match.group()), text)

    def _word(self, word: str) -> str:
        low = word.lower()
        if len(low) < _SHORTEST or low in self._english or low in self._counts:
            return word
        near = self._targets.near(low, 1 if len(low) < _LONG else 2, _MOST)
        if not near:
            return word
        return min(near, key=lambda found: (found[1], found[0][0] != low[0], -self._counts[found[0]]))[0]
