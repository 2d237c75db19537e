"""Which illnesses a message in another language names, so that no article on another one is quoted for it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cordial.data_files import Part, Text, read_data
from knowledge.errors import PhrasesError
from language.folding import folded

FILE = Path(__file__).with_name("other_illnesses.yml")


class _Illness(Part):
    english: list[Text]  # how the articles call it
    pieces: list[Text] = []  # of words by which it is known, in any language
    words: list[Text] = []  # whole words


class _Illnesses(Part):
    illnesses: list[_Illness]


def read_illnesses(file: Path) -> _Illnesses:
    """Read the names.

    Raises:
        PhrasesError: naming what is wrong.
    """
    return read_data(_Illnesses, file, PhrasesError)


def illnesses_named(text: str) -> frozenset[str]:
    """The illnesses that a message names, as the articles call them."""
    said = folded(text)
    words = {word.strip("().,:;!?¿¡\"'«»„”") for word in said.split()}
    named = (each for each in _known() if any(piece in said for piece in each.pieces) or words & set(each.words))
    return frozenset(name for each in named for name in each.english)


@cache
def _known() -> list[_Illness]:
    known = read_illnesses(FILE).illnesses
    return [
        _Illness(
            english=each.english, pieces=[folded(piece) for piece in each.pieces], words=[folded(word) for word in each.words]
        )
        for each in known
    ]
