"""What is said about the service itself, and when somebody was harmed."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet

from actions.turn import SafeAction, Turn
from intake.record import HandoffAsked, Urgent, new_reference
from intake.service import HARM, TOPICS, Standing, reply_to


class ActionService(SafeAction):
    """Answer what is asked about the clinic, its hours, the way there, the own case, from what is known of them."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_service"

    def act(self, turn: Turn) -> list[EventType]:
        """Say what belongs to the message's intent."""
        topic = turn.intent if turn.intent in TOPICS else "contact_details"
        text, buttons = reply_to(topic, standing_of(turn, turn.slot("handoff_reference")), turn.texts())
        turn.say(text, buttons=buttons)
        return []


class ActionReportHarm(SafeAction):
    """Hand a conversation to a person at once, because somebody was harmed."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_report_harm"

    def act(self, turn: Turn) -> list[EventType]:
        """Record it as urgent, and say what happens next."""
        reference = turn.slot("handoff_reference") or turn.record.reference or new_reference()
        text, buttons = reply_to(HARM, standing_of(turn, reference), turn.texts())
        handoff = HandoffAsked(reference=reference, reason="harm", urgent=Urgent(group="harm", level="urgent"))
        turn.say(text, buttons=buttons, kind="handoff", effects=[handoff])
        return [SlotSet("handoff_reference", reference)]


def standing_of(turn: Turn, open_case: str | None) -> Standing:
    """What is known of the clinic and of the patient at this turn."""
    return Standing(turn.services.clinic, turn.record, open_case)
