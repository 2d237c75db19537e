"""What is said about the service itself, and when somebody was harmed."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet

from actions.answers import ActionAnswer, replied_to_each, show_answer, topic_in_hand
from actions.turn import SafeAction, Turn
from intake.record import HandoffAsked, Urgent, new_reference
from intake.service import HARM, TOPICS, reply_to
from knowledge.answer import Answer
from knowledge.phrases import phrases
from knowledge.topic import names_in


class ActionService(SafeAction):
    """Answer what is asked about the clinic, its hours, the way there, the own case, from what is known of them."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_service"

    def act(self, turn: Turn) -> list[EventType]:
        """Say what belongs to the message's intent."""
        if replied_to_each(turn, turn.text, surely=True):
            return []
        topic = turn.intent if turn.intent in TOPICS else "contact_details"
        if turn.doing in phrases().about_the_service.acts and "condition" in names_in(turn.text):
            return ActionAnswer().answer(turn, turn.text)  # "do you treat Parkinson's?" is a matter of the articles
        found = _written_about(turn) if turn.doing else None
        if found:
            show_answer(turn, found)
        else:
            text, buttons = reply_to(topic, turn.standing(), turn.texts(), turn.text)
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
        text, buttons = reply_to(HARM, turn.standing(reference), turn.texts())
        handoff = HandoffAsked(reference=reference, reason="harm", urgent=Urgent(group="harm", level="urgent"))
        turn.say(text, buttons=buttons, kind="handoff", effects=[handoff])
        return [SlotSet("handoff_reference", reference)]


def _written_about(turn: Turn) -> Answer | None:
    """The answer of an article about the service itself, if one surely answers what is asked."""
    if turn.doing not in phrases().about_the_service.acts:
        return None
    [best, *_] = turn.services.library.explain(turn.text, topic_in_hand(turn))
    is_sure = best.answer.status == "answered" and best.is_sure and not best.again
    return best.answer if is_sure and best.answer.passages[0].article in phrases().about_the_service.articles else None
