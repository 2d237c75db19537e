"""Web answers Rasa's calls of actions as the action server of rasa-sdk would, and keeps the patient's words to itself."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from rasa_sdk.events import EventType
from rasa_sdk.interfaces import ActionExecutionRejection

from actions.intake import ValidateIntakeForm
from actions.services import Services, provide
from actions.turn import FIELD_SLOT, FORM, SafeAction, Turn
from intake.fields import the_intake
from intake.record import FieldAnswer, IntakeRecord
from tests.support.small_web import NewWeb, SmallWeb

REJECTED = {"event": "action_execution_rejected", "name": FORM}
AGREED = FieldAnswer(said="I agree", value={"agreed": True})
FOR_ME = FieldAnswer(said="Me", value="me")
AT_THE_NAME = IntakeRecord(
    status="in_progress", open_field="full_name", answers={"consent": AGREED, "for_whom": FOR_ME}, asking="doubt"
).model_dump(mode="json")


class Choosy(SafeAction):
    """An action that will not run for this message."""

    def name(self) -> str:
        """A name that no other action has."""
        return "action_choosy"

    def act(self, turn: Turn) -> list[EventType]:
        """Leave the message to another action."""
        raise ActionExecutionRejection(self.name(), "This is no answer to my question.")


class Broken(SafeAction):
    """An action with a fault."""

    def name(self) -> str:
        """A name that no other action has."""
        return "action_broken"

    def act(self, turn: Turn) -> list[EventType]:
        """Say something, and then fail."""
        turn.say("Half a reply")
        raise ValueError(turn.text)


@pytest.fixture
def web(new_web: NewWeb) -> SmallWeb:
    """A web that serves these two and the form."""
    web = new_web()
    provide(Services(web.parts.library, web.parts.clinic, the_intake()))
    for action in (Choosy(), Broken(), ValidateIntakeForm()):
        web.parts.executor.register_action(action)
    return web


def call(
    web: SmallWeb, action: str, text: str = "marzipan", intent: str = "inform", record: Any = None, *events: Any
) -> httpx.Response:
    """What web answers when Rasa wants an action for a message."""
    message = {"text": text, "intent": {"name": intent, "confidence": 0.95}}
    said = [{"event": "user", "text": text}, *events]
    tracker: dict[str, Any] = {"sender_id": "x", "slots": {"intake": record}, "latest_message": message, "events": said}
    body = {"next_action": action, "domain": {"responses": {}}, "tracker": tracker}
    return httpx.post(f"{web.url}/webhook", json=body, trust_env=False)


def slots_of(response: httpx.Response) -> dict[str, Any]:
    """What the events of an answer set."""
    return {event["name"]: event["value"] for event in response.json()["events"] if event["event"] == "slot"}


def asked_in(response: httpx.Response) -> list[str]:
    """The fields that an answer asks."""
    told = [each["custom"].get("question") for each in response.json()["responses"] if each["custom"]]
    return [question["field"] for question in told if question]


def test_an_action_that_rejects_to_run_lets_rasa_choose_another(web: SmallWeb) -> None:
    rejected = call(web, "action_choosy")
    assert rejected.status_code == 400
    assert rejected.json() == {"error": "This is no answer to my question.", "action_name": "action_choosy"}


def test_an_unknown_action_is_not_found(web: SmallWeb) -> None:
    assert call(web, "action_nosuch").status_code == 404


def test_an_action_that_fails_apologises_and_says_nothing_of_what_it_had_begun(web: SmallWeb) -> None:
    failed = call(web, "action_broken")
    assert failed.status_code == 200
    [apology] = failed.json()["responses"]
    assert apology["response"] == "utter_internal_error"
    assert apology["incident"]
    assert "marzipan" not in failed.text


def test_an_answer_is_taken_and_the_next_field_asked_in_one_call(web: SmallWeb) -> None:
    taken = call(web, "validate_intake_form", "Maria Example", "inform", AT_THE_NAME)
    assert asked_in(taken) == ["contact"]
    assert slots_of(taken)["intake"]["answers"]["full_name"]["value"] == "Maria Example"
    assert slots_of(taken)["requested_slot"] == FIELD_SLOT


def test_what_is_no_answer_is_rejected_without_a_word_so_that_a_rule_replies(web: SmallWeb) -> None:
    rejected = call(web, "validate_intake_form", "thank you", "thanks", AT_THE_NAME)
    assert rejected.status_code == 200, "Rasa would log a 400 as an error"
    assert rejected.json()["responses"] == []
    assert [event["name"] for event in rejected.json()["events"] if event["event"] == REJECTED["event"]] == [FORM]
    assert slots_of(rejected)["intake"] == AT_THE_NAME | {"asking": None}


def test_after_the_reply_of_a_rule_the_field_is_asked_again(web: SmallWeb) -> None:
    again = call(web, "validate_intake_form", "thank you", "thanks", AT_THE_NAME | {"asking": None}, REJECTED)
    assert asked_in(again) == ["full_name"]
    assert slots_of(again) == {"intake": AT_THE_NAME | {"asking": None}, "requested_slot": FIELD_SLOT}


def test_a_form_in_which_nothing_is_open_closes_after_the_reply_of_a_rule(web: SmallWeb) -> None:
    closed = call(web, "validate_intake_form", "thank you", "thanks", {}, REJECTED)
    assert asked_in(closed) == []
    assert slots_of(closed)["requested_slot"] is None


@pytest.mark.parametrize("body", [{}, {"next_action": "action_choosy"}, {"next_action": "action_choosy", "tracker": 5}])
def test_what_is_no_call_of_an_action_is_refused(web: SmallWeb, body: dict[str, Any]) -> None:
    answer = httpx.post(f"{web.url}/webhook", json=body, trust_env=False)
    if body:
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")
    else:
        assert answer.json() == {"events": [], "responses": []}


def test_texts_are_embedded_for_rasa(web: SmallWeb) -> None:
    told = httpx.post(f"{web.url}/encode", json={"texts": ["one", "two"]}, trust_env=False).json()
    assert told["model"] == web.parts.encoder.name
    assert [len(vector) for vector in told["vectors"]] == [len(told["vectors"][0])] * 2
    assert told["vectors"][0] != told["vectors"][1]
