"""A call to the patient, noted. One in which they talked ends the wait as a reply does; one in vain leaves them waiting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.cases.taking_over import Colleague, said_by, take_over_if_free
from desk.conversations.log import Draft, append
from desk.conversations.states import change
from desk.models import AuditEntry, User

_NOTED = "case.called"


@dataclass(frozen=True)
class Call:
    """A call as it stands in the history of a case."""

    by: str
    at: datetime
    talked: bool  # with the patient


def note_call(session: Session, conversation_id: str, by: Colleague, seen: int, talked: bool) -> None:
    """Note a call. Whoever talked to the patient has the conversation, where nobody else has it and it is not closed.

    Raises:
        Stale: if somebody changed the conversation meanwhile.
        Gone: if it was deleted.
    """
    waits_no_more = {"waiting_since": None, "snoozed_until": None} if talked else {}
    conversation = change(session, conversation_id, "note_call", seen, **waits_no_more)
    if talked:
        take_over_if_free(session, conversation_id, by, conversation.revision)
    told = Draft(
        said_by(by, "talked" if talked else "not_reached"), kind="notice", sender="coordinator" if talked else "system"
    )
    [message] = append(session, conversation_id, [told])
    if talked:
        message.author, message.author_role = by.name, by.role
    record(session, by.id, _NOTED, conversation_id, talked=talked)


def calls_on(session: Session, conversation_id: str) -> list[Call]:
    """Every call that was noted on a conversation, the first one first."""
    noted = (
        select(AuditEntry, User.name)
        .join(User, User.id == AuditEntry.actor)
        .where(AuditEntry.subject == conversation_id, AuditEntry.action == _NOTED)
        .order_by(AuditEntry.seq)
    )
    return [Call(name, entry.at, bool(entry.details["talked"])) for entry, name in session.execute(noted)]
