"""A small notation for wordings, which a physician can read, and the regular expressions that it stands for.

    chest pain            these words, next to each other, in any case
    (pain|ache|hurting)   one of these; a choice may have several words
    [very] bad            the word in brackets may be missing
    tight*                any word that begins like this
    chest .. hurts        up to three words may stand in between; with three dots, up to six
    <relative>            one of the list of that name

Text is matched in the form that `normalise` gives it: lower case, words and commas parted by single spaces, a line for
each sentence. Every gap has a limit, so no expression can take long on any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

_PIECE = re.compile(r"\s*(?:(?P<gap>\.{2,3})|(?P<sign>[()\[\]|])|<(?P<list>[a-z_]+)>|(?P<word>[^\s()\[\]|<>]+))")
_GAPS = {"..": 3, "...": 6}
_SHORTEST_STEM = 3

# Words that stand in so many messages that a wording is not looked for because of one of them alone.
_COMMON = frozenset(
    "a about after am an and are at be been by do for from get got had has have he her him his i if in is it just me my no "
    "not of on or our she so that the them then there they this to was we were what when will with you your cant dont "
    "very go going went feel feels feeling make since day days hour hours now please all up out his its can".split()
)


class WordingError(Exception):
    """A wording is not written in the notation; the message repeats it."""


@dataclass(frozen=True)
class Wording:
    """One wording, ready to be looked for."""

    pattern: re.Pattern[str]
    anchors: frozenset[str]  # one of these words, or words that begin like those that end in *, stands in every match

    def spans(self, line: str) -> list[tuple[int, int]]:
        """Where it stands in a line, from the first letter of its first word to the space after its last."""
        return [(found.start(), found.end()) for found in self.pattern.finditer(line)]


@dataclass(frozen=True)
class _Part:
    expression: str
    anchors: frozenset[str]  # empty: matches without any certain word


def compile_wording(wording: str, lists: Mapping[str, Iterable[str]]) -> Wording:
    """Turn a wording into an expression.

    Args:
        wording: in the notation above.
        lists: the lists that it may name.

    Raises:
        WordingError: if it is not in the notation.
    """
    pieces = _pieces(wording)
    part = _choice(pieces, wording, lists, ())
    if pieces or not part.anchors:
        raise WordingError(f"not a wording: {wording}")
    return Wording(re.compile(part.expression), part.anchors)


def compile_markers(wordings: Iterable[str], lists: Mapping[str, Iterable[str]]) -> re.Pattern[str]:
    """One expression that finds any of several wordings."""
    return re.compile("|".join(f"(?:{compile_wording(wording, lists).pattern.pattern})" for wording in wordings))


def _pieces(wording: str) -> list[tuple[str, str]]:
    pieces, at, text = [], 0, wording.strip()
    while at < len(text):
        found = _PIECE.match(text, at)
        if found is None or found.lastgroup is None:
            raise WordingError(f"not a wording: {wording}")
        pieces.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return pieces[::-1]  # taken from the end, which is quick


def _choice(pieces: list[tuple[str, str]], wording: str, lists: Mapping[str, Iterable[str]], seen: tuple[str, ...]) -> _Part:
    options = [_sequence(pieces, wording, lists, seen)]
    while pieces and pieces[-1] == ("sign", "|"):
        pieces.pop()
        options.append(_sequence(pieces, wording, lists, seen))
    if len(options) == 1:
        return options[0]
    anchors = frozenset().union(*(option.anchors for option in options)) if all(o.anchors for o in options) else frozenset()
    return _Part(f"(?:{'|'.join(option.expression for option in options)})", anchors)


def _sequence(
    pieces: list[tuple[str, str]], wording: str, lists: Mapping[str, Iterable[str]], seen: tuple[str, ...]
) -> _Part:
    parts: list[_Part] = []
    while pieces and pieces[-1] not in {("sign", "|"), ("sign", ")"), ("sign", "]")}:
        kind, text = pieces.pop()
        if kind == "gap":
            parts.append(_Part(f"(?: [^ ]+){{0,{_GAPS[text]}}}?", frozenset()))
        elif kind == "word":
            parts.append(_word(text, wording))
        elif kind == "list":
            parts.append(_list(text, wording, lists, seen))
        else:
            parts.append(_bracket(text, pieces, wording, lists, seen))
    if not parts:
        raise WordingError(f"an empty part in: {wording}")
    certain = [part.anchors for part in parts if part.anchors]
    return _Part("".join(part.expression for part in parts), min(certain, key=_commonness) if certain else frozenset())


def _bracket(
    sign: str, pieces: list[tuple[str, str]], wording: str, lists: Mapping[str, Iterable[str]], seen: tuple[str, ...]
) -> _Part:
    inner = _choice(pieces, wording, lists, seen)
    closing = {"(": ")", "[": "]"}[sign]
    if not pieces or pieces.pop() != ("sign", closing):
        raise WordingError(f"a bracket is not closed in: {wording}")
    return inner if sign == "(" else _Part(f"(?:{inner.expression})?", frozenset())


def _list(name: str, wording: str, lists: Mapping[str, Iterable[str]], seen: tuple[str, ...]) -> _Part:
    if name not in lists or name in seen:
        raise WordingError(f"no list <{name}>, named in: {wording}")
    options = [_choice(_pieces(entry), entry, lists, (*seen, name)) for entry in lists[name]]
    anchors = frozenset().union(*(option.anchors for option in options))
    return _Part(f"(?:{'|'.join(option.expression for option in options)})", anchors)


def _word(text: str, wording: str) -> _Part:
    stem = text.removesuffix("*")
    if "*" in stem or (stem != text and len(stem) < _SHORTEST_STEM and not stem.isdigit()):
        raise WordingError(f"a star after fewer than {_SHORTEST_STEM} letters in: {wording}")
    ending = "[^ ]*" if stem != text else ""
    # A comma may stand before any word: people part and join with commas as they like.
    return _Part(f"(?: ,)? {re.escape(stem)}{ending}(?= )", frozenset({text}))


def _commonness(anchors: frozenset[str]) -> int:
    return sum(_cost(anchor) for anchor in anchors)


@cache
def _cost(anchor: str) -> int:
    return 200 if anchor in _COMMON else 1
