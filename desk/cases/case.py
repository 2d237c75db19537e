"""A case: a handoff with everything that a person needs to take it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.cases.alarms import RaisedAlarm, raised_alarms
from desk.cases.calls import Call, calls_on
from desk.cases.emergencies import said_why
from desk.cases.flags import Flag, flags_of
from desk.cases.notes import OpenedNote, notes_on
from desk.conversations.corrections import OpenedCorrection, as_corrected, corrections_of
from desk.conversations.intakes import answers_given, intake_record, unread_answer
from desk.conversations.log import messages_after
from desk.conversations.own_data import consent_withdrawn_at
from desk.models import Conversation, Feedback, Handoff, Message, Review, User
from intake.fields import the_intake
from intake.record import FieldAnswer, IntakeRecord


@dataclass(frozen=True)
class Change:
    """One answer to a field as it was given; a later one for the same field replaces it."""

    field: str
    answer: FieldAnswer
    at: datetime
    seq: int  # of the patient's message


@dataclass(frozen=True)
class Case:
    """A handoff with everything that a person needs to take it up."""

    handoff: Handoff
    others: list[Handoff]  # earlier and later ones of the same conversation
    conversation: Conversation
    intake: IntakeRecord
    changes: list[Change]
    transcript: list[Message]
    holder: str | None
    withdrawn_at: datetime | None  # when the patient took their consent back
    notes: list[OpenedNote]
    calls: list[Call]
    reviews: dict[int, Review]  # by the number of the message
    feedback: dict[int, bool]  # likewise: whether it was helpful
    alarms: list[RaisedAlarm]  # every one, in order
    corrections: list[OpenedCorrection]  # every one, in order
    said_why: str | None  # about an emergency: the reason of who put it off, closed it or handed it back last

    def flags(self, zone: str = "UTC") -> list[Flag]:
        """What a physician should see at once; ages are counted to today in that time zone."""
        return flags_of(self.intake, datetime.now(ZoneInfo(zone)).date())

    def asked(self, message: Message) -> Message | None:
        """The patient's message that a reply belongs to."""
        return next((m for m in self.transcript if m.seq == message.reply_to), None)

    @property
    def declined(self) -> list[tuple[Message, Message]]:
        """What the assistant had no answer to: the question, and what it said."""
        said = [m for m in self.transcript if m.answer and m.answer.status == "abstained"]
        return [(question, m) for m in said if (question := self.asked(m))]

    @property
    def corrected(self) -> Mapping[str, OpenedCorrection]:
        """Name and contact as they were set right last, by their role in the intake."""
        return as_corrected(self.corrections)

    @property
    def consent(self) -> Change | None:
        """The consent as it was given last."""
        return next((change for change in reversed(self.changes) if the_intake().role_of(change.field) == "consent"), None)

    @property
    def urgent(self) -> Handoff | None:
        """The handoff with the gravest alarm."""
        alarms = [handoff for handoff in (self.handoff, *self.others) if handoff.urgent_level]
        return min(alarms, key=lambda handoff: handoff.urgent_level != "emergency", default=None)

    @property
    def gravest_alarm(self) -> RaisedAlarm | None:
        """The last alarm for which that handoff is urgent; none for what needs no words, or came before they were kept."""
        for_it = (self.urgent.urgent_level, self.urgent.urgent_group) if self.urgent else None
        return next((each for each in reversed(self.alarms) if (each.level, each.group) == for_it), None)

    @property
    def other_alarms(self) -> list[RaisedAlarm]:
        """The others, the last one first."""
        return [each for each in reversed(self.alarms) if each is not self.gravest_alarm]

    @property
    def emergency(self) -> Handoff | None:
        """The open handoff with the last emergency."""
        alarms = [each for each in (self.handoff, *self.others) if each.urgent_level == "emergency" and each.state == "open"]
        return max(alarms, key=lambda handoff: handoff.urgent_at or handoff.created_at, default=None)

    @property
    def unanswered_emergency(self) -> bool:
        """Whether there is one, and no person has written since."""
        alarm = self.emergency
        if alarm is None:
            return False
        since = alarm.urgent_at or alarm.created_at
        return not any(m.sender == "coordinator" and m.at > since for m in self.transcript)

    @property
    def open_alarm(self) -> bool:
        """Whether an alarm waits for a person."""
        return any(handoff.urgent_level and handoff.state == "open" for handoff in (self.handoff, *self.others))


def find_case(session: Session, reference: str) -> Case | None:
    """The case with that reference number, or none."""
    handoff = session.get(Handoff, reference.strip().upper())
    if handoff is None:
        return None
    id_ = handoff.conversation_id
    conversation = session.get_one(Conversation, id_)
    others = session.scalars(
        select(Handoff)
        .where(Handoff.conversation_id == id_, Handoff.reference != handoff.reference)
        .order_by(Handoff.created_at)
    )
    return Case(
        handoff=handoff,
        others=list(others),
        conversation=conversation,
        intake=intake_record(session, id_, to_be_shown=True),
        changes=changes_of(session, id_),
        transcript=messages_after(session, id_, 0),
        holder=session.scalar(select(User.name).where(User.id == conversation.holder)) if conversation.holder else None,
        withdrawn_at=consent_withdrawn_at(session, id_),
        notes=notes_on(session, id_),
        calls=calls_on(session, id_),
        reviews={review.message_seq: review for review in session.scalars(select(Review).where(Review.conversation_id == id_))},
        feedback={
            row.message_seq: row.helpful for row in session.scalars(select(Feedback).where(Feedback.conversation_id == id_))
        },
        alarms=raised_alarms(session, id_),
        corrections=corrections_of(session, id_),
        said_why=said_why(session, id_),
    )


def changes_of(session: Session, conversation_id: str) -> list[Change]:
    """Every answer to the intake in the order in which they were given; one that cannot be opened says so."""
    given = answers_given(session, conversation_id)
    return [Change(row.field, answer or unread_answer(), row.at, row.message_seq) for row, answer in given]
