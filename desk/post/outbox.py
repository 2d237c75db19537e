"""The outbox: notices about handoffs, written in the transaction of what they tell of, and sent afterwards.

A notice is claimed for a while by one process, sent, and settled. If the process dies in between, the claim runs out and it is
sent again, under the same id. So nothing is lost, and what came twice can be recognised.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from desk.database import add_unless_there, reaches_patients, receivers_of
from desk.models import Conversation, Handoff, Notice, User
from desk.receiver import Receiver
from desk.working_hours import URGENT_AFTER, is_overdue
from intake.clinic import Hours

LEASE = timedelta(seconds=90)  # longer than a delivery may take
GIVE_UP_AFTER = timedelta(days=3)
GIVE_UP_NOT_BEFORE = 5  # attempts: we may have been away ourselves for those days
QUIET = timedelta(minutes=5)  # changes within one such span are told in one notice, at its end
ALARMS_APART = timedelta(minutes=30)  # the same alarm again is told again after that
REMINDERS_APART = timedelta(minutes=30)  # that an emergency still waits
TROUBLES_APART = timedelta(hours=1)  # the same for what is wrong with Cordial itself
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(minutes=30)
_LONGEST_URGENT_PAUSE = timedelta(minutes=5)
_LONGEST_TO_A_PATIENT = timedelta(hours=4)  # each try may have reached them, though the server did not say so
_ADMINISTRATOR = "administrator"  # as `desk/people/roles.py` calls it, which stands above
_NAMES = UUID("5c1e7e0a-4f0e-4a57-9b0b-3d7f6c0f9a11")
# Given up, or tried in vain for a while.
_FAILED = or_(
    Notice.state == "given_up",
    and_(Notice.state.in_(["waiting", "sending"]), Notice.attempts >= 3, Notice.last_error.is_not(None)),
)
# To somebody of the clinic who still works here.
_AT_THEIR_OWN = and_(Notice.channel == "email", Notice.receiver.in_(select(User.email).where(User.active)))
_TO_A_PATIENT = Notice.channel == "patient"
_URGENT_FIRST = case((Notice.event == "urgent", 0), (Notice.event.in_(["overdue", "away"]), 1), else_=2)


@dataclass(frozen=True)
class Occasion:
    """What happened, and what tells it from the next time that it happens."""

    event: str
    name: str
    due: datetime
    again: bool = False  # the case had been closed, or handed back


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
    if holder is not None and holder.active and sends_mails(session):
        receivers.append(Receiver("email", holder.email))
    for receiver in dict.fromkeys(receivers):
        write(session, handoff, receiver, occasion, now)


def write(session: Session, handoff: Handoff, receiver: Receiver, occasion: Occasion, now: datetime) -> None:
    """Write one notice about a handoff, unless this receiver was told of that occasion before."""
    key = _key(occasion, handoff.reference, receiver)
    if _is_told(session, key):
        return
    waiting = session.scalar(select(Conversation.waiting_since).where(Conversation.id == handoff.conversation_id))
    began = now if occasion.event == "replied" else handoff.created_at
    payload = {
        "reference": handoff.reference,
        "urgency": handoff.urgent_level or "normal",
        "waiting_since": (waiting or began).isoformat(timespec="seconds"),
        "at": now.isoformat(timespec="seconds"),
        **({"again": True} if occasion.again else {}),
    }
    notice = _notice(key, occasion, receiver, payload, now)
    add_unless_there(session, Notice, Notice.key, {**notice, "conversation_id": handoff.conversation_id})


def sends_mails(session: Session) -> bool:
    """Whether this clinic has e-mails sent at all; only then are people told at their own addresses."""
    return any(receiver.channel == "email" for receiver in receivers_of(session))


def announce_again(session: Session, handoff: Handoff, event: str, now: datetime) -> None:
    """The same about a case that was closed or handed back and comes again: what was told before is told once more."""
    before = _occasion(handoff, event, now)
    occasion = replace(before, name=f"{before.name}-{now:%Y%m%dT%H%M%S%f}", again=True)
    for receiver in receivers_of(session):
        write(session, handoff, receiver, occasion, now)


def own_addresses(session: Session) -> list[Receiver]:
    """The addresses of people of the clinic, none of them configured, for which a notice waits."""
    configured = [receiver.name for receiver in receivers_of(session) if receiver.channel == "email"]
    query = select(Notice.receiver.distinct()).where(
        _AT_THEIR_OWN, Notice.state.in_(["waiting", "sending"]), Notice.receiver.not_in(configured)
    )
    return [Receiver("email", address) for address in session.scalars(query)]


def announce_trouble(session: Session, event: str, now: datetime, to_administrators: bool = False) -> None:
    """Write the notices about something that is wrong with Cordial itself, to each receiver once in a while.

    Args:
        session: a writing transaction.
        event: away, old_index, not_erased or audit_broken.
        now: the present.
        to_administrators: whether each of them is told at their own address as well, if this clinic has e-mails sent at all.
    """
    occasion = Occasion(event, str(_span(now, TROUBLES_APART)), now)
    receivers = list(receivers_of(session))
    if to_administrators and sends_mails(session):
        theirs = session.scalars(select(User.email).where(User.active, User.role == _ADMINISTRATOR).order_by(User.id))
        receivers += [Receiver("email", address) for address in theirs]
    for receiver in dict.fromkeys(receivers):
        key = _key(occasion, "", receiver)
        if not _is_told(session, key):
            payload = {"at": now.isoformat(timespec="seconds")}
            add_unless_there(session, Notice, Notice.key, _notice(key, occasion, receiver, payload, now))


def announce_review(session: Session, draft_id: int, addresses: Sequence[str], now: datetime) -> None:
    """Write the notices that a draft of an article waits, if this clinic has e-mails sent at all.

    Args:
        session: a writing transaction.
        draft_id: of the draft.
        addresses: of those who may approve it.
        now: when it was sent for review; each time is told.
    """
    if not any(receiver.channel == "email" for receiver in receivers_of(session)):
        return
    occasion = Occasion("review", f"{draft_id}-{now:%Y%m%dT%H%M%S%f}", now)
    payload = {"draft": draft_id, "at": now.isoformat(timespec="seconds")}
    for receiver in (Receiver("email", address) for address in addresses):
        key = _key(occasion, "", receiver)
        add_unless_there(session, Notice, Notice.key, _notice(key, occasion, receiver, payload, now))


def announce_overdue(session: Session, now: datetime, hours: Hours) -> int:
    """Write notices about handoffs that have waited too long. Each wait is told once, an emergency's again and again.

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
            or_(
                Conversation.snoozed_until.is_(None),
                Conversation.snoozed_until <= now,
                Handoff.urgent_level == "emergency",  # is put off for minutes, and waits all the same
            ),
        )
    )
    late = [(handoff, since) for handoff, since in waiting if is_overdue(hours, since, now, bool(handoff.urgent_level))]
    for handoff, since in late:
        for receiver in receivers_of(session):
            write(session, handoff, receiver, Occasion("overdue", _wait(handoff, since, now), now), now)
    return len(late)


