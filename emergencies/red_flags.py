"""Is this message an emergency, and what is said then?

Every message is checked before anything else looks at it. The check is made of patterns that a physician can read
(`red_flags.yml`) and of what an everyday sentence says about them (`context.yml`). Where there is an embedding model,
examples (`emergencies.classifier`) are asked as well: they confirm, rank and ask, but never stand alone, because each alarm
rests on something that the message names (`emergencies.evidence`). The check keeps nothing, and takes no longer than a blink on
any text. It may be told what the patient was asked; that only ever makes it calmer.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from math import inf
from pathlib import Path
from typing import Annotated, Literal

import phonenumbers
from pydantic import Field, ValidationInfo, field_validator

from cordial.data_files import DataFileError, Faults, Name, Part, PlainText, Way, filled_with, fills, read_data
from emergencies.calling import Calling, CallingTexts, Where, whereabouts_of
from emergencies.classifier import (
    ClassifierError,
    EmergencyClassifier,
    Encode,
    MessagePart,
    Numbers,
    Opinion,
    parts_of,
    read_classifier,
    together,
)
from emergencies.evidence import Evidence, EvidenceLists
from emergencies.happening_now import HappeningNow, HappeningNowTexts
from emergencies.numbers import Service
from emergencies.whereabouts import the_places
from intake.clinic import Clinic
from intake.fields import IntakeField, the_intake
from intake.judging.country import code_of
from intake.record import IntakeRecord
from language.context import Kind, Known, Sentence, Span, Text
from language.context_rules import Rules, read_rules
from language.normalise import normalised
from language.patterns import Lists, Pattern, PatternError, PatternIndex, Patterns, read_patterns, split_list, wrong_pattern
from language.plain_words import LONGEST, read_plain_words
from language.spoken import text_file

logger = logging.getLogger(__name__)

Level = Literal["emergency", "urgent", "check"]  # check: ask first whether it is happening now
_LONGEST_EMBEDDED = 600  # characters; of a longer message, its sentences tell more than what it is about as a whole
_MENTIONS = 3  # more of them say nothing new
_TOLD_SHORTLY = 20  # words; whoever is in the middle of it writes no more, and a longer message is about something else too
_LEVELS: tuple[Level, ...] = ("emergency", "urgent")
_ABOUT_HEALTH = {"text", "list", "history"}  # kinds of fields
_SAYS_NOW = ("just_now", "recent", "progressive", "ongoing", "help")  # markers of context.yml
_SAYS_PLAINLY_NOW = ("recent", "ongoing", "help")  # a list of what is taken or known holds many a "now" and "just"


class RedFlagsError(DataFileError):
    """`red_flags.yml` or `context.yml` cannot be used; the message names the entry."""


@dataclass(frozen=True)
class RedFlag:
    """An alarm; or, with the level "check", one that is raised if the patient says that it happens now.

    Attributes:
        group: of `red_flags.yml`.
        label: what a coordinator reads.
        level: how urgent it is.
        text: the answer.
        buttons: below it.
        evidence: what it rests on, in the words of the message.
        confirmed: whether the patient said so when they were asked, so that the message itself tells nothing.
        language: of the text and the buttons.
    """

    group: str
    label: str
    level: Level
    text: str
    buttons: list[str]
    evidence: list[str] = field(default_factory=list)
    confirmed: bool = False
    language: str = "en"


_Values = ("clinic", "call", "emergency_number", "crisis_lines")


class Group(Part):
    """A kind of emergency, as it stands in the file."""

    name: Name
    label: PlainText
    evidence: str = ""
    not_meant: str = ""
    background: str = ""
    now: str = ""
    at_once: bool = False
    told_in: list[Name] = Field(default_factory=list)
    signs: str = ""
    illnesses: str = ""
    together: str = ""
    urgent: str = ""
    urgent_together: str = ""
    service: Service = "ambulance"  # whom to call
    reviewer_role: PlainText | None = None  # who has approved its texts, if not whoever approved the file
    text: str
    urgent_text: str = ""


class AfterAlarm(Part):
    """Messages that tell how things stand after an alarm, and the answer to them."""

    name: Name
    says: str
    unless: str = ""
    text: Annotated[str, fills(*_Values)]


class _Thresholds(Part):
    alarm: float
    alarm_with_wordings: float
    alarm_with_hints: float
    at_once: float
    ask: float
    ask_with_wordings: float
    ask_with_hints: float
    ask_at_once: float
    more_in_details: float
    more_where_told: float
    more_in_texts: float
    more_in_lists: float
    more_in_lists_to_ask: float
    more_in_lists_now: float


class _File(Part):
    version: int
    reviewer_role: PlainText
    thresholds: _Thresholds
    phrases: dict[str, Annotated[str, fills(*_Values)]]
    calling: CallingTexts
    acknowledge: PlainText
    acknowledged: Annotated[str, fills(*_Values)]
    acknowledged_by: str
    waiting: Annotated[str, fills("acknowledge")]
    after_alarm: list[AfterAlarm]
    happening_now: HappeningNowTexts
    lists: dict[str, str]
    hints: str
    despair: str
    despair_not_meant: str
    despair_text: Annotated[str, fills(*_Values)]
    groups: list[Group]

    @field_validator("groups")
    @classmethod
    def _can_be_said(cls, groups: list[Group], info: ValidationInfo) -> list[Group]:
        wrong = [*_named_twice(groups), *_wrong_texts(groups, [*_Values, *info.data.get("phrases", ())])]
        if wrong:
            raise Faults(wrong)
        return groups


def _named_twice(groups: list[Group]) -> Iterator[tuple[Way, str]]:
    names = [group.name for group in groups]
    for at, name in enumerate(names):
        if name in names[:at]:
            yield (at, "name"), f"there is a group {name} already. Give each its own name"


def _wrong_texts(groups: list[Group], known: list[str]) -> Iterator[tuple[Way, str]]:
    for at, group in enumerate(groups):
        texts = {"text": group.text}
        if group.urgent_text or group.urgent or group.urgent_together:
            texts["urgent_text"] = group.urgent_text
        for name, text in texts.items():
            try:
                filled_with(text, known)
            except ValueError as error:
                yield (at, name), str(error)


@dataclass(frozen=True)
class _Side:
    """One list of a `together` line."""

    kind: Kind
    patterns: Patterns


@dataclass(frozen=True)
class _Rules:
    """What raises one level of alarm in a group; each line of `sides` raises it if all its sides are mentioned."""

    level: Level
    lines: list[list[_Side]]


@dataclass(frozen=True)
class _Compiled:
    """A group, ready to be looked for."""

    group: Group
    not_meant: Patterns
    background: Patterns
    rules: list[_Rules]
    calls: frozenset[int]  # the identities of the patterns without which it can raise nothing

    def alone(self) -> Iterator[Pattern]:
        """Those that raise an alarm without another."""
        yield from (pattern for one in self.rules for sides in one.lines if len(sides) == 1 for pattern in sides[0].patterns)

    def patterns(self) -> Iterator[Pattern]:
        """All of them."""
        yield from self.not_meant
        yield from self.background
        yield from _patterns_in(self.rules)


_Alarm = tuple[Level, Group]


@dataclass(frozen=True)
class _Seen:
    """What the patterns make of a message."""

    lines: list[str]
    message: Text
    groups: list[_Compiled]  # that may raise something
    alarm: _Alarm | None
    at_once: bool = False  # the alarm says by itself what somebody does or wants to do, now


class RedFlags:
    """The rules of both files, and the examples if somebody gave an embedding model."""

    classifier: EmergencyClassifier | None = None
    encode: Encode | None = None

    def __init__(self, file: _File, context: Rules) -> None:
        """Compile them.

        Raises:
            PatternError: if a pattern is not in the notation.
        """
        lists = {**context.lists, **{name: split_list(" ".join(text.split())) for name, text in file.lists.items()}}
        self.file = file
        self._groups = [_compile(group, lists) for group in file.groups]
        self._labels = {group.name: group.label for group in file.groups}
        self._by_name = {group.name: group for group in file.groups}
        self._read_by = read_patterns(file.acknowledged_by, lists)
        self._context = context
        of_scores = {name: value for name, value in file.thresholds if not name.startswith("more_") and name != "ask_at_once"}
        self._lowest = min(of_scores.values())
        self._after_alarm = [
            (each, read_patterns(each.says, lists), read_patterns(each.unless, lists)) for each in file.after_alarm
        ]
        everything = [pattern for group in self._groups for pattern in group.patterns()]
        everything += [pattern for name in context.signals for pattern in context.markers[name]]
        vocabulary = {word for pattern in everything for word in re.findall(r"[a-z]+", pattern.written)}
        self._evidence = EvidenceLists(
            {group.group.name: [*read_patterns(group.group.evidence, lists), *group.alone()] for group in self._groups},
            read_patterns(file.hints, lists),
        )
        self._despair = read_patterns(file.despair, lists)
        self._not_despair = read_patterns(file.despair_not_meant, lists)
        everything += [*self._evidence.patterns, *self._despair, *self._not_despair, *context.markers["ongoing"]]
        self._patterns = everything
        self._index = PatternIndex(everything)
        self._plain = read_plain_words(vocabulary)
        self.happening_now = HappeningNow(file.happening_now, lists, self._plain.lines)

    def check(
        self, text: str, clinic: Clinic, country: str | None = None, asked: str | None = None, chat: str | None = None
    ) -> RedFlag | None:
        """Look for an emergency.

        Args:
            text: what the patient wrote.
            clinic: whose numbers are shown.
            country: where the patient is, if something is known; a country that the message names comes first.
            asked: the field of the intake that the patient was asked for just before, if any. It can only make the check
                calmer: what was found without it is the most that there can be. So can `chat`.
            chat: the language of the conversation, if it is known; see `emergencies.every_language`.
        """
        text = normalised(text[:LONGEST])
        seen = self._look(text)
        if seen.alarm is None and not self._evidence.any_in(seen.message):
            return None  # as nearly always: an alarm could rest on nothing, whatever the examples say
        opinion = self._opinion(text, seen)
        if seen.alarm is None and (opinion is None or not opinion.groups):
            return None
        evidence = self._named_in(seen)
        alarm = seen.alarm if opinion is None else self._decided(seen, opinion, evidence, field_of(asked))
        if alarm is None:
            return None
        level, group = alarm
        flag = self._red_flag(group, level, clinic, _where(text, clinic, country))
        return replace(flag, evidence=evidence.words(group.name))

    def despair(self, text: str, clinic: Clinic, country: str | None = None) -> str | None:
        """What is said to somebody who is in despair; nothing for anybody else.

        It is for messages in which `check` finds nothing: no wish to die, no plan, but something that a person should hear. A
        person should be offered with it, and no article quoted.

        Args:
            text: what the patient wrote.
            clinic: whose crisis lines are named.
            country: where the patient is, if something is known; a country that the message names comes first.
        """
        seen = self._look(normalised(text[:LONGEST]))
        meant = _Meant(seen.message, seen.message.only(self._not_despair), Patterns())
        if not meant.mentions("sign", seen.message.only(self._despair)):
            return None
        return self._fill(self.file.despair_text, clinic, _where(text, clinic, country))

    def ask_examples(self, encode: Encode, encoder: str) -> None:
        """From now on, ask the examples as well.

        Args:
            encode: the embedding model.
            encoder: its name.

        Raises:
            RedFlagsError: if the examples were fitted for something else.
        """
        try:
            self.classifier = read_classifier(encoder, self.signal_names, self.found_names, list(self._by_name))
        except ClassifierError as error:
            raise RedFlagsError(str(error)) from error
        self.encode = encode

    def warm_up(self) -> None:
        """Compile every pattern now, which takes a second, rather than when the first patients need them."""
        for pattern in self._patterns:
            pattern.spans(" ")

    @property
    def signal_names(self) -> list[str]:
        """What `signals` gives, in its order."""
        return [*self._context.signals, "alarm", "mentions", "question", "length", "short"]

    def signals(self, text: str) -> list[float]:
        """What the patterns find in a message, for the examples: each between 0 and 1."""
        return self._signals(self._look(text))

    @property
    def found_names(self) -> list[str]:
        """What `found` gives, in its order."""
        names = [group.group.name for group in self._groups]
        return [*(f"{name} raised" for name in names), *(f"{name} mentioned" for name in names)]

    def found(self, text: str) -> list[float]:
        """What the patterns of each group find in a message, for the examples: 0 or 1."""
        return self._found(self._look(text))

    def plain(self, text: str) -> str:
        """A message in the words that the patterns see, its sentences parted by bars."""
        return _plain(self._plain.lines(text))

    def _found(self, seen: _Seen) -> list[float]:
        raised = {id(group) for group in seen.groups if any(_raised(group, rules, seen.message) for rules in group.rules)}
        mentioned = {
            id(group)
            for group in seen.groups
            if any(_mentioned(sides, seen.message) for rules in group.rules for sides in rules.lines)
        }
        return [
            *(float(id(group) in raised) for group in self._groups),
            *(float(id(group) in mentioned) for group in self._groups),
        ]

    def _look(self, text: str, within: _Seen | None = None) -> _Seen:
        """What the patterns make of a text; of a part of a message, with what they found there."""
        lines = self._plain.lines(text)
        known = within.message.known if within else Known({}, {})
        message = Text(self._context, self._index, lines, known)
        groups = [group for group in self._groups if not group.calls.isdisjoint(message.possible)]
        for level in _LEVELS:
            for group in groups:
                if any(rules.level == level and _raised(group, rules, message) for rules in group.rules):
                    at_once = group.group.at_once and _raised(group, _only_now(group), message)
                    return _Seen(lines, message, groups, (level, group.group), at_once)
        return _Seen(lines, message, groups, None)

    def _signals(self, seen: _Seen) -> list[float]:
        words = {word for line in seen.lines for word in line.split()}
        rules = (sides for group in seen.groups for one in group.rules for sides in one.lines)
        mentions = len(list(islice((True for sides in rules if _mentioned(sides, seen.message)), _MENTIONS)))
        return [
            *(float(seen.message.says(marker)) for marker in self._context.signals),
            float(seen.alarm is not None),
            mentions / _MENTIONS,
            float(any(line.endswith(" ? ") for line in seen.lines)),
            min(len(words), 40) / 40,
            float(len(words) < 4),
        ]

    def opinion(self, text: str) -> Opinion | None:
        """What the examples say of a message; nothing if there is no embedding model or it fails."""
        text = normalised(text[:LONGEST])
        return self._opinion(text, self._look(text))

    def _opinion(self, text: str, seen: _Seen) -> Opinion | None:
        if self.classifier is None or self.encode is None or not seen.lines:
            return None
        parts = parts_of(text, lambda part: self._evidence.any_in(self._look(part, seen).message))  # no alarm rests on others
        try:
            vectors = self.encode([text[:_LONGEST_EMBEDDED], *parts])
            whole = self._part(text, seen, vectors[0])
            others = [self._part(part, self._look(part, seen), vector) for part, vector in zip(parts, vectors[1:], strict=True)]
            score, *of_parts = self.classifier.scores([whole, *others])
            score = together(score, of_parts)
            is_needed = score > self._lowest
            return Opinion(score, self.classifier.ranked_groups(whole, self._found(seen)) if is_needed else [])
        except Exception:
            logger.exception("the examples of emergencies could not be asked")
            return None

    def _decided(self, seen: _Seen, opinion: Opinion, evidence: Evidence, asked: IntakeField | None) -> _Alarm | None:
        """What wordings and examples say together."""
        above, score, to_ask = self.file.thresholds, *self._scores(seen, opinion, evidence, asked)
        if seen.alarm is not None:
            return self._with_wordings(seen, opinion, evidence, (score, to_ask))
        if not opinion.groups:
            return None
        if score > (above.alarm if evidence.by_group else above.alarm_with_hints if len(evidence.hints) > 1 else inf):
            return "emergency", self._group_of(opinion, evidence)
        is_health = asked is None or asked.kind in _ABOUT_HEALTH
        is_hinted = len(evidence.hints) >= (1 if is_health else 2)
        if to_ask > (above.ask if evidence.by_group else above.ask_with_hints if is_hinted else inf):
            return "check", self._group_of(opinion, evidence)
        return None

    def _with_wordings(self, seen: _Seen, opinion: Opinion, evidence: Evidence, scores: tuple[float, float]) -> _Alarm | None:
        assert seen.alarm is not None  # noqa: S101
        above, (level, group), (score, to_ask) = self.file.thresholds, seen.alarm, scores
        if seen.at_once and opinion.score > above.ask_at_once:
            return (level if opinion.score > above.at_once else "check"), group
        if not opinion.groups or to_ask <= above.ask_with_wordings:
            return None
        best = self._group_of(opinion, evidence)
        if score <= above.alarm_with_wordings:
            return ("check", best) if level == "emergency" else None
        is_urgent = level == "urgent" and (score <= above.alarm or best.name == group.name)
        return seen.alarm if is_urgent else ("emergency", best)

    def _group_of(self, opinion: Opinion, evidence: Evidence) -> Group:
        """The group that the message is most like, among those of which it names something."""
        named = [name for name in opinion.groups if name in evidence.by_group]
        others = [name for name in opinion.groups if not self._by_name[name].at_once]
        return self._by_name[(named or others or opinion.groups)[0]]

    def evidence(self, text: str) -> Evidence:
        """What a message names that an alarm could rest on."""
        return self._named_in(self._look(normalised(text[:LONGEST])))

    def _named_in(self, seen: _Seen) -> Evidence:
        """What the message names; at least what an alarm of the wordings rests on."""
        evidence = self._evidence.of(seen.message)
        if seen.alarm is None or seen.alarm[1].name in evidence.by_group:
            return evidence
        name = seen.alarm[1].name
        [group] = [group for group in seen.groups if group.group.name == name]
        of_group = EvidenceLists({name: list(_patterns_in(group.rules))}, []).of(seen.message)
        return Evidence({**evidence.by_group, **of_group.by_group}, evidence.hints)

    def _scores(self, seen: _Seen, opinion: Opinion, evidence: Evidence, asked: IntakeField | None) -> tuple[float, float]:
        """What counts for an alarm, and for a question: an answer to what was asked has to sound more like an emergency."""
        above, score = self.file.thresholds, opinion.score
        if asked is None:
            return score, score
        if asked.kind not in _ABOUT_HEALTH:
            return score - above.more_in_details, score
        markers = _SAYS_NOW if asked.kind == "text" else _SAYS_PLAINLY_NOW
        if self._names_now(seen, markers):
            score -= 0.0 if asked.kind == "text" else above.more_in_lists_now
            return score, score
        if opinion.groups and asked.name in self._group_of(opinion, evidence).told_in:
            return score - above.more_where_told, score - above.more_where_told
        if asked.kind == "text":
            return score - above.more_in_texts, score - above.more_in_texts
        return score - above.more_in_lists, score - above.more_in_lists_to_ask

    def _names_now(self, seen: _Seen, markers: Sequence[str]) -> bool:
        """Whether a sentence that names something says that it is happening."""
        patterns = [pattern for name in markers for pattern in seen.message.of_marker(name)]
        sentences = [sentence for sentence in seen.message.sentences if any(sentence.spans(pattern) for pattern in patterns)]
        return self._evidence.any_in_sentences(seen.message, sentences)

    def _part(self, text: str, seen: _Seen, vector: Numbers) -> MessagePart:
        return MessagePart(text, _plain(seen.lines), vector, self._signals(seen))

    def acknowledged(self, clinic: Clinic, country: str | None = None) -> str:
        """What is said once a patient has read the answer to an alarm."""
        return self._fill(self.file.acknowledged, clinic, Where(lives=country))

    def after_alarm(self, text: str, clinic: Clinic, country: str | None = None) -> str | None:
        """What is said to a message that tells how things stand after an alarm ("the ambulance is coming").

        Args:
            text: what the patient wrote; whether it is an emergency itself is asked first.
            clinic: whose numbers are shown.
            country: where the patient lives, if something is known.

        Returns:
            The approved answer; nothing to a message that is about something else.
        """
        lines = [line.replace(" ? ", " ") for line in self._plain.lines(normalised(text[:LONGEST]))]
        if sum(len(line.split()) for line in lines) > _TOLD_SHORTLY:
            return None
        for each, says, unless in self._after_alarm:
            if any(_found(says, line) and not _found(unless, line) for line in lines):
                return self._fill(each.text, clinic, _where(text, clinic, country))
        return None

    def number_for_anybody(self, clinic: Clinic) -> str:
        """What to call, for texts that everybody reads: the local number, and the clinic's with its place."""
        return Calling(self.file.calling, clinic, Where()).for_anybody()

    def says_it_was_read(self, text: str) -> bool:
        """Whether a patient says that they have read the answer to an alarm."""
        lines = self._plain.lines(text)
        button = self._plain.lines(self.file.acknowledge)
        return bool(lines) and (lines == button or any(pattern.spans(line) for line in lines for pattern in self._read_by))

    @property
    def alarm_buttons(self) -> list[str]:
        """What can be pressed under an alarm."""
        return [self.file.acknowledge, self.happening_now.texts.no_emergency]

    def waiting(self) -> str:
        """What is said while the intake waits for that."""
        return " ".join(self.file.waiting.format(acknowledge=self.file.acknowledge).split())

    def said(self, text: str, clinic: Clinic, country: str | None = None, about: str = "") -> str:
        """One of the texts of `happening_now`, with the numbers of where a message says that somebody is, or of a country."""
        return self._fill(text, clinic, _where(about, clinic, country))

    def label_of(self, group: str) -> str:
        """What a coordinator reads for a group; its name if it is no longer in the file."""
        return self._labels.get(group, group)

    @property
    def group_names(self) -> list[str]:
        """The groups in their order."""
        return list(self._by_name)

    def group(self, name: str) -> Group:
        """A group as it stands in the file."""
        return self._by_name[name]

    def texts_of(self, name: str, clinic: Clinic, where: Where) -> tuple[str, str]:
        """What a group says in an emergency, and for the same day; the second may be empty."""
        group = self._by_name[name]
        emergency, urgent = (self._fill(text, clinic, where, group.service) for text in (group.text, group.urgent_text))
        return emergency, urgent

    def after_alarm_texts(self, clinic: Clinic, where: Where) -> list[tuple[AfterAlarm, str]]:
        """What is said to each kind of message after an alarm."""
        return [(each, self._fill(each.text, clinic, where)) for each in self.file.after_alarm]

    def _red_flag(self, group: Group, level: Level, clinic: Clinic, where: Where) -> RedFlag:
        text = group.urgent_text if level == "urgent" else group.text
        filled = self._fill(text, clinic, where, group.service)
        return RedFlag(group.name, group.label, level, filled, self.alarm_buttons)

    def _fill(self, text: str, clinic: Clinic, where: Where, service: Service = "ambulance") -> str:
        """A text with the numbers of where somebody is; its line breaks stay."""
        calling = Calling(self.file.calling, clinic, where)
        values = {
            "clinic": clinic.name,
            "call": calling.how(service),
            "emergency_number": calling.number(service),
            "crisis_lines": calling.crisis_lines(),
        }
        whole = text.format(**self.file.phrases, **{name: f"{{{name}}}" for name in values}).format(**values)
        return "\n".join(" ".join(line.split()) for line in whole.splitlines() if line.strip())


