"""What is said to a complaint after an infusion that is no emergency."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.answers import show_answer
from actions.service import standing_of
from actions.turn import SafeAction, Turn
from intake.service import AFTER_INFUSION, reply_to
from knowledge.phrases import phrases


class ActionAfterInfusion(SafeAction):
    """Quote what is known of the complaint and when to call, and give the numbers of today."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_after_infusion"

    def act(self, turn: Turn) -> list[EventType]:
        """Say it."""
        where = phrases().after_infusion
        article, _, section = where.when_to_call.partition("#")
        for answer in turn.services.library.after_an_infusion(turn.text, where.articles, (article, section)):
            show_answer(turn, answer)
        text, buttons = reply_to(AFTER_INFUSION, standing_of(turn, turn.slot("handoff_reference")), turn.texts())
        turn.say(text, buttons=buttons)
        return []
