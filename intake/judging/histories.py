"""What the questions of history are about, from `histories.yml`, and where an answer speaks of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz, process

from cordial.data_files import DataFileError, Part, Text, read_data
from intake.judging.plain import letters
from intake.judging.vocabulary import kinds_of, medicines_in
from language.spoken import text_file

_SURE = 85  # likeness from which a mistyped word is read as one of the file
_LONGEST_UNSURE = 6  # letters, below which a word must be written as it is
_WORD = re.compile(r"[^\W\d_]{4,}")


class HistoriesError(DataFileError):
    """`histories.yml` cannot be used; the message names the entry."""


class History(Part):
    """What one question is about."""

    words: list[Text]
    state: list[Text] = []
    places: list[Text] = []
    ever: bool = False
    recent: bool = False
    childbearing: bool = False
    now: bool = False
    temperature: bool = False
    medicines: list[Text] = []

    def mentions(self, text: str) -> list[tuple[int, int]]:
        """Where a text names what the question is about, also with a mistake in it."""
        found = [match.span() for match in _pattern(tuple(self.words)).finditer(text)]
        return found or self._mistyped(text)

    def says_how(self, text: str) -> bool:
        """Whether a text names what may be well or not: the immune system."""
        return bool(self.state) and bool(_pattern(tuple(self.state)).search(text))

    def medicine_in(self, text: str) -> bool:
        """Whether a text names a medicine that tells of it."""
        return bool(self.medicines) and any(kinds_of(name) & set(self.medicines) for name in medicines_in(text))

    def _mistyped(self, text: str) -> list[tuple[int, int]]:
        known = [word.rstrip("*") for word in self.words if len(word) >= _LONGEST_UNSURE and " " not in word]
        found = []
        for word in _WORD.finditer(text):
            low = word.group().lower()
            if len(low) >= _LONGEST_UNSURE and process.extractOne(low, known, scorer=fuzz.ratio, score_cutoff=_SURE):
                found.append(word.span())
        return found


def history_of(name: str) -> History:
    """What a question is about, by its name in the file; nothing is known of what the file does not name."""
    return _file().get(name, History(words=[]))


def history_among(names: Iterable[str]) -> str:
    """The first of some names that the file knows; nothing, if it knows none of them."""
    return next((name for name in names if name in _file()), "")


def history_names() -> list[str]:
    """What there is."""
    return list(_file())


def read_histories(file: Path | None = None) -> dict[str, History]:
    """Read them; by default those of the language that is spoken.

    Raises:
        HistoriesError: naming what is wrong.
    """
    return read_data(dict[str, History], file or text_file("intake", "histories.yml"), HistoriesError)


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    each = [re.escape(letters(word.rstrip("*"))).replace(r"\ ", r"[\s-]+") + (r"\w*" if "*" in word else "") for word in words]
    one_of = "|".join(sorted(each, key=len, reverse=True)) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{one_of})(?!\w)", re.IGNORECASE)


@cache
def _file() -> dict[str, History]:
    return read_histories()
