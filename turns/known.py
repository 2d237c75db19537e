"""What the check for emergencies is told of a conversation: where the patient lives, what was said, what was settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from desk.conversations.held_back import HeldMessage, held_back, same_text
from desk.conversations.intakes import intake_record
from desk.conversations.log import said_since
from desk.models import Conversation
from emergencies.red_flags import RedFlag, RedFlags, country_of
from intake.clinic import Clinic
from intake.record import IntakeRecord
from intake.sent import Sent, line_by_line
from language.repeating import in_own_words

_LEVELS = ("emergency", "check", "urgent")  # the gravest first


@dataclass(frozen=True)
class Known:
    """What is known of a conversation when a message of it is checked.

    Attributes:
        record: where the intake stands.
        held: the messages that were held back because of an emergency.
        language: of the conversation.
        said: to the patient since their last message.
    """

    record: IntakeRecord
    held: list[HeldMessage]
    language: str | None = None
    said: Sequence[str] = ()

    def changes_nothing(self, text: str) -> bool:
        """Whether the check finds the same in a text as without it; a single word leans to the language of its conversation."""
        return len(text.split()) > 1 and not (self.held or self.said or self.record.open_field or country_of(self.record))

    @property
    def alarm_in_question(self) -> dict[str, Any] | None:
        """The alarm that a yes raises, if the patient was asked whether it happens now."""
        return _in_question(self.held)


def known_of(session: Session, conversation_id: str) -> Known:
    """What is known of a conversation. Of answers that cannot be opened nothing is known; the rest is."""
    conversation = session.get(Conversation, conversation_id)  # held here, so that the record finds it without reading it again
    language = conversation.language if conversation else None
    said = said_since(session, conversation_id)
    return Known(intake_record(session, conversation_id), held_back(session, conversation_id), language, said)


def flag_of(text: str, known: Known, red_flags: RedFlags, clinic: Clinic, values: Sequence[Sent] = ()) -> RedFlag | None:
    """What is urgent in a message, given what is known of its conversation.

    A yes to "Is this happening now?" raises the alarm that was in question. What was read raises none again, nor what is no
    emergency, as the patient says. Each line of a card is an answer to its own field. What only repeats our own words, such as
    a sentence on when to call that somebody copied to ask about it, is asked about.
    """
    confirmed = confirmed_by(text, known.held, red_flags)
    if confirmed:
        return confirmed
    if same_text(known.held, text, frozenset({"read", "denied"})):
        return None
    country = country_of(known.record)

    def check(part: str, asked: str | None) -> RedFlag | None:
        flag = red_flags.check(part, clinic, country, asked, known.language)
        own = in_own_words(part, known.said) if flag and flag.level == "emergency" else part
        if flag is None or own == part:
            return flag
        alarm = red_flags.check(own, clinic, country, asked, known.language)
        return alarm if alarm and alarm.level == "emergency" else replace(flag, level="check")

    found = [check(part, asked) for part, asked in _parts(text, known, values)]
    return next((flag for level in _LEVELS for flag in found if flag and flag.level == level), None)


def confirmed_by(text: str, held: Sequence[HeldMessage], red_flags: RedFlags) -> RedFlag | None:
    """The alarm that a message raises as a yes to "Is this happening now?"; nothing, if that was not asked or is no yes."""
    alarm = _in_question(held)
    return RedFlag(**alarm, level="emergency", confirmed=True) if alarm and red_flags.happening_now.is_yes(text) else None


def _in_question(held: Sequence[HeldMessage]) -> dict[str, Any] | None:
    return next((each.alarm for each in reversed(held) if each.state == "asked"), None)


def _parts(text: str, known: Known, values: Sequence[Sent]) -> Sequence[tuple[str, str | None]]:
    """A message with the field that was asked; what was chosen belongs to fields of its own."""
    return line_by_line(text, values) if values else [(text, known.record.open_field)]
