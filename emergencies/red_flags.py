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
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path

import phonenumbers

from cordial.data_files import read_data
from emergencies.classifier import (
    ClassifierError,
    EmergencyClassifier,
    Encode,
    MessagePart,
    Numbers,
    Opinion,
    read_classifier,
    sentences_of,
    together,
)
from emergencies.compiled_groups import (
    CompiledGroup,
    Meant,
    RuleName,
    compile_group,
    mentioned,
    only_now,
    patterns_in,
    raised,
    rule_of,
)
from emergencies.deciding import Alarm, Decision, Found
from emergencies.evidence import Evidence, EvidenceLists, joined
from emergencies.red_flags_file import Level, RedFlagsError, RedFlagsFile
from emergencies.saying import RedFlag, RedFlagTexts, where_of
from intake.clinic import Clinic
from intake.fields import IntakeField, the_intake
from intake.judging.country import code_of
from intake.record import IntakeRecord
from language.context import Known, Text
from language.context_rules import Rules, read_rules
from language.multilingual import Encode as SecondEncode
from language.multilingual import multilingual
from language.normalise import normalised
from language.patterns import PatternError, PatternIndex, Patterns, read_patterns, split_list, wrong_pattern
from language.plain_words import LONGEST, read_plain_words
from language.spoken import text_file

__all__ = ["RedFlag", "RedFlags", "RedFlagsError", "check", "country_of", "field_of", "read_red_flags", "the_red_flags"]

logger = logging.getLogger(__name__)

_LONGEST_WHOLE = 600  # characters; of a longer message, its sentences tell more than what it is about as a whole,
_LONGEST_BEGINNING = 300  # and only so much of it is embedded,
_MOST_PARTS = 2  # with so many of its sentences that name something: those whose words are most like an emergency's
_LONGEST_SETTLED = 5  # sentences; in a longer message what is for the records may not be what it is about
_FEWEST_TOLD = 4  # words; fewer are an answer or a greeting
_MENTIONS = 3  # more of them say nothing new
_NO_SIGNALS = (
    "ongoing",
    "was_long_ago",
    "all_is_well",
    "settled",
)  # markers that are asked for, at which the examples do not look
_LEVELS: tuple[Level, ...] = ("emergency", "urgent")
_SAYS_NOW = ("just_now", "recent", "help")  # markers of what a coordinator reads as "now"


@dataclass(frozen=True)
class _Seen:
    """What the patterns make of a message."""

    message: Text
    groups: list[CompiledGroup]  # that may raise something
    alarm: Alarm | None
    at_once: bool = False  # the alarm says by itself what somebody does or wants to do, now


@dataclass(frozen=True)
class _Part:
    """A message or a sentence of it, of which the examples may be asked."""

    text: str
    message: Text
    words_score: float


