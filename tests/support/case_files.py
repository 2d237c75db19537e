"""Case files of people who do not exist."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from exports.case_file import CaseFile, Spoken
from intake.record import FieldAnswer, IntakeRecord
from knowledge.answer import stored_answer
from tests.support.talking import REFERENCE, Talk

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SOURCE = {
    "id": "thompson2020",
    "title": "A made-up trial",
    "publisher": "Journal of Examples",
    "year": 2020,
    "doi": "10.1234/example",
    "url": None,
    "read": "page",
}
ANSWER = stored_answer(
    {
        "status": "answered",
        "about": "safety",
        "evidence": "rct",
        "reviewed_on": "2026-11-01",
        "sources": [SOURCE],
        "passages": [
            {
                "article": "fever",
                "version": 4,
                "heading": "Is fever common?",
                "quote": "Fever was more common with cells.",
                "start": 12,
                "end": 45,
                "url": "/library/articles/fever#is-fever-common",
            }
        ],
    }
)


def record_of(answers: dict[str, str], status: str = "completed") -> IntakeRecord:
    """What is understood when somebody answers like this."""
    talk = Talk()
    talk.says("start the intake", "start_intake")
    while talk.open and talk.open != "review":
        said = answers.get(talk.open)
        talk.says(*((said,) if said else ("skip", "skip")))
    return talk.record.model_copy(update={"status": status, "reference": REFERENCE, "open_field": None})


def case_of(record: IntakeRecord, messages: tuple[Spoken, ...] | None = None, **changes: Any) -> CaseFile:
    """A case file with an intake."""
    told = {
        "reference": REFERENCE,
        "conversation": "0" * 32,
        "reason": "intake_completed",
        "state": "open",
        "urgent_level": None,
        "created_at": AT,
        "read_at": AT,
        "clinic": "Birchwood Example Clinic",
        "intake": record,
        "messages": TRANSCRIPT if messages is None else messages,
        **changes,
    }
    return CaseFile(**told)


TRANSCRIPT = (
    Spoken(1, AT, "assistant", "text", "Hello. I am a software assistant."),
    Spoken(2, AT, "patient", "text", "Is fever common?"),
    Spoken(3, AT, "assistant", "answer", "Here is what our articles say.", None, ANSWER, 2),
    Spoken(4, AT, "coordinator", "text", "Good morning, I read your questions.", "Ona Example"),
)


def answered(said: str, value: Any = None, skipped: bool = False, to_check: bool = False) -> FieldAnswer:
    """An answer to a field."""
    return FieldAnswer(said=said, value=value, skipped=skipped, to_check=to_check)
