"""Who may, and has just given their password, takes a case or the queue out of the house; and that they did is noted."""

from __future__ import annotations

import csv
import io
import json
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from desk.cases.notes import add_note
from desk.cases.queue import PAGE
from desk.cases.reviews import Opinion, Verdict, review
from desk.cases.taking_over import Colleague, take_over
from desk.conversations.log import Draft, append
from desk.models import AuditEntry, Conversation, Handoff, Login
from exports.fhir import read_bundle
from exports.queue_table import COLUMNS
from intake.record import FieldAnswered, HandoffAsked, IntakeCompleted
from knowledge.answer import ABSTAINED
from knowledge.spelling import Speller
from tests.support.case_files import record_of
from tests.support.console_alone import ConsoleAlone
from tests.support.desk_work import acts, new_reference
from tests.support.handing_off import Turns
from tests.support.pdf_words import first_page
from tests.support.pdf_words import words as pdf_words
from tests.support.people import ANSWERS
from tests.support.staff import Staff, console_client
from web.console import exports

Noted = Callable[[], list[AuditEntry]]
FORMS = {"export.pdf": "application/pdf", "export.fhir.json": "application/fhir+json", "export.json": "application/json"}
PATHS = [*(f"/desk/cases/REFERENCE/{form}" for form in FORMS), "/desk/queue.csv"]


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleAlone]:
    """The console; nothing here is looked up in an article."""
    shelf: Any = SimpleNamespace(generation=SimpleNamespace(articles={}, speller=Speller([], frozenset())))
    web = ConsoleAlone(tmp_path_factory.mktemp("console"), library=shelf)
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


def everything_about(coordinator: Staff, reference: str) -> None:
    """Have somebody keep a note, judge an answer, and close the case."""
    with coordinator.records.write() as session:
        handoff = session.get_one(Handoff, reference)
        ana = Colleague(coordinator.user_id, coordinator.name, "coordinator", "Birchwood Example Clinic")
        add_note(session, handoff.conversation_id, ana.id, "Sounds worried about the price.")
        answer = append(session, handoff.conversation_id, [Draft("Fever is usual.", answer=ABSTAINED)])[0]
        opinion = Opinion(Verdict.INCOMPLETE, "after-care", "Is fever usual?")
        review(session, handoff.conversation_id, answer.seq, ana.id, opinion)
        take_over(session, handoff.conversation_id, ana, session.get_one(Conversation, handoff.conversation_id).revision)
    acts(coordinator, reference, "close", outcome="appointment")


def test_what_colleagues_did_is_in_the_json_and_their_notes_if_they_are_wanted(coordinator: Staff, reference: str) -> None:
    everything_about(coordinator, reference)
    coordinator.prove()
    case = coordinator.http.get(f"/desk/cases/{reference}/export.json").json()
    assert (case["holder"], case["outcome"], case["notes"]) == (coordinator.name, "appointment", None)
    assert case["closed_at"] is not None
    [judged] = case["reviews"]
    assert (judged["by"], judged["verdict"], judged["article"]) == (coordinator.name, "incomplete", "after-care")
    [note] = coordinator.http.get(f"/desk/cases/{reference}/export.json?notes=true").json()["notes"]
    assert (note["by"], note["text"]) == (coordinator.name, "Sounds worried about the price.")


@pytest.mark.parametrize("form", FORMS)
def test_notes_leave_in_no_form_unless_somebody_wants_them(
    form: str, coordinator: Staff, reference: str, noted: Noted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "font_folders", lambda: [Path("/nowhere")])
    everything_about(coordinator, reference)
    coordinator.prove()
    without, with_them = (coordinator.http.get(f"/desk/cases/{reference}/{form}{asked}") for asked in ("", "?notes=true"))
    says = pdf_words if form == "export.pdf" else bytes.decode
    assert "worried about the price" not in says(without.content)
    assert "worried about the price" in says(with_them.content)
    assert [entry.details["notes"] for entry in noted()] == [False, True]