class RedFlags(RedFlagTexts):
    """The check: the rules of both files, and the examples if somebody gave an embedding model."""

    classifier: EmergencyClassifier | None = None
    encode: Encode | None = None
    second_encode: SecondEncode | None = None

    def __init__(self, file: RedFlagsFile, context: Rules) -> None:
        """Compile them.

        Raises:
            PatternError: if a pattern is not in the notation.
        """
        lists = {**context.lists, **{name: split_list(" ".join(text.split())) for name, text in file.lists.items()}}
        self._groups = [compile_group(group, lists) for group in file.groups]
        self._context = context
        everything = [pattern for group in self._groups for pattern in group.patterns()]
        everything += [pattern for name in context.signals for pattern in context.markers[name]]
        vocabulary = {word for pattern in everything for word in re.findall(r"[a-z]+", pattern.written)}
        self._evidence = EvidenceLists(
            {group.group.name: [*read_patterns(group.group.evidence, lists), *group.alone()] for group in self._groups},
            read_patterns(file.hints, lists),
            read_patterns(file.circumstances, lists),
            {group.group.name: group.not_meant for group in self._groups},
            {group.group.name for group in self._groups if group.group.at_once},
        )
        self._despair = read_patterns(file.despair, lists)
        self._not_despair = read_patterns(file.despair_not_meant, lists)
        everything += [*self._evidence.patterns, *self._despair, *self._not_despair]
        everything += [pattern for name in _NO_SIGNALS for pattern in context.markers[name]]
        self._patterns = everything
        self._index = PatternIndex(everything)
        self._plain = read_plain_words(vocabulary)
        super().__init__(file, lists, self._plain.lines)
        self._decision = Decision(file.thresholds, self._by_name)

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
        is_told = self._is_told(seen, asked)
        parts = self._worth_a_look(text, seen, is_told)
        if seen.alarm is None and not parts:
            return None  # as nearly always: the examples could change nothing
        opinion = self._opinion(parts, seen)
        if seen.alarm is None and (opinion is None or not opinion.groups):
            return None
        evidence = self._named_in(seen)
        alarm = seen.alarm if opinion is None else self._decided(seen, opinion, evidence, asked, is_told)
        if alarm is None:
            return None
        level, group = alarm
        flag = self.flag_of(group, level, clinic, where_of(text, clinic, country))
        words = [*evidence.words(group.name), *self._words_for_now(seen)]
        return replace(flag, evidence=list(dict.fromkeys(words)), rule=self._rule_of(seen, group.name))

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
        meant = Meant(seen.message, seen.message.only(self._not_despair), Patterns())
        if not meant.mentions("sign", seen.message.only(self._despair)):
            return None
        return self._fill(self.file.despair_text, clinic, where_of(text, clinic, country))

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
        self.encode, self.second_encode = encode, multilingual()

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
        that_raise = {id(group) for group in seen.groups if any(raised(group, rules, seen.message) for rules in group.rules)}
        that_are_mentioned = {
            id(group)
            for group in seen.groups
            if any(mentioned(sides, seen.message) for rules in group.rules for sides in rules.lines)
        }
        return [
            *(float(id(group) in that_raise) for group in self._groups),
            *(float(id(group) in that_are_mentioned) for group in self._groups),
        ]

    def _read(self, text: str, within: _Seen | None = None) -> Text:
        """A text; a part of a message, with what was found there."""
        return Text(self._context, self._index, self._plain.lines(text), within.message.known if within else Known({}, {}))

    def _look(self, text: str, within: _Seen | None = None) -> _Seen:
        """What the patterns make of a text; of a part of a message, with what they found there."""
        message = self._read(text, within)
        groups = [group for group in self._groups if not group.calls.isdisjoint(message.possible)]
        for level in _LEVELS:
            for group in groups:
                if any(rules.level == level and raised(group, rules, message) for rules in group.rules):
                    at_once = group.group.at_once and raised(group, only_now(group), message)
                    return _Seen(message, groups, (level, group.group), at_once)
        return _Seen(message, groups, None)

    def _signals(self, seen: _Seen) -> list[float]:
        words = {word for line in seen.message.lines for word in line.split()}
        rules = (sides for group in seen.groups for one in group.rules for sides in one.lines)
        mentions = len(list(islice((True for sides in rules if mentioned(sides, seen.message)), _MENTIONS)))
        return [
            *(float(seen.message.says(marker)) for marker in self._context.signals),
            float(seen.alarm is not None),
            mentions / _MENTIONS,
            float(any(line.endswith(" ? ") for line in seen.message.lines)),
            min(len(words), 40) / 40,
            float(len(words) < 4),
        ]

    def opinion(self, text: str) -> Opinion | None:
        """What the examples say of a message; nothing if there is no embedding model or it fails."""
        text = normalised(text[:LONGEST])
        seen = self._look(text)
        return self._opinion(self._parts(text, seen), seen)

    def _worth_a_look(self, text: str, seen: _Seen, is_told: bool) -> list[_Part]:
        """The message and its sentences, if what they mean could change anything; else none."""
        names = self._evidence.any_in(seen.message)
        if seen.alarm is None and not is_told and not names:
            return []
        parts = self._parts(text, seen)
        if not parts or seen.alarm is not None:
            return parts
        words_score = max(part.words_score for part in parts)
        is_worth_it = self._decision.is_worth_a_look(words_score, names, lambda: bool(self._evidence.of(seen.message).there))
        return parts if is_worth_it else []

    def _parts(self, text: str, seen: _Seen) -> list[_Part]:
        """The message, and of its sentences that name something those most like an emergency: no alarm rests on others."""
        if self.classifier is None or self.encode is None or not seen.message.lines:
            return []
        try:
            read = [(part, self._read(part, seen)) for part in sentences_of(text)]
            telling = [self._part(part, message) for part, message in read if self._evidence.any_in(message)]
            most = sorted(telling, key=lambda part: -part.words_score)[:_MOST_PARTS]
            return [self._part(text, seen.message), *most]
        except Exception:
            logger.exception("the words of a message could not be compared with the examples")
            return []

    def _part(self, text: str, message: Text) -> _Part:
        assert self.classifier is not None  # noqa: S101
        return _Part(text, message, self.classifier.words_score(text, _plain(message.lines)))

    def _opinion(self, parts: list[_Part], seen: _Seen) -> Opinion | None:
        if not parts or self.classifier is None or self.encode is None:
            return None
        try:
            texts = [_embedded(part.text) for part in parts]
            vectors, seconds = self.encode(texts), self._second(texts)
            looks = [seen, *(self._look(part.text, seen) for part in parts[1:])]
            whole, *others = [self._as_seen(*each) for each in zip(parts, looks, vectors, seconds, strict=True)]
            score = together(self.classifier.score(whole), [self.classifier.score(part) for part in others])
            is_needed = score > self._decision.lowest
            return Opinion(score, self.classifier.ranked_groups(whole, self._found(seen)) if is_needed else [])
        except Exception:
            logger.exception("the examples of emergencies could not be asked")
            return None

    def _second(self, texts: list[str]) -> Sequence[Numbers | None]:
        """The multilingual embedding of each; without it the rest decides."""
        return [None] * len(texts) if self.second_encode is None else list(self.second_encode(texts))

    def _as_seen(self, part: _Part, seen: _Seen, vector: Numbers, second: Numbers | None) -> MessagePart:
        return MessagePart(_plain(part.message.lines), part.words_score, vector, self._signals(seen), second)

    def _is_told(self, seen: _Seen, asked: str | None) -> bool:
        """Whether a message has so many words that its likeness to the examples says something; not as a short answer."""
        field = field_of(asked)
        return (field is None or field.kind == "text") and sum(len(line.split()) for line in seen.message.lines) >= _FEWEST_TOLD

    def _decided(self, seen: _Seen, opinion: Opinion, evidence: Evidence, asked: str | None, is_told: bool) -> Alarm | None:
        def says_now(markers: Sequence[str]) -> bool:
            return self._names_now(seen, markers)

        found = Found(seen.alarm, seen.at_once, opinion, evidence, says_now, is_told, _is_settled(seen.message))
        return self._decision.on(found, field_of(asked))

    def evidence(self, text: str) -> Evidence:
        """What a message names that an alarm could rest on."""
        return self._named_in(self._look(normalised(text[:LONGEST])))

    def _named_in(self, seen: _Seen) -> Evidence:
        """What the message names; at least what an alarm of the patterns rests on."""
        evidence = self._evidence.of(seen.message)
        if seen.alarm is None or seen.alarm[1].name in evidence.by_group:
            return evidence
        name = seen.alarm[1].name
        [group] = [group for group in seen.groups if group.group.name == name]
        of_group = EvidenceLists({name: list(patterns_in(group.rules))}, []).of(seen.message)
        return Evidence({**evidence.by_group, **of_group.by_group}, evidence.hints, evidence.telling, evidence.is_there)

    def _names_now(self, seen: _Seen, markers: Sequence[str]) -> bool:
        """Whether a sentence that names something says that it is happening."""
        patterns = [pattern for name in markers for pattern in seen.message.of_marker(name)]
        sentences = [sentence for sentence in seen.message.sentences if any(sentence.spans(pattern) for pattern in patterns)]
        return self._evidence.any_in_sentences(seen.message, sentences)

    def _words_for_now(self, seen: _Seen) -> list[str]:
        """The words of sentences that name something which say that it is happening."""
        sentences = [each for each in seen.message.sentences if self._evidence.any_in_sentences(seen.message, [each])]
        spans = [(each, joined(sorted(span for name in _SAYS_NOW for span in each.marks(name)))) for each in sentences]
        return [each.line[slice(*span)].strip(" ,") for each, some in spans for span in some]

    @staticmethod
    def _rule_of(seen: _Seen, name: str) -> RuleName:
        """What of a group raises its alarm; the examples, if none of its wordings does."""
        group = next((group for group in seen.groups if group.group.name == name), None)
        return rule_of(group, seen.message) if group else "examples"


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
        return (made or RedFlags)(read_data(RedFlagsFile, file, RedFlagsError), read_rules())
    except PatternError as error:
        raise RedFlagsError.about([wrong_pattern(error, file)]) from error


@cache
def the_red_flags() -> RedFlags:
    """The shipped rules, read once a process."""
    return read_red_flags()


def _is_settled(message: Text) -> bool:
    """Whether a message says that what it tells of is over, a mistake, for the records or a joke, and takes none of it back."""
    breaks = message.rules.grammar.breaks
    return len(message.lines) <= _LONGEST_SETTLED and any(
        breaks.isdisjoint(sentence.line[end:].split()) for sentence in message.sentences for _, end in sentence.marks("settled")
    )


def _embedded(text: str) -> str:
    """What is embedded of a message or a sentence."""
    return text if len(text) <= _LONGEST_WHOLE else text[:_LONGEST_BEGINNING]


def _plain(lines: list[str]) -> str:
    return " | ".join(line.strip() for line in lines)


def field_of(name: str | None) -> IntakeField | None:
    """The field of the intake with a name, if there is one."""
    return next((field for field in the_intake().fields if field.name == name), None)
