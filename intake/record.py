"""The intake record: where a patient is, what they said, what was understood; and the changes that make it.

Actions describe a change as an effect; the desk applies it in the same transaction as the reply. So an answer is stored
exactly when the patient has been told so.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

# The first five are the codes of FHIR's QuestionnaireResponse that apply here, and "none" for before the start.
Status = Literal["none", "in_progress", "completed", "amended", "stopped"]


class FieldAnswer(BaseModel):
    """An answer to one field: the patient's words, and what was understood."""

    model_config = ConfigDict(frozen=True)

    said: str
    value: Any = None
    skipped: bool = False


class IntakeRecord(BaseModel):
    """Where one patient's intake stands."""

    model_config = ConfigDict(frozen=True)

    status: Status = "none"
    open_field: str | None = None
    attempts: int = 0  # answers to the open field that could not be used
    answers: dict[str, FieldAnswer] = {}
    reference: str | None = None


class _Effect(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FieldAsked(_Effect):
    """A field was put to the patient and is now the open one."""

    effect: Literal["field_asked"] = "field_asked"
    field: str


class FieldAnswered(_Effect):
    """A field got an answer."""

    effect: Literal["field_answered"] = "field_answered"
    field: str
    answer: FieldAnswer


class AnswerRefused(_Effect):
    """An answer to the open field could not be used."""

    effect: Literal["answer_refused"] = "answer_refused"
    field: str


class IntakeStopped(_Effect):
    """The patient stopped, or did not consent."""

    effect: Literal["intake_stopped"] = "intake_stopped"


class IntakePaused(_Effect):
    """The patient was told what to do in an emergency; nothing is asked until they say that they have read it."""

    effect: Literal["intake_paused"] = "intake_paused"
    group: str


class IntakeResumed(_Effect):
    """The patient has read it."""

    effect: Literal["intake_resumed"] = "intake_resumed"


class IntakeCompleted(_Effect):
    """Every field has an answer; a person takes over from here."""

    effect: Literal["intake_completed"] = "intake_completed"
    reference: str


class Urgent(BaseModel):
    """Why a person should look at a handoff before the others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: str  # of `red_flags.yml`
    level: Literal["emergency", "urgent"]


class HandoffAsked(_Effect):
    """The patient wants a person, or the assistant has nothing to offer but one, or there was an alarm."""

    effect: Literal["handoff_asked"] = "handoff_asked"
    reference: str
    reason: Literal["asked", "deletion", "red_flag"]
    urgent: Urgent | None = None


Effect = Annotated[
    FieldAsked | FieldAnswered | AnswerRefused | IntakeStopped | IntakePaused | IntakeResumed | IntakeCompleted | HandoffAsked,
    Field(discriminator="effect"),
]
