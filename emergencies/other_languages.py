"""The check of messages in other languages: concepts found by words, and the examples of all languages.

As for English, an alarm rests on something that the message names. What the words find and the examples confirm is an alarm;
what only one of both says is asked about ("Is this happening now?"). Without the multilingual embedding the words decide alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from cordial.data_files import DataFileError, Part, read_data
from cordial.model_file import ModelFileError
from emergencies.classifier import Encode, parts_of
from emergencies.compiled_groups import RuleName
from emergencies.concepts import FOLDER, Concepts, the_concepts
from emergencies.language_files import shipped, the_words
from emergencies.other_classifier import MessageSeen, OtherClassifier, signal_names, signals_of
from emergencies.told import Teller, Told, names_forty
from intake.fields import IntakeField
from language.multilingual import ENCODER, multilingual
from language.normalise import normalised
from language.which_language import Language

logger = logging.getLogger(__name__)

FILE = FOLDER / "classifier.npz"
LONGEST = 4000
SELF_HARM = "self_harm"
IDIOM = "idiom"  # the concept of a figure of speech
DESPAIR = "despair"  # the concept of distress without intent: no alarm by itself, and nothing is asked
_LONGEST_EMBEDDED, _LONGEST_PART = 800, 300  # characters; the rest is seen by the words
_MOST_PARTS = 3
_ABOUT_HEALTH = {"text", "list", "history"}  # kinds of fields
_IN_MANY_LISTS = {"now", "sudden"}  # what is taken or known has many a "now" beside it
Level = Literal["emergency", "check", "urgent"]
_Scores = tuple[float, float]  # for an alarm, for a question


class OtherLanguagesError(DataFileError):
    """The classifier or `thresholds.yml` cannot be used; the message says what to do."""


class OtherThresholds(Part):
    """Above which score of the examples a message is an alarm, or asked about, by what its words say.

    Attributes:
        alarm_counts: the words tell of an emergency, and nothing takes it back.
        alarm_named: they name one, in whatever way it is told.
        ask_counts, ask_named: the same, for asking.
        ask_alone: they name none; then a message is asked about and raises no alarm, however sure the examples are.
        more_in_details: so much more for an alarm, in an answer about a name, an address or the like.
        more_in_texts: so much more in an answer of the kind `text` that does not say that it happens now.
        more_in_lists: the same, of the kinds `list` and `history`.
        more_in_language: so much more in some languages, by their code; less, if it is below 0.
    """

    alarm_counts: float
    alarm_named: float
    ask_counts: float
    ask_named: float
    ask_alone: float
    more_in_details: float = 0.0
    more_in_texts: float = 0.0
    more_in_lists: float = 0.0
    more_in_language: dict[str, float] = {}


@dataclass(frozen=True)
class Finding:
    """What was found in a message.

    Attributes:
        language: in whose words.
        level: an alarm, to be asked about, or a matter of the same day.
        group: of emergencies.
        score: what the examples say; nothing, if they could not be asked.
        evidence: what it rests on, in the words of the message as they are looked for; nothing, if the examples alone ask.
        rule: what of the group is told; the examples, if something takes it back or nothing is.
    """

    language: str
    level: Level
    group: str
    score: float | None
    evidence: tuple[str, ...]
    rule: RuleName = "examples"


class OtherLanguages:
    """The words of all languages, and what was learned from their examples."""

    def __init__(
        self, thresholds: OtherThresholds, classifier: OtherClassifier | None = None, encode: Encode | None = None
    ) -> None:
        """Know them.

        Args:
            thresholds: when the examples are believed.
            classifier: what was learned; without it, the words decide alone.
            encode: the multilingual embedding that goes with it.
        """
        self._concepts: Concepts = the_concepts()
        self._thresholds = thresholds
        self.classifier = classifier
        self.encode = encode
        self.languages = frozenset(shipped())

    def check(self, text: str, language: Language, asked: IntakeField | None = None) -> Finding | None:
        """Look for an emergency.

        Args:
            text: what the patient wrote.
            language: in which language it may be.
            asked: the field of the intake that the patient was asked for just before, if any; it only makes the check calmer.
        """
        text = normalised(text[:LONGEST])
        possible = [name for name in language.possible if name in self.languages] or [language.code]
        told = {name: self._teller(name).told(text) for name in possible if name in self.languages}
        if not told:
            return None
        best = _best(told, language.sure)
        score, ranked = self._asked(text, told[best], self._teller(best))
        if score is not None:
            score -= self._thresholds.more_in_language.get(best, 0.0)
        finding = self._finding(best, told[best], self._less(score, told[best], asked), ranked)
        return replace(finding, level="urgent") if finding and self._is_of_the_same_day(text, told[best]) else finding

    def _is_of_the_same_day(self, text: str, told: Told) -> bool:
        """Whether a doctor of today is soon enough for what a message tells of: "38.5 since the infusion", and no more."""
        rules = [rule for group, rule in self._concepts.same_day.items() if told.groups == {group}]
        return any(rule.holds(told.concepts) for rule in rules) and not names_forty(text)

    def _less(self, score: float | None, told: Told, asked: IntakeField | None) -> _Scores | None:
        """What counts for an alarm, and for a question: an answer to what was asked has to sound more like an emergency."""
        if score is None:
            return None
        limits, kind = self._thresholds, asked.kind if asked else None
        if kind is None:
            return score, score
        if kind not in _ABOUT_HEALTH:
            return score - limits.more_in_details, score
        now = self._concepts.happens if kind == "text" else self._concepts.happens - _IN_MANY_LISTS
        if any(each.how & now for each in told.evidence):
            return score, score
        more = limits.more_in_texts if kind == "text" else limits.more_in_lists
        return score - more, score - more

    def warm_up(self) -> None:
        """Read the words of every language now, a tenth of a second each, rather than when the first patient writes in it."""
        for name in sorted(self.languages):
            self._teller(name)

    def in_despair(self, text: str, language: Language) -> str | None:
        """The language in which a message tells of despair without a word of ending it; nothing, if it does not."""
        for name in language.possible:
            told = self._teller(name).told(normalised(text[:LONGEST])) if name in self.languages else Told([], frozenset())
            counted = {each.rule.together for each in told.evidence if each.counts and each.rule.group == SELF_HARM}
            if counted == {(DESPAIR,)}:
                return name
        return None

    def _finding(self, language: str, told: Told, scores: _Scores | None, ranked: Sequence[str]) -> Finding | None:
        told, despairs = _without_despair(told)
        if despairs and not told.evidence and ranked[:1] in ([], [SELF_HARM]):
            return None  # see `in_despair`
        level = self._level(told, scores)
        if level is None:
            return None
        group = _group(told, ranked)
        of_group = [each for each in told.evidence if each.rule.group == group]
        said = tuple(dict.fromkeys(filter(None, (words for each in of_group for words in each.said))))
        rule: RuleName = next((each.rule.way for each in of_group if each.counts), "examples")
        return Finding(language, level, group, scores[0] if scores else None, said, rule)

    def _level(self, told: Told, scores: _Scores | None) -> Level | None:
        limits = self._thresholds
        if scores is None:
            return "emergency" if told.groups else None
        if not told.evidence:
            return "check" if scores[1] > limits.ask_alone else None
        alarm, ask = (limits.alarm_counts, limits.ask_counts) if told.groups else (limits.alarm_named, limits.ask_named)
        return "emergency" if scores[0] > alarm else "check" if scores[1] > ask else None

    def _asked(self, text: str, told: Told, teller: Teller) -> tuple[float | None, list[str]]:
        """What the examples say: a score, and the groups, the likeliest first."""
        if self.classifier is None or self.encode is None:
            return None, []
        try:
            parts = self._telling_parts(text, teller)
            embedded = [text[:_LONGEST_EMBEDDED], *(part[:_LONGEST_PART] for part, _ in parts)]
            vectors = self.encode(embedded)
            tolds = [told, *(of_part for _, of_part in parts)]
            whole, *others = (
                MessageSeen(part, vector, signals_of(self._concepts, one))
                for part, vector, one in zip(embedded, vectors, tolds, strict=True)
            )
            return self.classifier.score(whole, others), self.classifier.ranked_groups(whole)
        except Exception:
            logger.exception("the examples of other languages could not be asked")
            return None, []

    def _telling_parts(self, text: str, teller: Teller) -> list[tuple[str, Told]]:
        """The parts of a message that name most signs; to embed the others would cost time for nothing."""
        told = [(part, teller.told(part)) for part in parts_of(text)]
        signs = [(len(one.concepts - self._concepts.contexts), part, one) for part, one in told]
        most = sorted((each for each in signs if each[0]), key=lambda each: -each[0])[:_MOST_PARTS]
        return [(part, one) for _, part, one in most]

    @staticmethod
    def _teller(language: str) -> Teller:
        return the_words(language)


def _without_despair(told: Told) -> tuple[Told, bool]:
    """What a message tells of beside despair, and whether it tells of that."""
    rest = [each for each in told.evidence if each.rule.together != (DESPAIR,)]
    return replace(told, evidence=rest), len(rest) < len(told.evidence)


def _best(told: dict[str, Told], sure: bool) -> str:
    """The language whose words are believed, of those that are possible, the likeliest first.

    Words of a neighbouring language find the sign and miss the "no" beside it. So the likeliest one comes first if it finds
    something, and otherwise the one that finds most.
    """
    likeliest = next(iter(told))
    if sure and (told[likeliest].evidence or IDIOM in told[likeliest].concepts):
        return likeliest
    return max(told, key=lambda name: _weight(told[name]))


def _weight(told: Told) -> tuple[int, int, int]:
    """How much words find: what counts first."""
    return len(told.groups), len({each.rule for each in told.evidence}), len(told.concepts)


def _group(told: Told, ranked: Sequence[str]) -> str:
    """The group that is told of; among several, the one that the examples are most like."""
    counted = told.groups or {each.rule.group for each in told.evidence}
    return next((group for group in ranked if group in counted), None) or next(
        iter(_in_order(counted)), ranked[0] if ranked else "other_emergency"
    )


def _in_order(groups: Iterable[str]) -> list[str]:
    known = the_concepts().groups
    return sorted(groups, key=known.index)


def read_thresholds(file: Path = FOLDER / "thresholds.yml") -> OtherThresholds:
    """Read the file.

    Raises:
        OtherLanguagesError: naming what is wrong.
    """
    return read_data(OtherThresholds, file, OtherLanguagesError)


def read_other_languages(with_examples: bool = True) -> OtherLanguages:
    """Read words, thresholds and what was learned from the examples.

    If the embedding cannot be loaded, the words decide alone; so does nobody lose the check for a broken package.

    Raises:
        OtherLanguagesError: naming what is wrong with a file.
    """
    thresholds = read_thresholds()
    encode = multilingual() if with_examples else None
    if encode is None:
        return OtherLanguages(thresholds)
    try:
        classifier = OtherClassifier.load(FILE)
    except ModelFileError as error:
        raise OtherLanguagesError(f"{error} Run `cordial languages fit`.") from error
    about = classifier.about
    if about.signals != signal_names(the_concepts()) or about.encoder != ENCODER:
        raise OtherLanguagesError(f"{FILE.name} was fitted for other rules. Run `cordial languages fit`.")
    return OtherLanguages(thresholds, classifier, encode)
