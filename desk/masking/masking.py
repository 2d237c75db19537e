"""A patient's question as it is shown to editors: what could tell who somebody is gives way to a word in brackets.

This is no anonymisation. What is told of an illness may tell who somebody is without any name, and a name that looks like
another word may stay. See docs/decisions/0037.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from desk.masking.names import names_in
from desk.masking.places import places_in
from desk.masking.reading import Reading
from desk.masking.rules import listed, plain, the_rules
from desk.masking.shaped import addresses_in, numbers_in
from desk.masking.spans import Detail, apart, joined
from desk.masking.times import times_in
from desk.masking.vocabulary import Words
from knowledge.library import Library
from knowledge.spelling import Speller

MOST = 2_000  # characters that are shown
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST_NAME = 3  # letters of a word of a name that is known


class Masker:
    """Masks what patients wrote. Safe to use from several threads."""

    def __init__(self, speller: Speller) -> None:
        """Take the library's words, by which names are told from others."""
        self._words = Words(speller)

    def details(self, text: str, names: Collection[str] = ()) -> list[Detail]:
        """Where the details stand in a text.

        Args:
            text: what somebody wrote.
            names: names that are known to belong to whoever wrote it.
        """
        shaped = apart([*_known_names(text, names), *addresses_in(text), *times_in(text), *numbers_in(text)])
        reading = Reading(text, self._words, shaped)
        named = apart([*places_in(reading), *names_in(reading)])
        return joined(text, apart([*shaped, *named]))

    def mask(self, text: str, names: Collection[str] = ()) -> str:
        """A text with a word in brackets in place of each detail; its beginning, if it is long."""
        masked: list[str] = []
        at = 0
        for start, end, kind in self.details(text[:MOST], names):
            masked += [text[at:start], the_rules().shown[kind]]
            at = end
        return "".join([*masked, text[at:MOST]])


def _known_names(text: str, names: Collection[str]) -> Iterator[Detail]:
    words = {plain(word) for name in names for word in _WORD.findall(name)} - listed("not_names")
    for found in _WORD.finditer(text) if words else ():
        if len(found.group()) >= _SHORTEST_NAME and plain(found.group()) in words:
            yield Detail(*found.span(), "name")


def masker_of(library: Library) -> Masker:
    """A masker that knows the words of the generation in use."""
    return _with_words_of(library.generation.speller)


@lru_cache(maxsize=1)
def _with_words_of(speller: Speller) -> Masker:
    return Masker(speller)
