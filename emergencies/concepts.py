"""What an emergency is made of in any language: concepts, and the rules that put them together (`languages/concepts.yml`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from cordial.data_files import DataFileError, Faults, Name, Part, PlainText, Way, read_data

FOLDER = Path(__file__).parent / "languages"
# What the check finds by itself in any language, because it is a number.
NUMBERS = ("high_temperature", "pressure_extreme", "year")
FOUND = ("denied", "asked", "year")  # and this, of how something is told
_NOT_TOLD = {"negation", "but", "idiom"}  # of which `denied` is made, and what is left out before

Kind = Literal["now", "signs", "illnesses"]
WAYS: tuple[Kind, ...] = ("now", "signs", "illnesses")
Together = tuple[str, ...]  # concepts that are said in one sentence

_TOKEN = re.compile(r"[\[\]|+]|[a-z_]+")


class ConceptsError(DataFileError):
    """`concepts.yml` cannot be used; the message names the entry."""


class Concept(Part):
    """Something that people say.

    Attributes:
        means: what it is, for whoever writes the words.
        examples: in English.
        fact: whether it may stand in any sentence of a message, and nothing takes it back.
        context: whether it tells how something is said, and is no sign itself.
    """

    means: PlainText
    examples: list[str]
    fact: bool = False
    context: bool = False


class _Rules(Part):
    says: Name
    now: list[str] = []
    signs: list[str] = []
    illnesses: list[str] = []

    @field_validator("now", "signs", "illnesses")
    @classmethod
    def _can_be_read(cls, rules: list[str]) -> list[str]:
        wrong: list[tuple[Way, str]] = []
        for at, rule in enumerate(rules):
            try:
                list(alternatives(rule))
            except ValueError as error:
                wrong.append(((at,), str(error)))
        if wrong:
            raise Faults(wrong)
        return rules


class _TakesBack(Part):
    now: list[Name]
    signs: list[Name]
    illnesses: list[Name]


class _Told(Part):
    takes_back: _TakesBack
    happens: list[Name]
    unless_it_happens: list[Name]


class SameDay(Part):
    """When what a message tells of is a matter of the same day; see `concepts.yml`."""

    with_one_of: list[Name] = Field(alias="with")  # no name in Python
    unless: list[Name]
    not_together: list[str]

    def holds(self, concepts: frozenset[str]) -> bool:
        """Whether it is one, by the concepts of a message."""
        together = (each for rule in self.not_together for each in alternatives(rule))
        return (
            not concepts.isdisjoint(self.with_one_of)
            and concepts.isdisjoint(self.unless)
            and not any(concepts.issuperset(each) for each in together)
        )


class _File(Part):
    version: int
    concepts: dict[Name, Concept]
    told: _Told
    same_day: dict[Name, SameDay]
    groups: dict[Name, _Rules]

    @field_validator("groups")
    @classmethod
    def _are_known(cls, groups: dict[str, _Rules], info: object) -> dict[str, _Rules]:
        data = getattr(info, "data", {})
        known = {*data.get("concepts", {}), *NUMBERS}
        wrong: list[tuple[Way, str]] = [
            ((name, way, at), f"there is no concept {concept}")
            for name, rules in groups.items()
            for way in WAYS
            for at, rule in enumerate(getattr(rules, way))
            for together in alternatives(rule)
            for concept in together
            if concept not in known
        ]
        wrong += [
            ((), f"there is no group {name}, which `same_day` names") for name in data.get("same_day", {}) if name not in groups
        ]
        if wrong:
            raise Faults(wrong)
        return groups

    @field_validator("same_day")
    @classmethod
    def _name_concepts(cls, rules: dict[str, SameDay], info: object) -> dict[str, SameDay]:
        known = {*getattr(info, "data", {}).get("concepts", {}), *NUMBERS}
        wrong: list[tuple[Way, str]] = [
            ((name, key, at), f"there is no concept {concept}")
            for name, rule in rules.items()
            for key, concepts in (("with", rule.with_one_of), ("unless", rule.unless))
            for at, concept in enumerate(concepts)
            if concept not in known
        ]
        if wrong:
            raise Faults(wrong)
        return rules


@dataclass(frozen=True)
class Rule:
    """One way in which a group is told of."""

    group: str
    way: Kind
    together: Together


class Concepts:
    """The concepts, and the rules of all groups."""

    def __init__(self, file: _File) -> None:
        """Take the rules apart."""
        self.by_name = file.concepts
        self.groups = list(file.groups)
        self.same_day = file.same_day
        self.says = {name: rules.says for name, rules in file.groups.items()}
        self.facts = frozenset(name for name, concept in file.concepts.items() if concept.fact)
        self.contexts = frozenset(name for name, concept in file.concepts.items() if concept.context)
        self.takes_back = {way: frozenset(getattr(file.told.takes_back, way)) for way in WAYS}
        self.happens = frozenset(file.told.happens)
        self.unless_it_happens = frozenset(file.told.unless_it_happens)
        # How a sentence can be told, in a fixed order: what was learned from the examples relies on it.
        self.ways_of_telling = sorted({*FOUND, *self.contexts, *self.happens} - _NOT_TOLD)
        self.rules = [
            Rule(group, way, together)
            for group, rules in file.groups.items()
            for way in WAYS
            for rule in getattr(rules, way)
            for together in alternatives(rule)
        ]


def alternatives(rule: str) -> Iterator[Together]:
    """What a written rule stands for: each way in which its brackets can be read.

    Raises:
        ValueError: if it is not in the notation.
    """
    tokens = _TOKEN.findall(rule)
    if "".join(tokens) != re.sub(r"\s", "", rule):
        raise ValueError(f"“{rule}” has a sign that has no meaning here")
    read, rest = _together(tokens)
    if rest or not read:
        raise ValueError(f"“{rule}” cannot be read; write it as in `chest + [pain|pressure]`")
    yield from read


def _together(tokens: list[str]) -> tuple[list[Together], list[str]]:
    """Sides joined by plus signs, up to a bracket's end or a bar; none, if one is missing."""
    sides: list[list[Together]] = []
    while tokens:
        if tokens[0] == "[":
            side, tokens = _choice(tokens[1:])
        elif tokens[0].isidentifier():
            side, tokens = [(tokens[0],)], tokens[1:]
        else:
            return [], tokens
        sides.append(side)
        if not tokens or tokens[0] != "+":
            return [tuple(dict.fromkeys(sum(each, ()))) for each in product(*sides)], tokens
        tokens = tokens[1:]
    return [], tokens


def _choice(tokens: list[str]) -> tuple[list[Together], list[str]]:
    read, tokens = _together(tokens)
    while tokens and tokens[0] == "|":
        more, tokens = _together(tokens[1:])
        read = read + more
    if not tokens or tokens[0] != "]":
        raise ValueError("a bracket is not closed")
    return read, tokens[1:]


def read_concepts(file: Path = FOLDER / "concepts.yml") -> Concepts:
    """Read the file.

    Raises:
        ConceptsError: naming what is wrong.
    """
    return Concepts(read_data(_File, file, ConceptsError))


@cache
def the_concepts() -> Concepts:
    """Those that ship, read once a process."""
    return read_concepts()
