"""A mistyped word is read as the known word that it is like; a real word is left alone."""

from __future__ import annotations

import pytest

from knowledge.spelling import Speller
from language.plain_words import read_plain_words
from language.spelling import Vocabulary

KNOWN = Vocabulary(["seizure", "swelling", "breathing", "chest"])


@pytest.mark.parametrize("mistyped", ["seizur", "seizuree", "sejzure", "seizrue"])
def test_a_letter_missing_surplus_wrong_or_swapped_is_one_mistake(mistyped: str) -> None:
    assert KNOWN.near(mistyped, 1) == [("seizure", 1)]


def test_what_is_too_far_off_is_like_nothing() -> None:
    assert KNOWN.near("sizur", 1) == []
    assert KNOWN.near("sizur", 2) == [("seizure", 2)]


def test_where_the_beginning_counts_another_one_is_like_nothing() -> None:
    assert Vocabulary(["seizure"], same_beginning=True).near("teizure", 1) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("my tonuge is sweling", " my tongue is swelling "),
        ("my chset hurts", " my chest hurts "),
        ("a sweeping look", " a sweeping look "),
        ("the chess club", " the chess club "),
    ],
)
def test_a_message_is_read_without_its_mistakes(text: str, line: str) -> None:
    words = read_plain_words(["tongue", "swelling", "chest", "sweating"])
    assert words.lines(text) == [line]


def test_the_library_takes_the_word_that_it_uses_most() -> None:
    speller = Speller(["fever fever fever fever", "lever lever lever lever fever"], frozenset())
    assert speller.correct("Feverr, wever") == "fever, fever"
