"""Each action says what the patient needs at that moment, and tells Rasa where they are."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any

import pytest
from rasa_sdk.events import EventType
from rasa_sdk.executor import ActionExecutor

from actions.answers import ActionAnswer, ActionUnclear
from actions.intake import ValidateIntakeForm
from actions.person import ActionTalkToPerson
from actions.services import Services, provide
from actions.session import ActionSessionStart
from actions.turn import FIELD_SLOT, FORM, SafeAction, Turn
from cordial.bootstrap import PROJECT
from intake.clinic import read_clinic
from intake.fields import the_intake
from intake.meanings import the_meanings
from intake.record import FieldAnswer, IntakeRecord
from knowledge.library import Library
from knowledge.phrases import phrases
from knowledge.topic import topic_of

REFERENCE, OTHER = "C-2345-6789", "C-9876-5432"
AGREED = FieldAnswer(said="I agree", value={"agreed": True})
AT_THE_NAME = IntakeRecord(status="in_progress", open_field="full_name", answers={"consent": AGREED}).model_dump(mode="json")
REJECTED = {"event": "action_execution_rejected", "name": FORM}
SENSELESS = "lkjhlkjh oiuoiu wertwert"
LISTENS = {"event": "action", "name": "action_listen"}


class Broken(SafeAction):
    """An action with a fault."""

    def name(self) -> str:
        """A name that no other action has."""
        return "action_broken"

    def act(self, turn: Turn) -> list[EventType]:
        """Say something, and then fail."""
        turn.say("Half a reply")
        raise ValueError("a fault")


class Assistant:
    """All actions, as Rasa calls them; `responses` and `events` are what the last one gave."""

    def __init__(self, library: Library) -> None:
        """Have the actions and what they need."""
        self.library = library
        self.clinic = read_clinic(PROJECT / "clinic.yml")
        provide(Services(library, self.clinic, the_intake()))
        self._executor = ActionExecutor()
        for action in (ActionAnswer, ActionUnclear, ActionTalkToPerson, ActionSessionStart, ValidateIntakeForm, Broken):
            self._executor.register_action(action)
        self.responses: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []

    def registers(self, action: type[SafeAction]) -> None:
        """Have one more action."""
        self._executor.register_action(action)

    def runs(self, action: str, message: dict[str, Any] | None = None, *events: Any, **slots: Any) -> None:
        """Run one action with a tracker's message, the events after it, and slots."""
        tracker = {"sender_id": "x", "slots": slots, "latest_message": message or {}, "events": [{"event": "user"}, *events]}
        call = {"next_action": action, "domain": {"responses": {}}, "tracker": tracker}
        result = asyncio.run(self._executor.run(call))
        assert result is not None
        given = dict(result)
        self.responses, self.events = given["responses"], given["events"]

    @property
    def texts(self) -> list[str]:
        """What was said."""
        return [each["text"] for each in self.responses if each["text"]]

    @property
    def buttons(self) -> list[str]:
        """What can be pressed."""
        pressed = [button for each in self.responses for button in each["buttons"]]
        assert all(button["title"] == button["payload"] for button in pressed)
        return [button["title"] for button in pressed]

    @property
    def extras(self) -> dict[str, Any]:
        """What goes along with the texts: kind, answer, question, effects."""
        return {name: value for each in self.responses for name, value in each["custom"].items()}

    @property
    def slots(self) -> dict[str, Any]:
        """The slots that were set."""
        return {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}


@pytest.fixture
def assistant(library: Library) -> Assistant:
    """The assistant's actions, with the shipped articles."""
    return Assistant(library)


def said(text: str, intent: str = "inform", confidence: float = 0.95, likeliest: tuple[str, ...] = ()) -> dict[str, Any]:
    """A message as Rasa understands it."""
    ranking = [{"name": name} for name in likeliest]
    return {"text": text, "intent": {"name": intent, "confidence": confidence}, "intent_ranking": ranking}


def test_an_answer_comes_with_its_lead_and_its_quote(assistant: Assistant) -> None:
    assistant.runs("action_answer", said("Does it work?"))
    assert assistant.texts == [phrases().lead["benefit"]]
    assert assistant.buttons == []
    assert assistant.extras["kind"] == "answer"
    assert assistant.extras["answer"]["passages"][0]["article"] == "does-it-work"


def test_where_there_is_no_answer_the_reason_is_given_and_a_person_offered(assistant: Assistant) -> None:
    assistant.runs("action_answer", said("How much does it cost?"))
    [text] = assistant.texts
    assert assistant.clinic.prices_policy in text
    assert assistant.clinic.coordinator in text
    assert assistant.buttons == [phrases().offer_person]
    assert (assistant.extras["kind"], assistant.extras["answer"]["status"]) == ("answer", "abstained")


