"""Conversations made straight in the database, for tests of its rules."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from desk.cases.taking_over import Colleague
from desk.conversations.log import Draft, start_conversation, store_patient_message, store_turn
from desk.models import User
from intake.record import Effect, FieldAnswer, FieldAnswered, FieldAsked, HandoffAsked, Urgent


def colleague(session: Session, name: str = "Ana Example", role: str = "coordinator") -> Colleague:
    """Somebody who works here."""
    id_ = secrets.token_hex(8)
    session.add(User(id=id_, email=f"{id_}@clinic.example", name=name, role=role, created_at=datetime.now(UTC)))
    session.flush()
    return Colleague(id_, name, role, "Birchwood Example Clinic")


def conversation(session: Session, *texts: str, effects: Sequence[Effect] = ()) -> str:
    """A patient who wrote these texts, each answered; the effects are of the last one."""
    id_ = start_conversation(session, [Draft("Hello.")])[0].id
    for position, text in enumerate(texts):
        says(session, id_, text, effects if position == len(texts) - 1 else ())
    return id_


def says(session: Session, conversation_id: str, text: str, effects: Sequence[Effect] = ()) -> int:
    """One more message of a patient, answered by the assistant unless a person is there; gives its number."""
    stored = store_patient_message(session, conversation_id, secrets.token_hex(16), text)
    store_turn(session, conversation_id, stored.seq, [Draft("I see.")], effects)
    return stored.seq


def asks_for_a_person(reference: str, level: Any = None) -> list[Effect]:
    """The conversation is passed on, with an alarm or without."""
    urgent = Urgent(group="breathing", level=level) if level else None
    return [HandoffAsked(reference=reference, reason="red_flag" if level else "asked", urgent=urgent)]


def answers(field: str, said: str, value: Any = None) -> list[Effect]:
    """A field of the intake is answered."""
    return [FieldAsked(field=field), FieldAnswered(field=field, answer=FieldAnswer(said=said, value=value or said))]