def _where(text: str, clinic: Clinic, country: str | None) -> Where:
    """Where somebody may be. A fault here must not keep an alarm from anybody."""
    try:
        return whereabouts_of(the_places().where(text), clinic, country)
    except Exception:
        logger.exception("where somebody is could not be read")
        return Where(lives=country)


def check(text: str, clinic: Clinic, country: str | None = None, asked: str | None = None) -> RedFlag | None:
    """Look for an emergency in a message with the shipped rules.

    Args:
        text: what the patient wrote.
        clinic: whose numbers are shown.
        country: where the patient is, if something is known; a country that the message names comes first.
        asked: the field of the intake that the patient was asked for just before, if any.
    """
    return the_red_flags().check(text, clinic, country, asked)


def country_of(record: IntakeRecord) -> str | None:
    """The country in which a patient lives, or else that of their phone number, if they have told us."""
    told = the_intake().by_role(record.answers)
    country, contact = told.get("country"), told.get("contact")
    if country is not None and (code := code_of(country.value)):
        return code
    if contact is None or not isinstance(contact.value, dict) or contact.value.get("by") != "phone":
        return None
    try:
        number = phonenumbers.parse(str(contact.value.get("value")))
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(number)
    return region if isinstance(region, str) else None


def read_red_flags(file: Path | None = None, made: type[RedFlags] | None = None) -> RedFlags:
    """Read the rules; by default those of the language that is spoken.

    Args:
        file: where they are.
        made: what is made of them, if it is more than `RedFlags`.

    Raises:
        RedFlagsError: naming what is wrong.
    """
    file = file or text_file("emergencies", "red_flags.yml")
    try:
        return (made or RedFlags)(read_data(_File, file, RedFlagsError), read_rules())
    except PatternError as error:
        raise RedFlagsError.about([wrong_pattern(error, file)]) from error


