"""A coordinator sets a patient's name or contact right: it is used from then on, and what the patient said stays beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from desk.conversations.corrections import NewCorrection, What, correct, corrections_of
from desk.conversations.own_data import withdraw_consent
from desk.database import Database
from desk.keeping.erasure import delete_rows
from desk.keeping.retention import set_hold
from desk.models import AuditEntry, Correction, Handoff
from desk.sealed import new_key
from exports.case_file import Corrected, as_json
from exports.fhir import bundle
from exports.pdf import Style, case_pdf
from intake.fields import the_intake
from intake.record import Effect, IntakeRecord
from tests.support.case_files import case_of
from tests.support.console_alone import ConsoleAlone
from tests.support.desk_work import acts, new_reference
from tests.support.handing_off import Turns, records
from tests.support.pdf_words import first_page
from tests.support.records import answers, asks_for_a_person, colleague, conversation
from tests.support.staff import Staff

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleAlone]:
    """The console."""
    alone = ConsoleAlone(tmp_path_factory.mktemp("console"))
    yield alone
    alone.closes()


@pytest.fixture(scope="module")
def ana(console: ConsoleAlone) -> Iterator[Staff]:
    """A coordinator."""
    with Staff(console.url, console.database, "coordinator", "Ana Example") as person:
        yield person


def new_case(console: ConsoleAlone, *effects: Effect) -> str:
    """The case of a patient who told something and asked for a person; gives the reference."""
    reference = new_reference()
    with console.database.write() as session:
        conversation(session, "Good day", effects=[*effects, *asks_for_a_person(reference)])
    return reference


def id_of(console: ConsoleAlone, reference: str) -> str:
    """The conversation of a case."""
    with console.database.read() as session:
        return session.get_one(Handoff, reference).conversation_id


@pytest.fixture
def reference(console: ConsoleAlone) -> str:
    """The case of a patient who gave their name, and an address with a mistake."""
    contact = {"by": "email", "value": "maria@mial.example"}
    told = [*answers("full_name", "Maria Exampel"), *answers("contact", "maria@mial.example", contact)]
    return new_case(console, *told)


def words_on(staff: Staff, path: str) -> str:
    """The words of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", staff.http.get(path).text).split())


def sets_right(staff: Staff, reference: str, what: str, text: str) -> int:
    """Use the form; gives the status of the page that follows."""
    return acts(staff, reference, "correct", what=what, text=text).status_code


def test_the_name_is_used_in_the_case_the_queue_and_canned_replies(ana: Staff, reference: str) -> None:
    assert sets_right(ana, reference, "name", "  Maria   Example ") == 200
    case, queue = ana.http.get(f"/desk/cases/{reference}").text, ana.http.get(f"/desk/queue?text={reference}").text
    assert f'<h1 id="case-title">Maria Example <span class="ref">{reference}' in case
    assert ("Maria Example" in queue, "Maria Exampel" in queue) == (True, False)
    assert any("Maria Example" in text for text in re.findall(r'data-text="([^"]*)"', case))


def test_what_the_patient_said_and_what_stood_there_before_stay_beside_it(ana: Staff, reference: str) -> None:
    sets_right(ana, reference, "contact", "maria@mail.example")
    sets_right(ana, reference, "contact", "+370 612 34567")
    page = words_on(ana, f"/desk/cases/{reference}")
    assert re.search(
        r"Contact \+370 612 34567 Corrected by Ana Example, \d\d:\d\d\. The patient said: maria@mial\.example", page
    )
    assert re.search(r"Before, by Ana Example, \d\d:\d\d: maria@mail\.example", page)


def test_of_a_patient_who_gave_none_the_page_says_so(console: ConsoleAlone, ana: Staff) -> None:
    reference = new_case(console)
    sets_right(ana, reference, "contact", "maria@mail.example")
    assert "The patient gave none." in words_on(ana, f"/desk/cases/{reference}")


def test_it_is_in_the_audit_log_without_its_words(console: ConsoleAlone, ana: Staff, reference: str) -> None:
    sets_right(ana, reference, "contact", "maria@mail.example")
    with ana.records.read() as session:
        mine = select(AuditEntry).where(AuditEntry.subject == id_of(console, reference))
        [noted] = session.scalars(mine.where(AuditEntry.action == "case.corrected"))
    assert (noted.actor, noted.details) == (ana.user_id, {"what": "contact"})


@pytest.mark.parametrize("text", ["", "   ", "x" * 201])
def test_nothing_and_too_much_are_refused_and_what_was_typed_stays(ana: Staff, reference: str, text: str) -> None:
    refused = acts(ana, reference, "correct", what="name", text=text)
    assert refused.status_code == 422
    assert "Please write between one and 200 characters." in refused.text
    assert f'value="{text.strip() or "Maria Exampel"}"' in refused.text
    assert "Corrected by" not in ana.http.get(f"/desk/cases/{reference}").text


def test_nothing_else_can_be_set_right(ana: Staff, reference: str) -> None:
    assert sets_right(ana, reference, "birth", "1961-03-14") == 422


