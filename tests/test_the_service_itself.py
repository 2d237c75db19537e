"""What is asked about the service is answered from the clinic's facts and the record; what is not known is not made up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cordial.bootstrap import PROJECT
from intake.clinic import Clinic, ClinicError, read_clinic
from intake.record import IntakeRecord
from intake.service import HARM, TOPICS, ServiceError, Standing, read_service, reply_to

CLINIC = read_clinic(PROJECT / "clinic.yml")
REFERENCE = "C-2345-6789"
SENT = IntakeRecord(status="completed", reference=REFERENCE)
FILLED = {
    "clinic": CLINIC.name,
    "coordinator": CLINIC.coordinator,
    "opening_hours": CLINIC.opening_hours,
    "reply_within": CLINIC.reply_within,
    "emergency_number": "112",
    "prices_policy": CLINIC.prices_policy,
}
EVERYTHING = {
    "phone": "+370 612 34567",
    "email": "office@clinic.example",
    "address": "Example Street 1, Exampletown",
    "licence": "number 0000 of the Example Health Authority",
    "complaints": "the patient office",
    "referrals": "doctors@clinic.example",
    "aftercare_phone": "+370 612 34568",
    "booking_link": "https://clinic.example/book",
    "treats": True,
}
NOTHING: dict[str, Any] = dict.fromkeys(EVERYTHING) | {"email": "office@clinic.example"}


def says(topic: str, clinic: dict[str, Any], record: IntakeRecord | None = None, case: str | None = None) -> str:
    """What is said to an intent by a clinic with these facts."""
    return reply_to(topic, Standing(CLINIC.model_copy(update=clinic), record or IntakeRecord(), case), FILLED)[0]


def presses(topic: str, record: IntakeRecord) -> list[str]:
    """What can be pressed under it."""
    return reply_to(topic, Standing(CLINIC, record), FILLED)[1]


@pytest.mark.parametrize(
    ("topic", "facts"),
    [
        ("contact_details", ["phone", "email", "address"]),
        ("how_to_begin", ["booking_link"]),
        ("licence", ["licence"]),
        ("how_to_complain", ["complaints", "email"]),
        ("refer_patient", ["referrals"]),
        ("after_infusion", ["aftercare_phone", "phone"]),
        ("report_harm", ["phone", "email"]),
    ],
)
def test_what_the_clinic_gives_is_said(topic: str, facts: list[str]) -> None:
    text = says(topic, EVERYTHING, case=REFERENCE)
    assert [fact for fact in facts if str(EVERYTHING[fact]) not in text] == []


@pytest.mark.parametrize("topic", [*TOPICS, HARM, "after_infusion"])
def test_what_it_does_not_give_is_never_shown_as_a_gap(topic: str) -> None:
    text = says(topic, NOTHING | {"notice": None})
    assert "None" not in text
    assert "{" not in text
    assert len(text.split()) > 15


@pytest.mark.parametrize(
    ("topic", "honest"),
    [
        ("contact_details", "I have no number to give you"),
        ("contact_details", "I do not have it"),
        ("how_to_begin", "There is no calendar to book in here"),
        ("licence", "I have no licence details here"),
        ("about_us", "is not written here"),
    ],
)
def test_what_is_not_known_is_said_to_be_not_known(topic: str, honest: str) -> None:
    assert honest in says(topic, NOTHING)
    assert honest not in says(topic, EVERYTHING)


def test_a_clinic_that_treats_and_a_service_that_coordinates_say_what_they_are() -> None:
    assert "treats patients itself" in says("about_us", {"treats": True})
    service = says("about_us", {"treats": False, "treated_at": "Oakfield Example Hospital"})
    assert "does not treat patients itself" in service
    assert "Oakfield Example Hospital" in service


def test_who_has_sent_nothing_hears_that_there_is_no_case_and_how_to_begin() -> None:
    text = says("my_case", {})
    assert "no case and no reference number" in text
    assert "Start the intake" in presses("my_case", IntakeRecord())


def test_a_case_that_waits_is_named_by_its_reference_with_the_time_it_may_take() -> None:
    text = says("my_case", {}, SENT, REFERENCE)
    assert REFERENCE in text
    assert CLINIC.reply_within in text
    assert "Start the intake" not in presses("my_case", SENT)


def test_a_case_that_no_longer_waits_keeps_its_number_and_nobody_is_told_that_it_waits() -> None:
    text = says("my_case", {}, SENT, None)
    assert REFERENCE in text
    assert "waits for a person" not in text


def test_an_intake_that_was_begun_is_said_to_be_with_nobody_yet() -> None:
    assert "nobody has your answers" in says("my_case", {}, IntakeRecord(status="in_progress", open_field="birth"))


def test_who_has_sent_the_intake_is_not_told_to_begin() -> None:
    assert "the next step is ours" in says("how_to_begin", {}, SENT, REFERENCE)


Written = Callable[[str], Path]


@pytest.fixture
def clinic_with(tmp_path: Path) -> Written:
    """The shipped clinic's file with another line for a fact."""

    def write(line: str) -> Path:
        name = line.partition(":")[0]
        kept = [each for each in (PROJECT / "clinic.yml").read_text("utf-8").splitlines() if not each.startswith(f"{name}:")]
        file = tmp_path / "clinic.yml"
        file.write_text("\n".join([*kept, line, ""]), "utf-8")
        return file

    return write


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("treats: sometimes", "yes or no"),
        ("treated_at: Oakfield Example Hospital", "Take one of the two out"),
        ('aftercare_phone: "612"', "country code"),
        ("referrals: the front desk", "no e-mail address"),
        ("adress: Example Street 1", "did you mean address?"),
        ("licence: number {number}", "nothing is filled into this text"),
    ],
)
def test_a_wrong_fact_stops_the_start_with_its_line_and_what_to_do(clinic_with: Written, line: str, wrong: str) -> None:
    file = clinic_with(line)
    number = file.read_text("utf-8").splitlines().index(line) + 1
    with pytest.raises(ClinicError, match=rf"line {number}: .*{wrong}"):
        read_clinic(file)


def test_a_clinic_file_from_before_these_facts_is_still_read(tmp_path: Path) -> None:
    new = {"address", "treats", "treated_at", "licence", "complaints", "referrals", "aftercare_phone"}
    lines = (PROJECT / "clinic.yml").read_text("utf-8").splitlines()
    file = tmp_path / "clinic.yml"
    file.write_text("\n".join(each for each in lines if each.partition(":")[0] not in new), "utf-8")
    clinic: Clinic = read_clinic(file)
    assert {name for name in new if getattr(clinic, name) is not None} == set()


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        ('text: "E-mail: {email}"', 'text: "E-mail: {phone}"', r"nothing is called \{phone\} here"),
        ("  licence:\n", "  license:\n", "there is no reply for licence"),
        ("      - if: booking_link\n", "      - if: booking\n", "did you mean booking_link"),
    ],
)
def test_a_sentence_that_could_not_be_filled_is_refused(tmp_path: Path, before: str, after: str, wrong: str) -> None:
    text = (PROJECT / "intake" / "en" / "service.yml").read_text("utf-8")
    assert before in text
    file = tmp_path / "service.yml"
    file.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(ServiceError, match=wrong):
        read_service(file)
