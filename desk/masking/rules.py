"""The words by which details of a person are found: those of the language of the texts, those of others, and given names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator

from cordial.data_files import DataFileError, Part, Text, read_data
from language.folding import folded
from language.spoken import text_file

NAMES = Path(__file__).with_name("names.yml")
ELSEWHERE = Path(__file__).with_name("elsewhere.yml")
Kind = Literal["name", "phone", "email", "address", "place", "date", "id", "handle", "age", "other"]


class MaskingError(DataFileError):
    """A file of masking cannot be used; the message names the entry."""


def _parted(text: object) -> object:
    return (
        tuple(dict.fromkeys(" ".join(part.split()) for part in text.split(",") if part.strip()))
        if isinstance(text, str)
        else text
    )


Words = Annotated[tuple[str, ...], BeforeValidator(_parted)]


def _in_brackets(shown: dict[Kind, Text]) -> dict[Kind, Text]:
    for kind, text in shown.items():
        if not re.fullmatch(r"\[[^\[\]]+\]", text):
            raise ValueError(f"{kind}: a word in brackets is needed, such as [name]")
    return shown


class Rules(Part):
    """What `masking.yml` holds; the file says what each list is for."""

    language: str
    shown: Annotated[dict[Kind, Text], AfterValidator(_in_brackets)]
    name_is: Words
    surely_names: Words
    titles: Words
    surest_titles: Words
    doubtful_titles: Words
    particles: Words
    people: Words
    between: Words
    also_names: Words
    not_names: Words
    months: Words
    verbs: Words
    before_a_word: Words
    of_somebody: Words
    after_a_name: Words
    eponyms: Words
    further: Words
    medical_endings: Words
    word_beginnings: Words
    word_endings: Words
    live_in: Words
    no_places: Words
    streets: Words
    streets_with_a_capital: Words
    streets_before: Words
    houses: Words
    post: Words
    postcode: Words
    work_at: Words
    place_joins: Words
    organisations: Words
    ids: Words
    id_joins: Words
    no_ids: Words
    accounts: Words
    account_joins: Words
    account_told: Words
    public_sites: Words
    phones: Words
    digits: Words
    units: Words
    measures: Words
    measure_joins: Words
    age_before: Words
    age_after: Words
    no_age_behind: Words
    ninety: Words
    at: Words
    dot: Words
    signs: Words
    mail: Words
    date_before: Words
    date_before_point: Words
    not_dates: Words
    always: Words
    days: Words


class Elsewhere(Part):
    """The same for another language, as far as it is known."""

    name_is: Words = ()
    titles: Words = ()
    live_in: Words = ()
    work_at: Words = ()
    age_before: Words = ()
    age_after: Words = ()
    ninety: Words = ()
    at: Words = ()
    dot: Words = ()
    known: Words = ()
    stops: Words = ()


def read_rules_of_masking(file: Path | None = None) -> Rules:
    """Read `masking.yml`; by default that of the language that is spoken.

    Raises:
        MaskingError: naming what is wrong.
    """
    return read_data(Rules, file or text_file("desk/masking", "masking.yml"), MaskingError, as_written=True)


def read_elsewhere_of_masking(file: Path = ELSEWHERE) -> dict[str, Elsewhere]:
    """Read the words of other languages.

    Raises:
        MaskingError: naming what is wrong.
    """
    return read_data(dict[str, Elsewhere], file, MaskingError, as_written=True)


def read_names(file: Path = NAMES) -> dict[str, str]:
    """Read given names, by where they are given.

    Raises:
        MaskingError: naming what is wrong.
    """
    return read_data(dict[str, Text], file, MaskingError)


@cache
def the_rules() -> Rules:
    """The rules of the language that is spoken, read once."""
    return read_rules_of_masking()


@cache
def of_languages(part: str) -> frozenset[str]:
    """One list of every language together, that of the texts first."""
    own = getattr(the_rules(), part, ())
    return frozenset([*own, *(word for each in read_elsewhere_of_masking().values() for word in getattr(each, part))])


@cache
def listed(part: str) -> frozenset[str]:
    """One list of `masking.yml`, without accents, as words are compared."""
    return frozenset(plain(word) for word in getattr(the_rules(), part))


@cache
def given_names() -> frozenset[str]:
    """Every given name, without accents."""
    return frozenset(plain(name) for names in read_names().values() for name in names.split())


def plain(word: str) -> str:
    """A word in small letters, without accents and apostrophes."""
    return folded(word.replace("'", "").replace("’", "")).strip(" ,.|?")


@cache
def one_of(words: Iterable[str]) -> str:
    """A pattern for one of some phrases, the longest first, whatever stands between their words."""
    longest = sorted(words, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(r"[\s]+".join(map(re.escape, word.split())) for word in longest) + ")"
