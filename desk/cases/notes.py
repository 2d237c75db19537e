"""Notes for colleagues, apart from the messages: a patient does not see them in the chat."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.conversations.own_data import text_of
from desk.conversations.words import index_note
from desk.database import keyring_of
from desk.models import Note, User

_CARE = ("coordinator", "physician")


@dataclass(frozen=True)
class OpenedNote:
    """A note as a colleague reads it."""

    by: str
    at: datetime
    text: str


def add_note(session: Session, conversation_id: str, user_id: str, text: str) -> None:
    """Keep a note, sealed, and its words in the index. The log says whom it names, so that they are told."""
    sealed = keyring_of(session).seal({"text": text})
    note = Note(conversation_id=conversation_id, user_id=user_id, at=datetime.now(UTC), sealed=sealed)
    session.add(note)
    session.flush()
    index_note(session, note.id, text)
    named = mentioned(session, text)
    record(session, user_id, "case.noted", conversation_id, **({"mentions": named} if named else {}))


def mentioned(session: Session, text: str) -> list[str]:
    """The ids of the colleagues whom a text names: `@` and a name, or the first part of one that nobody else has."""
    if "@" not in text:
        return []
    people = session.execute(select(User.id, User.name).where(User.active, User.role.in_(_CARE))).tuples().all()
    firsts = Counter(name.split()[0].casefold() for _, name in people)
    folded = " ".join(text.casefold().split())
    found = []
    for id_, name in people:
        whole = " ".join(name.casefold().split())
        first = whole.split()[0]
        if _names(folded, whole) or (firsts[first] == 1 and _names(folded, first)):
            found.append(id_)
    return found


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w)@{re.escape(name)}(?!\w)", text) is not None


def notes_on(session: Session, conversation_id: str) -> list[OpenedNote]:
    """Every note on a conversation, oldest first."""
    rows = session.execute(
        select(Note, User.name)
        .join(User, User.id == Note.user_id)
        .where(Note.conversation_id == conversation_id)
        .order_by(Note.id)
    )
    return [OpenedNote(name, note.at, text_of(session, note)) for note, name in rows]