@cache
def the_red_flags() -> RedFlags:
    """The shipped rules, read once a process."""
    return read_red_flags()


def _compile(group: Group, lists: Lists) -> _Compiled:
    def side(kind: Kind, text: str) -> list[list[_Side]]:
        return [[_Side(kind, read_patterns(text, lists))]]

    emergency = [*side("now", group.now), *side("sign", group.signs), *side("illness", group.illnesses)]
    rules = [
        _Rules("emergency", [*emergency, *_together(group.together, lists)]),
        _Rules("urgent", [*side("sign", group.urgent), *_together(group.urgent_together, lists)]),
    ]
    calls = frozenset(id(pattern) for pattern in _patterns_in(rules))
    return _Compiled(group, read_patterns(group.not_meant, lists), read_patterns(group.background, lists), rules, calls)


def _together(text: str, lists: Lists) -> list[list[_Side]]:
    return [[_side(part, lists) for part in line.split(" + ")] for line in text.splitlines() if line.strip()]


def _side(text: str, lists: Lists) -> _Side:
    fact = text.strip().startswith("fact:")
    return _Side("fact" if fact else "sign", read_patterns(text.strip().removeprefix("fact:"), lists))


def _patterns_in(rules: Iterable[_Rules]) -> Iterator[Pattern]:
    return (pattern for one in rules for sides in one.lines for side in sides for pattern in side.patterns)


