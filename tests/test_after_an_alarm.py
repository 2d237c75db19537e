"""After an alarm, a message that tells how things stand gets a fitting, fixed answer; anything else is answered as always."""

from __future__ import annotations

import pytest

from cordial.bootstrap import PROJECT
from emergencies.red_flags import the_red_flags
from intake.clinic import read_clinic

CLINIC = read_clinic(PROJECT / "clinic.yml")
ANSWERS = {each.name: each.text.splitlines()[0].split("{")[0].strip() for each in the_red_flags().file.after_alarm}

HOW_THINGS_STAND = [
    ("they stopped the drip, what happens now", "staff_know"),
    ("they stopped the drip, what happens now?", "staff_know"),
    ("ok I told the nurse", "staff_know"),
    ("The doctor is with us now.", "staff_know"),
    ("they gave me oxygen", "staff_know"),
    ("ambulance is coming", "help_is_coming"),
    ("I called 911", "help_is_coming"),
    ("still waiting for the ambulance", "help_is_coming"),
    ("he is better now", "better"),
    ("it has passed", "better"),
    ("she is awake again", "better"),
    ("the swelling has gone down", "better"),
    ("it is getting worse", "worse"),
    ("nobody answers", "nobody_answers"),
    ("they don't pick up", "nobody_answers"),
    ("the ambulance is not coming", "nobody_answers"),
    ("my phone has no signal", "nobody_answers"),
    ("do I really have to call?", "is_it_necessary"),
    ("I don't want an ambulance", "is_it_necessary"),
    ("we are in hospital", "in_hospital"),
    ("What now?", "what_now"),
    ("what should I do until they come", "what_now"),
    ("I'm so scared", "afraid"),
]


@pytest.mark.parametrize(("text", "name"), HOW_THINGS_STAND)
def test_how_things_stand_gets_its_answer(text: str, name: str) -> None:
    said = the_red_flags().after_alarm(text, CLINIC, "US")
    assert said is not None
    assert said.startswith(ANSWERS[name])


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_is_given_to_something(name: str) -> None:
    assert name in {expected for _, expected in HOW_THINGS_STAND}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Does it work?",
        "what does it cost",
        "Is it better to have donor cells?",
        "is fever after the infusion a bad sign?",
        "How long does the infusion take?",
        "what happens at the first visit?",
        "Will the pain come back again?",
        "does it get better with more cells",
        "I am worried about the needle",
        "he is not better",
        "they came to the house yesterday and he is fine with the form, could you send me the list of papers that we need",
        "start the intake",
        "penicillin",
        "Maria Example",
        "I want to talk to a person",
        "I have read this",
    ],
)
def test_anything_else_is_answered_as_always(text: str) -> None:
    assert the_red_flags().after_alarm(text, CLINIC) is None


def test_the_numbers_are_those_of_where_somebody_is() -> None:
    at_home = the_red_flags().after_alarm("nobody answers", CLINIC, "US")
    abroad = the_red_flags().after_alarm("nobody answers, we are in Thailand", CLINIC, "US")
    unknown = the_red_flags().after_alarm("nobody answers", CLINIC)
    assert at_home is not None
    assert abroad is not None
    assert unknown is not None
    assert "In the United States: 911." in at_home
    assert "Call 1669 now (in Thailand)." in abroad
    assert "Call your local emergency number now." in unknown


def test_nobody_is_told_that_all_is_well() -> None:
    for each in the_red_flags().file.after_alarm:
        assert any(words in each.text for words in ("{call}", "{emergency_number}", "right place")), each.name
