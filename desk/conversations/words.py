"""The index of what was written: keyed hashes of words and of their beginnings, which alone tell nobody what was said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from desk.database import keyring_of
from desk.looked_for import index_words
from desk.models import Message, Word
from desk.sealed import Keyring

INDEXED = ("patient", "coordinator")  # whose words are looked for; what the assistant quotes is in the library
_AT_ONCE = 2_000


def index(session: Session, messages: Iterable[Message]) -> None:
    """Put the words of stored messages into the index, in the transaction that stores them."""
    keyring = keyring_of(session)
    rows = [row for message in messages if message.sender in INDEXED for row in _rows(keyring, message.id, message.text)]
    if rows:
        session.execute(insert(Word), rows)


def forget(session: Session, message_ids: Sequence[int]) -> None:
    """Take the words of some messages out of the index."""
    session.execute(delete(Word).where(Word.message_id.in_(message_ids)))


def rebuild(session: Session) -> int:
    """Make the whole index anew, as before an old encryption key is taken away; gives the number of messages in it."""
    session.execute(delete(Word))
    keyring, count = keyring_of(session), 0
    messages = session.scalars(select(Message).where(Message.sender.in_(INDEXED)).execution_options(yield_per=_AT_ONCE))
    for some in _batches((message.id, message.text) for message in messages if message.readable):
        rows = [row for message_id, text in some for row in _rows(keyring, message_id, text)]
        if rows:
            session.execute(insert(Word), rows)
        count += len(some)
    return count


def _rows(keyring: Keyring, message_id: int, text: str) -> list[dict[str, int]]:
    return [{"word": keyring.blind(word), "message_id": message_id} for word in sorted(index_words(text))]


def _batches(messages: Iterator[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    while some := list(islice(messages, _AT_ONCE)):
        yield some