def test_whoever_may_not_work_on_cases_cannot_do_it(console: ConsoleAlone, reference: str) -> None:
    with Staff(console.url, console.database, "administrator") as dana:
        refused = dana.http.post(f"/desk/cases/{reference}/correct", data={"what": "name", "text": "Maria"})
    assert refused.status_code == 403


def test_the_patient_gets_it_with_their_own_data_beside_what_they_said(
    console: ConsoleAlone, ana: Staff, reference: str
) -> None:
    sets_right(ana, reference, "contact", "maria@mail.example")
    token = {"Authorization": f"Bearer {console.tokens.make(id_of(console, reference))}"}
    export = httpx.get(f"{console.url}/api/chat/export", headers=token).json()
    [corrected] = export["corrections"]
    assert {**corrected, "at": ""} == {
        "what": "contact",
        "text": "maria@mail.example",
        "understood": {"by": "email", "value": "maria@mail.example"},
        "by": "Ana Example",
        "at": "",
    }
    assert "maria@mial.example" in [answer["said"] for answer in export["history"]]
    page = httpx.get(f"{console.url}/api/chat/export.html", headers=token).text
    assert "Your contact: maria@mail.example, by Ana Example" in page


def record_of(**said: str) -> IntakeRecord:
    """What a patient gave: their name, or an address."""
    values = {name: text if name == "full_name" else {"by": "email", "value": text} for name, text in said.items()}
    given = {name: {"said": text, "value": values[name]} for name, text in said.items()}
    return IntakeRecord.model_validate({"status": "completed", "answers": given})


def test_what_leaves_the_house_holds_both() -> None:
    told = record_of(full_name="Maria Exampel", contact="maria@mial.example")
    right = {"by": "email", "value": "maria@mail.example"}
    case = case_of(
        told,
        corrections=(
            Corrected("name", "Maria Example", None, "Ana Example", AT),
            Corrected("contact", "maria@mail.example", right, "Ana Example", AT),
        ),
    )
    page = first_page(case_pdf(case, the_intake(), Style(font_folders=())))
    assert "corrected Maria Example (by Ana Example of the clinic, 2026-11-22 09:30" in page
    assert "Maria Exampel" in page
    assert '"text": "maria@mail.example"' in as_json(case)
    patient = bundle(case, the_intake())
    assert '"name":[{"text":"Maria Example"},{"use":"old","text":"Maria Exampel"}]' in patient.replace('", "', '","')
    assert '"value":"maria@mail.example"' in patient


def test_a_contact_that_is_no_address_and_no_number_is_kept_as_it_is() -> None:
    told = record_of(contact="maria@mail.example")
    case = case_of(told, corrections=(Corrected("contact", "by way of her daughter", None, "Ana Example", AT),))
    assert '"system":"other","value":"by way of her daughter"' in bundle(case, the_intake())


class Corrects:
    """A case whose contact was set right, straight in the records."""

    def __init__(self, database: Database) -> None:
        """Let a patient ask for a person, and somebody correct their contact."""
        self.database, self.id = database, Turns(database).asks_for_a_person()
        with database.write() as session:
            self.by = colleague(session)
            correct(session, self.id, self.by.id, NewCorrection(What.CONTACT, "quirina@zabel.example"))
            correct(session, self.id, self.by.id, NewCorrection(What.NAME, "Quirina Zabel"))

    def texts(self) -> list[str]:
        """What is kept."""
        with self.database.read() as session:
            return [each.text for each in corrections_of(session, self.id)]


@pytest.fixture
def corrected(told: Database) -> Corrects:
    """Such a case."""
    return Corrects(told)


def test_it_is_sealed(corrected: Corrects, tmp_path: Path) -> None:
    assert corrected.texts() == ["quirina@zabel.example", "Quirina Zabel"]
    assert not any(b"uirina" in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_it_goes_with_a_withdrawn_consent(corrected: Corrects) -> None:
    with corrected.database.write() as session:
        withdraw_consent(session, corrected.id, lambda _reference, _on_hold: [])
    assert corrected.texts() == []


def test_on_legal_hold_it_stays_until_the_hold_is_lifted(corrected: Corrects) -> None:
    with corrected.database.write() as session:
        set_hold(session, corrected.id, True, "complaint", corrected.by.id)
        withdraw_consent(session, corrected.id, lambda _reference, _on_hold: [])
    assert len(corrected.texts()) == 2


def test_it_goes_with_the_conversation(corrected: Corrects) -> None:
    with corrected.database.write() as session:
        delete_rows(session, [corrected.id])
        assert session.scalar(select(func.count()).select_from(Correction)) == 0


def test_a_number_is_read_in_the_country_of_the_clinic(tmp_path: Path) -> None:
    database = records(tmp_path / "records.db", new_key())
    conversation = Turns(database).asks_for_a_person()
    with database.write() as session:
        correct(session, conversation, colleague(session).id, NewCorrection(What.CONTACT, "0 612 34567", "LT"))
    with database.read() as session:
        [kept] = corrections_of(session, conversation)
    assert kept.text == "0 612 34567"
    assert kept.value == {"by": "phone", "value": "+37061234567"}
    database.close()
