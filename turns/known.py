"""What the check for emergencies is told of a conversation: where the patient lives, what was asked, what was settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from desk.conversations.held_back import HeldMessage, held_back, same_text
from desk.conversations.intakes import intake_record
from desk.models import Conversation
from emergencies.red_flags import RedFlag, RedFlags, country_of
from intake.clinic import Clinic
from intake.record import IntakeRecord


@dataclass(frozen=True)
class Known:
    """What is known of a conversation when a message of it is checked.

    Attributes:
        record: where the intake stands.
        held: the messages that were held back because of an emergency.
        language: of the conversation.
    """

    record: IntakeRecord
    held: list[HeldMessage]
    language: str | None = None

    @property
    def changes_nothing(self) -> bool:
        """Whether the check finds the same as without it."""
        return not (self.held or self.record.open_field or country_of(self.record))

    @property
    def alarm_in_question(self) -> dict[str, Any] | None:
        """The alarm that a yes raises, if the patient was asked whether it happens now."""
        return next((each.alarm for each in reversed(self.held) if each.state == "asked"), None)


def known_of(session: Session, conversation_id: str) -> Known:
    """What is known of a conversation. Of answers that cannot be opened nothing is known; the rest is."""
    conversation = session.get(Conversation, conversation_id)  # held here, so that the record finds it without reading it again
    language = conversation.language if conversation else None
    return Known(intake_record(session, conversation_id), held_back(session, conversation_id), language)


def flag_of(text: str, known: Known, red_flags: RedFlags, clinic: Clinic) -> RedFlag | None:
    """What is urgent in a message, given what is known of its conversation.

    A yes to "Is this happening now?" raises the alarm that was in question. What was read raises none again, nor what is no
    emergency, as the patient says.
    """
    if known.alarm_in_question and red_flags.happening_now.is_yes(text):
        return RedFlag(**known.alarm_in_question, level="emergency", confirmed=True)
    if same_text(known.held, text, frozenset({"read", "denied"})):
        return None
    return red_flags.check(text, clinic, country_of(known.record), known.record.open_field, known.language)
