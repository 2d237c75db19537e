"""What was quoted last, in plainer words."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.answers import topic_in_hand
from actions.turn import SafeAction, Turn
from knowledge.phrases import phrases


class ActionPlainer(SafeAction):
    """Give the plain sentence of the section that was quoted last, or say that there is none and offer a person."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_plainer"

    def act(self, turn: Turn) -> list[EventType]:
        """Say it; while a field is open, only of what was answered just now, as otherwise its question is meant."""
        topic = topic_in_hand(turn)
        if turn.record.open_field and not (topic and topic.just):
            turn.say(response="utter_once_more")
        elif topic and topic.in_hand:
            self._of(turn, topic.in_hand.article, topic.in_hand.heading)
        else:
            turn.say(response="utter_repeat")
        return []

    def _of(self, turn: Turn, article: str, heading: str) -> None:
        plain = turn.services.library.in_plain_words(article, heading)
        if plain:
            turn.say(phrases().plain.format(plain=plain))
        else:
            turn.say(turn.fill(phrases().not_plainer), buttons=[phrases().offer_person])
