"""Finding cases by the words that patients and coordinators wrote, or by the reference number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, false, func, literal, select
from sqlalchemy.orm import Session, aliased

from desk.conversations.words import INDEXED
from desk.database import keyring_of
from desk.looked_for import looked_for, places_of
from desk.models import Conversation, Handoff, IntakeAnswer, Message, Word

_REFERENCE = re.compile(r"(?i)^\s*(c-[0-9a-z]{1,4}(?:-[0-9a-z]{0,4})?)\s*$")
_MOST_WORDS = 8
_RARE = 2_000  # messages; of a rarer word all places are looked at, of a more frequent one only as many as are shown
_AT_ONCE = 300
Forms = tuple[int, ...]  # of one word, keyed
_AROUND = 60  # characters shown before and after a hit
_SHOWN = 2  # messages of one case


@dataclass(frozen=True)
class Snippet:
    """A part of a message with the words that were looked for."""

    seq: int
    at: datetime
    sender: str
    parts: list[tuple[str, bool]]  # text, and whether it was looked for


def find(session: Session, text: str, conditions: Sequence[ColumnElement[bool]], most: int) -> list[str]:
    """Cases in which every word was written, the newest mention first; or those whose reference number begins so.

    Args:
        session: for reading.
        text: what is looked for.
        conditions: what else must hold of the conversation.
        most: how many are wanted.
    """
    reference = _REFERENCE.match(text)
    if reference:
        return _by_reference(session, reference.group(1).upper(), conditions, most)
    words = _blind(session, text)
    return _by_words(session, words, conditions, most) if words else []


def holds_in_field(session: Session, names: Sequence[str], text: str) -> ColumnElement[bool]:
    """Whether every word was written in an answer stored under one of the names; a message with several counts for each."""
    words = _blind(session, text)
    if not words:
        return false()
    held = [
        select(IntakeAnswer.conversation_id)
        .join(Message, (Message.conversation_id == IntakeAnswer.conversation_id) & (Message.seq == IntakeAnswer.message_seq))
        .join(Word, (Word.message_id == Message.id) & Word.word.in_(word))
        .where(IntakeAnswer.field.in_(names))
        for word in words
    ]
    rare = [_frequency(session, word) < _RARE for word in words]
    parts = [
        Conversation.id.in_(query)
        if is_rare
        else query.where(IntakeAnswer.conversation_id == Conversation.id).correlate(Conversation).exists()
        for query, is_rare in zip(held, rare, strict=True)
    ]
    return and_(*parts)


def passed_on(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a conversation has a handoff of which this holds."""
    handoffs = select(Handoff.reference).where(Handoff.conversation_id == Conversation.id, *more)
    return handoffs.correlate(Conversation).exists()


def snippets_of(session: Session, ids: Sequence[str], text: str) -> dict[str, list[Snippet]]:
    """What was found in each of these conversations, newest first."""
    words = _blind(session, text) if text.strip() and not _REFERENCE.match(text) else []
    if not words or not ids:
        return {}
    wanted = looked_for(text)
    found: dict[str, list[Snippet]] = {}
    messages = session.scalars(
        select(Message)
        .where(Message.conversation_id.in_(ids), Message.sender.in_(INDEXED))
        .where(exists().where(Word.word.in_({form for word in words for form in word}), Word.message_id == Message.id))
        .order_by(Message.id.desc())
    )
    for message in messages:
        mine = found.setdefault(message.conversation_id, [])
        if len(mine) < _SHOWN and message.readable:
            mine.append(Snippet(message.seq, message.at, message.sender, marked(message.text, wanted)))
    return found


def marked(text: str, wanted: list[tuple[str, ...]]) -> list[tuple[str, bool]]:
    """The part of a text around the first word that was looked for, cut where words are."""
    hits = places_of(text, wanted)
    if not hits:
        return [(text[: 2 * _AROUND], False)]
    begin, stop = max(0, hits[0][0] - _AROUND), min(len(text), hits[0][1] + 2 * _AROUND)
    begin = text.rfind(" ", 0, begin) + 1 if begin else 0
    parts: list[tuple[str, bool]] = [("… ", False)] if begin else []
    for start, end in (hit for hit in hits if hit[1] <= stop):
        parts += [(text[begin:start], False), (text[start:end], True)]
        begin = end
    return [part for part in [*parts, (text[begin:stop], False), ("…" if stop < len(text) else "", False)] if part[0]]


def _by_reference(session: Session, start: str, conditions: Sequence[ColumnElement[bool]], most: int) -> list[str]:
    found = session.scalars(
        select(Conversation.id)
        .join(Handoff, Handoff.conversation_id == Conversation.id)
        .where(Handoff.reference >= start, Handoff.reference < start + "\uffff", *conditions)
        .order_by(Handoff.created_at.desc())
        .limit(most)
    )
    return list(dict.fromkeys(found))


def _by_words(session: Session, words: list[Forms], conditions: Sequence[ColumnElement[bool]], most: int) -> list[str]:
    """Walk along the rarest word, newest message first, until enough conversations are found that hold the others, too."""
    rarest, *others = sorted(words, key=lambda word: _frequency(session, word))
    query = (
        select(Conversation.id, Word.message_id)
        .select_from(Word)
        .join(Message, Message.id == Word.message_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Word.word.in_(rarest), passed_on(), *conditions)
        .where(*(_also_holds(word) for word in others))
        .order_by(Word.message_id.desc())
        .limit(_AT_ONCE)
    )
    found: dict[str, None] = {}
    before = 2**62
    while len(found) < most:
        rows = session.execute(query.where(Word.message_id < before)).all()
        found |= dict.fromkeys(row[0] for row in rows)
        if len(rows) < _AT_ONCE:
            break
        before = rows[-1][1]
    return list(found)[:most]


def _also_holds(word: Forms) -> ColumnElement[bool]:
    other, place = aliased(Message), aliased(Word)
    return (
        select(literal(1))
        .select_from(other)
        .join(place, (place.message_id == other.id) & place.word.in_(word))
        .where(other.conversation_id == Conversation.id)
        .correlate(Conversation)
        .exists()
    )


def _blind(session: Session, text: str) -> list[Forms]:
    keyring = keyring_of(session)
    return [tuple(keyring.blind(form) for form in forms) for forms in looked_for(text)[:_MOST_WORDS]]


def _frequency(session: Session, word: Forms) -> int:
    """In how many messages a word stands; counted no further than is of interest."""
    some = select(Word.message_id).where(Word.word.in_(word)).limit(20 * _RARE).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0