def test_a_quote_that_may_miss_the_question_comes_alone_and_with_a_word_of_doubt(assistant: Assistant) -> None:
    assistant.runs("action_answer", said("what about the headline where someone got cured last year"))
    [text] = assistant.texts
    assert text.startswith(phrases().doubtful)
    assert text.endswith(phrases().lead[assistant.extras["answer"]["about"]])
    assert len(assistant.extras["answer"]["passages"]) == 1


def test_a_quote_that_surely_fits_comes_without_one(assistant: Assistant) -> None:
    assistant.runs("action_answer", said("Does it work?"))
    assert assistant.texts == [phrases().lead["benefit"]]


def test_a_question_that_means_several_things_is_asked_back_with_choices(assistant: Assistant) -> None:
    assistant.runs("action_answer", said("home"))
    assert assistant.texts == [phrases().clarify]
    assert len(assistant.buttons) > 2
    assert assistant.buttons[-1] == phrases().something_else
    assert (assistant.extras["kind"], assistant.extras["answer"]["status"]) == ("answer", "clarify")


@pytest.mark.parametrize("action", ["action_answer", "action_unclear"])
def test_a_question_that_goes_on_from_the_one_before_is_understood_with_it(
    assistant: Assistant, action: str, library: Library
) -> None:
    question = "Is fever after the infusion a bad sign?"
    topic = topic_of([(question, library.ask(question))])
    assert topic is not None
    assistant.runs(action, said("and how many"), topic=topic.model_dump(mode="json"))
    assert assistant.extras["answer"]["status"] == "answered"


@pytest.mark.parametrize(("text", "status"), [("Does it work?", "answered"), ("home", "clarify"), ("marzipan", "abstained")])
def test_an_unclear_message_is_answered_if_the_library_knows_what_it_is_about(
    assistant: Assistant, text: str, status: str
) -> None:
    assistant.runs("action_unclear", said(text, "nlu_fallback"))
    assert assistant.extras["answer"]["status"] == status
    assert "effects" not in assistant.extras


def test_a_message_without_any_sense_is_asked_back_with_the_likeliest_meanings(assistant: Assistant) -> None:
    likeliest = ("nlu_fallback", "summary", "go_back", "help")
    assistant.runs("action_unclear", said(SENSELESS, "nlu_fallback", likeliest=likeliest))
    meanings = the_meanings()
    assert assistant.texts == [meanings.ask]
    assert assistant.buttons == [meanings.meanings["summary"], meanings.meanings["go_back"], meanings.something_else]
    assert assistant.extras["effects"] == [{"effect": "asked_back", "asking": "unclear"}]


def test_nobody_is_asked_back_twice_in_a_row_but_offered_a_person(assistant: Assistant) -> None:
    assistant.runs("action_unclear", said(SENSELESS, "nlu_fallback"), intake={"asking": "unclear"})
    assert assistant.texts == [the_meanings().again]
    assert assistant.buttons == [the_meanings().meanings["talk_to_person"]]
    assert "effects" not in assistant.extras


@pytest.mark.parametrize(
    ("slots", "reference"),
    [
        ({"handoff_reference": REFERENCE, "intake": {"status": "completed", "reference": OTHER}}, REFERENCE),
        ({"handoff_reference": None, "intake": {"status": "completed", "reference": OTHER}}, OTHER),
        ({"handoff_reference": None, "intake": None}, None),
    ],
    ids=["of the open case", "of the intake", "new"],
)
def test_who_wants_a_person_gets_one_number_for_one_case(
    assistant: Assistant, slots: dict[str, Any], reference: str | None
) -> None:
    assistant.runs("action_talk_to_person", said("A person, please", "talk_to_person"), **slots)
    told, recorded = assistant.responses
    given = reference or told["reference"]
    assert re.fullmatch(r"C-[2-9A-Z]{4}-[2-9A-Z]{4}", given)
    assert (told["response"], told["reference"], told["coordinator"]) == ("utter_handoff", given, assistant.clinic.coordinator)
    assert recorded["custom"]["kind"] == "handoff"
    [effect] = recorded["custom"]["effects"]
    assert (effect["effect"], effect["reference"], effect["reason"]) == ("handoff_asked", given, "asked")
    assert assistant.slots == {"handoff_reference": given}


