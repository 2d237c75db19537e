"""Something is added to a list, taken off it or put in another's place at any time, and nothing else is lost by it."""

from __future__ import annotations

import pytest

from intake.fields import REVIEW
from tests.support.talking import Talk


def with_a_list(until: str) -> Talk:
    """A patient who takes two medicines and is allergic to one thing, at some later field."""
    talk = Talk().until("medicines")
    talk.says("metformin 500 mg and ramipril 5 mg")
    while talk.open not in {until, ""}:
        talk.says("penicillin" if talk.open == "allergies" else "skip", "inform" if talk.open == "allergies" else "skip")
    return talk


def names(talk: Talk, field: str = "medicines") -> list[str]:
    return [item["name"] for item in talk.value(field)]


@pytest.mark.parametrize("until", ["immune_status", "hopes", REVIEW])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I also take warfarin", ["metformin", "ramipril", "warfarin"]),
        ("oh, I forgot: warfarin 5 mg and aspirin", ["metformin", "ramipril", "warfarin", "aspirin"]),
        ("please add aspirin to my medicines", ["metformin", "ramipril", "aspirin"]),
        ("and aspirin as well", ["metformin", "ramipril", "aspirin"]),
        ("I take ibuprofen too", ["metformin", "ramipril", "ibuprofen"]),
        ("I no longer take ramipril", ["metformin"]),
        ("remove metformin", ["ramipril"]),
        ("please take ramipril off the list", ["metformin"]),
        ("I don't take metformin any more", ["ramipril"]),
        ("candesartan instead of ramipril", ["metformin", "candesartan"]),
        ("replace ramipril with candesartan", ["metformin", "candesartan"]),
    ],
)
def test_a_list_is_changed_wherever_somebody_is(until: str, text: str, expected: list[str]) -> None:
    talk = with_a_list(until)
    talk.says(text)
    assert names(talk) == expected
    assert talk.open == until


def test_a_medicine_that_weakens_the_immune_system_is_listed_and_answers_the_question_about_it() -> None:
    talk = with_a_list("immune_status")
    talk.says("I take tacrolimus 2 mg")
    assert names(talk) == ["metformin", "ramipril", "tacrolimus"]
    assert talk.value("immune_status")["answer"] == "yes"


def test_any_other_medicine_answers_no_question_of_history() -> None:
    talk = with_a_list("immune_status")
    talk.says("I take ibuprofen now and then")
    assert talk.open == "immune_status"


def test_a_list_is_changed_after_sending_and_the_coordinator_is_told() -> None:
    talk = with_a_list(REVIEW)
    talk.says("send it")
    said = talk.says("I also take warfarin")
    assert names(talk) == ["metformin", "ramipril", "warfarin"]
    assert (talk.record.status, talk.open) == ("amended", "")
    assert "warfarin" in said


def test_two_lists_are_changed_in_one_message() -> None:
    talk = with_a_list("hopes")
    talk.says("I also take warfarin, and I am allergic to latex too")
    assert names(talk) == ["metformin", "ramipril", "warfarin"]
    assert names(talk, "allergies") == ["penicillin", "latex"]


def test_what_else_the_message_says_is_dealt_with() -> None:
    talk = with_a_list("hopes")
    talk.says("I also take warfarin. I hope to climb the stairs again")
    assert names(talk)[-1] == "warfarin"
    assert "climb the stairs" in talk.value("hopes")


def test_a_list_that_is_asked_again_is_added_to_and_not_replaced() -> None:
    talk = with_a_list("immune_status")
    talk.says("go back", "go_back")
    assert talk.open == "medicines"
    talk.says("I also take warfarin")
    assert names(talk) == ["metformin", "ramipril", "warfarin"]
    assert talk.open == "immune_status"


def test_the_same_thing_is_not_listed_twice() -> None:
    talk = with_a_list("hopes")
    talk.says("I also take ramipril 5 mg")
    assert names(talk) == ["metformin", "ramipril"]


def test_something_that_is_in_no_list_is_not_taken_off_one() -> None:
    talk = with_a_list(REVIEW)
    talk.says("remove aspirin")
    assert names(talk) == ["metformin", "ramipril"]


def test_nothing_left_is_a_list_of_nothing() -> None:
    talk = with_a_list(REVIEW)
    talk.says("remove metformin")
    talk.says("remove ramipril")
    assert talk.value("medicines") == []


@pytest.mark.parametrize(
    "text", ["Do I have to stop metformin?", "I also have asthma", "does warfarin matter too?", "my knee hurts as well"]
)
def test_what_is_no_wish_about_a_list_changes_none(text: str) -> None:
    talk = with_a_list("condition" if "condition" in text else "hopes")
    talk.says(text)
    assert names(talk) == ["metformin", "ramipril"]
