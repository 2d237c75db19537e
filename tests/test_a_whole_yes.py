"""Nothing is stored on half a yes: the agreement counts when all that is said with it is one, or an answer to a question."""

from __future__ import annotations

import pytest

from tests.support.talking import Talk


@pytest.mark.parametrize(
    "text",
    [
        "I agree. No wait, I do not agree",
        "I agree. Hmm, no",
        "I agree, if it is free",
        "agree, but not with sharing",
        "I agree, but do not store my phone number",
        "I agree, unless it costs something",
        "yes, only if my doctor sees it",
        "I agree?",
        "I agree, but what is stored?",
        "Yes, my name is Maria Example, but do not store it",
    ],
)
def test_a_yes_with_a_condition_stores_nothing_and_is_asked_again(text: str) -> None:
    talk = Talk().until("consent")
    talk.says(text, "affirm", 0.95)
    assert talk.record.answers == {}
    assert talk.open == "consent"


@pytest.mark.parametrize("text", ["ok yes I agree", "yes i agree to that", "yep, agreed", "I agree. It is for me"])
def test_a_whole_yes_is_an_agreement(text: str) -> None:
    talk = Talk().until("consent")
    talk.says(text, "affirm", 0.95)
    assert talk.value("consent")["agreed"] is True


def test_an_agreement_may_come_with_first_details() -> None:
    talk = Talk().until("consent")
    talk.says("I agree, my name is Maria Example, maria@mail.example, no allergies", "affirm", 0.95)
    assert talk.value("consent")["agreed"] is True
    assert talk.value("full_name") == "Maria Example"


def test_what_has_to_be_checked_is_stored_and_read_back_as_such() -> None:
    talk = Talk().until("cancer")
    talk.says("polyps, they said")
    answer = talk.record.answers["cancer"]
    assert (answer.to_check, answer.value["answer"]) == (True, "unsure")
    assert "polyps, they said (to be checked by a person)" in talk.says("what have I told you so far?", "summary")


def test_a_certain_answer_is_read_back_as_it_was_understood() -> None:
    talk = Talk().until("cancer")
    talk.says("never, thank God")
    assert "never, thank God (understood as no)" in talk.says("what have I told you so far?", "summary")
