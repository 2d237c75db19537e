"""The start of a turn: Rasa is told where the patient is."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import ActionExecuted, ActiveLoop, EventType, SessionStarted, SlotSet

from actions.turn import FIELD_SLOT, FORM, RECORD_SLOT, SafeAction, Turn
from intake.record import IntakeRecord

_ANSWERED_BY_THE_INTAKE = {"delete", "start_over", "which_field"}


class ActionSessionStart(SafeAction):
    """Set the slots and the open form from the record that came with the message.

    Web sends each message under a fresh sender id, with the record as metadata. So Rasa keeps nothing between turns, and
    there is nothing in it that could be lost, be out of step with the database, or have to be erased.
    """

    def name(self) -> str:
        """The name in the domain."""
        return "action_session_start"

    def act(self, turn: Turn) -> list[EventType]:
        """Turn the metadata into events."""
        metadata: Any = turn.slot("session_started_metadata") or {}
        record = IntakeRecord.model_validate(metadata.get("intake") or {})
        events: list[EventType] = [
            SessionStarted(),
            SlotSet(RECORD_SLOT, record.model_dump(mode="json")),
            SlotSet("handoff_reference", metadata.get("handoff")),
            SlotSet("question_before", metadata.get("before")),
        ]
        if record.open_field or record.asking in _ANSWERED_BY_THE_INTAKE:
            events += [ActiveLoop(FORM), SlotSet("requested_slot", FIELD_SLOT)]
        return [*events, ActionExecuted("action_listen")]
