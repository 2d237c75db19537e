"""How a patient stands to what was written to them, as the case shows it: seen or not, told or not, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.models import AuditEntry, Message, Notice, Presence, ReplyLink
from desk.reaching.coming_back import LOCKED, OPENED
from desk.reaching.seen import last_seen
from desk.reaching.sending import MAILED
from desk.reaching.telling import CHANNEL, REPLY, is_locked
from desk.reaching.ways import WhyNot, way_to

Mail = Literal["none", "waiting", "in_vain", "sent", "given_up"]


@dataclass(frozen=True)
class Event:
    """Something that happened to an e-mail or its link."""

    at: datetime
    what: Literal["mailed", "opened", "locked"]


@dataclass(frozen=True)
class Standing:
    """How a patient stands to the last reply of a person."""

    written: bool  # whether there is one
    seen: bool
    seen_at: datetime | None  # when their page told so
    open_now: bool  # their page
    last_open: datetime | None
    mail: Mail  # about this reply
    due: datetime | None  # of one that waits
    locked: bool  # its link
    why_not: WhyNot | None  # why there is none
    events: list[Event]


def standing(session: Session, conversation_id: str, now: datetime) -> Standing:
    """How the patient of a conversation stands to the last reply."""
    presence, link = session.get(Presence, conversation_id), session.get(ReplyLink, conversation_id)
    reply = _last_reply(session, conversation_id)
    open_until = presence.open_until if presence else None
    mail, due = _mail(session, link)
    way = way_to(session, conversation_id) if reply else None
    return Standing(
        written=reply is not None,
        seen=reply is not None and last_seen(session, conversation_id) >= reply,
        seen_at=presence.seen_at if presence and reply and presence.seen_seq >= reply else None,
        open_now=open_until is not None and open_until > now,
        last_open=open_until if open_until and open_until <= now else None,
        mail=mail,
        due=due,
        locked=link is not None and is_locked(link),
        why_not=way if isinstance(way, WhyNot) else None,
        events=_events(session, conversation_id),
    )


def _last_reply(session: Session, conversation_id: str) -> int | None:
    """The number of the last message of a person to the patient."""
    written = select(Message.seq).where(
        Message.conversation_id == conversation_id, Message.sender == "coordinator", Message.kind == "text"
    )
    return session.scalar(written.order_by(Message.seq.desc()).limit(1))


def _mail(session: Session, link: ReplyLink | None) -> tuple[Mail, datetime | None]:
    """What became of the e-mail for the newest link."""
    if link is None:
        return "none", None
    mine = (Notice.channel == CHANNEL, Notice.receiver == link.conversation_id, Notice.event == REPLY)
    notice = session.scalar(select(Notice).where(*mine).order_by(Notice.id.desc()).limit(1))
    if link.ends_at is not None:
        return "sent", None
    if notice is None or notice.payload["link"] != link.token_hash:
        return "none", None
    if notice.state == "given_up":
        return "given_up", None
    return ("in_vain", None) if notice.last_error else ("waiting", notice.due_at)


def _events(session: Session, conversation_id: str) -> list[Event]:
    names: dict[str, Literal["mailed", "opened", "locked"]] = {MAILED: "mailed", OPENED: "opened", LOCKED: "locked"}
    noted = select(AuditEntry).where(AuditEntry.subject == conversation_id, AuditEntry.action.in_(names))
    return [Event(entry.at, names[entry.action]) for entry in session.scalars(noted.order_by(AuditEntry.seq))]
