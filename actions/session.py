"""The start of a turn: Rasa is told where the patient is."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import ActionExecuted, ActiveLoop, EventType, SessionStarted, SlotSet

from actions.turn import FORM, SafeAction, Turn, slot_of
from intake.record import IntakeRecord


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
            SlotSet("intake_status", record.status),
            SlotSet("intake_attempts", record.attempts),
            SlotSet("intake_reference", record.reference),
            SlotSet("handoff_reference", metadata.get("handoff")),
            SlotSet("question_before", metadata.get("before")),
        ]
        events += [SlotSet(slot_of(name), answer.model_dump()) for name, answer in record.answers.items()]
        if record.status == "in_progress" and record.open_field:
            events += [ActiveLoop(FORM), SlotSet("requested_slot", slot_of(record.open_field))]
        return [*events, ActionExecuted("action_listen")]
