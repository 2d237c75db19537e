"""Everything that leaves the house about one case, at one moment: what a PDF, a FHIR bundle and a JSON file are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desk.cases.case import Case, find_case
from desk.models import IntakeAnswer
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


def case_file(session: Session, reference: str, clinic: str, now: datetime) -> CaseFile | None:
    """The case with a reference number as it stands now, or none."""
    case = find_case(session, reference)
    if case is None:
        return None
    handoff = case.handoff
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
    )


def _spoken(case: Case) -> tuple[Spoken, ...]:
    return tuple(
        Spoken(each.seq, each.at, each.sender, each.kind, each.text, each.author, each.answer, each.reply_to)
        for each in case.transcript
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
