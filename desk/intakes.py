"""The stored intake: effects in, record out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.database import keyring_of
from desk.models import Conversation, Handoff, Intake, IntakeAnswer
from intake.record import (
    AnswerRefused,
    Effect,
    FieldAnswer,
    FieldAnswered,
    FieldAsked,
    HandoffAsked,
    IntakeCompleted,
    IntakePaused,
    IntakeRecord,
    IntakeResumed,
    IntakeStopped,
    Urgent,
)


def intake_record(session: Session, conversation_id: str) -> IntakeRecord:
    """Where a conversation's intake stands, each field as it was last answered."""
    intake = session.get(Intake, conversation_id)
    if intake is None:
        return IntakeRecord()
    rows = session.scalars(
        select(IntakeAnswer).where(IntakeAnswer.conversation_id == conversation_id).order_by(IntakeAnswer.id)
    )  # fmt: skip
    keyring = keyring_of(session)
    answers = {row.field: FieldAnswer.model_validate(keyring.open(row.sealed)) for row in rows}
    return IntakeRecord.model_validate(
        {
            "status": intake.status,
            "open_field": intake.open_field,
            "attempts": intake.attempts,
            "answers": answers,
            "reference": intake.reference,
        }
    )


def unread_alarm(session: Session, conversation_id: str) -> str | None:
    """The group of an emergency whose text the patient has not said to have read, if there is one."""
    return session.scalar(select(Conversation.unread_alarm).where(Conversation.id == conversation_id))


def apply_effects(session: Session, conversation_id: str, seq: int, effects: Sequence[Effect]) -> None:
    """Record what a turn did. Runs inside the transaction that stores the turn's replies.

    Args:
        session: that transaction.
        conversation_id: the conversation.
        seq: number of the patient's message that caused it.
        effects: in the order in which they happened.
    """
    for effect in effects:
        if isinstance(effect, HandoffAsked):
            _hand_off(session, conversation_id, effect.reference, effect.reason, effect.urgent)
        elif isinstance(effect, IntakePaused | IntakeResumed):
            conversation = session.get_one(Conversation, conversation_id)
            conversation.unread_alarm = effect.group if isinstance(effect, IntakePaused) else None
        else:
            _change_intake(session, conversation_id, seq, effect)


def _change_intake(
    session: Session,
    conversation_id: str,
    seq: int,
    effect: FieldAsked | FieldAnswered | AnswerRefused | IntakeStopped | IntakeCompleted,
) -> None:
    now = datetime.now(UTC)
    intake = session.get(Intake, conversation_id)
    if intake is None:
        intake = Intake(conversation_id=conversation_id, status="in_progress", attempts=0, updated_at=now)
        session.add(intake)
    intake.updated_at = now
    match effect:
        case FieldAsked(field=name):
            intake.status, intake.open_field = "in_progress", name
        case FieldAnswered(field=name, answer=answer):
            intake.attempts = 0
            sealed = keyring_of(session).seal(answer.model_dump())
            session.add(
                IntakeAnswer(conversation_id=conversation_id, field=name, sealed=sealed, message_seq=seq, at=now)
            )  # fmt: skip
        case AnswerRefused():
            intake.attempts += 1
        case IntakeStopped():
            intake.status, intake.open_field, intake.attempts = "stopped", None, 0
        case IntakeCompleted(reference=reference):
            intake.status, intake.open_field, intake.reference = "completed", None, reference
            _hand_off(session, conversation_id, reference, "intake_completed")


def _hand_off(session: Session, conversation_id: str, reference: str, reason: str, urgent: Urgent | None = None) -> None:
    handoff = session.get(Handoff, reference)
    if handoff is not None:  # asked again while waiting; the first one stands
        _mark_urgent(handoff, urgent)
        return
    handoff = Handoff(
        reference=reference, conversation_id=conversation_id, reason=reason, state="open", created_at=datetime.now(UTC)
    )  # fmt: skip
    _mark_urgent(handoff, urgent)
    session.add(handoff)
    session.flush()
    conversation = session.get(Conversation, conversation_id)
    if conversation is not None and conversation.state == "bot":
        conversation.state = "waiting"


def _mark_urgent(handoff: Handoff, urgent: Urgent | None) -> None:
    """Note the last alarm; something milder does not take the place of an emergency."""
    if urgent is None or (handoff.urgent_level == "emergency" and urgent.level != "emergency"):
        return
    handoff.urgent_level, handoff.urgent_group, handoff.urgent_at = urgent.level, urgent.group, datetime.now(UTC)
