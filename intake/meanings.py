"""What is offered when it is unclear what a patient wants, from `meanings.yml`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pydantic import field_validator

from cordial.data_files import DataFileError, Part, PlainText, read_data
from language.spoken import text_file

_OFFERED = 2


class MeaningsError(DataFileError):
    """`meanings.yml` cannot be used; the message says why."""


class Meanings(Part):
    """Readable choices for intents, and what is said around them."""

    language: str
    ask: PlainText
    again: PlainText
    something_else: PlainText
    meanings: dict[str, PlainText]

    @field_validator("meanings")
    @classmethod
    def _with_a_person(cls, meanings: dict[str, str]) -> dict[str, str]:
        if "talk_to_person" not in meanings:
            raise ValueError("talk_to_person is missing: a person must be offered where nothing else is clear. Add it")
        return meanings

    def choices(self, likeliest: Iterable[str]) -> list[str]:
        """Two readable choices among the likeliest intents, and something else; with a person where there are not two.

        Args:
            likeliest: intents, the likeliest first.
        """
        offered = [self.meanings[intent] for intent in likeliest if intent in self.meanings][:_OFFERED]
        person = self.meanings["talk_to_person"]
        if len(offered) < _OFFERED and person not in offered:
            offered.append(person)
        return [*offered, self.something_else]


def read_meanings(file: Path | None = None) -> Meanings:
    """Read the choices; by default those of the language that is spoken.

    Raises:
        MeaningsError: naming what is wrong.
    """
    return read_data(Meanings, file or text_file("intake", "meanings.yml"), MeaningsError)


@cache
def the_meanings() -> Meanings:
    """The shipped choices, read once a process."""
    return read_meanings()
