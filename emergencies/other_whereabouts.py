"""Where somebody is, if a message in another language says so: the country whose emergency number is needed.

The names of countries are Babel's, and those of cities as in English. How a language says that somebody is there, and which
names it has besides, stands in its `places.yml`. As in English, a name alone says little: "back from Turkey" is not in Turkey.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

from babel import Locale
from pydantic import AfterValidator

from cordial.data_files import DataFileError, Name, Part, read_data
from emergencies.concepts import FOLDER
from emergencies.numbers import the_numbers
from emergencies.whereabouts import Whereabouts, the_places
from intake.clinic import Country
from language.folding import ACCENTED, END, UNSPACED, folded
from language.word_lists import Line, Span, WordListError, WordLists, parted

PLACES = "places.yml"
_IN, _ANY = "@", "~"  # stand for a name in the form that follows "in", and in any form
_MARKS = {_IN: "xqxin", _ANY: "xqxany"}  # stand for it in a message
_BEFORE, _AFTER = 6, 3  # words around a place that tell of it
_LETTERS = 3  # that count as a word, where words are not parted
_LONG, _LONGER = 5, 7  # letters of a word of a name from which its last one, or its last two, may change
_SHORTEST_ENGLISH = 4  # letters of an English name that is looked for in another language
_MOST = 6  # places in a message that are looked at
_LONGEST = 4000
_MORE_LOCALES = {"zh": ["zh_Hant"]}
_PREFIXED, _SUFFIXED = frozenset({"ar", "he"}), frozenset({"tr"})  # "in" is written together with a name
_SENTENCE = re.compile(r"[^.?]+")  # of a folded text, in which all that ends a sentence has become one of these


class OtherPlacesError(DataFileError):
    """A `places.yml` of a language cannot be used; the message names the entry."""


def _with_names(text: str) -> str:
    if wrong := [entry for entry in parted(text) if not _has_name(entry)]:
        raise ValueError(f"“{wrong[0]}” has no {_IN} or {_ANY} for the name of a country")
    return text


_Said = Annotated[str, AfterValidator(_with_names)]


class OtherPlacesFile(Part):
    """How one language says where somebody is, in the notation of the words of a concept; `@` and `~` stand for a country."""

    language: Name
    sign_off: Literal["pending", "done"]
    here: _Said
    lives: _Said
    not_here: str
    stems: bool = False  # whether the ends of names change
    in_form: dict[str, str] = {}  # the ends that names have after "in", by their usual ends
    names: dict[Country, str] = {}
    leave_out: str = ""


@dataclass(frozen=True)
class _Mention:
    """A name in a sentence: where it stands, its country, and what stands for it."""

    begin: int
    end: int
    code: str
    mark: str


class OtherPlaces:
    """The names of countries in one language, and the words that say that somebody is there."""

    def __init__(self, file: OtherPlacesFile) -> None:
        """Put them together.

        Raises:
            WordListError: if an entry is not in the notation.
        """
        self._accents = file.language in ACCENTED
        self._names = _Names(file)
        not_here = list(parted(file.not_here))
        lists = {
            "here": parted(file.here),
            "lives": parted(file.lives),
            "not_here": filter(_has_name, not_here),
            "elsewhere": (entry for entry in not_here if not _has_name(entry)),
        }
        marked = {name: ", ".join(said for entry in entries for said in _marked(entry)) for name, entries in lists.items()}
        self._words = WordLists(file.language, marked)
        self._letters = _LETTERS if self._words.unspaced else 1

    def where(self, text: str) -> Whereabouts:
        """What a message says about where somebody is; of two countries neither."""
        here: set[str] = set()
        lives: set[str] = set()
        plain = folded(text[:_LONGEST], self._accents).replace(END, ".")
        mentions = ((sentence, each) for sentence in _SENTENCE.findall(plain) for each in self._names.mentioned(sentence))
        for sentence, each in islice(mentions, _MOST):
            for line in self._words.lines(f"{sentence[: each.begin]}{each.mark}{sentence[each.end :]}"):
                found = self._words.find(line)
                if "lives" in found:
                    lives.add(each.code)
                elif "here" in found and "not_here" not in found:
                    here |= {each.code} - ({each.code} if self._is_elsewhere(line, found) else set())
        return Whereabouts(_only(here), _only(lives))

    def _is_elsewhere(self, line: Line, found: dict[str, list[Span]]) -> bool:
        """Whether a word of the same clause, near a place, says that nobody is there."""
        begin, end = found["here"][0]
        return any(
            line.clause(word) == line.clause(end - 1)
            and begin - until <= _BEFORE * self._letters
            and word - end <= _AFTER * self._letters
            for word, until in found.get("elsewhere", ())
        )


class _Names:
    """The names of the countries whose numbers are known, as they are looked for in one language."""

    def __init__(self, file: OtherPlacesFile) -> None:
        self._whole: dict[str, tuple[str, str]] = {}
        self._begins: dict[str, tuple[str, str]] = {}
        for code, listed in file.names.items():
            for name in parted(listed):
                names = self._begins if name.endswith("*") else self._whole
                names[_plain(name.rstrip("*").replace("_", " "), file)] = code, _MARKS[_IN]
        for name, code in _usual_names(file):
            self._whole.setdefault(_in_form(name, file), (code, _MARKS[_IN]))
            if file.stems and (stem := _stem(name)) != name:
                self._begins.setdefault(stem, (code, _MARKS[_ANY if file.in_form else _IN]))
        for name, code in the_places().everywhere.items():
            if code in the_numbers().emergency and len(name) >= _SHORTEST_ENGLISH and name not in _left_out(file):
                self._whole.setdefault(_plain(name, file), (code, _MARKS[_IN]))
        inside = file.language in UNSPACED
        before = "" if inside or file.language in _PREFIXED else r"(?<![^\s,])"
        after = "" if inside or file.language in _SUFFIXED else r"(?![^\s,])"
        self._found = re.compile(rf"{before}(?:{_any_of(self._whole)}{after}|{_any_of(self._begins)}\w*)")

    def mentioned(self, sentence: str) -> Iterator[_Mention]:
        """The countries that a sentence names, of names inside one another the longest."""
        for found in self._found.finditer(sentence):
            whole, begins = found.groups()
            code, mark = self._begins[begins] if whole is None else self._whole[whole]
            yield _Mention(found.start(), found.end(), code, mark)


def _any_of(names: Iterable[str]) -> str:
    longest_first = sorted(names, key=len, reverse=True)
    return f"({'|'.join(map(re.escape, longest_first)) or '(?!)'})"


def _usual_names(file: OtherPlacesFile) -> Iterator[tuple[str, str]]:
    """The names that Babel knows, with the codes of their countries."""
    for locale in (file.language, *_MORE_LOCALES.get(file.language, ())):
        territories = Locale.parse(locale).territories
        for code in the_numbers().emergency:
            name = _plain(str(territories.get(code, "")), file)
            if name and folded(name) not in _left_out(file):
                yield name, code


def _left_out(file: OtherPlacesFile) -> set[str]:
    return {folded(name) for name in parted(file.leave_out)}


def _plain(name: str, file: OtherPlacesFile) -> str:
    return " ".join(re.sub(r"[|?,]", " ", folded(name, file.language in ACCENTED)).split())


def _in_form(name: str, file: OtherPlacesFile) -> str:
    """A name as it follows "in"."""
    end = next((end for end in sorted(file.in_form, key=len, reverse=True) if name.endswith(end)), None)
    return name if end is None else name.removesuffix(end) + file.in_form[end]


def _stem(name: str) -> str:
    """The beginning of a name whose end may change; of several words the last one's, since the others are in `names`."""
    return name[: len(name) - (len(name) >= _LONG) - (len(name) >= _LONGER)]


def _has_name(entry: str) -> bool:
    return _IN in entry or _ANY in entry


def _marked(entry: str) -> list[str]:
    """An entry with what stands for a name in a message; a name in any form may be in the one that follows "in"."""
    in_form = entry.replace(_IN, _MARKS[_IN])
    return list(dict.fromkeys([in_form.replace(_ANY, _MARKS[_ANY]), in_form.replace(_ANY, _MARKS[_IN])]))


def _only(codes: set[str]) -> str | None:
    return next(iter(codes)) if len(codes) == 1 else None


def read_other_places(file: Path) -> OtherPlaces:
    """Read how a language says where somebody is.

    Raises:
        OtherPlacesError: naming what is wrong.
    """
    read = read_data(OtherPlacesFile, file, OtherPlacesError)
    try:
        return OtherPlaces(read)
    except WordListError as error:
        raise OtherPlacesError(f"{file.name} ({read.language}), {error.name}: {error}.") from error


@cache
def places_of(language: str) -> OtherPlaces | None:
    """Those that ship, read once a process; nothing for a language without."""
    file = FOLDER / language / PLACES
    return read_other_places(file) if file.is_file() else None
