"""In one minute a coordinator has read a case: what the patient said, what was understood, and what to look at."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from desk.models import AuditEntry
from tests.support.broken_rasa import BrokenRasa
from tests.support.desk_work import ABSTAINED, acts, answered, decides, finishes_intake, new_reference, says
from tests.support.people import ANSWERS, Patient
from tests.support.staff import Staff
from web.console.fresh import FRESH

pytestmark = pytest.mark.e2e


@pytest.fixture
def reference(broken_rasa: BrokenRasa, lonely_patient: Patient) -> str:
    """The case of a patient who asked something, told everything and then changed a line."""
    broken_rasa.behaves(decides(says("I have no reviewed answer to that.", kind="answer", answer=ABSTAINED)))
    lonely_patient.says("What does it cost at your clinic?")
    made_up = new_reference()
    finishes_intake(lonely_patient, broken_rasa, made_up)
    effects = [answered("travel", "from June on"), {"effect": "intake_amended"}]
    broken_rasa.behaves(decides(says("I have changed this.", effects=effects)))
    lonely_patient.says("I can come from June on")
    return made_up


def words_of(staff: Staff, path: str) -> str:
    """The words of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", staff.http.get(path).text).split())


def views(staff: Staff, session: str) -> int:
    """How often somebody's look at a case is in the audit log."""
    with staff.records.read() as records:
        seen = select(func.count()).where(
            AuditEntry.subject == session, AuditEntry.actor == staff.user_id, AuditEntry.action == "case.viewed"
        )
        return records.scalar(seen) or 0


def test_everything_that_the_patient_said_stands_there(ana: Staff, reference: str) -> None:
    page = words_of(ana, f"/desk/cases/{reference}")
    for said in ANSWERS.values():
        assert said in page
    assert "understood as ramipril, aspirin" in page
    assert "complete, changed since" in page


def test_what_to_look_at_comes_with_the_words_that_say_so(ana: Staff, reference: str) -> None:
    page = words_of(ana, f"/desk/cases/{reference}")
    assert "Had a blood clot, or has a clotting disorder : yes, in the left leg in 2015" in page
    assert "Takes a medicine against platelets : aspirin" in page
    assert "Has or had cancer" not in page


def test_a_changed_answer_shows_what_it_was_before(ana: Staff, reference: str) -> None:
    assert re.search(r"from June on.{0,60}until \d\d:\d\d: None", words_of(ana, f"/desk/cases/{reference}"))


def test_what_the_assistant_did_not_answer_is_listed(ana: Staff, reference: str) -> None:
    page = words_of(ana, f"/desk/cases/{reference}")
    assert "no reviewed answer to these. What does it cost at your clinic?" in page


def test_the_consent_stands_there_as_it_was_given(ana: Staff, reference: str) -> None:
    page = words_of(ana, f"/desk/cases/{reference}")
    assert re.search(r"“I agree”, \d{4}-\d\d-\d\d \d\d:\d\d \w+, to version 2: I agree that the clinic stores my details", page)


def test_a_note_is_for_colleagues_and_not_for_the_chat(ana: Staff, lonely_patient: Patient, reference: str) -> None:
    acts(ana, reference, "notes", text="Sounds worried.")
    assert "Sounds worried." in words_of(ana, f"/desk/cases/{reference}")
    assert "Sounds worried." not in str(lonely_patient.log())


def test_each_look_is_in_the_audit_log(ana: Staff, lonely_patient: Patient, reference: str) -> None:
    for _ in range(2):
        ana.http.get(f"/desk/cases/{reference}")
    assert views(ana, lonely_patient.session) == 2


def test_a_page_that_looks_for_news_gets_nothing_new_and_is_noted_once(
    ana: Staff, lonely_patient: Patient, reference: str
) -> None:
    path, by_itself = f"/desk/cases/{reference}", {"Accept": FRESH}
    first = ana.http.get(path, headers=by_itself)
    assert views(ana, lonely_patient.session) == 1, "a script's look does not escape the log"
    again = ana.http.get(path, headers={**by_itself, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    lonely_patient.says("One more thing")
    changed = ana.http.get(path, headers={**by_itself, "If-None-Match": first.headers["etag"]})
    assert "One more thing" in changed.text
    assert views(ana, lonely_patient.session) == 1


def test_a_reference_in_small_letters_leads_there_and_an_unknown_one_says_so(ana: Staff, reference: str) -> None:
    assert ana.http.get(f"/desk/cases/{reference.lower()}").url.path == f"/desk/cases/{reference}"
    assert ana.http.get("/desk/cases/C-0000-0000").status_code == 404


def test_what_a_person_has_to_check_is_marked(ana: Staff, lonely_patient: Patient, broken_rasa: BrokenRasa) -> None:
    reference = new_reference()
    finishes_intake(lonely_patient, broken_rasa, reference)
    answer = {"said": "polyps, they said", "value": {"answer": "unsure", "detail": "polyps, they said"}, "to_check": True}
    effects = [{"effect": "field_answered", "field": "cancer", "answer": answer}, {"effect": "intake_amended"}]
    broken_rasa.behaves(decides(says("I have changed this.", effects=effects)))
    lonely_patient.says("polyps, they said")
    page = words_of(ana, f"/desk/cases/{reference}")
    assert "polyps, they said to be checked" in page
    assert "Perhaps has or had cancer" in page
