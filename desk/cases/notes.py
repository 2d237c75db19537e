"""Notes for colleagues, apart from the messages: a patient does not see them in the chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.conversations.own_data import text_of
from desk.database import keyring_of
from desk.models import Note, User


@dataclass(frozen=True)
class OpenedNote:
    """A note as a colleague reads it."""

    by: str
    at: datetime
    text: str


def add_note(session: Session, conversation_id: str, user_id: str, text: str) -> None:
    """Keep a note, sealed."""
    sealed = keyring_of(session).seal({"text": text})
    session.add(Note(conversation_id=conversation_id, user_id=user_id, at=datetime.now(UTC), sealed=sealed))
    record(session, user_id, "case.noted", conversation_id)


def notes_on(session: Session, conversation_id: str) -> list[OpenedNote]:
    """Every note on a conversation, oldest first."""
    rows = session.execute(
        select(Note, User.name)
        .join(User, User.id == Note.user_id)
        .where(Note.conversation_id == conversation_id)
        .order_by(Note.id)
    )
    return [OpenedNote(name, note.at, text_of(session, note)) for note, name in rows]
