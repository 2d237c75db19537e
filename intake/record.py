"""The intake record: where a patient is, what they said, what was understood; and the changes that make it.

Actions describe a change as an effect; the desk applies it in the same transaction as the reply. So an answer is stored
exactly when the patient has been told so.
"""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

# The first five are the codes of FHIR's QuestionnaireResponse that apply here, and "none" for before the start.
Status = Literal["none", "in_progress", "completed", "amended", "stopped"]
_REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that are mistaken for one another when read aloud


class FieldAnswer(BaseModel):
    """An answer to one field: the patient's words, and what was understood; for certain, or to be checked by a person."""

    model_config = ConfigDict(frozen=True)

    said: str
    value: Any = None
    skipped: bool = False
    to_check: bool = False


# What the last reply asked besides the open field; it stands for one turn.
Asking = Literal["delete", "start_over", "which_field", "unclear", "doubt", "age"]


class IntakeRecord(BaseModel):
    """Where one patient's intake stands."""

    model_config = ConfigDict(frozen=True)

    status: Status = "none"
    open_field: str | None = None
    detail_asked: bool = False  # the open field has a bare yes, and was asked for a word on what and when
    attempts: int = 0  # answers to the open field that could not be used
    answers: dict[str, FieldAnswer] = {}
    reference: str | None = None
    asking: Asking | None = None

    @property
    def sent(self) -> bool:
        """Whether the answers have been passed on."""
        return self.status in {"completed", "amended"}


class _Effect(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FieldAsked(_Effect):
    """A field was put to the patient and is now the open one."""

    effect: Literal["field_asked"] = "field_asked"
    field: str
    detail: bool = False


class FieldClosed(_Effect):
    """No field is open any more, and nothing else has changed."""

    effect: Literal["field_closed"] = "field_closed"


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


class IntakeAmended(_Effect):
    """An answer was changed after all had been sent; the person who has them sees it."""

    effect: Literal["intake_amended"] = "intake_amended"


class StartedOver(_Effect):
    """The patient took all answers back before they were sent; they are forgotten."""

    effect: Literal["started_over"] = "started_over"


class AskedBack(_Effect):
    """The reply asked something that the next message may answer."""

    effect: Literal["asked_back"] = "asked_back"
    asking: Asking


class ConversationDeleted(_Effect):
    """The patient wants everything deleted, and has confirmed it."""

    effect: Literal["conversation_deleted"] = "conversation_deleted"


class IntakePaused(_Effect):
    """The patient was told what to do in an emergency; nothing is asked until they say that they have read it."""

    effect: Literal["intake_paused"] = "intake_paused"
    group: str


class IntakeResumed(_Effect):
    """The patient has read it."""

    effect: Literal["intake_resumed"] = "intake_resumed"


# Asked: whether it happens now. Alarmed: it raised an alarm. Waited: it came while the intake was paused. Read: its alarm was
# read. Denied: it is no emergency, the patient says.
HoldState = Literal["asked", "alarmed", "waited", "read", "denied"]


class MessageHeld(_Effect):
    """The message was not taken for what it was."""

    effect: Literal["message_held"] = "message_held"
    state: HoldState
    alarm: dict[str, Any] | None = None  # of one that is asked about: what a yes raises


class HeldChanged(_Effect):
    """What was held back for these reasons is held for another one, or not any more."""

    effect: Literal["held_changed"] = "held_changed"
    was: list[HoldState]
    state: HoldState | None  # nothing: it was taken, and may raise an alarm once more


class IntakeCompleted(_Effect):
    """Every field has an answer; a person takes over from here."""

    effect: Literal["intake_completed"] = "intake_completed"
    reference: str


# At once: without a question. Said yes: the patient said that it happens now. Left to a person: who has the conversation asks.
HowRaised = Literal["at_once", "said_yes", "left_to_a_person"]


class RestsOn(BaseModel):
    """Why there was an alarm, for the people who read the case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: list[str]  # of the patient
    rule: str  # what raised it; see `emergencies.compiled_groups.RuleName`
    how: HowRaised


class Urgent(BaseModel):
    """Why a person should look at a handoff before the others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: str  # of `red_flags.yml`; or "harm", which is no emergency by itself
    level: Literal["emergency", "urgent"]
    rests_on: RestsOn | None = None


class HandoffAsked(_Effect):
    """The patient wants a person or tells of harm, or the assistant has nothing to offer but one, or there was an alarm."""

    effect: Literal["handoff_asked"] = "handoff_asked"
    reference: str
    reason: Literal["asked", "deletion", "red_flag", "harm"]
    urgent: Urgent | None = None


IntakeEffect = (
    FieldAsked | FieldClosed | FieldAnswered | AnswerRefused | IntakeStopped | IntakeCompleted | IntakeAmended | StartedOver
)
Effect = Annotated[
    IntakeEffect | AskedBack | ConversationDeleted | IntakePaused | IntakeResumed | HandoffAsked | MessageHeld | HeldChanged,
    Field(discriminator="effect"),
]


def after(record: IntakeRecord, effect: Effect) -> IntakeRecord:
    """The record as it is after an effect. What the desk stores and reads again is the same; a test holds the two together."""
    changed: dict[str, object] = {}
    match effect:
        case FieldAsked(field=name, detail=detail):
            status = record.status if record.sent else "in_progress"
            attempts = record.attempts if record.open_field == name else 0
            changed = {"status": status, "open_field": name, "detail_asked": detail, "attempts": attempts}
        case FieldClosed():
            changed = {"open_field": None, "detail_asked": False, "attempts": 0}
        case FieldAnswered(field=name, answer=answer):
            changed = {"answers": {**record.answers, name: answer}, "attempts": 0, "detail_asked": False}
        case AnswerRefused():
            changed = {"attempts": record.attempts + 1}
        case IntakeStopped():
            changed = {"status": "stopped", "open_field": None, "detail_asked": False, "attempts": 0}
        case IntakeCompleted(reference=reference):
            changed = {"status": "completed", "open_field": None, "detail_asked": False, "attempts": 0, "reference": reference}
        case IntakeAmended():
            changed = {"status": "amended"}
        case StartedOver() | ConversationDeleted():
            return IntakeRecord(asking=record.asking)
        case AskedBack(asking=asking):
            changed = {"asking": asking}
        case _:
            pass
    return record.model_copy(update=changed)


def new_reference() -> str:
    """A reference number that can be read aloud and not guessed, such as ``C-7K4M-2QWX``."""
    letters = "".join(secrets.choice(_REFERENCE_LETTERS) for _ in range(8))
    return f"C-{letters[:4]}-{letters[4:]}"
