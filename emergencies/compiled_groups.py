"""A group of emergencies, ready to be looked for in a message, and what counts as said there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from emergencies.red_flags_file import Group, Level
from language.context import Kind, Sentence, Span, Text
from language.patterns import Lists, Pattern, Patterns, read_patterns

SideKind = Kind | Literal["named"]  # what is `named` counts in whatever way it is said
# What raises an alarm: wordings of a group, by the key under which they stand in `red_flags.yml`; or words that name something,
# in a message like the examples.
RuleName = Literal["now", "signs", "illnesses", "together", "urgent", "urgent_together", "examples"]


@dataclass(frozen=True)
class Side:
    """One list of a `together` line."""

    kind: SideKind
    patterns: Patterns


@dataclass(frozen=True)
class AlarmRules:
    """What raises one level of alarm in a group; each line of `sides` raises it if all its sides are mentioned."""

    level: Level
    lines: list[list[Side]]


@dataclass(frozen=True)
class CompiledGroup:
    """A group, ready to be looked for."""

    group: Group
    not_meant: Patterns
    background: Patterns
    rules: list[AlarmRules]
    calls: frozenset[int]  # the identities of the patterns without which it can raise nothing

    def alone(self) -> Iterator[Pattern]:
        """Those that raise an alarm without another."""
        yield from (pattern for one in self.rules for sides in one.lines if len(sides) == 1 for pattern in sides[0].patterns)

    def patterns(self) -> Iterator[Pattern]:
        """All of them."""
        yield from self.not_meant
        yield from self.background
        yield from patterns_in(self.rules)


def compile_group(group: Group, lists: Lists) -> CompiledGroup:
    """Make a group ready to be looked for.

    Raises:
        PatternError: if a pattern is not in the notation.
    """

    def side(kind: Kind, text: str) -> list[list[Side]]:
        return [[Side(kind, read_patterns(text, lists))]]

    emergency = [*side("now", group.now), *side("sign", group.signs), *side("illness", group.illnesses)]
    rules = [
        AlarmRules("emergency", [*emergency, *_together(group.together, lists)]),
        AlarmRules("urgent", [*side("sign", group.urgent), *_together(group.urgent_together, lists)]),
    ]
    calls = frozenset(id(pattern) for pattern in patterns_in(rules))
    return CompiledGroup(group, read_patterns(group.not_meant, lists), read_patterns(group.background, lists), rules, calls)


def _together(text: str, lists: Lists) -> list[list[Side]]:
    return [[_side(part, lists) for part in line.split(" + ")] for line in text.splitlines() if line.strip()]


def _side(text: str, lists: Lists) -> Side:
    mark, _, rest = text.strip().partition(":")
    if mark not in ("fact", "named"):
        return Side("sign", read_patterns(text, lists))
    return Side("fact" if mark == "fact" else "named", read_patterns(rest, lists))


def rule_of(group: CompiledGroup, message: Text) -> RuleName:
    """What of a group raises an alarm in a message: its wordings, the gravest first, or the examples alone."""
    alone: dict[str, RuleName] = {"now": "now", "sign": "signs", "illness": "illnesses"}
    for rules in group.rules:
        is_urgent = rules.level == "urgent"
        for sides in rules.lines:
            if raised(group, AlarmRules(rules.level, [sides]), message):
                is_together = len(sides) > 1
                if is_urgent:
                    return "urgent_together" if is_together else "urgent"
                return "together" if is_together else alone.get(sides[0].kind, "together")
    return "examples"


def patterns_in(rules: Iterable[AlarmRules]) -> Iterator[Pattern]:
    """Every pattern of some rules."""
    return (pattern for one in rules for sides in one.lines for side in sides for pattern in side.patterns)


def only_now(group: CompiledGroup) -> AlarmRules:
    """The rules that say by themselves what somebody does or wants to do, now."""
    lines = [sides for rules in group.rules for sides in rules.lines if sides[0].kind == "now"]
    return AlarmRules("emergency", lines)


def mentioned(sides: list[Side], message: Text) -> bool:
    """Whether something of every side stands in a message, whatever is said of it."""
    return all(any(each.spans(one) for one in message.only(side.patterns) for each in message.sentences) for side in sides)


def raised(group: CompiledGroup, rules: AlarmRules, message: Text) -> bool:
    """Whether a message says that something of the rules is there."""
    lines = [[Side(side.kind, message.only(side.patterns)) for side in sides] for sides in rules.lines]
    lines = [sides for sides in lines if all(side.patterns for side in sides)]
    if not lines:
        return False
    meant = Meant(message, message.only(group.not_meant), message.only(group.background))
    return any(all(meant.mentions(side.kind, side.patterns) for side in sides) for sides in lines)


class Meant:
    """A message as one group sees it: without idioms, and with the conditions that explain a sign."""

    def __init__(self, message: Text, not_meant: Sequence[Pattern], background: Sequence[Pattern]) -> None:
        """See it without the first patterns; the second ones explain a sign that is not new."""
        self._sentences = [(sentence, without(sentence, not_meant)) for sentence in message.sentences]
        self._explained = any(sentence.spans(pattern) for pattern in background for sentence in message.sentences)

    def mentions(self, kind: SideKind, patterns: Sequence[Pattern]) -> bool:
        """Whether one of the patterns says that something is there."""
        return any(
            self._counts(sentence, span, kind)
            for sentence, line in self._sentences
            for pattern in patterns
            for span in sentence.spans(pattern, line)
        )

    def _counts(self, sentence: Sentence, span: Span, kind: SideKind) -> bool:
        if kind == "named":
            return True
        if not sentence.is_there(span, kind):
            return False
        return kind != "sign" or not self._explained or sentence.is_fresh(span)


def without(sentence: Sentence, patterns: Sequence[Pattern]) -> str:
    """The line with some patterns made unreadable, and every other letter where it was."""
    line = sentence.line
    for pattern in patterns:
        for begin, end in sentence.spans(pattern, line):
            line = line[:begin] + re.sub(r"[^ ]", "_", line[begin:end]) + line[end:]
    return line
