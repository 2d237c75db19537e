"""The way to a person."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet

from actions.turn import SafeAction, Turn
from intake.record import HandoffAsked, new_reference
from intake.replies import one_of, refuses_a_person, the_replies
from knowledge.phrases import phrases

_SURE = 0.6  # that a person is wanted: below it that is asked first


class ActionTalkToPerson(SafeAction):
    """Hand the conversation to a coordinator."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_talk_to_person"

    def act(self, turn: Turn) -> list[EventType]:
        """Record the wish and say what happens next; who refuses one is left alone, and in doubt it is asked."""
        if turn.doing and refuses_a_person(turn.text):
            turn.say(one_of(the_replies().no[turn.before.kind], turn.text))
            return []
        if turn.doing == "person" and turn.confidence < _SURE:
            turn.say(turn.fill(the_replies().person_or_not), buttons=[phrases().offer_person])
            return []
        reference = turn.slot("handoff_reference") or turn.record.reference or new_reference()
        handoff = HandoffAsked(reference=reference, reason="asked")
        turn.say(response="utter_handoff", reference=reference, kind="handoff", effects=[handoff])
        return [SlotSet("handoff_reference", reference)]
