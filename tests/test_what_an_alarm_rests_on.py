"""Whoever reads a case sees why there was an alarm: the patient's words, what raised it, and whether it was asked first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from desk.cases.alarms import raised_alarms
from desk.conversations.handoffs import list_handoffs
from desk.models import Handoff
from emergencies.as_written import as_written
from exports.case_file import as_json, case_file
from exports.pdf import Style, case_pdf
from intake.fields import the_intake
from tests.support.doubting import DOUBTED, Doubting
from tests.support.pdf_words import first_page
from tests.support.people import Patient
from tests.support.small_web import NewWeb, SmallWeb
from tests.support.staff import Staff
from tests.support.system import until

EMERGENCY = "Hello, I CAN'T breathe right now"
FAR_AND_WIDE = "Zwetschgenkuchen"  # stands in no other text


@pytest.fixture
def web(new_web: NewWeb) -> SmallWeb:
    """A web that is in doubt about some messages."""
    return new_web(red_flags=Doubting(), limits="off")


def why(web: SmallWeb, patient: Patient) -> list[str]:
    """What stands beside each alarm of a patient."""
    with web.parts.database.read() as session:
        return [each.why for each in raised_alarms(session, patient.session)]


def handoff_of(web: SmallWeb, patient: Patient) -> Handoff:
    """The case of a patient."""
    with web.parts.database.read() as session:
        [handoff] = [each for each in list_handoffs(session) if each.conversation_id == patient.session]
        return handoff


def test_it_rests_on_words_as_the_patient_wrote_them(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        patient.says(EMERGENCY)
        [said] = why(web, patient)
    quoted = re.findall("“([^”]+)”", said)
    assert quoted == ["CAN'T breathe right", "right now"]
    assert all(words in EMERGENCY for words in quoted)
    assert said.endswith("raised at once.")


def test_after_a_yes_it_rests_on_the_words_that_were_asked_about(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        patient.says(f"Well, {DOUBTED} sometimes")
        assert why(web, patient) == [], "a question is no alarm"
        patient.says("Yes, now")
        until(lambda: bool(why(web, patient)), 20, "it is stored")
        [said] = why(web, patient)
    assert f"“{DOUBTED}”" in said
    assert "raised after a yes to “Is this happening now?”" in said


def test_coordinators_and_physicians_see_it_on_the_case_the_last_alarm_first(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        patient.says("my chest hurts so bad")
        patient.says("my tongue is swelling up")
        for role in ("coordinator", "physician"):
            with Staff(web.url, web.parts.settings.data, role) as person:
                page = case_page(person, patient)
            assert re.search(r"Emergency: Swelling of face[^.]*\. Rests on: “tongue is swelling", page)
            assert re.search(r"Other alarms \(1\) Emergency: Chest pain[^.]*\. Rests on: “chest hurts", page)


def case_page(staff: Staff, patient: Patient) -> str:
    """The words of the page of a patient's case."""
    with staff.records.read() as session:
        [reference] = [each.reference for each in list_handoffs(session) if each.conversation_id == patient.session]
    return " ".join(re.sub(r"<[^>]+>", " ", staff.http.get(f"/desk/cases/{reference}").text).split())


def test_the_case_as_pdf_and_as_json_have_it(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        patient.says(EMERGENCY)
        reference = handoff_of(web, patient).reference
        with web.parts.database.read() as session:
            case = case_file(session, reference, "Clinic", handoff_of(web, patient).created_at)
    assert case is not None
    assert "CAN'T breathe" in first_page(case_pdf(case, the_intake(), Style(font_folders=[Path("/nowhere")])))
    assert "CAN'T breathe" in as_json(case)


def test_a_patient_gets_it_with_their_data(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        patient.says(EMERGENCY)
        [alarm] = patient.http.get("/api/chat/export").json()["alarms"]
        assert (alarm["message"], alarm["level"], alarm["how"]) == (2, "emergency", "at_once")
        assert alarm["words"] == ["CAN'T breathe right", "right now"]
        assert "“CAN&#39;T breathe" in patient.http.get("/api/chat/export.html").text


def test_a_withdrawn_consent_takes_the_words_and_leaves_the_alarm(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        patient.says(EMERGENCY)
        patient.http.post("/api/chat/consent/withdraw")
        assert why(web, patient) == []
        assert handoff_of(web, patient).urgent_level == "emergency"


def test_the_words_are_sealed_like_everything_that_was_said(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        patient.says(f"I {DOUBTED.removeprefix('it ')} {FAR_AND_WIDE}, and cannot breathe")
    folder = web.parts.database.folder
    assert folder is not None
    stored = b"".join(file.read_bytes() for file in folder.glob("*.db*"))
    assert b"alarms" in stored
    assert b"cannot breathe" not in stored


def test_words_that_cannot_be_opened_cost_only_themselves(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        patient.says(EMERGENCY)
        with web.parts.database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alarms SET sealed = x'00'")
        assert why(web, patient)[0].startswith("The words that it rests on cannot be read.")


@pytest.mark.parametrize(
    ("text", "seen", "language", "written"),
    [
        ("I cannot breathe, since 5 min!", "cant breathe", "en", "cannot breathe"),
        ("No puedo réspirar", "no puedo respirar", "es", "No puedo réspirar"),
        ("胸が痛い、息ができない", "息ができない", "ja", "息ができない"),
        ("CHEST PAIN!!", "chest pain", "en", "CHEST PAIN"),
        ("Hello", "cant breathe", "en", "cant breathe"),
        ("", "cant breathe", "en", "cant breathe"),
    ],
)
def test_words_are_found_in_the_message_again(text: str, seen: str, language: str, written: str) -> None:
    assert as_written(text, [seen], language) == [written]
