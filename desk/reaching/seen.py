"""What each side has seen of the other: noted only for chats that a person of the clinic reads."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desk.models import Conversation, Handoff, Message, Presence

OPEN_LASTS = timedelta(seconds=90)  # a page that was open is taken to be so for as long; it is noted anew before that


def concerns_people(session: Session, conversation_id: str) -> bool:
    """Whether a conversation was ever given to a person."""
    return session.scalar(select(Handoff.reference).where(Handoff.conversation_id == conversation_id).limit(1)) is not None


def page_is_open(session: Session, conversation_id: str, now: datetime) -> bool:
    """Whether the patient's page is open now."""
    until = session.scalar(select(Presence.open_until).where(Presence.conversation_id == conversation_id))
    return until is not None and until > now


def note_open(session: Session, conversation_id: str, until: datetime) -> None:
    """Note that the patient's page is open until a time, or was; nothing for a conversation that is not there any more."""
    presence = _presence(session, conversation_id)
    if presence is not None:
        presence.open_until = until


def note_seen(session: Session, conversation_id: str, seq: int, now: datetime) -> bool:
    """Note that everything up to a number stood before the patient's eyes; gives whether that is news."""
    presence = _presence(session, conversation_id)
    if presence is None or presence.seen_seq >= seq:
        return False
    presence.seen_seq, presence.seen_at = seq, now
    return True


def note_read(session: Session, conversation_id: str, seq: int, now: datetime) -> None:
    """Note that a person of the clinic has opened everything up to a number."""
    presence = _presence(session, conversation_id)
    if presence is not None and presence.read_seq < seq:
        presence.read_seq, presence.read_at = seq, now


def last_seen(session: Session, conversation_id: str) -> int:
    """The last message that the patient has seen: who writes has seen what was said before."""
    own = select(func.max(Message.seq)).where(Message.conversation_id == conversation_id, Message.sender == "patient")
    seen = select(Presence.seen_seq).where(Presence.conversation_id == conversation_id)
    return max(session.scalar(own) or 0, session.scalar(seen) or 0)


def last_read(session: Session, conversation_id: str) -> int:
    """The last message that a person of the clinic has opened; 0, if there is none."""
    return session.scalar(select(Presence.read_seq).where(Presence.conversation_id == conversation_id)) or 0


def _presence(session: Session, conversation_id: str) -> Presence | None:
    """The row of a conversation, new if need be."""
    presence = session.get(Presence, conversation_id)
    if presence is None and session.get(Conversation, conversation_id) is not None:
        presence = Presence(conversation_id=conversation_id, seen_seq=0, read_seq=0)
        session.add(presence)
    return presence
