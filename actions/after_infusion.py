"""A message that was taken for a complaint after an infusion."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.aftercare import replied_to_a_complaint, reply_to_a_complaint
from actions.answers import ActionAnswer
from actions.turn import SafeAction, Turn
from knowledge.aftercare import asks_in_general


class ActionAfterInfusion(SafeAction):
    """Quote what is known of the complaint and when to call, and give the numbers of today."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_after_infusion"

    def act(self, turn: Turn) -> list[EventType]:
        """Say it; to a few words more about the complaint before, only what they add; answer what asks in general."""
        if asks_in_general(turn.text):
            return ActionAnswer().answer(turn, turn.text)
        if not replied_to_a_complaint(turn):
            reply_to_a_complaint(turn)
        return []
