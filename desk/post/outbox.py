"""The outbox: notices about handoffs, written in the transaction of what they tell of, and sent afterwards.

A notice is claimed for a while by one process, sent, and settled. If the process dies in between, the claim runs out and it is
sent again, under the same id. So nothing is lost, and what came twice can be recognised.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from desk.database import receivers_of
from desk.models import Conversation, Handoff, Notice, User
from desk.receiver import Receiver
from desk.working_hours import is_overdue
from intake.clinic import Hours

LEASE = timedelta(seconds=90)  # longer than a delivery may take
GIVE_UP_AFTER = timedelta(days=3)
GIVE_UP_NOT_BEFORE = 5  # attempts: we may have been away ourselves for those days
QUIET = timedelta(minutes=5)  # changes within one such span are told in one notice, at its end
ALARMS_APART = timedelta(minutes=30)  # the same alarm again is told again after that
TROUBLES_APART = timedelta(hours=1)  # the same for what is wrong with Cordial itself
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(minutes=30)
_LONGEST_URGENT_PAUSE = timedelta(minutes=5)
_NAMES = UUID("5c1e7e0a-4f0e-4a57-9b0b-3d7f6c0f9a11")
# Given up, or tried in vain for a while.
_FAILED = or_(
    Notice.state == "given_up",
    and_(Notice.state.in_(["waiting", "sending"]), Notice.attempts >= 3, Notice.last_error.is_not(None)),
)
# To somebody of the clinic who still works here.
_AT_THEIR_OWN = and_(Notice.channel == "email", Notice.receiver.in_(select(User.email).where(User.active)))
_URGENT_FIRST = case((Notice.event == "urgent", 0), (Notice.event.in_(["overdue", "away"]), 1), else_=2)


@dataclass(frozen=True)
class Claimed:
    """A notice that this process may send until the claim runs out."""

    id: int
    attempt: int  # tells this claim from a later one
    key: str
    event: str
    receiver: Receiver
    payload: dict[str, Any]
    created_at: datetime

    @property
    def public_id(self) -> str:
        """The same for each attempt, so that a receiver can drop what came twice."""
        return str(uuid5(_NAMES, self.key))


def announce(session: Session, handoff: Handoff, event: str, now: datetime, holder: User | None = None) -> None:
    """Write the notices about a handoff, one for each receiver, in the transaction of what happened.

    Args:
        session: that transaction.
        handoff: what it is about.
        event: new, urgent, amended, overdue or ending.
        now: when it happened.
        holder: of the clinic; is told at their own address as well, if this clinic has e-mails sent at all.
    """
    occasion = _occasion(handoff, event, now)
    receivers = list(receivers_of(session))
    if holder is not None and holder.active and any(receiver.channel == "email" for receiver in receivers):
        receivers.append(Receiver("email", holder.email))
    for receiver in dict.fromkeys(receivers):
        _write(session, handoff, receiver, occasion, now)


def own_addresses(session: Session) -> list[Receiver]:
    """The addresses of people of the clinic, none of them configured, for which a notice waits."""
    configured = [receiver.name for receiver in receivers_of(session) if receiver.channel == "email"]
    query = select(Notice.receiver.distinct()).where(
        _AT_THEIR_OWN, Notice.state.in_(["waiting", "sending"]), Notice.receiver.not_in(configured)
    )
    return [Receiver("email", address) for address in session.scalars(query)]


def announce_trouble(session: Session, event: str, now: datetime) -> None:
    """Write the notices about something that is wrong with Cordial itself, to each receiver once in a while.

    Args:
        session: a writing transaction.
        event: away or old_index.
        now: the present.
    """
    occasion = _Occasion(event, str(_span(now, TROUBLES_APART)), now)
    for receiver in receivers_of(session):
        key = _key(occasion, "", receiver)
        if session.scalar(select(Notice.id).where(Notice.key == key)) is None:
            payload = {"at": now.isoformat(timespec="seconds")}
            session.add(_notice(key, occasion, receiver, payload, now))


def announce_overdue(session: Session, now: datetime, hours: Hours) -> int:
    """Write notices about handoffs that have waited too long; each wait is told once.

    Args:
        session: a writing transaction.
        now: the present.
        hours: of the clinic, in which a wait is counted.

    Returns:
        How many handoffs are late.
    """
    waiting = session.execute(
        select(Handoff, func.coalesce(Conversation.waiting_since, Handoff.created_at))
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(
            Handoff.state == "open",
            or_(Conversation.waiting_since.is_not(None), Conversation.state == "waiting"),
            or_(Conversation.snoozed_until.is_(None), Conversation.snoozed_until <= now),
        )
    )
    late = [(handoff, since) for handoff, since in waiting if is_overdue(hours, since, now, bool(handoff.urgent_level))]
    for handoff, since in late:
        for receiver in receivers_of(session):
            _write(session, handoff, receiver, _Occasion("overdue", f"{since:%Y%m%dT%H%M%S}", now), now)
    return len(late)


def claim(session: Session, receiver: Receiver, now: datetime) -> Claimed | None:
    """Take the next notice to send to a receiver: urgent ones first. Nobody else gets it until the claim has run out."""
    due = session.scalar(
        select(Notice).where(*_to(receiver), _is_due(now)).order_by(_URGENT_FIRST, Notice.due_at, Notice.id).limit(1)
    )
    if due is None:
        return None
    taken = session.execute(
        update(Notice)
        .where(Notice.id == due.id, Notice.attempts == due.attempts, _is_due(now))
        .values(state="sending", attempts=Notice.attempts + 1, claimed_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount == 0:  # type: ignore[attr-defined]  # another process was faster
        return None
    return Claimed(due.id, due.attempts + 1, due.key, due.event, receiver, due.payload, due.created_at)


def something_is_due(session: Session, receiver: Receiver, now: datetime) -> bool:
    """Whether there is anything to claim."""
    return session.scalar(select(Notice.id).where(*_to(receiver), _is_due(now)).limit(1)) is not None


def settle_sent(session: Session, notice: Claimed, now: datetime) -> None:
    """Note that a notice has arrived. What waits for the same receiver goes now: it is there again."""
    _settle(session, notice, state="sent", sent_at=now, claimed_until=None, last_error=None)
    session.execute(
        update(Notice)
        .where(*_to(notice.receiver), Notice.state == "waiting", Notice.attempts > 0, Notice.due_at > now)
        .values(due_at=now)
    )


def settle_failed(session: Session, notice: Claimed, now: datetime, why: str, chance: float) -> None:
    """Note that a notice did not arrive, and when it is tried again; after some days it is given up.

    Args:
        session: a writing transaction.
        notice: what was tried.
        now: the present.
        why: for the people who run this; nothing personal.
        chance: from 0 to 1, spreads the next attempts of many notices.
    """
    given_up = now - notice.created_at >= GIVE_UP_AFTER and notice.attempt >= GIVE_UP_NOT_BEFORE
    state = "given_up" if given_up else "waiting"
    due = now + pause_after(notice.attempt, notice.event, chance)
    settled = _settle(session, notice, state=state, due_at=due, claimed_until=None, last_error=why[:200])
    if settled and given_up:
        _tell_the_others(session, notice, now)


def pause_after(attempt: int, event: str, chance: float) -> timedelta:
    """How long to wait after a failed attempt: twice as long each time, up to a limit, give or take a fifth."""
    longest = _LONGEST_URGENT_PAUSE if event == "urgent" else _LONGEST_PAUSE
    pause: timedelta = min(_FIRST_PAUSE * 2 ** min(attempt - 1, 10), longest)
    return pause * (0.8 + 0.4 * chance)


def drop_unknown_receivers(session: Session, now: datetime) -> int:
    """Give up notices to receivers that are no longer configured, so that they do not wait for ever."""
    known = [_AT_THEIR_OWN, *(and_(*_to(receiver)) for receiver in receivers_of(session))]
    stray = [Notice.state.in_(["waiting", "sending"]), Notice.due_at <= now]
    done = session.execute(
        update(Notice)
        .where(*stray, ~or_(*known))
        .values(state="given_up", claimed_until=None, last_error="this receiver is not configured any more")
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def try_again(session: Session, notice_id: int, now: datetime) -> bool:
    """Let a notice that was given up start anew; whether there was such a one."""
    done = session.execute(
        update(Notice)
        .where(Notice.id == notice_id, Notice.state == "given_up")
        .values(state="waiting", due_at=now, created_at=now, attempts=Notice.attempts + 1, last_error=None)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def troubles(session: Session, now: datetime, most: int = 100) -> list[Notice]:
    """Notices that did not arrive: given up, or tried in vain for a while. Newest first."""
    query = select(Notice).where(_FAILED, Notice.created_at > now - 10 * GIVE_UP_AFTER)
    return list(session.scalars(query.order_by(Notice.id.desc()).limit(most)))


def untold(session: Session) -> int:
    """How many open handoffs somebody should have been told of and was not."""
    cases = select(func.count(Notice.conversation_id.distinct())).join(
        Handoff, Handoff.conversation_id == Notice.conversation_id
    )
    return session.scalar(cases.where(_FAILED, Handoff.state == "open")) or 0


@dataclass(frozen=True)
class _Occasion:
    """What happened, and what tells it from the next time that it happens."""

    event: str
    name: str
    due: datetime


def _write(session: Session, handoff: Handoff, receiver: Receiver, occasion: _Occasion, now: datetime) -> None:
    key = _key(occasion, handoff.reference, receiver)
    if session.scalar(select(Notice.id).where(Notice.key == key)) is not None:
        return
    waiting = session.scalar(select(Conversation.waiting_since).where(Conversation.id == handoff.conversation_id))
    payload = {
        "reference": handoff.reference,
        "urgency": handoff.urgent_level or "normal",
        "waiting_since": (waiting or handoff.created_at).isoformat(timespec="seconds"),
        "at": now.isoformat(timespec="seconds"),
    }
    notice = _notice(key, occasion, receiver, payload, now)
    notice.conversation_id = handoff.conversation_id
    session.add(notice)
    session.flush()


def _notice(key: str, occasion: _Occasion, receiver: Receiver, payload: dict[str, Any], now: datetime) -> Notice:
    return Notice(
        key=key,
        event=occasion.event,
        channel=receiver.channel,
        receiver=receiver.name,
        payload=payload,
        created_at=now,
        due_at=occasion.due,
        state="waiting",
        attempts=0,
    )


def _occasion(handoff: Handoff, event: str, now: datetime) -> _Occasion:
    if event == "urgent":
        return _Occasion(event, f"{handoff.urgent_level}-{handoff.urgent_group}-{_span(now, ALARMS_APART)}", now)
    if event == "amended":
        end = now + QUIET - timedelta(seconds=now.timestamp() % QUIET.total_seconds())
        return _Occasion(event, str(_span(now, QUIET)), end)
    if event == "ending":
        return _Occasion(event, f"{now:%Y%m%d}", now)
    return _Occasion(event, "once", now)


def _span(now: datetime, length: timedelta) -> int:
    return int(now.timestamp() // length.total_seconds())


def _key(occasion: _Occasion, reference: str, receiver: Receiver) -> str:
    whom = hashlib.sha256(f"{receiver.channel}:{receiver.name}".encode()).hexdigest()[:16]
    return f"{occasion.event}:{reference}:{occasion.name}:{whom}"


def _to(receiver: Receiver) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Notice.channel == receiver.channel, Notice.receiver == receiver.name


def _is_due(now: datetime) -> ColumnElement[bool]:
    abandoned = and_(Notice.state == "sending", Notice.claimed_until < now)
    return or_(and_(Notice.state == "waiting", Notice.due_at <= now), abandoned)


def _settle(session: Session, notice: Claimed, **values: Any) -> bool:
    """Change a notice if the claim is still ours; a process that was too slow changes nothing."""
    mine = (Notice.id == notice.id, Notice.attempts == notice.attempt, Notice.state == "sending")
    return bool(session.execute(update(Notice).where(*mine).values(**values)).rowcount)  # type: ignore[attr-defined]


def _tell_the_others(session: Session, notice: Claimed, now: datetime) -> None:
    """Tell by mail that somebody was not told. That this did not arrive is told to nobody."""
    reference = notice.payload.get("reference")
    handoff = session.get(Handoff, reference) if reference else None
    if handoff is None or notice.event == "undelivered":
        return
    for receiver in receivers_of(session):
        if receiver.channel == "email" and receiver != notice.receiver:
            _write(session, handoff, receiver, _Occasion("undelivered", str(notice.id), now), now)
