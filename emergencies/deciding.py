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

_NO_SCORES = ("ask_at_once", "look_", "more_")  # which nothing that the examples say is compared with before groups are ranked
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
        is_told: whether it is told in so many words that its likeness to the examples says something by itself.
        is_settled: whether it says that all of it is over, was a mistake, is for the records or a joke.
    """

    alarm: Alarm | None
    at_once: bool
    opinion: Opinion
    evidence: Evidence
    says_now: Callable[[Sequence[str]], bool]
    is_told: bool = False
    is_settled: bool = False

    @property
    def is_not_there(self) -> bool:
        """Whether all that it names is denied, long past, of others or the like, and nothing says that it happens now."""
        names = self.alarm is None and bool(self.evidence.by_group)
        return names and not self.evidence.there and not self.says_now(_SAYS_PLAINLY_NOW)


class Decision:
    """Decides by the thresholds of the file."""

    def __init__(self, thresholds: Thresholds, groups: Mapping[str, Group]) -> None:
        """Take the thresholds, and the groups by their names."""
        self._above = thresholds
        self._groups = groups
        scores = {
            name: value for name, value in thresholds if name not in _NO_SCORES and not name.startswith(("more_", "look_"))
        }
        self.lowest = min(scores.values())  # below this, the examples change nothing

    def on(self, found: Found, asked: IntakeField | None) -> Alarm | None:
        """What is raised for a message, given the field that was asked just before, if any."""
        above, (score, to_ask) = self._above, self._scores(found, asked)
        if found.is_settled:
            score, to_ask = score - above.more_if_settled, to_ask - above.more_if_settled
        if found.is_not_there:
            score, to_ask = score - above.more_if_not_there, to_ask - above.more_if_not_there_to_ask
        if found.alarm is not None:
            return self._with_patterns(found, found.alarm, score, to_ask)
        if not found.opinion.groups or (found.is_not_there and found.is_settled):
            return None
        evidence = found.evidence
        if score > self._for_an_alarm(found):
            return "emergency", self._group_of(found)
        is_health = asked is None or asked.kind in _ABOUT_HEALTH
        is_hinted = len(evidence.hints) >= (1 if is_health else 2)
        if to_ask > (above.ask if evidence.by_group else above.ask_with_hints if is_hinted else inf):
            return "check", self._group_of(found)
        if not evidence.by_group and found.is_told and to_ask > above.ask_by_likeness:
            return "check", self._groups[found.opinion.groups[0]]
        return None

    def _for_an_alarm(self, found: Found) -> float:
        above = self._above
        if found.evidence.by_group:
            return above.alarm_at_once if self._group_of(found).at_once else above.alarm
        return above.alarm_with_hints if len(found.evidence.telling) > 1 else inf

    def is_worth_a_look(self, words_score: float, names: bool, is_there: Callable[[], bool]) -> bool:
        """Whether the meaning of a message could change anything.

        Args:
            words_score: of the words alone of the part of it that is most like an emergency.
            names: whether it names anything.
            is_there: whether something that it names is there; asked only where it decides.
        """
        above = self._above
        if not names:
            return words_score > above.look_by_likeness
        return words_score > above.look_by_words or (words_score > above.look_with_evidence and is_there())

    def _with_patterns(self, found: Found, alarm: Alarm, score: float, to_ask: float) -> Alarm | None:
        above, (level, group), opinion = self._above, alarm, found.opinion
        said = opinion.score - above.more_if_settled * found.is_settled
        if found.at_once and said > above.ask_at_once:
            return (level if said > above.at_once else "check"), group
        if not opinion.groups or to_ask <= above.ask_with_patterns:
            return None
        best = self._group_of(found)
        if score <= above.alarm_with_patterns:
            return ("check", best) if level == "emergency" else None
        is_urgent = level == "urgent" and (score <= above.alarm or best.name == group.name)
        return alarm if is_urgent else ("emergency", best)

    def _group_of(self, found: Found) -> Group:
        """The group that the message is most like, among those of which it names something."""
        groups, evidence = found.opinion.groups, found.evidence
        likely = evidence.by_group if found.alarm is not None else evidence.there or evidence.by_group
        named = [name for name in groups if name in likely]
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
