"""What stands in `red_flags.yml`, which a physician reviews: the groups of emergencies, their texts, and the thresholds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from cordial.data_files import DataFileError, Faults, Name, Part, PlainText, Way, filled_with, fills, read_data
from emergencies.calling import CallingTexts
from emergencies.happening_now import HappeningNowTexts
from emergencies.numbers import Service
from language.spoken import text_file

Level = Literal["emergency", "urgent", "check"]  # check: ask first whether it is happening now


class RedFlagsError(DataFileError):
    """`red_flags.yml` or `context.yml` cannot be used; the message names the entry."""


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


class Thresholds(Part):
    """Scores above which something is raised or asked, and what an answer to a question needs more; the file explains each."""

    alarm: float
    alarm_at_once: float
    alarm_with_patterns: float
    alarm_with_hints: float
    at_once: float
    ask: float
    ask_with_patterns: float
    ask_with_hints: float
    ask_at_once: float
    ask_by_likeness: float
    look_by_likeness: float
    look_by_words: float
    look_with_evidence: float
    more_if_not_there: float
    more_if_not_there_to_ask: float
    more_if_settled: float
    more_in_details: float
    more_where_told: float
    more_in_texts: float
    more_in_lists: float
    more_in_lists_to_ask: float
    more_in_lists_now: float


class RedFlagsFile(Part):
    """The whole file."""

    version: int
    reviewer_role: PlainText
    thresholds: Thresholds
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
    circumstances: str
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


@cache
def the_calling_texts() -> CallingTexts:
    """How the language that is spoken says whom to call, read once a process, without the rules around it."""
    return read_data(RedFlagsFile, text_file("emergencies", "red_flags.yml"), RedFlagsError).calling


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
