"""Handoffs: which conversations wait for a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from desk.models import Handoff
from language.durations import in_words


def list_handoffs(session: Session, state: str | None = "open", most: int = 200) -> list[Handoff]:
    """Handoffs: emergencies first, then what is urgent, then the others; in each, who has waited longest."""
    rank = case((Handoff.urgent_level == "emergency", 0), (Handoff.urgent_level.is_not(None), 1), else_=2)
    query = select(Handoff).order_by(rank, Handoff.created_at).limit(most)
    if state is not None:
        query = query.where(Handoff.state == state)
    return list(session.scalars(query))


def waiting_handoff(session: Session, conversation_id: str) -> str | None:
    """The reference of a conversation's open handoff, if it has one."""
    return session.scalar(select(Handoff.reference).where(Handoff.conversation_id == conversation_id, Handoff.state == "open"))


def waiting_since(handoff: Handoff, now: datetime) -> str:
    """How long a handoff has waited, in words for a list."""
    return in_words(now - handoff.created_at)
