"""The queue as a table for a spreadsheet: where each case stands, and no word of a patient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.models import Conversation, Handoff, Intake, User
from exports.spreadsheet import Cell, as_csv

COLUMNS = (
    "reference",
    "handoff",
    "conversation",
    "urgency",
    "reason",
    "created_utc",
    "waiting_since_utc",
    "intake",
    "country",
    "language",
    "with",
    "closed_utc",
    "outcome",
)


def queue_csv(session: Session, everything: bool = False) -> bytes:
    """The open handoffs, or all of them, in the order in which they came."""
    return as_csv(COLUMNS, _rows(session, everything))


def _rows(session: Session, everything: bool) -> Iterator[Sequence[Cell]]:
    query = (
        select(
            Handoff.reference,
            Handoff.state,
            Conversation.state,
            Handoff.urgent_level,
            Handoff.reason,
            Handoff.created_at,
            Conversation.waiting_since,
            Intake.status,
            Conversation.country,
            Conversation.language,
            User.name,
            Conversation.closed_at,
            Conversation.outcome,
        )
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .outerjoin(Intake, Intake.conversation_id == Handoff.conversation_id)
        .outerjoin(User, User.id == Conversation.holder)
        .order_by(Handoff.created_at, Handoff.reference)
    )
    for row in session.execute(query if everything else query.where(Handoff.state == "open")):
        yield tuple(row)
