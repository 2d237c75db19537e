"""The queue as a table for a spreadsheet: where each case of a list stands, and no word of a patient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from desk.cases.queue import gravest, handoffs_of, to_show
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
    "other_references",
)
_AT_ONCE = 500


def queue_csv(session: Session, ids: Sequence[str]) -> bytes:
    """A line for each of these conversations, in their order, by the reference under which the list shows it."""
    return as_csv(COLUMNS, _rows(session, ids))


def _rows(session: Session, ids: Sequence[str]) -> Iterator[Sequence[Cell]]:
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        handoffs = handoffs_of(session, some)
        found = {row[0].id: row for row in session.execute(_standing(some)).tuples()}
        yield from (_row(handoffs[id_], *found[id_]) for id_ in some if id_ in handoffs)


def _standing(ids: Sequence[str]) -> Select[tuple[Conversation, str, str]]:
    """Each conversation, the status of its intake, and the name of who has it; either may be none."""
    return (
        select(Conversation, Intake.status, User.name)
        .outerjoin(Intake, Intake.conversation_id == Conversation.id)
        .outerjoin(User, User.id == Conversation.holder)
        .where(Conversation.id.in_(ids))
    )


def _row(handoffs: list[Handoff], conversation: Conversation, intake: str | None, holder: str | None) -> Sequence[Cell]:
    shown = to_show(handoffs)
    return (
        shown.reference,
        shown.state,
        conversation.state,
        (gravest(handoffs) or shown).urgent_level,
        shown.reason,
        shown.created_at,
        conversation.waiting_since,
        intake,
        conversation.country,
        conversation.language,
        holder,
        conversation.closed_at,
        conversation.outcome,
        " ".join(each.reference for each in handoffs if each is not shown),
    )
