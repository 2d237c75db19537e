"""A message with two questions gets two answers; a message with one question and a story gets one."""

from __future__ import annotations

import pytest

from knowledge.library import Library
from knowledge.questions import questions_in

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
