"""A message that goes on from the question before it is understood from that question; others are not mixed up with it."""

from __future__ import annotations

import pytest

from knowledge.library import Library
from knowledge.questions import goes_on
from tests.support.people import Patient, answers_in

GOES_ON = [
    ("Can I get a fever after the infusion?", "and how long does that last?", "fever-and-infusion-reactions"),
    ("Does it help with diabetes?", "and what about type 1?", "evidence-diabetes"),
    ("Is it safe to have cord cells by drip?", "what about clots?", "clots-infection-and-tumour-risk"),
]


@pytest.mark.parametrize(("before", "message", "article"), GOES_ON)
def test_it_is_understood_from_the_question_before(library: Library, before: str, message: str, article: str) -> None:
    [answer] = library.ask(message, before)
    assert answer.status == "answered"
    assert answer.passages[0].article == article


@pytest.mark.parametrize("message", ["Who pays if something goes wrong?", "does it hurt", "Is there a trial for lupus?"])
def test_a_question_that_stands_alone_has_the_same_answer_after_another(library: Library, message: str) -> None:
    assert library.ask(message, "Does it help with autism?") == library.ask(message)


def test_a_long_message_says_by_itself_what_it_is_about() -> None:
    assert not goes_on("and then my sister asked whether those cells would be tested for infections before they come to us")


@pytest.mark.e2e
def test_the_chat_remembers_what_was_answered(patient: Patient) -> None:
    patient.says("Can I get a fever after the infusion?")
    [answer] = answers_in(patient.says("and how long does that last?"))
    assert answer["passages"][0]["article"] == "fever-and-infusion-reactions"
