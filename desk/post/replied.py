"""The notice that a patient answered a person of the clinic: one, until the case was opened, however much they write.

Who did what with a case stands in the audit log. The last entry there names the occasion, so that nothing is noted beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.database import receivers_of
from desk.models import AuditEntry, Conversation, Handoff, Notice, User
from desk.post.outbox import QUIET, Occasion, due_to, sends_mails, write
from desk.receiver import Receiver

EVENT = "replied"
LOOKED_BY_ITSELF = "by_itself"  # in the details of a look: a page that was left open made it, and no person
_ROLES = ("coordinator", "physician")  # as `desk/people/roles.py` calls them, which stands above
_HANDLED = ("case.taken_over", "case.assigned", "case.written", "case.handed_back", "case.closed")


def announce_reply(session: Session, conversation: Conversation, now: datetime) -> None:
    """Write the notices about a patient's message in a case that a person has, or had last.

    Args:
        session: the transaction that stores the message.
        conversation: as it is after the message.
        now: when it came.
    """
    if not conversation.revision:  # it was never in anybody's hands but the assistant's, as nearly all are
        return
    writer = _last_writer(session, conversation.id)
    handoff = _called(session, conversation.id)
    if handoff is None:
        return
    for receiver, person in _whom(session, conversation.holder, writer):
        occasion = Occasion(EVENT, str(_occasion(session, conversation, person)), now + QUIET)
        write(session, handoff, receiver, occasion, now)


def drop_opened(session: Session, receiver: Receiver, now: datetime) -> None:
    """Take back what is due to a receiver about cases that they have opened meanwhile."""
    for notice in session.scalars(due_to(receiver, now).where(Notice.event == EVENT)):
        person = None if receiver in receivers_of(session) else _person_at(session, receiver)
        if _last_look(session, notice.conversation_id, person, since=notice.created_at):
            session.delete(notice)
    session.flush()


def _whom(session: Session, holder: str | None, writer: str | None) -> Iterator[tuple[Receiver, str | None]]:
    """The receivers, where a person has written; whoever has the case, or wrote last, at their own address if they chose it."""
    shared = receivers_of(session)
    for receiver in shared if writer else ():
        yield receiver, None
    person = session.get(User, holder or writer) if holder or writer else None
    if person is None or not (person.active and person.mail_replies and person.role in _ROLES):
        return
    own = Receiver("email", person.email)
    if own not in shared and sends_mails(session):
        yield own, person.id


def _occasion(session: Session, conversation: Conversation, person: str | None) -> int:
    """What tells this from the next time: the last look, or with the assistant what was last done; it is told once, then."""
    if conversation.state != "bot":
        return _last_look(session, conversation.id, person)
    done = select(AuditEntry.seq).where(AuditEntry.subject == conversation.id, AuditEntry.action.in_(_HANDLED))
    return session.scalar(done.order_by(AuditEntry.seq.desc()).limit(1)) or 0


def _last_look(session: Session, conversation_id: str | None, person: str | None, since: datetime | None = None) -> int:
    """The number of the last entry about a case that somebody opened or did something in; 0, if there is none.

    Args:
        session: a transaction.
        conversation_id: the conversation.
        person: whose; anybody's, if there is none.
        since: none before that counts.
    """
    looks = select(AuditEntry.seq).where(
        AuditEntry.subject == conversation_id,
        AuditEntry.action.like("case.%"),
        AuditEntry.details[LOOKED_BY_ITSELF].as_boolean().is_not(True),
    )
    if person:
        looks = looks.where(AuditEntry.actor == person)
    if since:
        looks = looks.where(AuditEntry.at >= since)
    return session.scalar(looks.order_by(AuditEntry.seq.desc()).limit(1)) or 0


def _last_writer(session: Session, conversation_id: str) -> str | None:
    """Who of the clinic wrote to the patient last."""
    wrote = select(AuditEntry.actor).where(AuditEntry.subject == conversation_id, AuditEntry.action == "case.written")
    return session.scalar(wrote.order_by(AuditEntry.seq.desc()).limit(1))


def _called(session: Session, conversation_id: str) -> Handoff | None:
    """The handoff by whose reference number the case is named: the open one, or the newest."""
    mine = select(Handoff).where(Handoff.conversation_id == conversation_id)
    return session.scalar(mine.order_by(Handoff.state != "open", Handoff.created_at.desc()).limit(1))


def _person_at(session: Session, receiver: Receiver) -> str | None:
    return session.scalar(select(User.id).where(User.email == receiver.name))