def loops(assistant: Assistant) -> list[str]:
    """The loops that were opened."""
    return [event["name"] for event in assistant.events if event["event"] == "active_loop"]


def test_a_session_begins_where_the_patient_is(assistant: Assistant) -> None:
    begins = {"intake": AT_THE_NAME, "handoff": REFERENCE, "topic": {"asked": "Does it work?"}}
    assistant.runs("action_session_start", session_started_metadata=begins)
    assert assistant.events[0] == {"event": "session_started"}
    assert assistant.events[-1] == LISTENS
    expected = {"intake": AT_THE_NAME, "handoff_reference": REFERENCE, "topic": {"asked": "Does it work?"}}
    assert assistant.slots == {**expected, "before": None, "requested_slot": FIELD_SLOT}
    assert loops(assistant) == [FORM]


def test_a_session_of_somebody_new_has_no_form(assistant: Assistant) -> None:
    assistant.runs("action_session_start", session_started_metadata=None)
    empty = IntakeRecord().model_dump(mode="json")
    assert assistant.slots == {"intake": empty, "handoff_reference": None, "topic": None, "before": None}
    assert loops(assistant) == []
    assert assistant.events[-1] == LISTENS


@pytest.mark.parametrize(
    ("asking", "opened"), [("delete", [FORM]), ("start_over", [FORM]), ("which_field", [FORM]), ("unclear", []), ("doubt", [])]
)
def test_the_form_is_open_too_while_the_intake_waits_for_another_word(
    assistant: Assistant, asking: str, opened: list[str]
) -> None:
    assistant.runs("action_session_start", session_started_metadata={"intake": {"asking": asking}})
    assert loops(assistant) == opened


def test_who_starts_the_intake_is_asked_the_first_field(assistant: Assistant) -> None:
    assistant.runs("validate_intake_form", said("Start the intake", "start_intake"), intake=None)
    assert assistant.extras["question"]["field"] == "consent"
    assert assistant.extras["kind"] == "question"
    assert "field_asked" in [effect["effect"] for each in assistant.responses for effect in each["custom"].get("effects", [])]
    assert (assistant.slots["intake"]["open_field"], assistant.slots["requested_slot"]) == ("consent", FIELD_SLOT)


def test_a_form_goes_on_only_after_an_interruption_by_this_very_message(assistant: Assistant) -> None:
    assistant.runs("validate_intake_form", said("thank you", "thanks"), REJECTED, intake=AT_THE_NAME)
    assert assistant.extras["question"]["field"] == "full_name"
    later = said("Maria Example")
    assistant.runs("validate_intake_form", later, REJECTED, {"event": "user"}, intake=AT_THE_NAME)
    assert assistant.slots["intake"]["answers"]["full_name"]["value"] == "Maria Example"


def test_what_the_reply_asks_is_not_buried_under_the_field(assistant: Assistant) -> None:
    asked = AT_THE_NAME | {"asking": "doubt"}
    assistant.runs("validate_intake_form", said("thank you", "thanks"), REJECTED, intake=asked)
    assert assistant.responses == []
    assert assistant.slots == {"intake": asked, "requested_slot": FIELD_SLOT}


def test_a_form_with_nothing_open_closes(assistant: Assistant) -> None:
    assistant.runs("validate_intake_form", said("Stop the questions", "stop_intake"), intake=AT_THE_NAME)
    assert assistant.texts
    assert assistant.slots["intake"]["status"] == "stopped"
    assert assistant.slots["requested_slot"] is None


def test_a_case_that_is_open_keeps_its_number_when_the_intake_is_sent(assistant: Assistant) -> None:
    every = {field: FieldAnswer(said="-", skipped=True) for field in the_intake().names} | {"consent": AGREED}
    done = IntakeRecord(status="in_progress", open_field="review", answers=every).model_dump(mode="json")
    assistant.runs("validate_intake_form", said("Send it", "affirm"), intake=done, handoff_reference=REFERENCE)
    assert assistant.slots["intake"]["reference"] == REFERENCE


def test_a_failing_action_says_a_plain_sentence_with_a_number_and_logs_no_words(
    assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assistant.runs("action_broken", said("my marzipan secret"))
    [apology] = assistant.responses
    assert apology["response"] == "utter_internal_error"
    assert re.fullmatch(r"[0-9a-f]{8}", apology["incident"])
    assert assistant.events == []
    [entry] = [each for each in caplog.records if each.name == "actions.turn"]
    assert vars(entry)["incident"] == apology["incident"]
    assert vars(entry)["action"] == "action_broken"
    assert "marzipan" not in caplog.text
