"""The index of what was written: keyed hashes of words and of their beginnings, which alone tell nobody what was said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from desk.database import keyring_of
from desk.looked_for import index_words
from desk.models import Message, Note, NoteWord, Word
from desk.sealed import Keyring

INDEXED = ("patient", "coordinator")  # whose words are looked for; what the assistant quotes is in the library
_AT_ONCE = 2_000
Written = tuple[int, str]  # the id of a message or a note, and its text


class Indexed(NamedTuple):
    """How much is in the index."""

    messages: int
    notes: int


def index(session: Session, messages: Iterable[Message]) -> None:
    """Put the words of stored messages into the index, in the transaction that stores them."""
    _add(session, Word, [(message.id, message.text) for message in messages if message.sender in INDEXED])


def index_note(session: Session, note_id: int, text: str) -> None:
    """The same for a stored note."""
    _add(session, NoteWord, [(note_id, text)])


def forget(session: Session, message_ids: Sequence[int]) -> None:
    """Take the words of some messages out of the index; those of a note go with it."""
    session.execute(delete(Word).where(Word.message_id.in_(message_ids)))


def rebuild(session: Session) -> Indexed:
    """Make the whole index anew, as before an old encryption key is taken away; gives how much is in it."""
    for table in (Word, NoteWord):
        session.execute(delete(table))
    messages = session.scalars(select(Message).where(Message.sender.in_(INDEXED)).execution_options(yield_per=_AT_ONCE))
    said = _add_all(session, Word, ((message.id, message.text) for message in messages if message.readable))
    return Indexed(said, _add_all(session, NoteWord, _notes(session)))


def _notes(session: Session) -> Iterator[Written]:
    """What every note says that can be opened."""
    keyring = keyring_of(session)
    for note in session.scalars(select(Note).execution_options(yield_per=_AT_ONCE)):
        content = keyring.open_if_possible(note.sealed, f"note {note.id}")
        if content is not None:
            yield note.id, str(content["text"])


def _add_all(session: Session, table: type[Word | NoteWord], written: Iterator[Written]) -> int:
    count = 0
    while some := list(islice(written, _AT_ONCE)):
        _add(session, table, some)
        count += len(some)
    return count


def _add(session: Session, table: type[Word | NoteWord], written: Iterable[Written]) -> None:
    keyring, of = keyring_of(session), "note_id" if table is NoteWord else "message_id"
    rows = [row for id_, text in written for row in _rows(keyring, of, id_, text)]
    if rows:
        session.execute(insert(table), rows)


def _rows(keyring: Keyring, of: str, id_: int, text: str) -> list[dict[str, int]]:
    return [{"word": keyring.blind(word), of: id_} for word in sorted(index_words(text))]
