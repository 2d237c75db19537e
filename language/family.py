"""Whom a short message speaks of, in the languages in which people write, by the words of `family.yml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from cordial.data_files import DataFileError, Part, Text, read_data
from language.known_words import KnownWords, Said, kinds_in
from language.yes_and_no import read_yes_and_no

FILE = Path(__file__).with_name("family.yml")
Person = Literal["me", "child", "parent", "adult", "guardian"]
_PEOPLE: tuple[Person, ...] = ("me", "child", "parent", "adult", "guardian")


class FamilyError(DataFileError):
    """`family.yml` cannot be used; the message names the entry."""


class Family(Part):
    """The words of one language, each list parted by commas."""

    me: Text
    child: Text
    parent: Text
    adult: Text
    guardian: Text
    mine: Text
    not_: Annotated[Text, Field(alias="not")]
    around: Text


def read_family(file: Path = FILE) -> dict[str, Family]:
    """Read the words of every language.

    Raises:
        FamilyError: naming what is wrong.
    """
    return read_data(dict[str, Family], file, FamilyError)


def people_in(text: str, *, own: bool = True) -> frozenset[Person]:
    """Who is spoken of in a message with nothing but such words; nobody where that is denied, or languages differ.

    Args:
        text: the message.
        own: whether the writer's own mother may be meant, and not only the mother of whom it is about.
    """
    left_out = {"not"} if own else {"not", "mine"}
    found = {people for words in _languages().values() if (people := _of(words.read(text), left_out))}
    return found.pop() if len(found) == 1 else frozenset()


def _of(parts: list[list[Said]], left_out: set[str]) -> frozenset[Person]:
    if not parts or not all(parts) or any(left_out & kinds_in(part) for part in parts):
        return frozenset()
    return frozenset(person for person in _PEOPLE if any(_names(part, person) for part in parts))


def _names(part: list[Said], person: Person) -> bool:
    """Whether a part names somebody; a small word that also means the writer does so only by itself."""
    surely = any(person in said and "around" not in said for said in part)
    others = any(said & set(_PEOPLE) - {person} for said in part)
    return surely or (not others and any(person in said for said in part))


@cache
def _languages() -> dict[str, KnownWords]:
    yes = {language: words.yes for language, words in read_yes_and_no().items()}
    return {language: KnownWords(language, _lists(words, yes[language])) for language, words in read_family().items()}


def _lists(words: Family, yes: str) -> dict[str, str]:
    """The lists of a language, where words for yes change nothing."""
    lists = words.model_dump(by_alias=True)
    return {**lists, "around": f"{lists['around']}, {yes}"}
