"""A short message in one language of which every word is known, and what each word or phrase of it says.

Made from lists of words by kind, each list parted by commas. Where a language is written without
spaces, the words may stand right behind one another. Numbers say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from language.folding import ACCENTED, ASKED, END, PAUSE, UNSPACED, folded

LONGEST = 200  # characters of a message that is looked at
_PARTS = re.compile("[" + re.escape(END + PAUSE) + "]")
_NUMBER = r"\d+(?:_\d+)?"

Said = frozenset[str]  # the kinds of one word or phrase
_folded = lru_cache(maxsize=16)(folded)  # one message is read in every language, one after the other


class KnownWords:
    """What each word or phrase of one language says."""

    def __init__(self, language: str, lists: Mapping[str, str]) -> None:
        """Know the words.

        Args:
            language: its code.
            lists: words and phrases by what they say.
        """
        self._unspaced = language in UNSPACED
        self._accents = language in ACCENTED
        known: dict[str, set[str]] = {}
        for kind, words in lists.items():
            for word in words.split(","):
                known.setdefault(self._form(folded(word, self._accents)), set()).add(kind)
        self._known = {word: frozenset(kinds) for word, kinds in known.items() if word}
        one_of = "|".join(re.escape(word) for word in sorted(self._known, key=len, reverse=True))
        self._next = re.compile(rf"{one_of}|{_NUMBER}" if self._unspaced else rf"(?:{one_of}|{_NUMBER})(?: |$)")

    def read(self, text: str) -> list[list[Said]]:
        """The parts of a message between its marks, each with what its words say, the longest phrase first.

        A part with a word that is not known is empty. So is a whole message that is long or asks something.
        """
        plain = _folded(text, self._accents) if len(text) <= LONGEST else ASKED
        if ASKED in plain:
            return [[]]
        return [self._said(part) for part in _PARTS.split(plain) if part.strip()]

    def _said(self, part: str) -> list[Said]:
        part, at, said = self._form(part.strip()), 0, []
        while at < len(part):
            found = self._next.match(part, at)
            if found is None:
                return []
            said.append(self._known.get(found.group().strip(), frozenset()))
            at = found.end()
        return said

    def _form(self, text: str) -> str:
        return text.replace(" ", "") if self._unspaced else text


def kinds_in(said: Iterable[Said]) -> frozenset[str]:
    """Everything that the words of a part say."""
    return frozenset[str]().union(*said)
