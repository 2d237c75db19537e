"""Names of medicines in a text: our own list by kind, brands, and the names that come with drug-named-entity-recognition.

Of that package only the table of names is read, without running any of its code, which may fetch things from the internet.
"""

from __future__ import annotations

import bz2
import io
import pickle
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from cordial.data_files import Text, read_data
from intake.judging.expressions import expression
from intake.judging.phrases import PhrasesError, phrases

MEDICINES = Path(__file__).parent / "medicines.yml"
BRANDS = Path(__file__).parent / "brands.yml"
_PACKAGE = "drug-named-entity-recognition"
_TABLE = "drug_ner_dictionary.pkl.bz2"
# Of the package's names those that a patient may take: they stand in a public guide to medicines.
_GUIDES = ("medline_plus_id", "nhs_url")
_ODD = re.compile(r"\d{3}|[,()\[\]]")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_DOSED = re.compile(r"([^\W\d_]{4,})\d")
_SURE = 88  # likeness to a name of our own lists from which a mistyped word is read as it
_SURE_OF_OTHERS = 90  # …, to one of the package
_SHORTEST_MISTYPED, _LONGEST_MISTYPED = 5, 30  # letters
_LONGEST_NAME = 3  # words
_SHORTEST_WORD = 4  # letters of a name that says by itself that it is one
_MOST_AMBIGUOUS = 3  # letters of a name that must be written in capitals


@dataclass(frozen=True)
class Medicine:
    """A known medicine in a text.

    Attributes:
        name: as it is spelt, brand or substance.
        substances: what is in it.
        span: where it stands.
    """

    name: str
    substances: tuple[str, ...]
    span: tuple[int, int]


def medicines_of(text: str) -> list[Medicine]:
    """Every known medicine that a text names, in its order, also with a mistake in it."""
    words = list(_WORD.finditer(text))
    found: list[Medicine] = []
    at = 0
    while at < len(words):
        medicine, length = _at(text, words, at)
        if medicine:
            found.append(medicine)
        at += length
    return found


def medicines_in(text: str) -> list[str]:
    """The substances that a text names."""
    return list(dict.fromkeys(name for medicine in medicines_of(text) for name in medicine.substances))


def kinds_of(name: str) -> set[str]:
    """The kinds of a substance or a brand, such as "blood thinner"."""
    substances = _names().get(name.lower(), (name, (name.lower(),)))[1]
    return {kind for substance in (name.lower(), *substances) for kind in _kinds().get(substance, ())}


def medicine_kinds() -> frozenset[str]:
    """The kinds in the list of medicines."""
    return frozenset(_file())


def names_to_suggest() -> list[str]:
    """Names of our own lists, as they are spelt."""
    return sorted({shown for shown, _ in _own().values()}, key=str.lower)


@cache
def every_medicine() -> frozenset[str]:
    """Every name of one word that is known, also of those that stand in no guide for patients, in small letters."""
    names = [*_own(), *_table()["drug_variant_to_canonical"]]
    return frozenset(name.lower() for name in names if " " not in name and len(name) >= _SHORTEST_WORD)


def warm_up() -> None:
    """Load every name, so that no patient waits for it."""
    medicines_of("ramipril")


def _at(text: str, words: list[re.Match[str]], at: int) -> tuple[Medicine | None, int]:
    """The medicine that begins at a word, and how many words were read."""
    for length in range(min(_LONGEST_NAME, len(words) - at), 0, -1):
        begin, end = words[at].start(), words[at + length - 1].end()
        known = _names().get(" ".join(text[begin:end].lower().split()))
        if known and (end - begin > _MOST_AMBIGUOUS or text[begin:end].isupper()):
            return Medicine(known[0], known[1], (begin, end)), length
    return _read_word(words[at]), 1


def _read_word(word: re.Match[str]) -> Medicine | None:
    """The medicine that one word is, with a mistake in it or with a dose at its end."""
    dosed = _DOSED.match(word.group())
    plain = (dosed.group(1) if dosed else word.group()).lower()
    known = (_names().get(plain) if dosed else None) or _mistyped(plain)
    return Medicine(known[0], known[1], (word.start(), word.start() + len(plain))) if known else None


@cache
def _mistyped(word: str) -> tuple[str, tuple[str, ...]] | None:
    if (
        not _SHORTEST_MISTYPED <= len(word) <= _LONGEST_MISTYPED
        or word in phrases("allergens") | phrases("no_medicines")
        or any(character.isdigit() for character in word)
    ):
        return None
    for names, sure in ((_own(), _SURE), (_names(), _SURE_OF_OTHERS)):
        alike = _by_letter(names is _own()).get(word[0], [])
        match = process.extractOne(word, alike, scorer=fuzz.ratio, score_cutoff=sure)
        if match:
            return names[match[0]]
    return None


@cache
def _by_letter(own: bool) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for name in _own() if own else _names():
        if " " not in name and len(name) >= _SHORTEST_MISTYPED:
            names.setdefault(name[0], []).append(name)
    return names


@cache
def _names() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Every name in small letters, with how it is spelt and the substances in it."""
    return {**dict(_packaged()), **_own()}


@cache
def _own() -> dict[str, tuple[str, tuple[str, ...]]]:
    names: dict[str, tuple[str, tuple[str, ...]]] = {
        name.lower(): (name, (name.lower(),)) for listed in _file().values() for name in listed
    }
    for substance, brands in _brands().items():
        for brand in brands:
            others = names.get(brand.lower(), (brand, ()))[1]
            names[brand.lower()] = (brand, (*others, substance.lower()))
    return names


@cache
def _kinds() -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for kind, listed in _file().items():
        for name in listed:
            kinds.setdefault(name.lower(), []).append(kind)
    return kinds


def _packaged() -> Iterator[tuple[str, tuple[str, tuple[str, ...]]]]:
    """The names of the package that stand in a public guide to medicines."""
    table = _table()
    listed = {name for name, about in table["drug_canonical_to_data"].items() if any(guide in about for guide in _GUIDES)}
    for variant, substances in table["drug_variant_to_canonical"].items():
        taken = [substance for substance in substances if substance in listed]
        if taken and len(variant) > _MOST_AMBIGUOUS and len(variant.split()) <= _LONGEST_NAME and not _ODD.search(variant):
            parts = tuple(part for substance in taken for part in expression("lists_combination").split(substance))
            yield variant, (", ".join(parts), parts)


def _table() -> Mapping[str, Any]:
    file = next(file for file in distribution(_PACKAGE).files or [] if file.name == _TABLE)
    content = bz2.decompress(Path(str(file.locate())).read_bytes())
    table: Mapping[str, Any] = _Plain(io.BytesIO(content)).load()
    return table


class _Plain(pickle.Unpickler):
    """Reads lists, tables and texts, and nothing that could run."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name} is not read")


def read_medicines(file: Path = MEDICINES) -> dict[str, list[str]]:
    """Read the names of substances by kind.

    Raises:
        PhrasesError: naming what is wrong.
    """
    return read_data(dict[str, list[Text]], file, PhrasesError)


def read_brands(file: Path = BRANDS) -> dict[str, list[str]]:
    """Read the brands by substance.

    Raises:
        PhrasesError: naming what is wrong.
    """
    return read_data(dict[str, list[Text]], file, PhrasesError)


@cache
def _file() -> dict[str, list[str]]:
    return read_medicines()


@cache
def _brands() -> dict[str, list[str]]:
    return read_brands()
