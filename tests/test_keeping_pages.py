"""In the console: who may see numbers, keep and erase; and what each of them sees."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from desk.conversations.log import Draft, start_conversation, store_patient_message, store_turn
from desk.keeping.erasure import list_of_erased
from desk.models import AuditEntry, Conversation, Handoff, Login
from knowledge.answer import ABSTAINED
from tests.support.browsing import Visits, faults
from tests.support.people import Patient
from tests.support.staff import Staff, open_records
from tests.support.system import System

NewStaff = Callable[..., Staff]


@pytest.fixture(scope="module")
def asked_in_vain(lonely_web: System) -> str:
    """A question that three patients asked in vain; gives the last one's conversation."""
    records = open_records(lonely_web.data)
    for text in ("Do you treat cats?", "Can you treat my cat?", "I am Wilhelmina. Do you treat a cat?"):
        with records.write() as session:
            name = start_conversation(session, [Draft("Hello.")])[0].id
            seq = store_patient_message(session, name, str(uuid4()), text).seq
            store_turn(session, name, seq, [Draft("…", kind="answer", answer=ABSTAINED)], [])
    records.close()
    return name


@pytest.fixture
def case(lonely_web: System, lonely_patient: Patient) -> str:
    """The reference number of a patient's case."""
    records, reference = open_records(lonely_web.data), f"C-{uuid4().hex[:8].upper()}"
    with records.write() as session:
        conversation = session.get_one(Conversation, lonely_patient.session)
        handoff = {"reference": reference, "conversation_id": conversation.id, "reason": "asked"}
        session.add(Handoff(**handoff, created_at=conversation.started_at))
    records.close()
    return reference


def entries(system: System, subject: str) -> list[str]:
    """What the audit log knows of something."""
    records = open_records(system.data)
    with records.read() as session:
        found = list(session.scalars(select(AuditEntry.action).where(AuditEntry.subject == subject)))
    records.close()
    return found


def rows_of(staff: Staff, table: str) -> list[list[str]]:
    """A table as CSV."""
    return list(csv.reader(io.StringIO(staff.http.get(f"/desk/insight/{table}.csv").content.decode("utf-8-sig"))))


def test_numbers_are_for_everybody_at_the_desk(lonely_web: System, new_staff: NewStaff) -> None:
    for role in ("coordinator", "editor"):
        staff = new_staff(lonely_web, role)
        assert "Conversations begun" in staff.http.get("/desk/insight").text
    rows = rows_of(staff, "days")
    assert rows[0][:2] == ["Day", "Conversations"]
    assert len(rows) == 31
    assert staff.http.get("/desk/insight/nothing.csv").status_code == 404
    assert staff.http.get("/desk/insight?from=2026-11-02&to=2026-11-01").status_code == 422


@pytest.mark.parametrize("role", ["editor", "administrator", "coordinator"])
def test_what_was_asked_in_vain_is_shown_masked_and_it_is_noted_who_looked(
    lonely_web: System, new_staff: NewStaff, asked_in_vain: str, role: str
) -> None:
    staff = new_staff(lonely_web, role)
    page = staff.http.get("/desk/insight/unanswered").text
    assert all(
        text in page for text in ("Can you treat my cat?", "I am [name]. Do you treat a cat?", "3 times", "in 3 conversations")
    )
    assert not any(text in page for text in ("Wilhelmina", asked_in_vain))
    assert ("Start a draft" in page) is (role == "editor")
    head, *rows = rows_of(staff, "unanswered")
    assert head[:4] == ["Question", "Others", "Times", "Conversations"]
    [row] = [row for row in rows if "treat cats" in f"{row[0]} {row[1]}"]
    assert row[2:4] == ["3", "3"]
    assert "Wilhelmina" not in " ".join(row)
    with staff.records.read() as session:
        noted = list(session.scalars(select(AuditEntry.action).where(AuditEntry.actor == staff.user_id)))
    assert noted[-2:] == ["questions.viewed", "questions.exported"]


