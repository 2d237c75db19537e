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
# In which a verb does not tell whether the writer or somebody else decides.
_SAYS_NOT_WHO = frozenset({"ar", "fa", "he", "hi", "id", "ja", "ko", "th", "vi", "zh"})
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
    deciding: Text
    grown: Text


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
    found = {people for language, words in _languages().items() if (people := _of(words.read(text), own, language))}
    return found.pop() if len(found) == 1 else frozenset()


def _of(parts: list[list[Said]], own: bool, language: str) -> frozenset[Person]:
    kinds = kinds_in(said for part in parts for said in part)
    if not parts or not all(parts) or "not" in kinds or ("mine" in kinds and not own):
        return frozenset()
    says_not_who = own or (language in _SAYS_NOT_WHO and "me" not in kinds)
    if says_not_who and any(said == {"deciding"} for part in parts for said in part):
        return frozenset()  # "his mother decides" is not the writer
    people = {person for person in _PEOPLE if any(_names(part, person) for part in parts)}
    if "grown" in kinds and people & {"child", "adult"}:
        people = people - {"child"} | {"adult"}
    return frozenset(people)


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
