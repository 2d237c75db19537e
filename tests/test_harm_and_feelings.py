"""Who tells of harm gets a person at once; after an infusion it is said when to call; hard words are said in plainer ones."""

from __future__ import annotations

import pytest

from actions.after_infusion import ActionAfterInfusion
from actions.answers import ActionAnswerBeside
from actions.plainer import ActionPlainer
from actions.service import ActionReportHarm, ActionService
from cordial.data_files import CLINIC, filled_with
from intake.reading import FEELINGS
from intake.record import HandoffAsked, IntakeRecord, Urgent
from knowledge.library import Library
from knowledge.phrases import phrases
from tests.test_rasa_files import DOMAIN
from tests.test_what_actions_say import AT_THE_NAME, OTHER, REFERENCE, Assistant, said

FEVER = "fever-and-infusion-reactions"
WHEN_TO_CALL = "When should I call for help about a fever?"


@pytest.fixture
def assistant(library: Library) -> Assistant:
    """The assistant's actions, with the shipped articles."""
    whole = Assistant(library)
    for action in (ActionService, ActionReportHarm, ActionAfterInfusion, ActionPlainer, ActionAnswerBeside):
        whole.registers(action)
    return whole


def test_harm_makes_an_urgent_case_and_says_its_number(assistant: Assistant) -> None:
    assistant.runs("action_report_harm", said("he died after your infusion", "report_harm"), intake={}, handoff_reference=None)
    [effect] = [HandoffAsked.model_validate(each) for each in assistant.extras["effects"]]
    assert (effect.reason, effect.urgent) == ("harm", Urgent(group="harm", level="urgent"))
    assert effect.reference in assistant.texts[0]
    assert assistant.clinic.email
    assert assistant.clinic.email in assistant.texts[0]


def test_harm_in_a_case_that_is_open_keeps_its_number(assistant: Assistant) -> None:
    assistant.runs("action_report_harm", said("it harmed me", "report_harm"), intake={}, handoff_reference=OTHER)
    assert assistant.extras["effects"][0]["reference"] == OTHER


def test_a_question_about_the_own_case_names_its_number(assistant: Assistant) -> None:
    sent = IntakeRecord(status="completed", reference=REFERENCE).model_dump(mode="json")
    assistant.runs("action_service", said("where is my case", "my_case"), intake=sent, handoff_reference=REFERENCE)
    assert REFERENCE in assistant.texts[0]


@pytest.mark.parametrize("text", ["37.9 the day after", "my arm is a bit sore where the drip was", "lkjhlkjh"])
def test_after_an_infusion_the_passage_on_when_to_call_and_todays_contact_are_always_there(
    assistant: Assistant, text: str
) -> None:
    assistant.runs("action_after_infusion", said(text, "after_infusion"), intake={})
    quoted = [passage["heading"] for each in assistant.responses for passage in answer_of(each)]
    answer = assistant.library.when_to_call(text)
    assert answer
    assert answer.passages[0].heading in quoted
    assert assistant.clinic.email
    assert assistant.clinic.email in assistant.texts[-1]
    assert "112" in assistant.texts[-1]


def answer_of(response: dict[str, dict[str, dict[str, list[dict[str, str]]]]]) -> list[dict[str, str]]:
    """What a response quotes."""
    return (response["custom"] or {}).get("answer", {}).get("passages", [])


def in_hand(heading: str, just: bool = True) -> dict[str, object]:
    """What a conversation is about after a section was quoted."""
    quote = {
        "article": FEVER,
        "heading": heading,
        "title": "Fever",
        "quote": "It passes.",
        "url": "/",
        "start": 0,
        "end": 10,
        "version": 1,
    }
    return {"asked": "Is fever a bad sign?", "in_hand": quote, "just": just}


def test_easier_words_are_the_sentence_that_editors_wrote_for_what_was_quoted(assistant: Assistant) -> None:
    plain = assistant.library.in_plain_words(FEVER, WHEN_TO_CALL)
    assert plain
    assistant.runs("action_plainer", said("please easy", "plainer"), intake={}, topic=in_hand(WHEN_TO_CALL, just=False))
    assert assistant.texts == [phrases().plain.format(plain=plain)]


def test_where_there_are_none_it_says_so_and_offers_a_person(assistant: Assistant) -> None:
    assert assistant.library.in_plain_words(FEVER, "What staff should watch") is None
    assistant.runs("action_plainer", said("too hard", "plainer"), intake={}, topic=in_hand("What staff should watch"))
    assert assistant.buttons == [phrases().offer_person]


def test_a_field_that_was_not_understood_is_asked_once_more_and_what_was_quoted_before_it_is_left_alone(
    assistant: Assistant,
) -> None:
    before = in_hand(WHEN_TO_CALL, just=False)
    assistant.runs("action_plainer", said("I don't understand", "plainer"), intake=AT_THE_NAME, topic=before)
    assert [each["response"] for each in assistant.responses] == ["utter_once_more"]
    assistant.runs("action_plainer", said("please easy", "plainer"), intake=AT_THE_NAME, topic=in_hand(WHEN_TO_CALL))
    assert assistant.texts


def test_without_anything_quoted_the_last_message_is_pointed_at(assistant: Assistant) -> None:
    assistant.runs("action_plainer", said("what do you mean", "plainer"), intake={}, topic=None)
    assert [each["response"] for each in assistant.responses] == ["utter_repeat"]


@pytest.mark.parametrize("feeling", FEELINGS)
def test_a_feeling_gets_a_short_reply_without_a_promise_and_the_way_to_a_person(feeling: str) -> None:
    [response] = DOMAIN["responses"][f"utter_{feeling}"]
    assert filled_with(response["text"], CLINIC)
    assert 25 <= len(response["text"].split()) <= 75
    assert "Talk to a person" in [button["title"] for button in response["buttons"]]


def test_a_question_beside_a_fear_is_answered_too(assistant: Assistant) -> None:
    assistant.runs("action_answer_beside", said("I'm scared. Has anyone died from cord cells?", "feel_fear"))
    assert assistant.extras["answer"]["passages"][0]["heading"] == "Has anyone died from cord cells?"


@pytest.mark.parametrize("text", ["I'm scared", "why me?", "my wife passed away in spring", "what will become of us now?"])
def test_nothing_is_quoted_to_a_feeling_that_asks_for_nothing(assistant: Assistant, text: str) -> None:
    assistant.runs("action_answer_beside", said(text, "feel_fear"))
    assert assistant.responses == []