def test_the_choice_of_notes_outlasts_the_question_for_the_password(coordinator: Staff, reference: str) -> None:
    everything_about(coordinator, reference)
    asked = coordinator.http.get(f"/desk/cases/{reference}/export.json?notes=true")
    assert asked.url.path == "/desk/prove"
    given = coordinator.http.post(str(asked.url), data={"password": coordinator.password, "next": asked.url.params["next"]})
    assert given.json()["notes"][0]["text"] == "Sounds worried about the price."


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


@pytest.mark.parametrize("asked", ["", "?view=all&text=marzipan", "?view=closed&text=marzipan"])
def test_the_page_of_the_queue_leads_to_the_table_of_what_it_shows(asked: str, coordinator: Staff) -> None:
    page = coordinator.http.get(f"/desk/queue{asked}").text
    assert f'href="/desk/queue.csv{asked.replace("&", "&amp;")}"' in page


def table(coordinator: Staff, asked: str) -> list[dict[str, str]]:
    """The lines of the table for what an address asks."""
    coordinator.prove()
    given = coordinator.http.get(f"/desk/queue.csv?{asked}")
    return list(csv.DictReader(io.StringIO(given.content.decode("utf-8-sig"), newline="")))


def case_with(coordinator: Staff, text: str) -> str:
    """Somebody writes this and asks for a person; gives the reference."""
    reference, turns = new_reference(), Turns(coordinator.records)
    turns.says(turns.starts(), text, HandoffAsked(reference=reference, reason="asked"))
    return reference


def test_the_table_has_the_cases_of_the_view_and_the_filters_on_all_pages_in_their_order(coordinator: Staff) -> None:
    word = f"marzipan{secrets.token_hex(4)}"
    cases = [case_with(coordinator, word) for _ in range(PAGE + 2)]
    case_with(coordinator, "something else")
    assert [row["reference"] for row in table(coordinator, f"text={word}")] == cases[::-1], "the newest mention first"
    assert {*cases} < {row["reference"] for row in table(coordinator, "")}
    acts(coordinator, cases[0], "take-over")
    acts(coordinator, cases[1], "close", outcome="answered")
    [mine] = table(coordinator, f"view=mine&text={word}")
    assert (mine["reference"], mine["with"], mine["conversation"]) == (cases[0], coordinator.name, "human")
    [closed] = table(coordinator, f"view=closed&text={word}")
    assert (closed["reference"], closed["outcome"], closed["handoff"]) == (cases[1], "answered", "closed")
    assert table(coordinator, f"text={word}&state=human") == [mine]


@pytest.mark.parametrize("asked", ["", "view=unassigned", "view=all", "view=closed"])
def test_the_table_begins_as_the_first_page_of_the_list(asked: str, coordinator: Staff) -> None:
    for act in ("close", "take-over", ""):
        reference = case_with(coordinator, "knees")
        if act:
            acts(coordinator, reference, act, **({"outcome": "answered"} if act == "close" else {}))
    shown = re.findall(r'<span class="ref">([\w-]+)</span>', coordinator.http.get(f"/desk/queue?{asked}").text)
    assert shown
    assert [row["reference"] for row in table(coordinator, asked)][: len(shown)] == shown


def test_a_case_that_was_passed_on_twice_is_one_line_that_names_both(coordinator: Staff) -> None:
    first, again, turns = new_reference(), new_reference(), Turns(coordinator.records)
    conversation = turns.asks_for_a_person(first)
    acts(coordinator, first, "close", outcome="answered")
    turns.says(conversation, "again, please", HandoffAsked(reference=again, reason="asked"))
    [row] = table(coordinator, f"view=all&text={first}")
    assert (row["reference"], row["other_references"]) == (again, first)


def test_what_was_looked_for_is_not_noted_with_an_export(coordinator: Staff, noted: Noted) -> None:
    table(coordinator, "view=all&text=nougat&since=2026-01-01")
    [entry] = noted()
    assert (entry.details["view"], entry.details["filters"], entry.details["cases"]) == ("all", "since, text", 0)
    assert "nougat" not in json.dumps(entry.details)


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
