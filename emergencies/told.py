"""What a message in one language tells of: concepts, the groups of emergencies that they make, and how they are told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from emergencies.concepts import NUMBERS, Concepts, Rule
from language.folding import folded
from language.word_lists import Line, Span, WordLists

SpansByConcept = Mapping[str, list[Span]]

_DEGREES = re.compile(
    r"(?<![\d_])(?:3[89]|4[0-2])(?:_\d{1,2})?(?= ?°| ?度| ?도| ?c\b)"  # 40°
    r"|(?<![\d_])(?:3[89]|4[0-2])_\d{1,2}(?![\d_])|(?<![\d_])10[0-7]_\d(?![\d_])"  # 39,5 or 103.1
)
_WITH_FEVER = re.compile(r"(?<![\d_])(?:3[89]|4[0-2]|10[1-6])(?![\d_])")
_VERY_HIGH = re.compile(r"(?<![\d_])(?:4[0-2](?:_\d{1,2})?|10[4-7](?:_\d)?)(?![\d_])")
_PRESSURE = re.compile(r"(?<![\d_])(\d{2,3})(?: [^\W\d]{1,6})? (\d{2,3})(?![\d_])")  # 60/35, "60 over 35"
_LOWEST_PRESSURE, _HIGHEST_PRESSURE = (79, 50), (210, 120)
_YEAR = re.compile(r"(?<!\d)(?:19[3-9]\d|20[0-2]\d)(?!\d)")


@dataclass(frozen=True)
class RuleMet:
    """A rule of a group that a sentence fulfils.

    Attributes:
        rule: the rule.
        how: how it is told, of `Concepts.ways_of_telling`.
        counts: whether nothing takes it back.
        said: the words that fulfil it, as they are looked for.
    """

    rule: Rule
    how: frozenset[str]
    counts: bool
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """What a message tells of.

    Attributes:
        evidence: the rules that are fulfilled.
        concepts: everything that is said.
    """

    evidence: list[RuleMet]
    concepts: frozenset[str]

    @property
    def groups(self) -> set[str]:
        """Those of which there is evidence that nothing takes back."""
        return {each.rule.group for each in self.evidence if each.counts}


class Teller:
    """The concepts in the words of one language."""

    def __init__(self, concepts: Concepts, words: WordLists) -> None:
        """Put both together."""
        self.concepts = concepts
        self.words = words

    def told(self, text: str) -> Told:
        """Look through a message."""
        lines = self.words.lines(text)
        found = [self._found(line) for line in lines]
        facts = self.concepts.facts.intersection(*[set().union(*found)] if found else [()])
        evidence = [each for line, one in zip(lines, found, strict=True) for each in self._evidence(line, one, facts)]
        return Told(evidence, frozenset().union(*found) if found else frozenset())

    def _found(self, line: Line) -> dict[str, list[Span]]:
        found = dict(self.words.find(line))
        idioms = found.get("idiom", [])
        if idioms:
            found = {
                name: [span for span in spans if name == "idiom" or not _inside(span, idioms)] for name, spans in found.items()
            }
            found = {name: spans for name, spans in found.items() if spans}
        if _DEGREES.search(line.text) or ("fever" in found and _WITH_FEVER.search(line.text)):
            found["high_temperature"] = [(0, 0)]
        if "blood_pressure" in found and _names_extreme_pressure(line.text):
            found["pressure_extreme"] = [(0, 0)]
        if _YEAR.search(line.text):
            found["year"] = [(0, 0)]
        return found

    def _evidence(self, line: Line, found: SpansByConcept, facts: frozenset[str]) -> Iterable[RuleMet]:
        said = found.keys() | facts
        for rule in self.concepts.rules:
            if all(concept in said for concept in rule.together) and not facts.issuperset(rule.together):
                how = self._how(line, found, rule)
                yield RuleMet(rule, how, self._counts(rule, how), tuple(self._said(line, found, rule, how)))

    def _said(self, line: Line, found: SpansByConcept, rule: Rule, how: frozenset[str]) -> Iterable[str]:
        """The words of each concept of a rule, and of what says that it happens; a temperature is a number.

        A fact may stand in another sentence.
        """
        between = "" if self.words.unspaced else " "
        for concept in (*rule.together, *sorted(how & self.concepts.happens)):
            start, end = found.get(concept, [(0, 0)])[0]
            words = between.join(line.words[start:end])
            if words or concept in NUMBERS:
                yield words or _number_in(line.text)

    def _counts(self, rule: Rule, how: frozenset[str]) -> bool:
        happens = bool(how & self.concepts.happens)
        takes_back = self.concepts.takes_back[rule.way] - (self.concepts.unless_it_happens if happens else frozenset())
        return (happens or rule.way != "illnesses") and not how & takes_back

    def _how(self, line: Line, found: SpansByConcept, rule: Rule) -> frozenset[str]:
        how = {name for name in self.concepts.ways_of_telling if name in found and name not in rule.together}
        if line.asked:
            how.add("asked")
        if self._denied(line, found, rule):
            how.add("denied")
        return frozenset(how)

    def _denied(self, line: Line, found: SpansByConcept, rule: Rule) -> bool:
        """Whether the clause of one of the signs has a "no" that is not part of a sign itself."""
        signs = [
            span
            for name in found
            if name in self.concepts.by_name and not self.concepts.by_name[name].context
            for span in found[name]
        ]
        free = [span for span in found.get("negation", ()) if not _inside(span, signs)]
        if not free:
            return False
        breaks = [start for start, _ in found.get("but", ())]
        denied = {_clause(line, span[0], breaks) for span in free}
        places = [found[name] for name in rule.together if name in found and found[name] != [(0, 0)]]
        return any(all(_clause(line, span[0], breaks) in denied for span in spans) for spans in places)


def names_forty(text: str) -> bool:
    """Whether a message has a number that may be a temperature of 40 degrees or more."""
    return bool(_VERY_HIGH.search(folded(text)))


def _names_extreme_pressure(text: str) -> bool:
    """Whether two numbers beside each other are a blood pressure that is far too low or far too high."""
    for upper, lower in _PRESSURE.findall(text):
        both = int(upper), int(lower)
        too_low = all(least <= one <= most for least, one, most in zip((40, 15), both, _LOWEST_PRESSURE, strict=True))
        too_high = all(least <= one <= most for least, one, most in zip(_HIGHEST_PRESSURE, both, (300, 200), strict=True))
        if too_low or too_high:
            return True
    return False


def _number_in(text: str) -> str:
    """The temperature, or else the blood pressure, in a sentence."""
    number = _DEGREES.search(text) or _WITH_FEVER.search(text) or _PRESSURE.search(text)
    return number.group().replace("_", ".") if number else ""


def _clause(line: Line, at: int, breaks: list[int]) -> tuple[int, int]:
    return line.clause(at), sum(at >= place for place in breaks)


def _inside(span: Span, others: Iterable[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)
