"""A clinic takes a field out of `fields.yml`: who was at it goes on, and what was answered before can still be read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exports.fhir import bundle, read_bundle
from exports.pdf import Style, case_pdf
from intake.fields import REVIEW, Intake, the_intake
from intake.record import FieldAnswer, IntakeRecord
from intake.showing import lines
from tests.support.case_files import case_of, record_of
from tests.support.desk_work import finishes_intake, new_reference
from tests.support.pdf_words import words
from tests.support.people import ANSWERS, Patient
from tests.support.small_web import NewWeb, SmallWeb
from tests.support.staff import Staff
from tests.support.talking import Talk

OLD = FieldAnswer(said="size 42, since 1999", value={"size": 42})
SAYS = the_intake().says


def at_a_removed_field(**changes: Any) -> Talk:
    """A patient whom an earlier version asked for the size of their shoes, before the condition."""
    talk = Talk().until("condition")
    talk.record = talk.record.model_copy(update={"open_field": "shoe_size", "attempts": 1, **changes})
    return talk


def without(name: str) -> Intake:
    """Our intake without one of its fields."""
    ours = the_intake()
    parts = {part: getattr(ours, part) for part in Intake.model_fields}
    return Intake.model_construct(**{**parts, "fields": [field for field in ours.fields if field.name != name]})


@pytest.mark.parametrize("text", ["size 42", "yes", "I don't know", "why do you ask?"])
def test_whoever_answers_it_hears_that_it_is_not_asked_any_more_and_is_asked_the_next(text: str) -> None:
    talk = at_a_removed_field()
    intents = {"yes": "affirm", "I don't know": "skip", "why do you ask?": "why_ask"}
    before = talk.record.answers
    assert talk.says(text, intents.get(text, "inform")) == SAYS.no_longer_asked
    assert (talk.open, talk.record.attempts) == ("condition", 0)
    assert talk.record.answers == before
    assert talk.asked.startswith(the_intake().field("condition").ask[:20])


def test_after_the_last_field_everything_is_read_back() -> None:
    talk = Talk().until(REVIEW)
    talk.record = talk.record.model_copy(update={"open_field": "shoe_size"})
    talk.says("size 42")
    assert talk.open == REVIEW
    assert "Name: Maria Example" in talk.asked


def test_after_sending_nothing_is_open_any_more() -> None:
    talk = Talk().until(REVIEW)
    talk.says("Send it")
    talk.record = talk.record.model_copy(update={"open_field": "shoe_size"})
    assert talk.says("size 42") == SAYS.no_longer_asked
    assert (talk.open, talk.record.status) == ("", "completed")


def test_a_wish_for_a_person_is_heard_there() -> None:
    talk = at_a_removed_field()
    assert talk.says("I want to talk to a person", "talk_to_person") == SAYS.no_longer_asked
    assert (talk.left_to_rasa, talk.open) == (True, "condition")


def test_a_question_is_answered_there() -> None:
    talk = at_a_removed_field()
    talk.says("Is fever a bad sign?", "question")
    assert (talk.left_to_rasa, talk.open) == (True, "condition")


def test_the_intake_is_stopped_there() -> None:
    talk = at_a_removed_field()
    talk.says("stop", "stop_intake")
    assert (talk.open, talk.record.status) == ("", "stopped")
    talk.says("start the intake", "start_intake")
    assert talk.open == "condition"


def test_everything_is_deleted_there_after_a_yes() -> None:
    talk = at_a_removed_field()
    talk.says("delete my data", "delete_data")
    assert (talk.open, talk.record.asking) == ("condition", "delete")
    assert talk.says(SAYS.delete_yes, "affirm") == SAYS.deleted
    assert talk.record == IntakeRecord()


def test_a_no_to_deleting_which_was_asked_before_the_field_was_removed_goes_on_too() -> None:
    talk = at_a_removed_field(asking="delete")
    assert talk.says("no", "deny") == f"{SAYS.no_longer_asked}\n{SAYS.not_deleted}"
    assert talk.open == "condition"


def test_whoever_goes_back_there_comes_to_the_field_before() -> None:
    talk = at_a_removed_field()
    talk.says("go back", "go_back")
    assert talk.open == "country"


def test_what_was_answered_is_read_back_under_its_stored_name() -> None:
    record = record_of(ANSWERS)
    record = record.model_copy(update={"answers": {"shoe_size": OLD, **record.answers}})
    told = lines(the_intake(), record)
    assert told[-1] == "shoe_size: size 42, since 1999"
    assert "Name: Maria Example" in told
    asked = Talk().dialogue.ask(record.model_copy(update={"status": "in_progress", "open_field": REVIEW})).text
    assert "shoe_size: size 42, since 1999" in asked


@pytest.mark.parametrize(
    "name", [field.name for field in the_intake().fields if field.name in ANSWERS and field.name != "consent"]
)
def test_the_pdf_of_an_old_case_holds_it_whichever_it_is(name: str) -> None:
    record = record_of(ANSWERS)
    said = words(case_pdf(case_of(record), without(name), Style(font_folders=[Path("/nowhere")])))
    assert name in said
    assert record.answers[name].said in said


def test_the_fhir_bundle_of_an_old_case_holds_it_as_it_was() -> None:
    record = record_of(ANSWERS)
    record = record.model_copy(update={"answers": {**record.answers, "shoe_size": OLD}})
    made = bundle(case_of(record), the_intake())
    assert read_bundle(made).answers["shoe_size"] == OLD
    [asked] = [
        each["resource"] for each in json.loads(made)["entry"] if each["resource"]["resourceType"] == "QuestionnaireResponse"
    ]
    assert {item["linkId"]: item["text"] for item in asked["item"]}["shoe_size"] == "shoe_size"


@pytest.fixture
def web(new_web: NewWeb) -> SmallWeb:
    """A web for one test."""
    return new_web()


@pytest.fixture
def patient(web: SmallWeb) -> Iterator[Patient]:
    """A patient who answered a field that is not asked any more, and sent everything."""
    with Patient(web.url) as patient:
        finishes_intake(patient, web.rasa, reference := new_reference(), shoe_size="size 42, since 1999")
        patient.session = reference
        yield patient


def test_the_case_page_shows_it_under_its_stored_name(web: SmallWeb, patient: Patient) -> None:
    with Staff(web.url, web.parts.database) as ana:
        page = re.sub(r"<[^>]+>", " ", ana.http.get(f"/desk/cases/{patient.session}").text)
    assert re.search(r"shoe_size\s+size 42, since 1999", page)


def test_a_patients_copy_of_their_data_holds_it(patient: Patient) -> None:
    page = re.sub(r"<[^>]+>", " ", patient.http.get("/api/chat/export.html").text)
    assert re.search(r"shoe_size\s+size 42, since 1999", page)
    assert patient.intake()["answers"]["shoe_size"] == "size 42, since 1999"
