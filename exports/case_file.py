"""Everything that leaves the house about one case, at one moment: what a PDF, a FHIR bundle and a JSON file are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desk.cases.case import Case, find_case
from desk.models import IntakeAnswer, User
from emergencies.red_flags import the_red_flags
from intake.record import IntakeRecord
from knowledge.answer import Answer


@dataclass(frozen=True)
class Spoken:
    """One message of the transcript."""

    seq: int
    at: datetime
    sender: str
    kind: str
    text: str
    author: str | None = None
    answer: Answer | None = None
    reply_to: int | None = None


@dataclass(frozen=True)
class Alarmed:
    """An alarm, and what it rests on."""

    seq: int  # of the message
    level: str
    group: str
    label: str
    why: str


@dataclass(frozen=True)
class Judged:
    """What a colleague thinks of an answer."""

    seq: int  # of the answer
    by: str
    at: datetime
    verdict: str
    article: str | None  # that should have answered, or is missing
    wording: str | None  # the question in the reviewer's own words


@dataclass(frozen=True)
class Noted:
    """A note for colleagues."""

    by: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Corrected:
    """A name or a contact as a person of the clinic set it right."""

    what: str
    text: str
    value: dict[str, Any] | None  # of a contact, as it is understood
    by: str
    at: datetime


@dataclass(frozen=True)
class CaseFile:
    """One case as it stood when it was read."""

    reference: str
    conversation: str
    reason: str
    state: str
    urgent_level: str | None
    created_at: datetime
    read_at: datetime
    clinic: str
    intake: IntakeRecord
    answered_at: dict[str, datetime] = field(default_factory=dict)  # by field
    messages: tuple[Spoken, ...] = ()
    alarms: tuple[Alarmed, ...] = ()
    holder: str | None = None  # the person who has the case, or had it when it was closed
    closed_at: datetime | None = None
    outcome: str | None = None  # how it was closed
    reviews: tuple[Judged, ...] = ()
    notes: tuple[Noted, ...] | None = None  # none at all where nobody asked for them
    corrections: tuple[Corrected, ...] = ()  # in order; the last one of each kind counts

    @property
    def corrected(self) -> dict[str, Corrected]:
        """The last one of each kind, by the role in the intake."""
        return {each.what: each for each in self.corrections}


def case_file(session: Session, reference: str, clinic: str, now: datetime, *, with_notes: bool = False) -> CaseFile | None:
    """The case with a reference number as it stands now, or none; the notes of colleagues leave only if somebody wants them."""
    case = find_case(session, reference)
    if case is None:
        return None
    handoff, conversation = case.handoff, case.conversation
    return CaseFile(
        reference=handoff.reference,
        conversation=handoff.conversation_id,
        reason=handoff.reason,
        state=handoff.state,
        urgent_level=handoff.urgent_level,
        created_at=handoff.created_at,
        read_at=now,
        clinic=clinic,
        intake=case.intake,
        answered_at=_answered_at(session, handoff.conversation_id),
        messages=_spoken(case),
        alarms=tuple(Alarmed(a.seq, a.level, a.group, the_red_flags().label_of(a.group), a.why) for a in case.alarms),
        holder=case.holder,
        closed_at=conversation.closed_at,
        outcome=conversation.outcome,
        reviews=_judged(session, case),
        notes=tuple(Noted(note.by, note.at, note.text) for note in case.notes) if with_notes else None,
        corrections=tuple(Corrected(c.what.value, c.text, c.value, c.by, c.at) for c in case.corrections),
    )


def _spoken(case: Case) -> tuple[Spoken, ...]:
    return tuple(
        Spoken(each.seq, each.at, each.sender, each.kind, each.text, each.author, each.answer, each.reply_to)
        for each in case.transcript
    )


def _judged(session: Session, case: Case) -> tuple[Judged, ...]:
    by = {review.user_id for review in case.reviews.values()}
    names = {id_: name for id_, name in session.execute(select(User.id, User.name).where(User.id.in_(by))).tuples()}
    return tuple(
        Judged(seq, names[each.user_id], each.at, each.verdict, each.article, each.wording)
        for seq, each in sorted(case.reviews.items())
    )


def _answered_at(session: Session, conversation_id: str) -> dict[str, datetime]:
    rows = session.execute(
        select(IntakeAnswer.field, func.max(IntakeAnswer.at))
        .where(IntakeAnswer.conversation_id == conversation_id)
        .group_by(IntakeAnswer.field)
    )
    return {row[0]: row[1] for row in rows}


def as_json(case: CaseFile) -> str:
    """Everything in a case file as one JSON value."""
    return TypeAdapter(CaseFile).dump_json(case, indent=1).decode()
