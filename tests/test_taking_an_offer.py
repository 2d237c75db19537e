"""What the last reply offered is taken by its place, by a part that tells, or by a yes; nothing is taken that is not clear."""

from __future__ import annotations

import pytest

from intake.offers import fits_best, taken_of, takes_none
from tests.support.people import Patient
from turns.texts import texts

DATES = ["3 April 1961", "4 March 1961"]
ADDRESSES = ["maria@gmail.com", "maria@gmial.com"]
MAYBE = "Did you mean maria@gmail.com? If maria@gmial.com is right, please send it again."


@pytest.mark.parametrize(
    ("text", "offered", "taken"),
    [
        ("1", DATES, DATES[0]),
        ("2", DATES, DATES[1]),
        ("the first one", DATES, DATES[0]),
        ("the second", DATES, DATES[1]),
        ("2nd one please", DATES, DATES[1]),
        ("the last one", DATES, DATES[1]),
        ("number 2", DATES, DATES[1]),
        ("april", DATES, DATES[0]),
        ("I mean March", DATES, DATES[1]),
        ("the 4th of March", DATES, None),
        ("4 March", DATES, DATES[1]),
        ("3 april 1961", DATES, DATES[0]),
        ("yes", DATES, None),
        ("3", DATES, DATES[0]),
        ("1961", DATES, None),
        ("no", DATES, None),
        ("the one with the typing mistake in its domain", ADDRESSES, None),
        ("gmail", ADDRESSES, ADDRESSES[0]),
        ("yes", ["Slovakia"], "Slovakia"),
        ("yes please", ["Talk to a person"], "Talk to a person"),
        ("yes, that one", ["Slovakia"], "Slovakia"),
        ("a person", ["Talk to a person", "Start the intake"], "Talk to a person"),
        ("5", DATES, None),
        ("", DATES, None),
    ],
)
def test_a_message_takes_what_it_says(text: str, offered: list[str], taken: str | None) -> None:
    assert taken_of(text, offered, "Which date do you mean?") == taken


def test_a_yes_takes_what_the_text_asks_for() -> None:
    assert taken_of("yes", ADDRESSES, MAYBE) == "maria@gmail.com"
    assert taken_of("yes", ADDRESSES, "Which one?") is None


@pytest.mark.parametrize("text", ["none of these", "No, thanks.", "neither"])
def test_nothing_of_it_may_be_wanted(text: str) -> None:
    assert takes_none(text)
    assert taken_of(text, DATES, "") is None


@pytest.mark.e2e
@pytest.mark.parametrize("text", ["1", "the first one", "april"])
def test_a_date_that_was_asked_back_is_chosen(text: str, patient: Patient) -> None:
    patient.answers_until("birth")
    patient.says("03/04/1961")
    patient.says(text)
    assert patient.intake()["answers"]["birth"]["date"] == "1961-04-03"


@pytest.mark.e2e
def test_a_yes_takes_the_one_suggestion_and_the_words_stay_as_they_were_written(patient: Patient) -> None:
    patient.answers_until("contact")
    patient.says("maria@gmial.com")
    patient.says("yes")
    assert patient.intake()["answers"]["contact"]["value"] == "maria@gmail.com"
    assert patient.said()[-1] == "yes"


@pytest.mark.e2e
def test_a_person_who_is_offered_is_taken_by_a_yes_and_left_by_a_no_thanks(patient: Patient) -> None:
    patient.says("Can you recommend a good pizza in Vilnius?")
    [left] = patient.says("no thanks")
    assert left["text"] == texts().offer_left
    patient.says("Can you recommend a good pizza in Vilnius?")
    assert "handoff" in {reply["kind"] for reply in patient.says("yes please")}


@pytest.mark.parametrize(
    ("text", "offered", "taken"),
    [
        ("thats kind, i would like that", ["Talk to a person"], "Talk to a person"),
        ("the one with the risks", ["What are the known risks?", "Who should not have it?"], "What are the known risks?"),
        ("yes please", ["What are the known risks?", "Who should not have it?"], None),
        ("gladly", [], None),
    ],
)
def test_who_agrees_to_an_offer_gets_the_one_that_they_name_or_the_only_one(
    text: str, offered: list[str], taken: str | None
) -> None:
    assert fits_best(text, offered) == taken
