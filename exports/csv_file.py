"""The queue as a table for a spreadsheet: where each case stands, and no word of a patient."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.models import Conversation, Handoff, Intake, User

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
# A spreadsheet takes a cell that begins so for a formula, and may run it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def queue_csv(session: Session, everything: bool = False) -> str:
    """The open handoffs, or all of them, in the order in which they came.

    The first character is a byte order mark, by which Excel knows that it is UTF-8.
    """
    table = io.StringIO(newline="")
    table.write("\ufeff")
    writer = csv.writer(table, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in row] for row in _rows(session, everything))
    return table.getvalue()


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _rows(session: Session, everything: bool) -> Iterator[tuple[Any, ...]]:
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


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return harmless(str(value)) if value is not None else ""
