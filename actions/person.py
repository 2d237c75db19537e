"""The way to a person."""

from __future__ import annotations

from typing import Literal

from rasa_sdk.events import EventType, SlotSet

from actions.turn import SafeAction, Turn, new_reference
from intake.record import HandoffAsked


class ActionTalkToPerson(SafeAction):
    """Hand the conversation to a coordinator."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_talk_to_person"

    def act(self, turn: Turn) -> list[EventType]:
        """Record the wish and say what happens next."""
        return _hand_over(turn, "utter_handoff", "asked")


class ActionDeleteData(SafeAction):
    """Pass on the wish to have everything deleted, to somebody who makes sure of it."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_delete_data"

    def act(self, turn: Turn) -> list[EventType]:
        """Record the wish and say what happens next."""
        return _hand_over(turn, "utter_delete_data", "deletion")


def _hand_over(turn: Turn, response: str, reason: Literal["asked", "deletion"]) -> list[EventType]:
    reference = turn.slot("handoff_reference") or new_reference()
    turn.say(response=response, reference=reference, kind="handoff", effects=[HandoffAsked(reference=reference, reason=reason)])
    return [SlotSet("handoff_reference", reference)]
