"""A coordinator sees on the command line who waits, and everything that was said and quoted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.people import ANSWERS, Coordinator, Patient, answers_in, reference_in
from tests.support.system import System, plain_environment

pytestmark = pytest.mark.e2e


@pytest.fixture
def reference(patient: Patient) -> str:
    """The reference number of a patient who asked something and then gave their details."""
    patient.says("Is fever after the infusion a bad sign?")
    return reference_in(patient.finishes())


def test_who_finished_the_intake_stands_in_the_list(reference: str, coordinator: Coordinator) -> None:
    assert reference in coordinator.runs("handoffs", "list").stdout
    [row] = [row for row in coordinator.reads("handoffs", "list")["handoffs"] if row["reference"] == reference]
    assert (row["reason"], row["state"]) == ("intake_completed", "open")


def test_a_case_holds_the_whole_transcript_as_the_patient_saw_it(
    patient: Patient, reference: str, coordinator: Coordinator
) -> None:
    case = coordinator.reads("handoffs", "show", reference)
    assert case["messages"] == patient.log()
    assert {name: answer["said"] for name, answer in case["intake"]["answers"].items()} == ANSWERS


def test_a_case_for_people_shows_the_words_the_quotes_and_the_sources(
    patient: Patient, reference: str, coordinator: Coordinator
) -> None:
    printed = coordinator.runs("handoffs", "show", reference.lower()).stdout
    words = " ".join(printed.split())
    for said in (*ANSWERS.values(), *patient.said()):
        assert said in words
    [answer] = answers_in(patient.log())
    for passage in answer["passages"]:
        assert " ".join(passage["quote"].split()) in words
    assert answer["sources"][0]["title"] in words


def test_who_asked_for_a_person_stands_in_the_list(patient: Patient, coordinator: Coordinator) -> None:
    reference = reference_in(patient.says("I want to talk to a person"))
    assert coordinator.reads("handoffs", "show", reference)["reason"] == "asked"


def test_asking_twice_for_a_person_is_one_handoff(patient: Patient, coordinator: Coordinator) -> None:
    first, second = (reference_in(patient.says("I want to talk to a person")) for _ in range(2))
    assert first == second
    listed = [row["reference"] for row in coordinator.reads("handoffs", "list")["handoffs"]]
    assert listed.count(first) == 1


def test_an_unknown_reference_is_a_clear_error(coordinator: Coordinator) -> None:
    done = coordinator.runs("handoffs", "show", "C-0000-0000")
    assert done.returncode == 1
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert "C-0000-0000" in line


def test_where_nobody_waits_the_list_says_so(cordial: System, tmp_path: Path) -> None:
    elsewhere = Coordinator(plain_environment(CORDIAL_DATA=str(tmp_path)))
    assert elsewhere.runs("handoffs", "list").stdout == "Nobody is waiting.\n"
    assert elsewhere.reads("handoffs", "list") == {"handoffs": []}


def test_what_a_program_reads_is_one_json_value(reference: str, coordinator: Coordinator) -> None:
    done = coordinator.runs("handoffs", "show", reference, "--json")
    assert json.loads(done.stdout)["reference"] == reference
    assert done.stderr == ""
