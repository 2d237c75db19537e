"""Coordinators judge answers; editors get a list and questions for measuring, in which no patient can be recognised."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator

import pytest

from tests.support.broken_rasa import BrokenRasa
from tests.support.desk_work import decides, finishes_intake, new_reference, says
from tests.support.people import Patient
from tests.support.staff import Staff
from tests.support.system import System

pytestmark = pytest.mark.e2e

PASSAGE = {
    "article": "fever-and-infusion-reactions",
    "version": 1,
    "title": "Fever",
    "heading": "How often?",
    "quote": "A short fever was seen.",
    "start": 3,
    "end": 26,
    "url": "/library/articles/fever-and-infusion-reactions#x",
}
ANSWERED = {
    "status": "answered",
    "about": "safety",
    "evidence": "rct",
    "passages": [PASSAGE],
    "sources": [],
    "reviewed_on": "2026-11-01",
}


@pytest.fixture(scope="module")
def editor_at_desk(lonely_web: System) -> Iterator[Staff]:
    """An editor."""
    with Staff(lonely_web.url, lonely_web.data, "editor", "Eva Example") as staff:
        yield staff


@pytest.fixture
def reference(broken_rasa: BrokenRasa, lonely_patient: Patient) -> str:
    """The case of a patient who got an answer."""
    broken_rasa.behaves(decides(says("A short fever was seen.", kind="answer", answer=ANSWERED)))
    lonely_patient.says("I, Maria Example, had fever after mine in Kaunas, is that a bad sign?")
    return finishes_intake(lonely_patient, broken_rasa, new_reference())


def judges(staff: Staff, reference: str, patient: Patient, **form: str) -> int:
    """Judge the patient's first answer; gives the status."""
    seq = next(message["seq"] for message in patient.log() if message["answer"])
    return staff.http.post(f"/desk/cases/{reference}/reviews", data={"seq": str(seq), **form}).status_code


def questions(staff: Staff) -> list[dict[str, object]]:
    """The file for `cordial kb eval`."""
    return [json.loads(line) for line in staff.http.get("/desk/reviews.jsonl").text.splitlines()]


def test_a_quote_leads_to_its_exact_place_in_that_version(ana: Staff, reference: str) -> None:
    place = "/library/articles/fever-and-infusion-reactions?version=1&amp;start=3&amp;end=26#passage"
    assert place in ana.http.get(f"/desk/cases/{reference}").text


def test_editors_get_the_confirmed_wording_and_nothing_of_the_patient(
    ana: Staff, editor_at_desk: Staff, lonely_patient: Patient, reference: str
) -> None:
    wording = f"Is fever after the infusion a bad sign? {secrets.token_hex(2)}"
    assert judges(ana, reference, lonely_patient, verdict="right", wording=wording, confirmed="true") == 200
    page = editor_at_desk.http.get("/desk/reviews").text
    assert wording in page
    assert "fever-and-infusion-reactions?version=1" in page
    for personal in ("Maria", "Kaunas", reference, lonely_patient.session):
        assert personal not in page
    line = {"text": wording, "articles": ["fever-and-infusion-reactions"], "about": "safety"}
    assert line in questions(editor_at_desk)


def test_without_confirmation_nothing_is_kept_and_the_question_is_not_dropped_in_silence(
    ana: Staff, editor_at_desk: Staff, lonely_patient: Patient, reference: str
) -> None:
    before = len(questions(editor_at_desk))
    assert judges(ana, reference, lonely_patient, verdict="wrong", wording="Is fever bad?") == 422
    assert len(questions(editor_at_desk)) == before
    assert "Reviewed: wrong" not in ana.http.get(f"/desk/cases/{reference}").text


@pytest.mark.parametrize(
    "wording",
    ["Is it bad that Maria has fever?", "Write to me@mail.example", "Call +370 612 34567", "Born 14.03.1961, is it safe?"],
)
def test_what_looks_personal_is_refused_even_when_confirmed(
    ana: Staff, lonely_patient: Patient, reference: str, wording: str
) -> None:
    assert judges(ana, reference, lonely_patient, verdict="right", wording=wording, confirmed="true") == 422


def test_a_missing_answer_needs_the_article_that_should_have_answered(
    ana: Staff, editor_at_desk: Staff, lonely_patient: Patient, reference: str
) -> None:
    wording = f"What about fever? {secrets.token_hex(2)}"
    form = {"verdict": "should_have_answered", "wording": wording, "confirmed": "true"}
    assert judges(ana, reference, lonely_patient, **form) == 422
    assert judges(ana, reference, lonely_patient, **form, article="no-such-article") == 422
    assert judges(ana, reference, lonely_patient, **form, article="fever-and-infusion-reactions") == 200
    assert {"text": wording, "articles": ["fever-and-infusion-reactions"], "about": None} in questions(editor_at_desk)


def test_the_last_opinion_counts(ana: Staff, lonely_patient: Patient, reference: str) -> None:
    for verdict in ("wrong", "right"):
        judges(ana, reference, lonely_patient, verdict=verdict)
    page = ana.http.get(f"/desk/cases/{reference}").text
    assert "Reviewed: right" in page
    assert "Reviewed: wrong" not in page


def test_an_editor_judges_no_answers_and_sees_no_case(editor_at_desk: Staff, lonely_patient: Patient, reference: str) -> None:
    assert judges(editor_at_desk, reference, lonely_patient, verdict="right") == 403
    assert editor_at_desk.http.get(f"/desk/cases/{reference}").status_code == 403
