"""Where somebody is, if a message says so: the country whose emergency number is needed.

Names of countries, regions and main cities are looked for in `places.yml`. A name alone says little ("back from Turkey", "a
clinic in Mexico"), so it counts only where the words around it say that somebody is there now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from babel import Locale
from pydantic import AfterValidator

from cordial.data_files import DataFileError, Name, Part, PlainText, read_data
from intake.clinic import Country
from intake.judging.country import country_names
from language.normalise import normalised, straight, without_accents
from language.sentences import Ends, sentence_spans
from language.spoken import spoken, text_file

_LONGEST_NAME = 5  # words
_BEFORE, _AFTER = 6, 3  # words around a name that tell of it
_NEAR = 3  # words before a name in which what is done there is named
_NO_PLACE = ""
_TOKEN = re.compile(r"[^\W_]+(?:-[^\W_]+)*|[,.!?;:\n()]")
_ENDS = Ends(".!?;؟؛", small=True, tight=True, lines=True)
_AT_THE_END = frozenset(".!?;\n")
_BREAKS = frozenset(",():")


class PlacesError(DataFileError):
    """`places.yml` cannot be used; the message names the entry."""


def _listed(text: str) -> list[str]:
    return [" ".join(word.split()) for word in text.split(",") if word.strip()]


def _some(text: str) -> str:
    if not _listed(text):
        raise ValueError("words parted by commas are needed")
    return text


_Words = Annotated[str, AfterValidator(_some)]


class _File(Part):
    version: int
    shown: dict[Country, PlainText]
    names: dict[Country, _Words]
    short_forms: dict[Name, _Words]
    no_places: _Words
    also_words: _Words
    in_words: _Words
    of_words: _Words
    parts: _Words
    between: _Words
    clauses: _Words
    from_here: _Words
    from_words: _Words
    after_name: _Words
    lives: _Words
    not_there: _Words
    elsewhere: _Words
    there_for: _Words
    not_now: _Words
    clinic: _Words
    not_at_clinic: _Words


@dataclass(frozen=True)
class Whereabouts:
    """What a message says about where somebody is."""

    here: str | None = None  # the country in which they are now
    lives: str | None = None  # the country in which they live
    at_clinic: bool = False


@dataclass(frozen=True)
class _Mention:
    """A country's name in a sentence: where it begins and ends, and its code."""

    begin: int
    end: int
    code: str
    name: str


class Places:
    """The names of places, and the words that say that somebody is there."""

    def __init__(self, file: _File, names: Mapping[str, str]) -> None:
        """Sort them.

        Args:
            file: what `places.yml` holds.
            names: the names of all countries with their codes.
        """
        self.shown = file.shown
        self._names = {plain_name(name): code for name, code in names.items()}
        self._names |= {plain_name(name): code for code, listed in file.names.items() for name in _listed(listed)}
        self._names |= dict.fromkeys(_listed(file.no_places), _NO_PLACE)
        self._short_forms = [(_any_of(_listed(forms)), full) for full, forms in file.short_forms.items()]
        there = [f"{word} {name}" for word in _listed(file.in_words) for name in _listed(file.clinic)]
        self._clinic = _any_of(there)
        self._words = {key: frozenset(_listed(getattr(file, key))) for key in _File.model_fields if key in _WORD_LISTS}

    @property
    def everywhere(self) -> dict[str, str]:
        """The names that are hardly anything else, each with the code of its country."""
        also = self._words["also_words"]
        return {name: code for name, code in self._names.items() if code != _NO_PLACE and name not in also}

    def where(self, text: str) -> Whereabouts:
        """What a message says about where somebody is; of two countries neither."""
        here: set[str] = set()
        lives: set[str] = set()
        at_clinic = False
        for form, full in self._short_forms:
            text = form.sub(full, text)
        for sentence in _sentences(text):
            mentions = list(mentioned(sentence, self._names))
            for each in mentions:
                if self._lives(sentence, each):
                    lives.add(each.code)
                elif self._is_here(sentence, each):
                    here.add(each.code)
            at_clinic = at_clinic or self._at_clinic(sentence, mentions)
        return Whereabouts(_only(here), _only(lives), at_clinic)

    def _clause_before(self, sentence: Sequence[str], at: int) -> list[str]:
        """The words before a place in a sentence, back to where its clause begins."""
        clause: list[str] = []
        for word in reversed(sentence[max(0, at - _BEFORE) : at]):
            if word in _BREAKS or word in self._words["clauses"]:
                break
            clause.insert(0, word)
        return clause

    def _says(self, key: str, told: Sequence[str]) -> bool:
        line = f" {' '.join(told)} "
        return any(f" {each} " in line for each in self._words[key])

    def _told_of(self, sentence: Sequence[str], mention: _Mention) -> list[str]:
        """The words that tell of a name: those of its clause, and of a name behind a comma those of the clause before that."""
        clause = self._clause_before(sentence, mention.begin)
        follows = not clause and mention.begin > 0 and sentence[mention.begin - 1] == ","
        return self._clause_before(sentence, mention.begin - 1) if follows else clause

    def _lives(self, sentence: Sequence[str], mention: _Mention) -> bool:
        told = self._told_of(sentence, mention)
        begins_with_from = len(told) == 1 and told[0] in self._words["from_words"]
        return begins_with_from or self._says("lives", told)

    def _is_here(self, sentence: Sequence[str], mention: _Mention) -> bool:
        words = self._words
        near = _skipped_back(self._clause_before(sentence, mention.begin), words["between"])
        if not (self._has_word_of_place(near) or self._stands_alone(sentence, mention)):
            return False
        after = sentence[mention.end : mention.end + _AFTER]
        if self._says("not_there", self._told_of(sentence, mention)) or self._says("not_now", after):
            return False
        if not set(near[-_NEAR:-1]) & words["elsewhere"]:
            return True
        doing = next(at for at in range(len(near) - 2, -1, -1) if near[at] in words["elsewhere"])
        return bool(set(near[max(0, doing - _NEAR) : doing]) & words["there_for"])

    def _has_word_of_place(self, before: Sequence[str]) -> bool:
        words = self._words
        last, earlier = before[-1:], before[:-1]
        if not last:
            return False
        if last[0] in words["of_words"]:
            return bool(set(earlier[-1:]) & words["parts"])
        if last[0] in words["from_words"]:
            return bool(set(earlier[-2:]) & words["from_here"])
        return last[0] in words["in_words"]

    def _stands_alone(self, sentence: Sequence[str], mention: _Mention) -> bool:
        """Whether a name says by itself that somebody is there: "Thailand here", "chest pain, Bangkok"."""
        if mention.name in self._words["also_words"]:
            return False
        begins = mention.begin == 0 or sentence[mention.begin - 1] in {",", "(", ":"}
        after = sentence[mention.end : mention.end + 1]
        ends = not after or after[0] in {",", ")"} or after[0] in self._words["after_name"]
        return begins and ends

    def _at_clinic(self, sentence: Sequence[str], mentions: Iterable[_Mention]) -> bool:
        line = " ".join(sentence)
        for found in self._clinic.finditer(line):
            at = len(line[: found.start()].split())
            end = at + len(found.group().split())
            elsewhere = any(each.begin == end + 1 and sentence[end] in self._words["in_words"] for each in mentions)
            around = [*self._clause_before(sentence, at), *sentence[end : end + _AFTER]]
            if not elsewhere and not self._says("not_at_clinic", around):
                return True
        return False


