"""The way to a person."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet

from actions.turn import SafeAction, Turn
from intake.record import HandoffAsked, new_reference


class ActionTalkToPerson(SafeAction):
    """Hand the conversation to a coordinator."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_talk_to_person"

    def act(self, turn: Turn) -> list[EventType]:
        """Record the wish and say what happens next."""
        reference = turn.slot("handoff_reference") or turn.record.reference or new_reference()
        handoff = HandoffAsked(reference=reference, reason="asked")
        turn.say(response="utter_handoff", reference=reference, kind="handoff", effects=[handoff])
        return [SlotSet("handoff_reference", reference)]
