"""Answering a question with quotes, or saying that there is no reviewed answer."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.turn import SafeAction, Turn
from knowledge.phrases import phrases


class ActionAnswer(SafeAction):
    """Look the question up in the library."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_answer"

    def act(self, turn: Turn) -> list[EventType]:
        """Reply with one message for each answer."""
        for explanation in turn.services.library.explain(turn.text, turn.slot("question_before")):
            answer = explanation.answer
            if answer.status == "clarify":
                buttons = [*explanation.choices, phrases().something_else]
                turn.say(phrases().clarify, buttons=buttons, kind="answer", answer=answer.model_dump(mode="json"))
            elif answer.status == "answered" and answer.about is not None:
                turn.say(phrases().lead[answer.about], kind="answer", answer=answer.model_dump(mode="json"))
            else:
                turn.say(
                    turn.fill(phrases().why_not(explanation.declined)),
                    buttons=[phrases().offer_person],
                    kind="answer",
                    answer=answer.model_dump(mode="json"),
                )
        return []