def _wait(handoff: Handoff, since: datetime, now: datetime) -> str:
    """The name of a wait, under which it is told once; of an emergency, of each half hour of it."""
    name = f"{since:%Y%m%dT%H%M%S}"
    again = (now - since - URGENT_AFTER) // REMINDERS_APART if handoff.urgent_level == "emergency" else 0
    return f"{name}-{again}" if again > 0 else name


def claim(session: Session, receiver: Receiver, now: datetime) -> Claimed | None:
    """Take the next notice to send to a receiver: urgent ones first. Nobody else gets it until the claim has run out."""
    due = session.scalar(due_to(receiver, now).order_by(_URGENT_FIRST, Notice.due_at, Notice.id).limit(1))
    if due is None:
        return None
    taken = session.execute(
        update(Notice)
        .where(Notice.id == due.id, Notice.attempts == due.attempts, is_due(now))
        .values(state="sending", attempts=Notice.attempts + 1, claimed_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount == 0:  # type: ignore[attr-defined]  # another process was faster
        return None
    return Claimed(due.id, due.attempts + 1, due.key, due.event, receiver, due.payload, due.created_at)


def due_to(receiver: Receiver, now: datetime) -> Select[tuple[Notice]]:
    """The notices that wait for a receiver and are to be sent now."""
    return select(Notice).where(*_to(receiver), is_due(now))


def something_is_due(session: Session, receiver: Receiver, now: datetime) -> bool:
    """Whether there is anything to claim."""
    return session.scalar(select(Notice.id).where(*_to(receiver), is_due(now)).limit(1)) is not None


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
    longest = {"urgent": _LONGEST_URGENT_PAUSE, "reply": _LONGEST_TO_A_PATIENT}.get(event, _LONGEST_PAUSE)
    pause: timedelta = min(_FIRST_PAUSE * 2 ** min(attempt - 1, 10), longest)
    return pause * (0.8 + 0.4 * chance)


def drop_unknown_receivers(session: Session, now: datetime) -> int:
    """Give up notices to receivers that are no longer configured, so that they do not wait for ever."""
    known = [_AT_THEIR_OWN, *(and_(*_to(receiver)) for receiver in receivers_of(session))]
    if reaches_patients(session):
        known.append(_TO_A_PATIENT)
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
    """How many open handoffs somebody of the clinic should have been told of and was not."""
    cases = select(func.count(Notice.conversation_id.distinct())).join(
        Handoff, Handoff.conversation_id == Notice.conversation_id
    )
    return session.scalar(cases.where(_FAILED, ~_TO_A_PATIENT, Handoff.state == "open")) or 0


def _is_told(session: Session, key: str) -> bool:
    """Whether the notice is there already; another process may write it before we do, and then ours is not added."""
    return session.scalar(select(Notice.id).where(Notice.key == key)) is not None


def _notice(key: str, occasion: Occasion, receiver: Receiver, payload: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "key": key,
        "event": occasion.event,
        "channel": receiver.channel,
        "receiver": receiver.name,
        "payload": payload,
        "created_at": now,
        "due_at": occasion.due,
        "state": "waiting",
        "attempts": 0,
    }


def _occasion(handoff: Handoff, event: str, now: datetime) -> Occasion:
    if event == "urgent":
        return Occasion(event, f"{handoff.urgent_level}-{handoff.urgent_group}-{_span(now, ALARMS_APART)}", now)
    if event == "amended":
        end = now + QUIET - timedelta(seconds=now.timestamp() % QUIET.total_seconds())
        return Occasion(event, str(_span(now, QUIET)), end)
    if event == "ending":
        return Occasion(event, f"{now:%Y%m%d}", now)
    return Occasion(event, "once", now)


def _span(now: datetime, length: timedelta) -> int:
    return int(now.timestamp() // length.total_seconds())


def _key(occasion: Occasion, reference: str, receiver: Receiver) -> str:
    whom = hashlib.sha256(f"{receiver.channel}:{receiver.name}".encode()).hexdigest()[:16]
    return f"{occasion.event}:{reference}:{occasion.name}:{whom}"


def _to(receiver: Receiver) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Notice.channel == receiver.channel, Notice.receiver == receiver.name


def is_due(now: datetime) -> ColumnElement[bool]:
    """What waits and is to be sent now, or was left by a process that died."""
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
            write(session, handoff, receiver, Occasion("undelivered", str(notice.id), now), now)
