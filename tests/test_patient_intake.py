"""A patient gives their details in their own time: with questions in between, stops, doubts, and answers that do not fit."""

from __future__ import annotations

import pytest

from intake.fields import the_intake
from tests.support.people import ANSWERS, ASKED, Coordinator, Message, Patient, answers_in, open_field, reference_in
from tests.support.system import System

pytestmark = pytest.mark.e2e

INTAKE = the_intake()
FIELDS = ASKED
SOME = ["consent", "full_name", "contact", "birth", "country", "condition", "medicines", "clots", "hopes"]


def texts(replies: list[Message]) -> str:
    """Everything that the replies say."""
    return "\n".join(message["text"] for message in replies)


def test_the_consent_comes_first_and_says_what_is_agreed_to(patient: Patient) -> None:
    replies = patient.says("Start the intake")
    assert open_field(replies) == "consent"
    assert [button["value"] for button in replies[-1]["buttons"]] == ["I agree", "I do not agree"]
    assert "delete my data" in replies[-1]["text"]


def test_every_field_is_asked_once_with_its_step(patient: Patient) -> None:
    replies = patient.says("Start the intake")
    for step, name in enumerate(FIELDS, start=1):
        asked = replies[-1]["question"]
        assert (asked["field"], asked["step"]) == (name, step)
        assert asked["steps"] == len(FIELDS) + (1 if step < FIELDS.index("sex") + 1 else 0), "an age takes one question away"
        replies = patient.says(ANSWERS[name])
    assert open_field(replies) is None
    assert replies[-1]["kind"] == "summary"


def test_at_the_end_there_is_a_reference_number(patient: Patient) -> None:
    reference = reference_in(patient.finishes())
    intake = patient.intake()
    assert (intake["status"], intake["reference"]) == ("completed", reference)
    assert set(intake["answers"]) == set(FIELDS)
    assert intake["answers"]["contact"] == {"by": "email", "value": ANSWERS["contact"]}


def test_the_agreement_is_stored_word_for_word(patient: Patient) -> None:
    shown = patient.says("Start the intake")[-1]["text"]
    patient.says("I agree")
    consent = patient.intake()["answers"]["consent"]
    assert consent["agreed"] is True
    assert consent["version"] == INTAKE.consent.version
    assert consent["wording"] in shown


def test_an_interruption_is_no_error_to_rasa(cordial: System, patient: Patient) -> None:
    patient.answers_until("contact")
    before = cordial.log("rasa")
    for interruption in ("thank you", "can you repeat that please", "Is fever a bad sign?", "I want to talk to a person"):
        assert open_field(patient.says(interruption)) == "contact"
    assert cordial.log("rasa") == before


@pytest.mark.parametrize("field", SOME)
def test_a_question_in_the_middle_is_answered_and_the_field_asked_again(patient: Patient, field: str) -> None:
    patient.answers_until(field)
    replies = patient.says("Is fever after the infusion a bad sign?")
    assert answers_in(replies)[0]["status"] == "answered"
    assert open_field(replies) == field
    assert field not in patient.intake()["answers"]


def test_an_uncovered_question_in_the_middle_is_declined_and_the_field_asked_again(patient: Patient) -> None:
    patient.answers_until("contact")
    replies = patient.says("What is the best phone for seniors?")
    assert answers_in(replies)[0]["status"] == "abstained"
    assert open_field(replies) == "contact"


@pytest.mark.parametrize("field", SOME)
def test_who_asks_why_is_told(patient: Patient, field: str) -> None:
    patient.answers_until(field)
    replies = patient.says("Why do you ask?")
    assert INTAKE.field(field).why in texts(replies)
    assert open_field(replies) == field


def test_a_field_can_be_left_out_where_that_is_possible(patient: Patient) -> None:
    patient.answers_until("condition")
    assert open_field(patient.says("Skip")) == "treatments"
    assert patient.intake()["answers"]["condition"] is None


def test_a_field_that_is_needed_cannot_be_left_out(patient: Patient) -> None:
    patient.answers_until("contact")
    replies = patient.says("Skip")
    assert INTAKE.says.cannot_skip in texts(replies)
    assert open_field(replies) == "contact"


def test_after_two_unusable_answers_it_says_why_and_gives_an_example(patient: Patient) -> None:
    patient.answers_until("contact")
    field = INTAKE.field("contact")
    first, second = patient.says("by pigeon post"), patient.says("12")
    assert field.retry in texts(first)
    assert field.example not in texts(first)
    assert field.example in texts(second)
    assert open_field(second) == "contact"


