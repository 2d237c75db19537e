"""The way back into a chat by the link of an e-mail: a date of birth or a code, and a few tries; what fails, fails alike."""

from __future__ import annotations

import hmac
import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.conversations.own_data import PATIENT, consent_withdrawn_at
from desk.conversations.states import Gone, locked
from desk.database import reaches_patients
from desk.models import ReplyLink
from desk.post.outbox import GIVE_UP_AFTER
from desk.reaching.telling import CODE, LASTS, MOST_TRIES, hash_of, is_locked, put_into_outbox
from desk.reaching.ways import Asks, birth_of

OPENED = "reply.link_opened"  # in the audit log
LOCKED = "reply.link_locked"
CODE_LASTS = timedelta(minutes=15)
MOST_CODES = 5  # of one link, until it is opened
_DIGITS = 6
_NOTHING = "nothing opens this"


def come_back(session: Session, secret: str, answer: date | str, now: datetime) -> str | None:
    """Try to open a chat; the try is counted before it is judged.

    Args:
        session: a writing transaction.
        secret: of the link.
        answer: a date of birth, or a code.
        now: the present.

    Returns:
        The conversation; nothing if the link is unknown, has ended or is locked, or the answer is wrong.
    """
    link = _usable(session, secret, now)
    expected = _expected(session, link, now) if link else None
    given = f"{Asks.BIRTH}:{answer.isoformat()}" if isinstance(answer, date) else f"{Asks.CODE}:{answer}"
    right = hmac.compare_digest((expected or _NOTHING).encode(), given.encode())
    if link is None:
        return None
    if not right or expected is None:
        link.tries += 1
        if link.tries == MOST_TRIES:
            record(session, PATIENT, LOCKED, link.conversation_id)
        return None
    link.tries = link.codes = 0
    link.code, link.code_ends_at, link.opened_at = None, None, now
    record(session, PATIENT, OPENED, link.conversation_id, by=link.asks)
    return link.conversation_id


def send_code(session: Session, secret: str, now: datetime) -> None:
    """Have a code sent to the address to which the link went, if the link asks for one; a new one ends the one before."""
    link = _usable(session, secret, now)
    if link is None or link.asks != Asks.CODE or link.codes >= MOST_CODES:
        return
    link.codes += 1
    link.code, link.code_ends_at = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}", now + CODE_LASTS
    session.flush()
    put_into_outbox(session, link, CODE, now, now)


def _usable(session: Session, secret: str, now: datetime) -> ReplyLink | None:
    """The link, if it may open something: it was not replaced, has not ended, is not locked, and the consent still stands."""
    found = session.scalar(select(ReplyLink.conversation_id).where(ReplyLink.token_hash == hash_of(secret)))
    if found is None or not reaches_patients(session):
        return None
    try:
        locked(session, found)
    except Gone:
        return None
    link = session.get(ReplyLink, found, populate_existing=True)
    if link is None or link.token_hash != hash_of(secret) or is_locked(link):
        return None
    # An e-mail that was never noted as taken may have come all the same; its link ends, too.
    if (link.ends_at or link.made_at + GIVE_UP_AFTER + LASTS) <= now:
        return None
    return link if consent_withdrawn_at(session, found) is None else None


def _expected(session: Session, link: ReplyLink, now: datetime) -> str | None:
    """The right answer; nothing, if there is none, or none any more."""
    if link.asks == Asks.BIRTH:
        birth = birth_of(session, link.conversation_id)
        return f"{Asks.BIRTH}:{birth}" if birth else None
    usable = link.code and link.code_ends_at and link.code_ends_at > now
    return f"{Asks.CODE}:{link.code}" if usable else None