def _plain(lines: list[str]) -> str:
    return " | ".join(line.strip() for line in lines)


def _found(patterns: Sequence[Pattern], line: str) -> bool:
    return any(pattern.spans(line) for pattern in patterns)


def field_of(name: str | None) -> IntakeField | None:
    """The field of the intake with a name, if there is one."""
    return next((field for field in the_intake().fields if field.name == name), None)


def _only_now(group: _Compiled) -> _Rules:
    lines = [sides for rules in group.rules for sides in rules.lines if sides[0].kind == "now"]
    return _Rules("emergency", lines)


def _mentioned(sides: list[_Side], message: Text) -> bool:
    """Whether something of every side stands in a message, whatever is said of it."""
    return all(any(each.spans(one) for one in message.only(side.patterns) for each in message.sentences) for side in sides)


def _raised(group: _Compiled, rules: _Rules, message: Text) -> bool:
    lines = [[_Side(side.kind, message.only(side.patterns)) for side in sides] for sides in rules.lines]
    lines = [sides for sides in lines if all(side.patterns for side in sides)]
    if not lines:
        return False
    meant = _Meant(message, message.only(group.not_meant), message.only(group.background))
    return any(all(meant.mentions(side.kind, side.patterns) for side in sides) for sides in lines)


class _Meant:
    """A message as one group sees it: without idioms, and with the conditions that explain a sign."""

    def __init__(self, message: Text, not_meant: Sequence[Pattern], background: Sequence[Pattern]) -> None:
        self._sentences = [(sentence, _without(sentence, not_meant)) for sentence in message.sentences]
        self._explained = any(sentence.spans(pattern) for pattern in background for sentence in message.sentences)

    def mentions(self, kind: Kind, patterns: Sequence[Pattern]) -> bool:
        """Whether one of the patterns says that something is there."""
        return any(
            self._counts(sentence, span, kind)
            for sentence, line in self._sentences
            for pattern in patterns
            for span in sentence.spans(pattern, line)
        )

    def _counts(self, sentence: Sentence, span: Span, kind: Kind) -> bool:
        if not sentence.is_there(span, kind):
            return False
        return kind != "sign" or not self._explained or sentence.is_fresh(span)


def _without(sentence: Sentence, patterns: Sequence[Pattern]) -> str:
    """The line with some patterns made unreadable, and every other letter where it was."""
    line = sentence.line
    for pattern in patterns:
        for begin, end in sentence.spans(pattern, line):
            line = line[:begin] + re.sub(r"[^ ]", "_", line[begin:end]) + line[end:]
    return line
