"""The words that an alarm rests on, as the patient wrote them: for people to read beside the alarm."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rapidfuzz import fuzz

from language.folding import UNSPACED

_LIKE = 75.0  # of 100; what is less alike are no words of the message


def as_written(text: str, words: Sequence[str], language: str) -> list[str]:
    """Words in the spelling of the message in which they were found; those that cannot be found again, as they are.

    Args:
        text: the message.
        words: as the check sees them: small letters, short forms in full, mistakes put right, no accents.
        language: in which they are.
    """
    letters = _plain(text)
    return list(dict.fromkeys(_found(text, letters, each, language) for each in words))


def _found(text: str, letters: str, words: str, language: str) -> str:
    wanted = _plain(words)
    whole = re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", letters)
    if whole:
        return text[slice(*whole.span())]
    near = fuzz.partial_ratio_alignment(wanted, letters)
    if near is None or near.score < _LIKE or len(wanted) > len(letters):
        return words
    start, end = near.dest_start, near.dest_end
    if language not in UNSPACED:
        start, end = _whole_words(letters, start, end)
    return text[start:end].strip(" ,.!?")


def _whole_words(letters: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and letters[start - 1 : start + 1].isalnum():
        start -= 1
    while end < len(letters) and letters[end - 1 : end + 1].isalnum():
        end += 1
    return start, end


def _plain(text: str) -> str:
    """Small letters without accents, each where it was."""
    return "".join(unicodedata.normalize("NFD", letter)[:1].lower()[:1] or letter for letter in text)
