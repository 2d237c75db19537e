"""An emergency comes before everything else: fixed words with the number to call, and a coordinator sees it first."""

from __future__ import annotations

import pytest

from cordial.bootstrap import PROJECT
from intake.clinic import read_clinic
from intake.red_flags import check, the_red_flags
from tests.support.people import Coordinator, Patient

CLINIC = read_clinic(PROJECT / "clinic.yml")
READ = the_red_flags().file.acknowledge

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
def test_the_number_to_call_comes_first_and_the_intake_waits_until_it_was_read(patient: Patient) -> None:
    patient.answers_until("full_name")
    [reply] = patient.says("my father has chest pain and cannot breathe")
    assert reply["kind"] == "emergency"
    assert CLINIC.emergency_number in reply["text"]
    assert [button["value"] for button in reply["buttons"]] == [READ]
    assert not [message for message in patient.says("Maria Example") if message["question"]]
    assert "full_name" not in patient.intake()["answers"]
    [_, question] = patient.says(READ)
    assert question["question"]["field"] == "full_name"
    assert patient.says("Maria Example")[-1]["question"]["field"] == "contact"


@pytest.mark.e2e
def test_while_the_intake_waits_questions_are_answered_and_a_new_emergency_is_caught(patient: Patient) -> None:
    patient.answers_until("contact")
    patient.says("i cant breathe")
    replies = patient.says("Is fever after the infusion a bad sign?")
    assert replies[0]["kind"] == "answer"
    assert [button["value"] for button in replies[-1]["buttons"]] == [READ]
    assert patient.says("now my tongue is swelling up")[0]["kind"] == "emergency"
    assert not [message for message in patient.says("Start the intake") if message["question"]]
    assert patient.says("ok, i have read it")[-1]["question"]["field"] == "contact"


@pytest.mark.e2e
def test_without_an_intake_the_chat_just_goes_on(patient: Patient) -> None:
    patient.says("i cant breathe")
    assert patient.says("Does it work?")[-1]["kind"] == "answer"
    [thanks] = patient.says(READ)
    assert CLINIC.emergency_number in thanks["text"]
    assert patient.says("Start the intake")[-1]["question"]["field"] == "consent"


@pytest.mark.e2e
def test_a_coordinator_sees_an_emergency_first(patient: Patient, coordinator: Coordinator) -> None:
    patient.says("I want to talk to a person")
    patient.says("i think my mum is having a stroke")
    [first, *_] = coordinator.reads("handoffs", "list")["handoffs"]
    assert first["urgent"]["level"] == "emergency"
    [mine] = [row for row in coordinator.reads("handoffs", "list")["handoffs"] if (row["urgent"] or {}).get("group") == "stroke"]
    assert mine["reason"] == "asked"
    label = the_red_flags().label_of("stroke")
    assert f"EMERGENCY: {label}" in coordinator.runs("handoffs", "list").stdout
    assert f"EMERGENCY: {label}" in coordinator.runs("handoffs", "show", mine["reference"]).stdout
    assert coordinator.reads("handoffs", "show", mine["reference"])["urgent"]["group"] == "stroke"
