"""Who may, and has just given their password, takes a case or the queue out of the house; and that they did is noted."""

from __future__ import annotations

import csv
import io
import json
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from desk.models import AuditEntry, Login
from exports.fhir import read_bundle
from exports.queue_table import COLUMNS
from intake.record import FieldAnswered, HandoffAsked, IntakeCompleted
from knowledge.library import Library
from tests.support.case_files import record_of
from tests.support.console_alone import ConsoleAlone
from tests.support.handing_off import Turns
from tests.support.pdf_words import first_page
from tests.support.people import ANSWERS
from tests.support.staff import Staff, console_client
from web.console import exports

Noted = Callable[[], list[AuditEntry]]
FORMS = {"export.pdf": "application/pdf", "export.fhir.json": "application/fhir+json", "export.json": "application/json"}
PATHS = [*(f"/desk/cases/REFERENCE/{form}" for form in FORMS), "/desk/queue.csv"]


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Iterator[ConsoleAlone]:
    """The console."""
    web = ConsoleAlone(tmp_path_factory.mktemp("console"), library=library)
    yield web
    web.closes()


@pytest.fixture(scope="module")
def staff(web: ConsoleAlone) -> Iterator[dict[str, Staff]]:
    """One person of each role, who is logged in."""
    people = {role: Staff(web.url, web.database, role) for role in ("coordinator", "editor", "administrator")}
    yield people
    for person in people.values():
        person.http.close()


@pytest.fixture
def coordinator(web: ConsoleAlone, staff: dict[str, Staff]) -> Staff:
    """A coordinator who gave their password long ago."""
    with web.database.write() as session:
        session.execute(update(Login).values(proved_at=datetime.now(UTC) - timedelta(hours=1)))
    return staff["coordinator"]


@pytest.fixture
def reference(coordinator: Staff) -> str:
    """A case with an intake."""
    reference, turns = f"C-{secrets.randbelow(10_000):04}-{secrets.randbelow(10_000):04}", Turns(coordinator.records)
    answers = [FieldAnswered(field=name, answer=answer) for name, answer in record_of(ANSWERS).answers.items()]
    turns.says(turns.starts(), "Is fever common?", *answers, IntakeCompleted(reference=reference))
    return reference


@pytest.fixture
def noted(coordinator: Staff) -> Noted:
    """What was noted about our coordinator's exports in this test."""

    def entries() -> list[AuditEntry]:
        ours = (AuditEntry.actor == coordinator.user_id, AuditEntry.action.like("%.exported"))
        with coordinator.records.read() as session:
            return list(session.scalars(select(AuditEntry).where(*ours).order_by(AuditEntry.seq)))

    before = len(entries())
    return lambda: entries()[before:]


@pytest.mark.parametrize(("form", "kind"), FORMS.items())
def test_a_case_comes_in_each_form(form: str, kind: str, coordinator: Staff, reference: str) -> None:
    coordinator.prove()
    given = coordinator.http.get(f"/desk/cases/{reference}/{form}")
    assert (given.status_code, given.headers["content-type"]) == (200, kind)
    assert given.headers["content-disposition"] == f'attachment; filename="{reference}.{form.removeprefix("export.")}"'
    assert given.headers["cache-control"] == "no-store"


def test_the_physician_sees_at_once_what_matters(coordinator: Staff, reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "font_folders", lambda: [Path("/nowhere")])  # words in embedded fonts cannot be read here
    coordinator.prove()
    said = first_page(coordinator.http.get(f"/desk/cases/{reference}/export.pdf").content)
    assert "Takes a medicine against platelets" in said
    assert "EET" in said or "EEST" in said, "times are those of the clinic"


def test_a_bundle_from_the_console_is_read_again_with_the_same_answers(coordinator: Staff, reference: str) -> None:
    coordinator.prove()
    text = coordinator.http.get(f"/desk/cases/{reference}/export.fhir.json").text
    assert read_bundle(text).answers == record_of(ANSWERS).answers
    assert read_bundle(text).reference == reference


def test_the_json_holds_what_was_said(coordinator: Staff, reference: str) -> None:
    coordinator.prove()
    case = coordinator.http.get(f"/desk/cases/{reference}/export.json").json()
    assert case["intake"]["answers"]["full_name"]["said"] == "Maria Example"
    assert "Is fever common?" in [message["text"] for message in case["messages"]]


@pytest.mark.parametrize("path", PATHS)
def test_without_the_password_given_anew_nothing_comes(path: str, coordinator: Staff, reference: str, noted: Noted) -> None:
    page = coordinator.http.get(path.replace("REFERENCE", reference))
    assert page.url.path == "/desk/prove"
    assert "Maria" not in page.text
    assert noted() == []


@pytest.mark.parametrize("role", ["editor", "administrator"])
@pytest.mark.parametrize("path", PATHS)
def test_who_does_not_care_for_patients_gets_nothing(path: str, role: str, staff: dict[str, Staff], reference: str) -> None:
    somebody = staff[role]
    somebody.prove()
    assert somebody.http.get(path.replace("REFERENCE", reference)).status_code == 403


@pytest.mark.parametrize("path", [*PATHS, "/desk/cases/REFERENCE/export"])
def test_a_stranger_gets_nothing(path: str, web: ConsoleAlone, reference: str) -> None:
    with console_client(web.url) as stranger:
        page = stranger.get(path.replace("REFERENCE", reference))
    assert page.url.path == "/desk/login"
    assert "Maria" not in page.text


def test_each_export_is_noted_without_a_name(coordinator: Staff, reference: str, noted: Noted) -> None:
    coordinator.prove()
    for form in FORMS:
        coordinator.http.get(f"/desk/cases/{reference}/{form}")
    coordinator.http.get("/desk/queue.csv")
    entries = noted()
    assert [entry.action for entry in entries] == ["case.exported"] * 3 + ["queue.exported"]
    assert [entry.details.get("form") for entry in entries] == ["pdf", "fhir.json", "json", "csv"]
    assert "Maria" not in json.dumps([entry.details for entry in entries])


def test_an_unknown_case_is_not_there(coordinator: Staff, noted: Noted) -> None:
    coordinator.prove()
    for form in ("export", *FORMS):
        assert coordinator.http.get(f"/desk/cases/C-0000-0000/{form}").status_code == 404
    assert noted() == []


def test_the_page_offers_each_form(coordinator: Staff, reference: str) -> None:
    page = coordinator.http.get(f"/desk/cases/{reference}/export").text
    assert all(f"/desk/cases/{reference}/{form}" in page for form in FORMS)


def test_the_queue_is_a_table_without_names(coordinator: Staff, reference: str) -> None:
    turns = Turns(coordinator.records)
    turns.says(turns.starts(), "a person, please", HandoffAsked(reference=f"{reference}X", reason="asked"))
    coordinator.prove()
    given = coordinator.http.get("/desk/queue.csv")
    assert given.headers["content-type"] == "text/csv; charset=utf-8"
    assert given.content.startswith(b"\xef\xbb\xbf"), "Excel needs this to see that it is UTF-8"
    heads, *rows = csv.reader(io.StringIO(given.content.decode("utf-8-sig"), newline=""))
    assert tuple(heads) == COLUMNS
    assert {reference, f"{reference}X"} <= {row[0] for row in rows}
    assert "Maria" not in given.text
