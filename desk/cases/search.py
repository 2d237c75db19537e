"""Finding cases by the words that patients and coordinators wrote, also in notes, or by the reference number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from desk.conversations.own_data import text_of
from desk.conversations.words import INDEXED
from desk.database import keyring_of
from desk.looked_for import looked_for, places_of
from desk.models import Conversation, Handoff, IntakeAnswer, Message, Note, NoteWord, Word

_REFERENCE = re.compile(r"(?i)^\s*(c-[0-9a-z]{1,4}(?:-[0-9a-z]{0,4})?)\s*$")
_READ_OUT = re.compile(r"([0-9A-Z]{4})[\s-]*([0-9A-Z]{0,4})")  # of a reference number what is said on the phone
_MOST_WORDS = 8
_RARE = 2_000  # messages and notes; of a rarer word all places are looked at, of a more frequent one only as many as are shown
_AT_ONCE = 300
Forms = tuple[int, ...]  # of one word, keyed
Place = tuple[str, int, datetime]  # a conversation, the number of a message or note in which a word stands, and when
_AROUND = 60  # characters shown before and after a hit
_SHOWN = 2  # messages and notes of one case
_NOTE = "note"  # who says it, where nobody says it to anybody


@dataclass(frozen=True)
class Snippet:
    """A part of a message or a note with the words that were looked for."""

    at: datetime
    sender: str  # patient, coordinator; or note
    parts: list[tuple[str, bool]]  # text, and whether it was looked for


def find(session: Session, text: str, conditions: Sequence[ColumnElement[bool]], most: int) -> list[str]:
    """Cases in which every word was written, the newest mention first; before them those whose reference number it may be.

    Args:
        session: for reading.
        text: what is looked for.
        conditions: what else must hold of the conversation.
        most: how many are wanted.
    """
    reference = _REFERENCE.match(text)
    if reference:
        return _by_reference(session, _begins(reference.group(1).upper()), conditions, most)
    named = _by_reference(session, or_(false(), *_read_out(text)), conditions, most)
    words = _blind(session, text)
    found = _by_words(session, words, conditions, most) if words else []
    return list(dict.fromkeys([*named, *found]))[:most]


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
    wanted, forms = looked_for(text), {form for word in words for form in word}
    found: dict[str, list[Snippet]] = {}
    written: list[Message | Note] = [*_messages(session, ids, forms), *_notes(session, ids, forms)]
    for each in sorted(written, key=lambda one: one.at, reverse=True):
        mine = found.setdefault(each.conversation_id, [])
        if len(mine) < _SHOWN and (said := _said(session, each)) is not None:
            mine.append(Snippet(each.at, each.sender if isinstance(each, Message) else _NOTE, marked(said, wanted)))
    return found


def _messages(session: Session, ids: Sequence[str], forms: set[int]) -> Iterable[Message]:
    holds = exists().where(Word.word.in_(forms), Word.message_id == Message.id)
    return session.scalars(
        select(Message).where(Message.conversation_id.in_(ids), Message.sender.in_(INDEXED), holds).order_by(Message.id.desc())
    )


def _notes(session: Session, ids: Sequence[str], forms: set[int]) -> Iterable[Note]:
    holds = exists().where(NoteWord.word.in_(forms), NoteWord.note_id == Note.id)
    return session.scalars(select(Note).where(Note.conversation_id.in_(ids), holds).order_by(Note.id.desc()))


def _said(session: Session, each: Message | Note) -> str | None:
    """What it says; nothing, if a message cannot be opened."""
    if isinstance(each, Note):
        return text_of(session, each)
    return each.text if each.readable else None


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


def _read_out(text: str) -> list[ColumnElement[bool]]:
    """Which reference numbers a text may mean that lacks the C or a hyphen, or is one half of the number."""
    said = text.strip().upper()
    parts = [_READ_OUT.fullmatch(each) for each in {said, re.sub(r"^C[\s-]*", "", said)}]
    found = []
    for first, second in (part.groups() for part in parts if part):
        found.append(_begins(f"C-{first}-{second}"))
        if not second:
            found.append(Handoff.reference.like(f"C-____-{first}"))
    return found


def _begins(start: str) -> ColumnElement[bool]:
    return Handoff.reference.like(f"{start}%")  # not by its order, which on PostgreSQL is that of some language


def _by_reference(
    session: Session, named: ColumnElement[bool], conditions: Sequence[ColumnElement[bool]], most: int
) -> list[str]:
    found = session.scalars(
        select(Conversation.id)
        .join(Handoff, Handoff.conversation_id == Conversation.id)
        .where(named, *conditions)
        .order_by(Handoff.created_at.desc())
        .limit(most)
    )
    return list(dict.fromkeys(found))


def _by_words(session: Session, words: list[Forms], conditions: Sequence[ColumnElement[bool]], most: int) -> list[str]:
    """Walk along the rarest word, in messages and in notes, newest first, until enough are found that hold the others, too."""
    rarest, *others = sorted(words, key=lambda word: _frequency(session, word))
    holds = (passed_on(), *conditions, *(_also_holds(word) for word in others))
    in_messages = (
        select(Conversation.id, Word.message_id, Message.at)
        .select_from(Word)
        .join(Message, Message.id == Word.message_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Word.word.in_(rarest), *holds)
    )
    in_notes = (
        select(Conversation.id, NoteWord.note_id, Note.at)
        .select_from(NoteWord)
        .join(Note, Note.id == NoteWord.note_id)
        .join(Conversation, Conversation.id == Note.conversation_id)
        .where(NoteWord.word.in_(rarest), *holds)
    )
    found = [*_walk(session, in_messages, Word.message_id, most), *_walk(session, in_notes, NoteWord.note_id, most)]
    newest = sorted(found, key=lambda mention: mention[1], reverse=True)
    return list(dict.fromkeys(id_ for id_, _ in newest))[:most]


def _walk(session: Session, query: Select[Place], number: InstrumentedAttribute[int], most: int) -> list[tuple[str, datetime]]:
    """The first conversations that a query finds, each with its newest mention; a part at a time."""
    ordered = query.order_by(number.desc()).limit(_AT_ONCE)
    found: dict[str, datetime] = {}
    before: int | None = None
    while len(found) < most:
        rows = session.execute(ordered if before is None else ordered.where(number < before)).all()
        for id_, _, at in rows:
            found.setdefault(id_, at)
        if len(rows) < _AT_ONCE:
            break
        before = rows[-1][1]
    return list(found.items())[:most]


def _also_holds(word: Forms) -> ColumnElement[bool]:
    message, said, note, noted = aliased(Message), aliased(Word), aliased(Note), aliased(NoteWord)
    in_messages = (
        select(literal(1))
        .select_from(message)
        .join(said, (said.message_id == message.id) & said.word.in_(word))
        .where(message.conversation_id == Conversation.id)
        .correlate(Conversation)
    )
    in_notes = (
        select(literal(1))
        .select_from(note)
        .join(noted, (noted.note_id == note.id) & noted.word.in_(word))
        .where(note.conversation_id == Conversation.id)
        .correlate(Conversation)
    )
    return or_(in_messages.exists(), in_notes.exists())


def _blind(session: Session, text: str) -> list[Forms]:
    keyring = keyring_of(session)
    return [tuple(keyring.blind(form) for form in forms) for forms in looked_for(text)[:_MOST_WORDS]]


def _frequency(session: Session, word: Forms) -> int:
    """In how many messages and notes a word stands; counted no further than is of interest."""
    some = [select(place.word).where(place.word.in_(word)).limit(20 * _RARE).subquery() for place in (Word, NoteWord)]
    return sum(session.scalar(select(func.count()).select_from(each)) or 0 for each in some)
