"""What somebody of the clinic is called for: emergencies that nobody answers, and what is new in their work.

Nothing here holds a name, or a word of a patient.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from desk.cases.emergencies import nobody_answered
from desk.conversations.states import State
from desk.models import AuditEntry, Conversation, Handoff, Message, User

_MOST = 20  # of each kind; whoever was away longer finds the rest in the queue
_MESSAGES = 400  # of everybody
_LOOKED_BACK = 500  # entries of the audit log, which has no index by time


@dataclass(frozen=True)
class Emergency:
    """One that waits for a person."""

    reference: str
    group: str | None  # by its name in red_flags.yml
    at: datetime
    holder: str | None  # the name of who has taken the conversation over, and has not written yet
    only_for: str | None  # that person's id, as long as they are there and it is theirs alone; otherwise it is everybody's


@dataclass(frozen=True)
class News:
    """One thing that is new to somebody."""

    kind: str  # new, again, urgent, message, assigned, mention
    reference: str
    at: datetime
    about: str  # tells it from the next of its kind in the same case


def emergencies(session: Session, now: datetime, here: Collection[str], patience: timedelta) -> list[Emergency]:
    """Those that wait for a person and that nobody has put off, the newest first.

    Args:
        session: a transaction.
        now: the present.
        here: who is logged in.
        patience: how long who has the conversation may let the patient wait; then everybody is called.
    """
    raised = func.coalesce(Handoff.urgent_at, Handoff.created_at)
    query = (
        select(Handoff, Conversation, User.name)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .outerjoin(User, and_(User.id == Conversation.holder, Conversation.state == State.HUMAN))
        .where(
            Handoff.state == "open",
            Handoff.urgent_level == "emergency",
            Conversation.waiting_since.is_not(None),
            or_(Conversation.snoozed_until.is_(None), Conversation.snoozed_until <= now),
            nobody_answered(),
        )
        .order_by(raised.desc())
        .limit(_MOST)
    )
    rows = session.execute(query).tuples().all()
    given = _given(session, [conversation.id for _, conversation, _ in rows])
    found = []
    for handoff, conversation, name in rows:
        at = handoff.urgent_at or handoff.created_at
        # Not from the last alarm on: a patient who calls again and again would be left to one person for ever.
        since = max(conversation.waiting_since or at, given.get(conversation.id, at))
        alone = name is not None and conversation.holder in here and now - since < patience
        found.append(Emergency(handoff.reference, handoff.urgent_group, at, name, conversation.holder if alone else None))
    return found


def how_many_wait(session: Session, now: datetime) -> int:
    """How many patients wait for a person, without those that somebody has put off."""
    awake = or_(Conversation.snoozed_until.is_(None), Conversation.snoozed_until <= now)
    waiting = select(func.count()).where(
        Conversation.state.in_(("waiting", "human")), Conversation.waiting_since.is_not(None), awake
    )
    return session.scalar(waiting) or 0


def news(session: Session, me: str, since: datetime) -> list[News]:
    """What is new to somebody: cases, what patients wrote whom they have, and what colleagues gave to them or asked them."""
    found = [*_calls(session, since), *_messages(session, me, since), *_by_colleagues(session, me, since)]
    return sorted(found, key=lambda each: each.at)


def _calls(session: Session, since: datetime) -> list[News]:
    """Cases that came, came again, or are for the same day; emergencies are told in another way."""
    newest = select(Handoff).where(Handoff.called_at > since).order_by(Handoff.called_at.desc()).limit(_MOST)
    return [
        News(handoff.called_for, handoff.reference, handoff.called_at, handoff.called_at.isoformat())
        for handoff in session.scalars(newest)
        # What does not count is left out here: a database would rather walk all open ones.
        if handoff.state == "open" and handoff.called_at and handoff.called_for and handoff.called_for != "emergency"
    ]


def _messages(session: Session, me: str, since: datetime) -> list[News]:
    newest = select(Message.conversation_id, Message.seq, Message.at, Message.sender).where(Message.at > since)
    last: dict[str, tuple[int, datetime]] = {}
    for id_, seq, at, sender in session.execute(newest.order_by(Message.at.desc()).limit(_MESSAGES)).tuples():
        if sender == "patient":
            last.setdefault(id_, (seq, at))
    query = select(Conversation.id).where(Conversation.id.in_(last), Conversation.holder == me)
    mine = list(session.scalars(query)) if last else []
    called, given = _references(session, mine), _given(session, mine)
    return [
        News("message", called[id_], last[id_][1], str(last[id_][0]))
        for id_ in mine
        if id_ in called and last[id_][1] > given.get(id_, since)
    ]


def _given(session: Session, conversations: list[str]) -> dict[str, datetime]:
    """When each conversation came to who has it: what was said before is no news to them."""
    query = select(AuditEntry.subject, AuditEntry.at).where(
        AuditEntry.subject.in_(conversations), AuditEntry.action.in_(("case.taken_over", "case.assigned"))
    )
    rows = session.execute(query.order_by(AuditEntry.seq)).tuples() if conversations else ()
    return {subject: at for subject, at in rows if subject}


def _by_colleagues(session: Session, me: str, since: datetime) -> list[News]:
    newest = select(func.coalesce(func.max(AuditEntry.seq), 0)).scalar_subquery()
    done = select(AuditEntry).where(
        AuditEntry.seq > newest - _LOOKED_BACK, AuditEntry.action.in_(("case.assigned", "case.noted")), AuditEntry.actor != me
    )
    mine = [entry for entry in session.scalars(done) if entry.at > since and _is_for(entry, me)]
    called = _references(session, [entry.subject or "" for entry in mine])
    kinds = {"case.assigned": "assigned", "case.noted": "mention"}
    return [
        News(kinds[entry.action], called[entry.subject or ""], entry.at, str(entry.seq))
        for entry in mine
        if entry.subject in called
    ]


def _is_for(entry: AuditEntry, me: str) -> bool:
    return entry.details.get("to") == me or me in entry.details.get("mentions", ())


def _references(session: Session, conversations: list[str]) -> dict[str, str]:
    """By what each conversation is called: its open handoff, or the newest."""
    query = select(Handoff.conversation_id, Handoff.reference).where(Handoff.conversation_id.in_(conversations))
    rows = session.execute(query.order_by(Handoff.state != "open", Handoff.created_at.desc())) if conversations else ()
    found: dict[str, str] = {}
    for conversation, reference in rows:
        found.setdefault(conversation, reference)
    return found
