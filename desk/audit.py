"""The audit log: who did what, when. Entries are only added, and each holds the hash of the one before it.

Whoever changes or removes an entry breaks the chain from there on, and without the key (`desk/audit_key.py`) nobody computes
later hashes anew. Whoever cuts the end off contradicts the sealed note of it (`desk/audit_end.py`), also when the log has gone
on since, unless they put an older note in place as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session

from desk.audit_end import FILE, End, note_at_commit, noted_end
from desk.audit_key import START, AuditKey, audit_key, hash_of
from desk.models import AuditEntry, Conversation
from desk.sealed import SealError

logger = structlog.get_logger(__name__)

_CLEARED = "audit.cleared"
_NEEDED = ("consent.withdrawn", "hold.set")
_VIEWED, _EXPORTED = "case.viewed", "case.exported"
_LOCK = 0x617564  # names the lock under which PostgreSQL adds entries one after the other


@dataclass(frozen=True)
class Broken:
    """The first entry at which the chain does not hold."""

    seq: int
    why: str


@dataclass(frozen=True)
class Reader:
    """Somebody who read a case: on its page, or in a file that they took out."""

    actor: str
    views: int
    exports: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Search:
    """What an entry must be like; what is empty does not matter."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


def record(session: Session, actor: str, action: str, subject: str | None = None, **details: Any) -> AuditEntry:
    """Add an entry, in the transaction of what it tells of.

    Args:
        session: a writing transaction.
        actor: a user's id, or "patient", "command line", "system".
        action: what was done, such as "case.viewed".
        subject: the id of the conversation or of the user that it was done to.
        details: nothing personal, since an erasure cannot reach it.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))  # SQLite has one writer at a time anyway
    last = newest(session)
    contradicted = contradiction(session)
    entry = AuditEntry(
        seq=last.seq + 1 if last else 1,
        at=datetime.now(UTC),
        actor=actor,
        action=action,
        subject=subject,
        details=details,
        previous=last.hash if last else START,
    )
    entry.hash = _hash_of_new(session, entry)
    session.add(entry)
    session.flush()
    if contradicted:  # the note stays as it is, for people to see
        logger.error("the audit log is not as it was noted", seq=contradicted.seq, why=contradicted.why)
    else:
        note_at_commit(session, End(entry.seq, entry.hash))
    return entry


def _hash_of_new(session: Session, entry: AuditEntry) -> str:
    try:
        return audit_key(session).hash_of(entry)
    except SealError:  # what is to be written down has happened; whoever verifies the log is told
        logger.error("the key of the audit log cannot be opened")
        return hash_of(entry, None)


def verify(session: Session) -> Broken | None:
    """Walk the whole chain, and compare its end with what was noted of it; nothing, if it holds."""
    contradicted = contradiction(session)  # first: what is noted while the chain is walked comes after it
    try:
        key = audit_key(session)
    except SealError:
        return Broken(_number_of_last(session), "its key, in the database, is missing or cannot be opened")
    return _chain(session, key) or contradicted


def _chain(session: Session, key: AuditKey) -> Broken | None:
    previous, expected = _beginning(session)
    for entry in _all(session):
        if entry.seq != expected:
            return Broken(expected, "an entry is missing")
        if entry.previous != previous:
            return Broken(entry.seq, "it does not follow on the entry before")
        if entry.hash != key.hash_of(entry):
            return Broken(entry.seq, "it was changed")
        if entry.seq == key.after and entry.hash != key.follows:
            return Broken(entry.seq, "it is not the entry that the key was made after: the log was made anew")
        previous, expected = entry.hash, expected + 1
    return None


def clear_before(session: Session, before: datetime, actor: str = "system") -> int:
    """Remove the oldest entries, and write down where the log begins from now on, so that the chain holds.

    Entries that a conversation still needs stay, and so does everything after them: that a consent was withdrawn, and why a
    case is on hold. On PostgreSQL the log is kept whole.

    Args:
        session: a writing transaction.
        before: entries from that time on stay.
        actor: who does it.

    Returns:
        How many entries went.
    """
    if session.get_bind().dialect.name == "postgresql":
        return 0
    stays = select(func.min(AuditEntry.seq)).where(AuditEntry.at >= before)
    needed = select(func.min(AuditEntry.seq)).where(
        AuditEntry.action.in_(_NEEDED), AuditEntry.subject.in_(select(Conversation.id))
    )
    firsts = [seq for seq in (session.scalar(stays), session.scalar(needed)) if seq is not None]
    last = session.scalar(
        select(AuditEntry).where(*[AuditEntry.seq < seq for seq in firsts]).order_by(AuditEntry.seq.desc()).limit(1)
    )
    if last is None:
        return 0
    up_to = last.seq
    record(session, actor, _CLEARED, None, up_to=up_to, hash=last.hash)
    gone = session.execute(delete(AuditEntry).where(AuditEntry.seq <= up_to))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _beginning(session: Session) -> tuple[str, int]:
    """What the first entry follows on, and its number: those that were written down when older ones were removed."""
    cleared = session.scalar(select(AuditEntry).where(AuditEntry.action == _CLEARED).order_by(AuditEntry.seq.desc()).limit(1))
    return (str(cleared.details["hash"]), int(cleared.details["up_to"]) + 1) if cleared else (START, 1)


def contradiction(session: Session) -> Broken | None:
    """What the log has against the note of its end; nothing, if they agree. A quick look, the chain is not walked."""
    try:
        noted = noted_end(session)
    except SealError:
        return Broken(_number_of_last(session), f"the note of its end, {FILE} in the data folder, cannot be opened")
    if noted is None:
        return None
    known = entry(session, noted.seq)
    if known is not None:
        return (
            None if known.hash == noted.hash else Broken(noted.seq, "it is not the entry that was noted: the log was made anew")
        )
    last = _number_of_last(session)
    if noted.seq < _beginning(session)[1] <= last:
        return None  # it was removed by its age, and there are newer ones
    return Broken(last + 1, f"its end was cut off: entry {noted.seq} was there once")


def _number_of_last(session: Session) -> int:
    last = newest(session)
    return last.seq if last else 0


def newest(session: Session) -> AuditEntry | None:
    """The last entry. Its number and hash, written down elsewhere, show later that nothing before it was made anew."""
    return session.scalar(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1))


def entry(session: Session, seq: int) -> AuditEntry | None:
    """One entry by its number."""
    return session.get(AuditEntry, seq)


def search(session: Session, wanted: Search, before: int | None, most: int) -> list[AuditEntry]:
    """Entries, the newest first.

    Args:
        session: a transaction.
        wanted: what they must be like.
        before: only those with a lower number, for the next page.
        most: how many.
    """
    query = select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(most)
    for column, value in ((AuditEntry.actor, wanted.actor), (AuditEntry.action, wanted.action)):
        if value:
            query = query.where(column == value)
    if wanted.subject:
        query = query.where(AuditEntry.subject == wanted.subject)
    if wanted.since:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until:
        query = query.where(AuditEntry.at < wanted.until)
    if before is not None:
        query = query.where(AuditEntry.seq < before)
    return list(session.scalars(query))


def readers(session: Session, conversation_id: str) -> list[Reader]:
    """Who read a case, the last one first, as far as the log goes back."""
    entry = AuditEntry
    views, exports = (func.sum(case((entry.action == action, 1), else_=0)) for action in (_VIEWED, _EXPORTED))
    rows = session.execute(
        select(entry.actor, views, exports, func.min(entry.at), func.max(entry.at))
        .where(entry.subject == conversation_id, entry.action.in_((_VIEWED, _EXPORTED)))
        .group_by(entry.actor)
        .order_by(func.max(entry.seq).desc())
    )
    return [Reader(*row) for row in rows.tuples()]


def actions(session: Session) -> list[str]:
    """Every action that was ever written down."""
    return sorted(session.scalars(select(AuditEntry.action).distinct()))


def count(session: Session) -> int:
    """How many entries there are."""
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def _all(session: Session) -> Iterator[AuditEntry]:
    yield from session.scalars(select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=1000))
