"""The stored intake: effects in, record out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from desk.conversations.alarms import keep_alarm
from desk.conversations.held_back import change_held, hold
from desk.conversations.states import handed_off, reopen_handoff, waits_for_nobody
from desk.database import keyring_of
from desk.models import Conversation, Handoff, Intake, IntakeAnswer
from desk.post.outbox import ALARMS_APART, announce, announce_again
from desk.tables.words import unreadable
from intake.fields import the_intake
from intake.record import (
    AskedBack,
    ConversationDeleted,
    Effect,
    FieldAnswer,
    FieldAnswered,
    HandoffAsked,
    HeldChanged,
    IntakeAmended,
    IntakeCompleted,
    IntakeEffect,
    IntakePaused,
    IntakeRecord,
    IntakeResumed,
    MessageHeld,
    StartedOver,
    Urgent,
    after,
)


def intake_record(session: Session, conversation_id: str, to_be_shown: bool = False) -> IntakeRecord:
    """Where a conversation's intake stands, each field as it was last answered.

    Args:
        session: a transaction.
        conversation_id: the conversation.
        to_be_shown: whether an answer that cannot be opened is shown as such; otherwise its field counts as not answered.
    """
    conversation = session.get(Conversation, conversation_id)
    asking = conversation.asking if conversation else None
    intake = session.get(Intake, conversation_id)
    if intake is None:
        return IntakeRecord.model_validate({"asking": asking})
    given = {row.field: answer for row, answer in answers_given(session, conversation_id)}
    shown = {name: answer or unread_answer() for name, answer in given.items() if answer or to_be_shown}
    return _record(intake, answers=shown, asking=asking)


def answers_given(session: Session, conversation_id: str) -> list[tuple[IntakeAnswer, FieldAnswer | None]]:
    """Every answer of a conversation's intake, in the order in which they came; a later one replaces an earlier.

    One that cannot be opened has no content; no earlier answer takes its place.
    """
    rows = session.scalars(
        select(IntakeAnswer).where(IntakeAnswer.conversation_id == conversation_id).order_by(IntakeAnswer.id)
    )
    keyring = keyring_of(session)
    opened = [(row, keyring.open_if_possible(row.sealed, f"answer {row.id}")) for row in rows]
    return [(row, None if content is None else FieldAnswer.model_validate(content)) for row, content in opened]


def unread_answer() -> FieldAnswer:
    """What is shown for an answer that cannot be opened."""
    return FieldAnswer(said=unreadable().answer)


def unread_alarm(session: Session, conversation_id: str) -> str | None:
    """The group of an emergency whose text the patient has not said to have read, if there is one."""
    conversation = session.get(Conversation, conversation_id)
    return conversation.unread_alarm if conversation else None


def apply_effects(session: Session, conversation_id: str, seq: int, effects: Sequence[Effect]) -> None:
    """Record what a turn did. Runs inside the transaction that stores the turn's replies.

    Args:
        session: that transaction.
        conversation_id: the conversation.
        seq: number of the patient's message that caused it.
        effects: in the order in which they happened.
    """
    conversation = session.get_one(Conversation, conversation_id)
    asked, conversation.asking = conversation.asking, None  # what was asked back stands for one message
    for effect in effects:
        match effect:
            case HandoffAsked():
                _hand_off(session, conversation_id, effect.reference, effect.reason, effect.urgent)
                keep_alarm(session, conversation_id, seq, effect.urgent)
            case IntakePaused(group=group):
                conversation.unread_alarm = group
            case IntakeResumed():
                conversation.unread_alarm = None
            case AskedBack(asking=asking):
                conversation.asking = asking
            case MessageHeld():
                hold(session, conversation_id, seq, effect, asked)
            case HeldChanged(was=was, state=state):
                change_held(session, conversation_id, was, state)
            case ConversationDeleted():
                pass  # the gateway deletes it, once the reply is on its way
            case _:
                _change_intake(session, conversation_id, seq, effect)


def _change_intake(session: Session, conversation_id: str, seq: int, effect: IntakeEffect) -> None:
    """Store what an effect changes, which is what `intake.record.after` says."""
    now = datetime.now(UTC)
    intake = session.get(Intake, conversation_id)
    if intake is None:
        intake = Intake(conversation_id=conversation_id, status="none", attempts=0, detail_asked=False, updated_at=now)
        session.add(intake)
    changed = after(_record(intake), effect)
    intake.status, intake.open_field, intake.detail_asked = changed.status, changed.open_field, changed.detail_asked
    intake.attempts, intake.reference, intake.updated_at = changed.attempts, changed.reference, now
    match effect:
        case FieldAnswered(field=name, answer=answer):
            sealed = keyring_of(session).seal(answer.model_dump())
            session.add(IntakeAnswer(conversation_id=conversation_id, field=name, sealed=sealed, message_seq=seq, at=now))
        case StartedOver():
            session.execute(delete(IntakeAnswer).where(IntakeAnswer.conversation_id == conversation_id))
        case IntakeCompleted(reference=reference):
            _hand_off(session, conversation_id, reference, "intake_completed")
        case IntakeAmended():
            _amend(session, intake)
    _note_country(session, conversation_id, effect)


def _note_country(session: Session, conversation_id: str, effect: IntakeEffect) -> None:
    """Keep the country beside the sealed answers, because cases are looked for by it."""
    match effect:
        case FieldAnswered(field=name, answer=answer) if the_intake().role_of(name) == "country":
            code = answer.value.get("code") if isinstance(answer.value, dict) and not answer.skipped else None
            session.get_one(Conversation, conversation_id).country = code
        case StartedOver():
            session.get_one(Conversation, conversation_id).country = None


def _record(intake: Intake, **more: object) -> IntakeRecord:
    return IntakeRecord.model_validate(
        {
            "status": intake.status,
            "open_field": intake.open_field,
            "detail_asked": intake.detail_asked,
            "attempts": intake.attempts,
            "reference": intake.reference,
            **more,
        }
    )


def _hand_off(session: Session, conversation_id: str, reference: str, reason: str, urgent: Urgent | None = None) -> None:
    conversation, now = session.get_one(Conversation, conversation_id), datetime.now(UTC)
    handoff = session.get(Handoff, reference)
    comes = "new" if handoff is None else "again" if waits_for_nobody(conversation) else None
    if handoff is None:
        handoff = Handoff(reference=reference, conversation_id=conversation_id, reason=reason, created_at=now)
        session.add(handoff)
    handoff.state = "open"  # asked again: the first one stands, also if somebody closed it a moment ago
    _call(handoff, comes if urgent is None else _called_by(urgent, handoff, conversation, comes, now), now)
    _mark_urgent(handoff, urgent)
    session.flush()
    handed_off(conversation)
    if urgent or comes or reason == "intake_completed":
        tell = announce_again if comes == "again" else announce
        tell(session, handoff, "urgent" if urgent else "new" if comes else "amended", now)


def _amend(session: Session, intake: Intake) -> None:
    """Tell that something changed; after the case was closed or handed back, nobody would see it otherwise."""
    conversation, now = session.get_one(Conversation, intake.conversation_id), datetime.now(UTC)
    again = waits_for_nobody(conversation)
    handoff = reopen_handoff(session, conversation.id) or (session.get(Handoff, intake.reference) if intake.reference else None)
    handed_off(conversation)
    if handoff is not None and again:
        _call(handoff, "again", now)
        announce_again(session, handoff, "new", now)
    elif handoff is not None:
        announce(session, handoff, "amended", now)


def _call(handoff: Handoff, called_for: str | None, now: datetime) -> None:
    """Note why a handoff calls for whoever is there, if it does."""
    if called_for:
        handoff.called_at, handoff.called_for = now, called_for


def _called_by(urgent: Urgent, handoff: Handoff, conversation: Conversation, comes: str | None, now: datetime) -> str | None:
    """The level of an alarm that calls for whoever is there: not who has the case already, nor for the same again and again."""
    lately = handoff.called_for == urgent.level and handoff.called_at and now - handoff.called_at < ALARMS_APART
    return urgent.level if comes or not (conversation.holder or lately) else None


def _mark_urgent(handoff: Handoff, urgent: Urgent | None) -> None:
    """Note the last alarm; something milder does not take the place of an emergency."""
    if urgent is None or (handoff.urgent_level == "emergency" and urgent.level != "emergency"):
        return
    handoff.urgent_level, handoff.urgent_group, handoff.urgent_at = urgent.level, urgent.group, datetime.now(UTC)
