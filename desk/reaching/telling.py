"""The e-mail that a patient has a reply: written with the reply, one until they have read, sent by the outbox.

Its link is made with it. The database keeps the hash of the link's secret; until the e-mail was taken it has the secret, too,
sealed with the key of the conversation.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from desk.models import Handoff, Notice, ReplyLink
from desk.reaching.seen import last_seen, page_is_open
from desk.reaching.ways import Way, way_to

CHANNEL = "patient"
REPLY, CODE = "reply", "code"  # the events of such notices
LASTS = timedelta(days=7)  # a link, from when its e-mail was taken
MOST_TRIES = 5
_PAGE_COMES_BACK = timedelta(minutes=1)  # a page that is loaded again, or lost its network for a moment, needs no e-mail
_PAGE_IS_OPEN = timedelta(minutes=10)  # an open page will be looked at soon; if not, nobody sits before it


def tell_of_reply(session: Session, conversation_id: str, seq: int, now: datetime) -> None:
    """Write the e-mail about a reply, if the patient can be told and was not told since they read last.

    Args:
        session: the transaction that stores the reply.
        conversation_id: the conversation, which is locked.
        seq: the number of the reply.
        now: when it was written.
    """
    way = way_to(session, conversation_id)
    if not isinstance(way, Way) or is_told(session, conversation_id, now):
        return
    link = _new_link(session, conversation_id, way, seq, now)
    wait = _PAGE_IS_OPEN if page_is_open(session, conversation_id, now) else _PAGE_COMES_BACK
    put_into_outbox(session, link, REPLY, now, now + wait)


def is_told(session: Session, conversation_id: str, now: datetime) -> bool:
    """Whether an e-mail is on its way, or came and its link can still be used, and the patient has not read since."""
    link = session.get(ReplyLink, conversation_id)
    if link is None or link.opened_at or is_locked(link) or last_seen(session, conversation_id) >= link.about_seq:
        return False
    if link.ends_at is not None:
        return link.ends_at > now
    on_its_way = select(Notice.id).where(
        *_about(conversation_id), Notice.event == REPLY, Notice.state.in_(["waiting", "sending"])
    )
    return session.scalar(on_its_way.limit(1)) is not None


def is_locked(link: ReplyLink) -> bool:
    """Whether a link was tried in vain too often."""
    return link.tries >= MOST_TRIES


def hash_of(secret: str) -> str:
    """What the database keeps of a link's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def put_into_outbox(session: Session, link: ReplyLink, event: str, now: datetime, due: datetime) -> None:
    """Have an e-mail sent; one of the same kind that was not sent yet is given up for it."""
    waiting = (*_about(link.conversation_id), Notice.event == event, Notice.state.in_(["waiting", "sending"]))
    session.execute(delete(Notice).where(*waiting))
    newest = select(Handoff.reference).where(Handoff.conversation_id == link.conversation_id)
    session.add(
        Notice(
            key=f"{event}:{link.token_hash[:32]}:{secrets.token_hex(8)}",  # codes are counted anew once the link was opened
            conversation_id=link.conversation_id,
            event=event,
            channel=CHANNEL,
            receiver=link.conversation_id,  # the address is looked up when it is sent: nothing personal lies in the outbox
            payload={
                "reference": session.scalar(newest.order_by(Handoff.created_at.desc()).limit(1)),
                "at": now.isoformat(timespec="seconds"),
                "link": link.token_hash,
            },
            created_at=now,
            due_at=due,
            state="waiting",
            attempts=0,
        )
    )
    session.flush()


def _new_link(session: Session, conversation_id: str, way: Way, seq: int, now: datetime) -> ReplyLink:
    """Make a link; an earlier one of the conversation ends."""
    link = session.get(ReplyLink, conversation_id)
    if link is None:
        link = ReplyLink(conversation_id=conversation_id)
        session.add(link)
    secret = secrets.token_urlsafe(24)
    link.token_hash, link.asks, link.about_seq, link.made_at = hash_of(secret), way.asks.value, seq, now
    link.ends_at = link.opened_at = link.code_ends_at = None
    link.tries = link.codes = 0
    link.secret, link.code = secret, None
    session.flush()
    return link


def _about(conversation_id: str) -> tuple[ColumnElement[bool], ...]:
    return Notice.channel == CHANNEL, Notice.receiver == conversation_id
