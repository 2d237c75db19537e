"""A patient sees everything that is held on them, and deletes it for good."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.people import ANSWERS, Coordinator, Patient, error_of, reference_in
from tests.support.system import System

pytestmark = pytest.mark.e2e


def test_the_export_holds_everything(patient: Patient) -> None:
    reference = reference_in(patient.finishes())
    export = patient.http.get("/api/chat/export").json()
    assert export["session"] == patient.session
    assert export["messages"] == patient.log()
    assert {name: answer["said"] for name, answer in export["intake"]["answers"].items()} == ANSWERS
    assert export["handoff"] == export["intake"]["reference"] == reference


def test_after_deleting_nothing_is_left_anywhere(patient: Patient, cordial: System, coordinator: Coordinator) -> None:
    patient.answers_until("full_name")
    patient.says("Quetzalcoatl Example")
    patient.says("quetzalcoatl@mail.example")
    reference = reference_in(patient.says("I want to talk to a person"))
    assert held(cordial, patient.session.encode()), "it must be there before"
    assert not held(cordial, b"uetzalcoatl"), "what was said is sealed"
    assert patient.http.delete("/api/chat/session").status_code == 204
    assert coordinator.runs("handoffs", "show", reference).returncode == 1
    assert reference not in coordinator.runs("handoffs", "list", "--all").stdout
    patient.http.post("/api/chat/sessions")  # the next write lets SQLite take the log into the file
    assert not held(cordial, patient.session.encode())


def held(cordial: System, word: bytes) -> bool:
    """Whether the records hold a word that can still be reached."""
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(f"file:{cordial.data / 'cordial.db'}?mode=ro", uri=True) as records:
        kept = 'INSERT INTO "audit"'  # that it was deleted is noted there, with its id and nothing else
        dump = "\n".join(line for line in records.iterdump() if not line.startswith(kept)).encode()
    records.close()
    return word in dump


def test_a_deleted_chat_is_over_for_everybody_who_had_it_open(patient: Patient) -> None:
    stream = patient.stream()
    next(stream)
    patient.http.delete("/api/chat/session")
    assert list(stream) == [], "the stream ends"
    refused = patient.send("Is anybody there?")
    assert (refused.status_code, error_of(refused)) == (401, "token_invalid")


def test_deleting_twice_is_no_error(patient: Patient) -> None:
    assert [patient.http.delete("/api/chat/session").status_code for _ in range(2)] == [204, 204]


def test_a_deleted_chat_leaves_the_others_whole(new_patient: Callable[[], Patient]) -> None:
    one, other = new_patient(), new_patient()
    one.says("hello")
    other.says("hello")
    one.http.delete("/api/chat/session")
    assert other.says("Does it work?")[0]["kind"] == "answer"
    assert other.said() == ["hello", "Does it work?"]


def test_who_wants_their_data_deleted_is_told_how(patient: Patient) -> None:
    [reply] = patient.says("please delete my data")
    assert "delete" in reply["text"].lower()
