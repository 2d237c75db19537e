"""The words of what was written, and their index: keyed hashes, which alone tell nobody what was said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from desk.database import keyring_of
from desk.models import Message, Word
from desk.sealed import Keyring

INDEXED = ("patient", "coordinator")  # whose words are looked for; what the assistant quotes is in the library
_WORD = re.compile(r"[^\W_]+")
_SHORTEST, _LONGEST = 2, 40
_SHORTEST_PLURAL = 4  # letters: "gas" is no plural
_AT_ONCE = 2_000


def normal(word: str) -> str:
    """A word as it is compared: without capitals, accents and a plain English plural."""
    low = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    if len(low) > _SHORTEST_PLURAL and low.endswith("ies"):
        return low[:-3] + "y"
    if len(low) >= _SHORTEST_PLURAL and low.endswith("s") and not low.endswith(("ss", "us", "is")):
        return low[:-1]
    return low


def words_in(text: str) -> list[tuple[int, int, str]]:
    """Every word of a text that counts, with where it begins and ends."""
    found = [(match.start(), match.end(), match.group()) for match in _WORD.finditer(text)]
    return [(start, end, normal(word)) for start, end, word in found if _SHORTEST <= len(word) <= _LONGEST]


def words_of(text: str) -> set[str]:
    """The different words of a text."""
    return {word for _, _, word in words_in(text)}


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
    messages = session.execute(
        select(Message.id, Message.text).where(Message.sender.in_(INDEXED)).execution_options(yield_per=_AT_ONCE)
    )
    for some in _batches((row[0], row[1]) for row in messages):
        rows = [row for message_id, text in some for row in _rows(keyring, message_id, text)]
        if rows:
            session.execute(insert(Word), rows)
        count += len(some)
    return count


def _rows(keyring: Keyring, message_id: int, text: str) -> list[dict[str, int]]:
    return [{"word": keyring.blind(word), "message_id": message_id} for word in sorted(words_of(text))]


def _batches(messages: Iterator[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    while some := list(islice(messages, _AT_ONCE)):
        yield some
