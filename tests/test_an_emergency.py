"""An emergency comes before everything else: fixed words with the number to call, and a coordinator sees it first."""

from __future__ import annotations

import pytest

from cordial.bootstrap import PROJECT
from intake.clinic import read_clinic
from intake.red_flags import check
from tests.support.people import Patient

CLINIC = read_clinic(PROJECT / "clinic.yml")

EMERGENCIES = [
    ("my father has chest pain and cannot breathe", "cardiac"),
    ("I think my mum is having a stroke", "stroke"),
    ("my tongue is swelling up", "anaphylaxis"),
    ("I want to kill myself", "self_harm"),
    ("she has a fever of 39 and is confused after the infusion", "sepsis_or_high_fever"),
]
CALM = [
    "can it cause a stroke?",
    "he had a stroke two years ago",
    "is chest pain a side effect",
    "this waiting is killing me",
    "i take warfarin because of a clot",
]


@pytest.mark.parametrize(("text", "group"), EMERGENCIES)
def test_an_emergency_is_recognised(text: str, group: str) -> None:
    flag = check(text, CLINIC)
    assert flag is not None
    assert flag.group == group
    assert flag.level == "emergency"


@pytest.mark.parametrize("text", CALM)
def test_a_worried_question_is_no_emergency(text: str) -> None:
    assert check(text, CLINIC) is None


@pytest.mark.e2e
def test_the_number_to_call_comes_first_and_the_intake_waits(patient: Patient) -> None:
    patient.answers_until("full_name")
    [reply] = patient.says("my father has chest pain and cannot breathe")
    assert reply["kind"] == "emergency"
    assert CLINIC.emergency_number in reply["text"]
    assert patient.says("Maria Example")[-1]["question"]["field"] == "contact"
