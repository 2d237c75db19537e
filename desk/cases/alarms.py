"""The alarms of a case as its people read them: what each rests on, what raised it, and how."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, get_args

from sqlalchemy.orm import Session

from cordial.data_files import DataFileError, Part, by_name, fills, read_data
from desk.conversations.alarms import alarms_of
from desk.models import Alarm
from emergencies.compiled_groups import RuleName
from intake.record import HowRaised
from language.spoken import text_file

_FILLED = ("words", "rule", "how")


class AlarmTextsError(DataFileError):
    """`alarms.yml` cannot be used; the message names the text."""


class AlarmTexts(Part):
    """The words around those of the patient."""

    rests_on: Annotated[str, fills(*_FILLED)]
    no_words: Annotated[str, fills("rule", "how")]
    unreadable: Annotated[str, fills("rule", "how")]
    rules: Annotated[dict[str, str], by_name({name: () for name in get_args(RuleName)})]
    how: Annotated[dict[str, str], by_name({name: () for name in get_args(HowRaised)})]


@dataclass(frozen=True)
class RaisedAlarm:
    """An alarm of a case.

    Attributes:
        seq: the number of the message that raised it.
        level: how urgent it is.
        group: of emergencies.
        why: a sentence or two on what it rests on.
    """

    seq: int
    level: str
    group: str
    why: str


def raised_alarms(session: Session, conversation_id: str) -> list[RaisedAlarm]:
    """The alarms of a conversation, in order."""
    return [RaisedAlarm(row.message_seq, row.level, row.group, _why(row)) for row in alarms_of(session, conversation_id)]


def _why(alarm: Alarm) -> str:
    said = alarm_texts()
    sentence = said.unreadable if not alarm.readable else said.rests_on if alarm.words else said.no_words
    words = ", ".join(f"“{each}”" for each in alarm.words)
    return sentence.format(words=words, rule=said.rules.get(alarm.rule, alarm.rule), how=said.how.get(alarm.how, alarm.how))


def read_alarm_texts(file: Path | None = None) -> AlarmTexts:
    """Read the words; by default in the language that is spoken.

    Raises:
        AlarmTextsError: naming what is wrong.
    """
    return read_data(AlarmTexts, file or text_file("desk/cases", "alarms.yml"), AlarmTextsError)


@cache
def alarm_texts() -> AlarmTexts:
    """The words, read once a process."""
    return read_alarm_texts()
