"""What patterns and examples say together: an alarm, the question whether it happens now, or nothing.

An alarm of the patterns may be confirmed, asked about or dropped by the examples. The examples alone raise one only where the
message names something that it could rest on. What was asked makes all of it calmer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from emergencies.classifier import Opinion
from emergencies.evidence import Evidence
from emergencies.red_flags_file import Group, Level, Thresholds
from intake.fields import IntakeField

_ABOUT_HEALTH = {"text", "list", "history"}  # kinds of fields
_SAYS_NOW = ("just_now", "recent", "progressive", "ongoing", "help")  # markers of context.yml
_SAYS_PLAINLY_NOW = ("recent", "ongoing", "help")  # a list of what is taken or known holds many a "now" and "just"

Alarm = tuple[Level, Group]


@dataclass(frozen=True)
class Found:
    """What was found in a message.

    Attributes:
        alarm: of the patterns, if they raise one.
        at_once: whether that alarm says by itself what somebody does or wants to do, now.
        opinion: of the examples.
        evidence: what the message names.
        says_now: whether a sentence that names something has one of some markers, which say that it is happening.
    """

    alarm: Alarm | None
    at_once: bool
    opinion: Opinion
    evidence: Evidence
    says_now: Callable[[Sequence[str]], bool]


class Decision:
    """Decides by the thresholds of the file."""

    def __init__(self, thresholds: Thresholds, groups: Mapping[str, Group]) -> None:
        """Take the thresholds, and the groups by their names."""
        self._above = thresholds
        self._groups = groups
        scores = {name: value for name, value in thresholds if not name.startswith("more_") and name != "ask_at_once"}
        self.lowest = min(scores.values())  # below this, the examples change nothing

    def on(self, found: Found, asked: IntakeField | None) -> Alarm | None:
        """What is raised for a message, given the field that was asked just before, if any."""
        above, (score, to_ask) = self._above, self._scores(found, asked)
        if found.alarm is not None:
            return self._with_patterns(found, found.alarm, score, to_ask)
        if not found.opinion.groups:
            return None
        evidence = found.evidence
        if score > (above.alarm if evidence.by_group else above.alarm_with_hints if len(evidence.hints) > 1 else inf):
            return "emergency", self._group_of(found)
        is_health = asked is None or asked.kind in _ABOUT_HEALTH
        is_hinted = len(evidence.hints) >= (1 if is_health else 2)
        if to_ask > (above.ask if evidence.by_group else above.ask_with_hints if is_hinted else inf):
            return "check", self._group_of(found)
        return None

    def _with_patterns(self, found: Found, alarm: Alarm, score: float, to_ask: float) -> Alarm | None:
        above, (level, group), opinion = self._above, alarm, found.opinion
        if found.at_once and opinion.score > above.ask_at_once:
            return (level if opinion.score > above.at_once else "check"), group
        if not opinion.groups or to_ask <= above.ask_with_wordings:
            return None
        best = self._group_of(found)
        if score <= above.alarm_with_wordings:
            return ("check", best) if level == "emergency" else None
        is_urgent = level == "urgent" and (score <= above.alarm or best.name == group.name)
        return alarm if is_urgent else ("emergency", best)

    def _group_of(self, found: Found) -> Group:
        """The group that the message is most like, among those of which it names something."""
        groups = found.opinion.groups
        named = [name for name in groups if name in found.evidence.by_group]
        others = [name for name in groups if not self._groups[name].at_once]
        return self._groups[(named or others or groups)[0]]

    def _scores(self, found: Found, asked: IntakeField | None) -> tuple[float, float]:
        """What counts for an alarm, and for a question: an answer to what was asked has to sound more like an emergency."""
        above, score = self._above, found.opinion.score
        if asked is None:
            return score, score
        if asked.kind not in _ABOUT_HEALTH:
            return score - above.more_in_details, score
        if found.says_now(_SAYS_NOW if asked.kind == "text" else _SAYS_PLAINLY_NOW):
            score -= 0.0 if asked.kind == "text" else above.more_in_lists_now
            return score, score
        if found.opinion.groups and asked.name in self._group_of(found).told_in:
            return score - above.more_where_told, score - above.more_where_told
        if asked.kind == "text":
            return score - above.more_in_texts, score - above.more_in_texts
        return score - above.more_in_lists, score - above.more_in_lists_to_ask
