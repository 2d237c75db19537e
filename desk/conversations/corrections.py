"""A patient's name and contact as somebody of the clinic set them right. What the patient said stays beside it, as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.conversations.states import locked
from desk.models import Correction, User
from intake.judging.contact import judge_contact
from intake.judging.results import Context, Understood

LONGEST = 200  # characters


class What(StrEnum):
    """What can be set right: a role of the intake."""

    NAME = "name"
    CONTACT = "contact"


@dataclass(frozen=True)
class OpenedCorrection:
    """A correction as a colleague reads it."""

    what: What
    text: str
    value: dict[str, Any] | None  # of a contact, as the intake understands one
    by: str
    at: datetime


@dataclass(frozen=True)
class NewCorrection:
    """What somebody of the clinic set right."""

    what: What
    text: str
    region: str = ""  # the country in which a phone number without a code is read


def correct(session: Session, conversation_id: str, by: str, new: NewCorrection) -> None:
    """Set something right; the last one counts, and earlier ones stay.

    Args:
        session: a writing transaction.
        conversation_id: the conversation.
        by: the id of who does it.
        new: what is right.

    Raises:
        Gone: if the conversation was deleted.
    """
    locked(session, conversation_id)
    known = select(func.max(Correction.number)).where(Correction.conversation_id == conversation_id)
    number, now = (session.scalar(known) or 0) + 1, datetime.now(UTC)
    row = Correction(conversation_id=conversation_id, number=number, what=new.what.value, user_id=by, at=now)
    row.text = new.text
    row.value = _understood(new, now) if new.what is What.CONTACT else None
    session.add(row)
    record(session, by, "case.corrected", conversation_id, what=new.what.value)


def corrections_of(session: Session, conversation_id: str) -> list[OpenedCorrection]:
    """Every correction, in order."""
    rows = session.execute(
        select(Correction, User.name)
        .join(User, User.id == Correction.user_id)
        .where(Correction.conversation_id == conversation_id)
        .order_by(Correction.number)
    )
    return [OpenedCorrection(What(row.what), row.text, row.value, name, row.at) for row, name in rows]


def as_corrected(corrections: Sequence[OpenedCorrection]) -> Mapping[str, OpenedCorrection]:
    """The last one of each kind."""
    return {str(each.what.value): each for each in corrections}


def corrected_names(session: Session, conversation_ids: Sequence[str]) -> dict[str, str]:
    """The names that were set right in some conversations."""
    rows = session.scalars(
        select(Correction)
        .where(Correction.conversation_id.in_(conversation_ids), Correction.what == What.NAME.value)
        .order_by(Correction.number)
    )
    return {row.conversation_id: row.text for row in rows}


def _understood(new: NewCorrection, now: datetime) -> dict[str, Any] | None:
    judged = judge_contact(new.text, Context(new.region, now.date()))
    return judged.value if isinstance(judged, Understood) and isinstance(judged.value, dict) else None
