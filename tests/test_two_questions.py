"""Each of several questions of a message is answered in its turn; one question with a story gets one answer."""

from __future__ import annotations

import pytest

from actions.service import ActionService
from knowledge.library import Library
from knowledge.phrases import phrases
from knowledge.questions import questions_in
from tests.test_what_actions_say import Assistant, said

TWO = [
    ("Does it work, and does health insurance pay for it?", {"does-it-work", "cost-and-payment"}),
    ("can it cause blood clots? and is it approved in europe?", {"clots-infection-and-tumour-risk", "regulation-and-approval"}),
    (
        "Do the cells help with lupus and is there a risk of cancer?",
        {"evidence-crohns-disease-and-lupus", "clots-infection-and-tumour-risk"},
    ),
]
ONE = [
    "My mother is 71 and has had bad knees for years. She saw an advert and is excited. Does it help with arthritis?",
    "what is safe and can be done",
    "and",
    "???",
    "",
    "Does it help with multiple sclerosis?",
]


@pytest.mark.parametrize(("message", "articles"), TWO)
def test_two_questions_get_two_answers(library: Library, message: str, articles: set[str]) -> None:
    answers = library.ask(message)
    assert [answer.status for answer in answers] == ["answered", "answered"]
    assert {answer.passages[0].article for answer in answers} == articles


@pytest.mark.parametrize("message", ONE)
def test_one_question_gets_one_answer(library: Library, message: str) -> None:
    assert len(library.ask(message)) == 1


def test_the_questions_of_a_message_are_its_own_words() -> None:
    message = "Hi there, I am Jo's dad. Is it safe for a boy of nine? And who checks on him afterwards?"
    assert questions_in(message) == ["Is it safe for a boy of nine?", "And who checks on him afterwards?"]


def test_a_price_beside_a_question_is_declined_and_the_question_is_answered(library: Library) -> None:
    answers = library.ask("Is fever after the infusion a bad sign? And how much do you charge for one infusion?")
    assert [answer.status for answer in answers] == ["answered", "abstained"]


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        ("Hi, three things. 1 does it help backs 2 does insurance pay 3 how many trips", 3),
        ("1) costs 2) risks 3) legal in Germany", 3),
        ("is it safe and does it work and what does it cost", 3),
        ("price? and where are you", 2),
        ("two questions: does it help ms, how much", 2),
        ("can I go swimming on the weekend? and is one glass of wine ok", 2),
        ("Does it help with MS? Really?", 1),
        ("Can you help me? Does it help with MS?", 1),
        ("I need 2 infusions a year, is that too many?", 1),
    ],
)
def test_lists_and_short_questions_are_parted_and_courtesies_are_no_questions(message: str, questions: int) -> None:
    assert len(questions_in(message)) == questions


def test_the_answers_come_in_the_order_of_the_questions(library: Library) -> None:
    found = library.explain("does health insurance pay for it, and does it work, and is it approved in europe?")
    assert [each.answer.passages[0].article for each in found] == [
        "cost-and-payment",
        "does-it-work",
        "regulation-and-approval",
    ]
    assert all(len(each.answer.passages) == 1 for each in found)


def test_what_a_message_tells_holds_for_each_of_its_questions(library: Library) -> None:
    first, second = library.explain("My mother has COPD. Does it help? What did the studies find?")
    assert first.answer.passages[0].article == second.answer.passages[0].article == "evidence-lungs-covid-and-sepsis"


@pytest.fixture
def assistant(library: Library) -> Assistant:
    """The assistant's actions, with the shipped articles."""
    whole = Assistant(library)
    whole.registers(ActionService)
    return whole


@pytest.mark.parametrize(("action", "intent"), [("action_answer", "question"), ("action_service", "contact_details")])
def test_a_fact_of_the_clinic_a_quote_and_a_price_stand_in_the_order_in_which_they_were_asked(
    assistant: Assistant, action: str, intent: str
) -> None:
    assistant.runs(
        action, said("where are you, is fever after the infusion a bad sign and what does it cost?", intent), intake={}
    )
    where, fever, price = assistant.texts
    assert str(assistant.clinic.address) in where
    assert fever.endswith(phrases().lead["safety"])
    assert assistant.clinic.prices_policy in price
    assert "where are you" in where


def test_what_has_no_answer_is_named_in_its_place(assistant: Assistant) -> None:
    assistant.runs(
        "action_answer", said("can you fix my roof, and paint my door, and is fever after the infusion a bad sign?"), intake={}
    )
    left, fever = assistant.texts
    assert "roof" in left
    assert "reviewed text" in left
    assert fever.endswith(phrases().lead["safety"])


def test_several_questions_to_which_there_is_nothing_are_told_so_once(assistant: Assistant) -> None:
    assistant.runs("action_answer", said("can you fix my roof? and do you know who painted my door?"), intake={})
    assert len(assistant.texts) == 1
    assert assistant.buttons[-1] == phrases().offer_person


def test_two_questions_with_one_answer_are_both_named_over_it(assistant: Assistant) -> None:
    assistant.runs("action_answer", said("is it safe and does it work for MS, and what does it cost?"), intake={})
    both, price = assistant.texts
    assert both.startswith("You asked: “is it safe” and “does it work for MS” ")
    assert assistant.clinic.prices_policy in price