_WORD_LISTS = frozenset(_File.model_fields) - {"version", "shown", "names", "short_forms", "no_places"}


def plain_name(text: str) -> str:
    """A text in small letters and without accents, its words parted by single spaces."""
    plain = without_accents(straight(normalised(text)).replace("'", ""))
    return " ".join(plain.lower().replace("ı", "i").split())


def mentioned(words: Sequence[str], names: Mapping[str, str]) -> Iterator[_Mention]:
    """The countries whose names stand in a sentence, of names inside one another the longest.

    Args:
        words: the sentence.
        names: the names, as `plain_name` gives them, with the codes of their countries; no code for what is none.
    """
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST_NAME, len(words) - at), 0, -1):
            name = " ".join(words[at : at + length])
            if (code := names.get(name)) is not None:
                if code != _NO_PLACE:
                    yield _Mention(at, at + length, code, name)
                at += length - 1
                break
        at += 1


def _any_of(forms: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile("|".join(rf"(?<!\w){re.escape(form)}(?!\w)" for form in longest_first))


def _sentences(text: str) -> Iterator[list[str]]:
    """Each sentence as plain words and the marks inside it."""
    for begin, end in sentence_spans(text, _ENDS):
        tokens = _TOKEN.findall(plain_name(text[begin:end]))
        yield [token for token in tokens if token not in _AT_THE_END]


def _skipped_back(clause: Sequence[str], between: frozenset[str]) -> Sequence[str]:
    end = len(clause)
    while end and clause[end - 1] in between:
        end -= 1
    return clause[:end]


def _only(codes: set[str]) -> str | None:
    return next(iter(codes)) if len(codes) == 1 else None


def country_called(code: str, language: str | None = None) -> str:
    """The usual name of a country, as it stands in a text.

    Args:
        code: its ISO code.
        language: by default the one that is spoken.
    """
    if language in {None, spoken()} and code in the_places().shown:
        return the_places().shown[code]
    return str(Locale.parse(language or spoken()).territories.get(code, code))


def country_in(text: str) -> str | None:
    """The country in which a message says that somebody is now; nothing if it says none, or two."""
    return the_places().where(text).here


def read_places(file: Path | None = None) -> Places:
    """Read the names; by default those of the language that is spoken.

    Raises:
        PlacesError: naming what is wrong.
    """
    return Places(read_data(_File, file or text_file("emergencies", "places.yml"), PlacesError), country_names())


@cache
def the_places() -> Places:
    """The shipped names, read once a process."""
    return read_places()
