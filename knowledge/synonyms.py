"""The field's abbreviations and everyday names, written out for the search from `synonyms.yml`.

Only the search sees the longer text; the record keeps what the patient wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from cordial.data_files import Text, read_data
from knowledge.errors import SourcesError


class Synonyms:
    """Writes out what stands short or in everyday words."""

    def __init__(self, meanings: Mapping[str, str]) -> None:
        """Take the list, in lower case, of what is written and what it means."""
        self._meanings = {" ".join(name.lower().split()): meaning for name, meaning in meanings.items()}
        longest_first = sorted(self._meanings, key=len, reverse=True)
        names = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest_first)
        self._names = re.compile(rf"(?<!\w)(?:{names})(?!\w)", re.IGNORECASE) if names else None

    def as_json(self) -> dict[str, str]:
        """The list, from which the same is made again."""
        return dict(self._meanings)

    def expand(self, text: str) -> str:
        """The text with each meaning after the name that stands for it, unless the text says it already."""
        if self._names is None:
            return text
        low = text.lower()
        said: set[str] = set()

        def with_meaning(match: re.Match[str]) -> str:
            meaning = self._meanings[" ".join(match.group().lower().split())]
            if meaning.lower() in low or meaning in said:
                return match.group()
            said.add(meaning)
            return f"{match.group()} ({meaning})"

        return self._names.sub(with_meaning, text)


def read_synonyms(file: Path) -> dict[str, str]:
    """Read the list; a file that is not there is an empty one.

    Raises:
        SourcesError: if the file has another form.
    """
    if not file.is_file():
        return {}
    meanings = read_data(dict[str, Text], file, SourcesError)
    return {name: " ".join(meaning.split()) for name, meaning in meanings.items()}
