"""Everything that leaves the house about one case, at one moment: what a PDF, a FHIR bundle and a JSON file are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from intake.record import IntakeRecord


@dataclass(frozen=True)
class Spoken:
    """One message of the transcript."""

    seq: int
    at: datetime
    sender: str
    kind: str
    text: str
    author: str | None = None
    answer: dict[str, Any] | None = None
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
