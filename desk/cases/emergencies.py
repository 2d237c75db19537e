"""An emergency that waits for a person. It can be put off for minutes alone, and nobody lets it go without saying why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from cordial.data_files import DataFileError, Part, PlainText, read_data
from desk.models import AuditEntry, Handoff, Message
from language.spoken import text_file

MINUTES = (5, 15, 30)  # for which an emergency can be put off


class ReasonsError(DataFileError):
    """`reasons.yml` cannot be used; the message names the reason."""


class Reasons(Part):
    """What people can say, by the name that the audit log keeps."""

    put_off: dict[str, PlainText]
    let_go: dict[str, PlainText]


class OnlyMinutes(Exception):
    """An emergency cannot be put off for so long."""


class ReasonNeeded(Exception):
    """This emergency cannot be put off or let go without a reason."""


def read_reasons(file: Path | None = None) -> Reasons:
    """Read the reasons; by default those of the language that is spoken.

    Raises:
        ReasonsError: naming what is wrong.
    """
    return read_data(Reasons, file or text_file("desk/cases", "reasons.yml"), ReasonsError)


@cache
def reasons() -> Reasons:
    """The reasons, read once a process."""
    return read_reasons()


def refuse_to_put_off(session: Session, conversation_id: str, until: datetime, reason: str) -> bool:
    """Whether this is an emergency, if it may be put off until then.

    Raises:
        OnlyMinutes: if it may not.
        ReasonNeeded: if nobody said why.
    """
    if _alarm_since(session, conversation_id) is None:
        return False
    if until > datetime.now(UTC) + timedelta(minutes=MINUTES[-1]):
        raise OnlyMinutes
    if reason not in reasons().put_off:
        raise ReasonNeeded
    return True


def refuse_to_let_go(session: Session, conversation_id: str, reason: str) -> bool:
    """Whether this is an emergency that nobody has answered, if it may be let go.

    Raises:
        ReasonNeeded: if nobody said why.
    """
    since = _alarm_since(session, conversation_id)
    if since is None or session.scalar(select(_written_since(conversation_id, since))):
        return False
    if reason not in reasons().let_go:
        raise ReasonNeeded
    return True


def said_why(session: Session, conversation_id: str) -> str | None:
    """In words, why the person who put off an emergency or let it go last did so; nothing, if that was something else."""
    done = select(AuditEntry).where(
        AuditEntry.subject == conversation_id, AuditEntry.action.in_(("case.snoozed", "case.closed", "case.handed_back"))
    )
    last = session.scalar(done.order_by(AuditEntry.seq.desc()).limit(1))
    if last is None:
        return None
    known = reasons().put_off if last.action == "case.snoozed" else reasons().let_go
    return known.get(str(last.details.get("emergency")))


def nobody_answered() -> ColumnElement[bool]:
    """That no person has written since the alarm of a handoff was raised."""
    return ~_written_since(Handoff.conversation_id, func.coalesce(Handoff.urgent_at, Handoff.created_at))


def _alarm_since(session: Session, conversation_id: str) -> datetime | None:
    """Since when an emergency is open; nothing, if there is none."""
    at = func.max(func.coalesce(Handoff.urgent_at, Handoff.created_at))
    mine = (Handoff.conversation_id == conversation_id, Handoff.state == "open", Handoff.urgent_level == "emergency")
    return session.scalar(select(at).where(*mine))


def _written_since(conversation_id: object, since: object) -> ColumnElement[bool]:
    written = select(Message.id).where(
        Message.conversation_id == conversation_id, Message.sender == "coordinator", Message.at > since
    )
    return written.exists()