def test_an_administrator_erases_after_proof_and_a_second_look(
    lonely_web: System, new_staff: NewStaff, lonely_patient: Patient, case: str
) -> None:
    admin = new_staff(lonely_web, "administrator")
    with admin.records.write() as session:
        an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
        session.execute(update(Login).where(Login.user_id == admin.user_id).values(proved_at=an_hour_ago))
    assert admin.http.post("/desk/erase", data={"case": case, "sure": "yes"}).url.path == "/desk/prove"
    admin.prove()
    assert "no such case" in admin.http.post("/desk/erase", data={"case": "C-9999-9999"}).text
    shown = admin.http.post("/desk/erase", data={"case": case.lower()})
    assert "Erase it for good" in shown.text
    assert lonely_patient.log(), "nothing is erased before that"
    assert "It is erased" in admin.http.post("/desk/erase", data={"case": case, "sure": "yes"}).text
    assert lonely_patient.send("Hello?").status_code == 401
    assert lonely_patient.session in list_of_erased(lonely_web.data)
    assert entries(lonely_web, lonely_patient.session) == ["conversation.deleted"]


def test_a_hold_stops_erasing_until_it_is_lifted(
    lonely_web: System, new_staff: NewStaff, lonely_patient: Patient, case: str
) -> None:
    admin = new_staff(lonely_web, "administrator")
    admin.prove()
    hold = {"case": case, "reason": "complaint", "on": "yes"}
    page = admin.http.post("/desk/retention/hold", data=hold).text
    assert case in page
    assert "A complaint that is being looked into" in page
    assert "on legal hold" in admin.http.post("/desk/erase", data={"case": case, "sure": "yes"}).text
    assert lonely_patient.http.delete("/api/chat/session").status_code == 409
    assert case not in admin.http.post("/desk/retention/hold", data={**hold, "on": "no"}).text
    assert lonely_patient.http.delete("/api/chat/session").status_code == 204
    assert entries(lonely_web, lonely_patient.session) == ["hold.set", "hold.lifted", "conversation.deleted"]


def test_a_free_text_about_a_person_is_no_reason(lonely_web: System, new_staff: NewStaff, case: str) -> None:
    refused = new_staff(lonely_web, "administrator").http.post(
        "/desk/retention/hold", data={"case": case, "reason": "Maria Example sues us", "on": "yes"}
    )
    assert refused.status_code == 422


@pytest.mark.parametrize("role", ["coordinator", "physician", "editor"])
def test_others_neither_keep_nor_erase(lonely_web: System, new_staff: NewStaff, role: str, case: str) -> None:
    staff = new_staff(lonely_web, role)
    staff.prove()
    assert staff.http.get("/desk/retention").status_code == 403
    assert staff.http.post("/desk/retention/hold", data={"case": case, "reason": "complaint", "on": "yes"}).status_code == 403
    assert staff.http.post("/desk/erase", data={"case": case, "sure": "yes"}).status_code == 403


# Colours do not depend on the width, and the layout does not depend on the colours.
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_the_pages_can_be_used_by_everybody(
    visit: Visits, lonely_web: System, new_staff: NewStaff, asked_in_vain: str, width: int, scheme: str
) -> None:
    admin, coordinator = new_staff(lonely_web, "administrator"), new_staff(lonely_web, "coordinator")
    admin.prove()
    looked_at = [
        (coordinator, "/desk/insight"),
        (coordinator, "/desk/insight/unanswered"),
        (admin, "/desk/retention"),
        (admin, "/desk/erase"),
    ]
    for staff, path in looked_at:
        page = visit(f"{lonely_web.url}/desk/login", color_scheme=scheme, viewport={"width": width, "height": 800})
        staff.sits_at(page, path)
        assert page.url.endswith(path)
        assert faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
