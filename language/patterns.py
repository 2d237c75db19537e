"""A small notation for patterns, which a physician can read, and the regular expressions that it stands for.

    chest pain            these words, next to each other, in any case; a comma may stand between them
    (pain|ache|hurting)   one of these; a choice may have several words
    [very] bad            the word in brackets may be missing
    tight*                any word that begins like this
    chest .. hurts        up to three words may stand in between; with three dots, up to six
    ##                    a number of two digits
    = emergency           a whole sentence
    <relative>            one of the list of that name

Text is matched in the form that `language.plain_words` gives it. Every gap has a limit, and a pattern is only looked for
when one of its rarer words is in the message, so no text takes long.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from cordial.data_files import DataFileError, Part, Problem, read_data, shown
from language.spoken import text_file

_PIECE = re.compile(r"\s*(?:(?P<gap>\.{2,3})(?!\S)|(?P<sign>[()\[\]|])|<(?P<list>[a-z_]+)>|(?P<word>[^\s()\[\]|<>,]+))")
_GAPS = {"..": 3, "...": 6}
_SHORTEST_STEM = 3
_COMMON_COST = 50
_NUMBERS = frozenset(f"{digit}*" for digit in range(1, 10))

Lists = Mapping[str, Iterable[str]]


class PatternError(Exception):
    """A pattern is not in the notation; the message repeats it."""


class PatternWordsError(DataFileError):
    """`patterns.yml` cannot be used; the message names the entry."""


class _Words(Part):
    turn_round: tuple[str, ...]
    common: frozenset[str]


def read_pattern_words(file: Path | None = None) -> _Words:
    """Read the words that the notation needs to know; by default those of the language that is spoken.

    Raises:
        PatternWordsError: naming what is wrong.
    """
    return read_data(_Words, file or text_file("language", "patterns.yml"), PatternWordsError)


@cache
def _words() -> _Words:
    return read_pattern_words()


@dataclass(frozen=True)
class Pattern:
    """One pattern, ready to be looked for."""

    written: str
    expression: str
    anchors: frozenset[str]  # in every match stands one of these words, or one that begins like one of those with a star
    needs: tuple[frozenset[str], ...] = ()  # and one of each of these

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.expression)

    def spans(self, line: str) -> list[tuple[int, int]]:
        """Where it stands in a line: from before its first word to the end of its last."""
        return [found.span() for found in self._compiled.finditer(line)]


class Patterns(tuple[Pattern, ...]):
    """Patterns in their order."""

    @cached_property
    def _places(self) -> dict[int, int]:
        return {id(pattern): at for at, pattern in enumerate(self)}

    def among(self, possible: set[int]) -> Patterns:
        """Those whose identities are among some, without a look at each: of some thousand, few can stand in a text."""
        found = self._places.keys() & possible
        return Patterns(self[at] for at in sorted(self._places[each] for each in found)) if found else _NONE


_NONE = Patterns()


class PatternIndex:
    """Finds out quickly which of many patterns can stand in a text at all."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        """Sort the patterns by their anchors."""
        self._by_anchor: defaultdict[str, list[Pattern]] = defaultdict(list)
        for pattern in patterns:
            for anchor in pattern.anchors:
                self._by_anchor[anchor].append(pattern)
        self._longest = max((len(anchor) for anchor in self._by_anchor), default=0)

    def possible(self, words: Iterable[str]) -> set[int]:
        """The identities of the patterns that find all of their anchors among the words."""
        told = {anchor for word in words for anchor in _anchors_of(word, self._longest)}
        found: set[int] = set()
        for anchor in told & self._by_anchor.keys():
            for pattern in self._by_anchor[anchor]:
                if not any(told.isdisjoint(need) for need in pattern.needs):
                    found.add(id(pattern))
        return found


def _anchors_of(word: str, longest: int) -> Iterator[str]:
    """A word, and every way in which it may begin."""
    yield word
    for length in range(1, min(len(word), longest) + 1):
        yield f"{word[:length]}*"


def read_patterns(text: str, lists: Lists) -> Patterns:
    """The patterns of a block: one a line, or several parted by commas outside brackets.

    Raises:
        PatternError: if one is not in the notation.
    """
    return Patterns(compile_pattern(pattern, lists) for line in text.splitlines() for pattern in split_list(line))


def split_list(line: str) -> list[str]:
    """The parts between commas that are not inside brackets."""
    parts = [""]
    depth = 0
    for letter in line:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def compile_pattern(pattern: str, lists: Lists) -> Pattern:
    """Turn a pattern into an expression.

    Raises:
        PatternError: if it is not in the notation, or could match nothing certain.
    """
    inner = pattern.removeprefix("= ")
    part = _Reader(inner, lists).whole()
    if not part.anchors:
        raise PatternError(f"no word in it must be there: {pattern}")
    expression = part.expression if inner == pattern else f"^{part.expression}(?= $)"
    return Pattern(pattern, expression, part.anchors, part.needs)


@dataclass(frozen=True)
class _Part:
    expression: str
    anchors: frozenset[str] = frozenset()  # empty: nothing in it must be there
    needs: tuple[frozenset[str], ...] = ()


class _Reader:
    """Reads one pattern from left to right."""

    def __init__(self, pattern: str, lists: Lists, inside: tuple[str, ...] = ()) -> None:
        self._written, self._lists, self._inside = pattern, lists, inside
        self._pieces: list[tuple[str, str]] = []
        at, text = 0, pattern.strip()
        while at < len(text):
            found = _PIECE.match(text, at)
            if found is None or found.lastgroup is None:
                raise self._error("cannot be read")
            self._pieces.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        self._pieces.reverse()  # taken from the end

    def whole(self) -> _Part:
        part = self._choice()
        if self._pieces:
            raise self._error("a bracket is not opened")
        return part

    def _choice(self) -> _Part:
        options = [self._sequence()]
        while self._pieces and self._pieces[-1] == ("sign", "|"):
            self._pieces.pop()
            options.append(self._sequence())
        return _one_of(options)

    def _sequence(self) -> _Part:
        parts: list[_Part] = []
        while self._pieces and self._pieces[-1] not in {("sign", "|"), ("sign", ")"), ("sign", "]")}:
            kind, text = self._pieces.pop()
            parts.append(self._bracket(text) if kind == "sign" else self._single(kind, text))
        if not parts:
            raise self._error("a part is empty")
        certain = [part.anchors for part in parts if part.anchors]
        anchors = min(certain, key=_commonness) if certain else frozenset()
        return _Part("".join(part.expression for part in parts), anchors, tuple(set(certain) - {anchors}))

    def _single(self, kind: str, text: str) -> _Part:
        if kind == "gap":
            turning = "|".join(_words().turn_round)
            return _Part(f"(?: (?!(?:{turning}) )[^ ]+){{0,{_GAPS[text]}}}?")
        if kind == "word":
            return self._word(text)
        if text not in self._lists or text in self._inside:
            raise self._error(f"there is no list <{text}>")
        return _one_of([_Reader(entry, self._lists, (*self._inside, text)).whole() for entry in self._lists[text]])

    def _bracket(self, sign: str) -> _Part:
        inner = self._choice()
        if not self._pieces or self._pieces.pop() != ("sign", {"(": ")", "[": "]"}.get(sign, "")):
            raise self._error("a bracket is not closed")
        return inner if sign == "(" else _Part(f"(?:{inner.expression})?")

    def _word(self, text: str) -> _Part:
        stem = text.removesuffix("*")
        if set(stem) == {"#"}:
            return _Part(rf"(?: ,)? \d{{{len(stem)}}}(?= )", _NUMBERS)
        if not re.fullmatch(r"[^\W_]+(?:\.\d+)?#*", stem.removesuffix(".")):
            raise self._error("a word has a sign in it")
        if stem != text and len(stem) < _SHORTEST_STEM and not stem[0].isdigit():
            raise self._error(f"a star stands after fewer than {_SHORTEST_STEM} letters")
        ending = "[^ ]*" if stem != text else ""
        letters = stem.rstrip("#")
        digits = rf"\d{{{len(stem) - len(letters)}}}" if letters != stem else ""
        anchor = f"{letters}*" if digits else text
        return _Part(f"(?: ,)? {re.escape(letters)}{digits}{ending}(?= )", frozenset({anchor}))

    def _error(self, why: str) -> PatternError:
        return PatternError(f"{why}: {self._written}")


def _one_of(options: list[_Part]) -> _Part:
    if len(options) == 1:
        return options[0]
    expression = f"(?:{'|'.join(option.expression for option in options)})"
    if not all(option.anchors for option in options):
        return _Part(expression)
    return _Part(expression, frozenset().union(*(option.anchors for option in options)))


def _commonness(anchors: frozenset[str]) -> int:
    return sum(_COMMON_COST if anchor in _words().common else 1 for anchor in anchors)


def wrong_pattern(error: PatternError, *files: Path) -> Problem:
    """What to say of a pattern that is not in the notation, with the first line of the files that holds it."""
    why, _, pattern = str(error).partition(": ")
    text = f"In “{pattern}” {why}. The first lines of the file say how such a pattern is written."
    for file in files:
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
            if pattern in line:
                return Problem(shown(file), number, text)
    return Problem(shown(files[0]), 1, text)