def test_after_three_unusable_answers_a_person_is_offered(patient: Patient) -> None:
    patient.answers_until("contact")
    for text in ("by pigeon post", "over the hedge", "over the garden fence"):
        replies = patient.says(text)
    buttons = [button["value"] for message in replies for button in message["buttons"]]
    assert "Talk to a person" in buttons
    assert patient.says("Talk to a person")[0]["kind"] == "handoff"


def test_after_three_unusable_answers_a_field_that_may_be_left_out_can_be(patient: Patient) -> None:
    patient.answers_until("condition")
    for text in ("7", "12 34", "..."):
        replies = patient.says(text)
    buttons = [button["value"] for message in replies for button in message["buttons"]]
    assert {"Skip", "Talk to a person"} <= set(buttons)


def test_a_usable_answer_after_an_unusable_one_is_taken(patient: Patient) -> None:
    patient.answers_until("contact")
    patient.says("by pigeon post")
    assert open_field(patient.says("+370 612 34567")) == "birth"
    assert patient.intake()["answers"]["contact"]["value"] == "+37061234567"


def test_a_patient_stops_and_goes_on_where_they_were(patient: Patient) -> None:
    patient.answers_until("contact")
    replies = patient.says("Stop the questions, please")
    assert open_field(replies) is None
    assert patient.intake()["status"] == "stopped"
    assert answers_in(patient.says("Does it work?"))[0]["status"] == "answered"
    assert open_field(patient.says("Start the intake")) == "contact"
    assert patient.intake()["answers"]["full_name"] == ANSWERS["full_name"]


def test_who_does_not_agree_is_asked_nothing_and_nothing_is_stored(patient: Patient, coordinator: Coordinator) -> None:
    patient.says("Start the intake")
    replies = patient.says("I do not agree")
    assert open_field(replies) is None
    assert (patient.intake()["status"], patient.intake()["answers"]) == ("stopped", {})
    assert patient.http.get("/api/chat/export").json()["handoff"] is None
    assert answers_in(patient.says("Does it work?"))[0]["status"] == "answered"


def test_who_did_not_agree_can_change_their_mind(patient: Patient) -> None:
    patient.says("Start the intake")
    patient.says("I do not agree")
    assert open_field(patient.says("Start the intake")) == "consent"
    assert open_field(patient.says("I agree")) == FIELDS[1]


def test_what_was_told_so_far_can_be_heard(patient: Patient) -> None:
    patient.answers_until("contact")
    replies = patient.says("What have I told you so far?")
    [summary] = [message for message in replies if message["kind"] == "summary"]
    assert ANSWERS["full_name"] in summary["text"]
    assert open_field(replies) == "contact"


def test_a_patient_in_the_middle_gets_a_person_at_once(patient: Patient, coordinator: Coordinator) -> None:
    patient.answers_until("contact")
    replies = patient.says("I want to talk to a person")
    assert open_field(replies) == "contact", "the person needs the rest as well"
    case = coordinator.reads("handoffs", "show", reference_in(replies))
    assert case["intake"]["answers"]["full_name"]["said"] == ANSWERS["full_name"]


def test_who_has_finished_is_not_asked_again(patient: Patient) -> None:
    reference = reference_in(patient.finishes())
    replies = patient.says("Start the intake")
    assert open_field(replies) is None
    assert reference in texts(replies)


def test_who_asks_for_a_person_and_then_finishes_is_one_case(patient: Patient, coordinator: Coordinator) -> None:
    patient.answers_until("contact")
    reference = reference_in(patient.says("I want to talk to a person"))
    assert reference_in(patient.finishes()) == reference
    assert set(coordinator.reads("handoffs", "show", reference)["intake"]["answers"]) == set(FIELDS)


def test_outside_the_intake_an_answer_is_no_answer(patient: Patient) -> None:
    for text in ("yes", "skip", "stop"):
        assert open_field(patient.says(text)) is None
    assert patient.intake() == {"status": "none", "reference": None, "answers": {}}


def test_two_patients_do_not_get_into_each_others_way(patient: Patient, new_patient: type[Patient]) -> None:
    other = new_patient()  # type: ignore[call-arg]
    patient.answers_until("contact")
    other.answers_until("full_name")
    other.says("Jonas Example")
    patient.says(ANSWERS["contact"])
    assert patient.intake()["answers"]["full_name"] == ANSWERS["full_name"]
    assert set(other.intake()["answers"]) == {"consent", "for_whom", "full_name"}
