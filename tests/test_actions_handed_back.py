"""Web runs an action that Rasa handed back with a turn; what is Rasa's matter after all goes the long way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from actions.handed_back import RunsActions
from desk.conversations.log import Draft
from tests.support.broken_rasa import BrokenRasa, _Handler
from turns.rasa import Encode, Ours, RasaClient, Reply

ASKED_AGAIN = [{"text": "Rasa called for it."}]


class Speaks(Action):  # type: ignore[misc]
    """Says something in two paragraphs, and something with a button and a kind."""

    def name(self) -> str:
        """As it is called for."""
        return "action_speaks"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Say both."""
        dispatcher.utter_message(text="One.\n\nTwo.")
        dispatcher.utter_message(text="Three?\n\nFour?", buttons=[{"title": "Yes", "payload": "yes"}])
        dispatcher.utter_message(json_message={"kind": "notice"})
        return []


class Sets(Speaks):
    """Sets a slot as well."""

    def name(self) -> str:
        """As it is called for."""
        return "action_sets"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Say it, and set a slot."""
        return [*super().run(dispatcher, tracker, domain), SlotSet("intake", {})]


class UsesADomain(Speaks):
    """Says something of which only Rasa knows the words."""

    def name(self) -> str:
        """As it is called for."""
        return "action_uses_a_domain"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Name a response of the domain."""
        dispatcher.utter_message(response="utter_internal_error", incident="1a2b")
        return []


@pytest.fixture
def rasa() -> Iterator[BrokenRasa]:
    """In Rasa's place: it hands back the action that the message names, unless it may not."""
    rasa = BrokenRasa()
    yield rasa
    rasa.goes_away()


def hands_back(handler: _Handler, body: bytes) -> None:
    """Say something, and hand an action back; without leave, say that it was called for."""
    asked = json.loads(body)
    call = {"next_action": asked["message"], "tracker": {"sender_id": "patient", "latest_message": {}, "slots": {}}}
    items = [{"text": "Before."}, {"run": call}, {"text": "After."}] if "hand_back" in asked else ASKED_AGAIN
    handler.reply(200, json.dumps(items).encode())


def reply_to(rasa: BrokenRasa, encode: Encode, action: str) -> Reply:
    """What comes of a turn in which an action is handed back."""
    rasa.behaves(hands_back)
    executor = ActionExecutor()
    for each in (Speaks(), Sets(), UsesADomain()):
        executor.register_action(each)

    async def ask() -> Reply:
        client = RasaClient(rasa.url, 5, Ours(encode, RunsActions(executor), ["action_speaks"]))
        try:
            return await client.turn(action, {})
        finally:
            await client.close()

    return asyncio.run(ask())


def test_what_it_says_stands_in_its_place(rasa: BrokenRasa, encoder: Any) -> None:
    yes = [{"title": "Yes", "value": "yes"}]
    said = ["Before.", "One.", "Two."]
    assert reply_to(rasa, encoder.encode, "action_speaks").drafts == [
        *(Draft(text) for text in said),
        Draft("Three?\n\nFour?", kind="notice", buttons=yes),
        Draft("After."),
    ]


@pytest.mark.parametrize("action", ["action_sets", "action_uses_a_domain", "action_nosuch"])
def test_one_that_is_rasas_matter_is_left_to_rasa(rasa: BrokenRasa, encoder: Any, action: str) -> None:
    assert [draft.text for draft in reply_to(rasa, encoder.encode, action).drafts] == ["Rasa called for it."]
