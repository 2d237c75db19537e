"""A short yes or no in the languages in which people write, by the words of `yes_and_no.yml`.

A message counts only if every word of it is known in one of the languages. What has anything else in it, asks something, or
says both, is neither yes nor no.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from cordial.data_files import DataFileError, Part, Text, read_data
from language.known_words import KnownWords, Said, kinds_in

FILE = Path(__file__).with_name("yes_and_no.yml")

_OF_AN_AGREEMENT = frozenset({"agree", "refuse", "storing"})
_Meaning = Literal["yes", "no", "nothing", "mixed"]


class YesAndNoError(DataFileError):
    """`yes_and_no.yml` cannot be used; the message names the entry."""


class YesAndNo(Part):
    """The words of one language, each list parted by commas."""

    yes: Text
    no: Text
    agree: Text
    refuse: Text
    not_: Annotated[Text, Field(alias="not")]
    around: Text
    storing: Text


def read_yes_and_no(file: Path = FILE) -> dict[str, YesAndNo]:
    """Read the words of every language.

    Raises:
        YesAndNoError: naming what is wrong.
    """
    return read_data(dict[str, YesAndNo], file, YesAndNoError)


def yes_or_no(text: str) -> bool | None:
    """Whether a whole message is a yes or a no to any question; nothing, if it is neither or says more."""
    return _one_answer([_of(parts, agreeing=False) for parts in _in_each_language(text)])


def agrees(text: str) -> bool | None:
    """Whether a whole message says that somebody agrees, or that they do not; nothing, if it is neither or says more."""
    return _one_answer([_of(parts, agreeing=True) for parts in _in_each_language(text)])


def _one_answer(answers: Sequence[_Meaning]) -> bool | None:
    """The answer that is the same in every language in which there is one; no yes, where another language reads a no beside it.

    "Claro que no" has nothing but a yes in Portuguese, where "no" is "in the", and says no in Spanish.
    """
    found = {answer for answer in answers if answer in {"yes", "no"}}
    if len(found) != 1 or (found == {"yes"} and "mixed" in answers):
        return None
    return found == {"yes"}


def _in_each_language(text: str) -> Iterable[list[list[Said]]]:
    """The parts of a message in each language that knows all its words."""
    for words in _languages().values():
        parts = words.read(text)
        if parts and all(parts):
            yield parts


def _of(parts: list[list[Said]], *, agreeing: bool) -> _Meaning:
    """What all parts say together; mixed, where those that say something do not say the same."""
    told: set[_Meaning] = {_of_part(part, agreeing=agreeing) for part in parts}
    told.discard("nothing")
    return told.pop() if len(told) == 1 else "mixed" if told else "nothing"


def _of_part(said: list[Said], *, agreeing: bool) -> _Meaning:
    """What the words of one part say together."""
    kinds = kinds_in(said)
    denied = "not" in kinds
    if not agreeing and any(each & _OF_AN_AGREEMENT and not each & {"yes", "no", "around", "not"} for each in said):
        return "mixed"  # "I agree" is no answer to "have you ever had cancer?"
    if agreeing and "storing" in kinds and _yes_in_the_middle(said):
        return "mixed"  # "acepto si pueden leer": a word for yes may be one for "if"
    if "refuse" in kinds:
        return "mixed" if denied or kinds & {"yes", "agree"} else "no"
    if "agree" in kinds and denied:
        return "mixed" if any("yes" in each and "agree" not in each for each in said) else "no"
    if kinds & {"yes", "agree"}:
        return "mixed" if kinds & {"no", "not"} else "yes"
    return "no" if "no" in kinds else "mixed" if denied else "nothing"


def _yes_in_the_middle(said: list[Said]) -> bool:
    """Whether a word for yes stands behind words that say something."""
    before = [not each & {"yes", "around"} for each in said]
    return any("yes" in each and not each & {"agree", "around"} and any(before[:at]) for at, each in enumerate(said))


@cache
def _languages() -> dict[str, KnownWords]:
    return {language: KnownWords(language, lists.model_dump(by_alias=True)) for language, lists in read_yes_and_no().items()}
