"""The start of a session: Rasa is told where the patient is."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.turn import SafeAction, Turn
from intake.beginning import beginning


class ActionSessionStart(SafeAction):
    """Set the slots and the open form from the record that came with the message.

    Web sends each message with what the session would begin with, so that Rasa does not call this action. It does so in `rasa
    shell` and for its REST channel, where the record, if there is one, comes as metadata.
    """

    def name(self) -> str:
        """The name in the domain."""
        return "action_session_start"

    def act(self, turn: Turn) -> list[EventType]:
        """Turn the metadata into events."""
        return list(beginning(turn.slot("session_started_metadata") or {}))
