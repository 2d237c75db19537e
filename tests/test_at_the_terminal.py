"""Whoever looks after an installation works with the records at the terminal, without anything running."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text, update
from typer.testing import CliRunner

from commands.cli import app
from desk.cases.notes import add_note
from desk.cases.search import find
from desk.database import Database
from desk.models import Handoff, Notice
from desk.sealed import Keyring, new_key
from intake.record import FieldAnswer, FieldAnswered, IntakeCompleted
from tests.support.handing_off import COORDINATORS, Turns
from tests.support.receivers import MailBox
from tests.support.records import colleague


class Terminal:
    """Somebody at the terminal, whose installation has one coordinator's address."""

    def __init__(self, data: Path) -> None:
        """Make the records."""
        key = new_key()
        (data / "encryption_key").write_text(key, "ascii")
        self.data = data
        self.records = Database(f"sqlite:///{data / 'cordial.db'}", Keyring([key]), (COORDINATORS,))
        self.records.migrate()
        self.turns = Turns(self.records)

    def runs(self, *words: str, exit_code: int = 0, **settings: str) -> str:
        """Run a command; gives what it prints."""
        environment = {f"CORDIAL_{name.upper()}": value for name, value in settings.items()}
        done = CliRunner().invoke(app, words, env={"CORDIAL_DATA": str(self.data), **environment})
        assert done.exit_code == exit_code, done.output
        return done.output

    def done(self) -> list[str]:
        """What the audit log says was done, the newest first."""
        return [entry["action"] for entry in json.loads(self.runs("audit", "list", "--json"))["entries"]]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal with records of its own."""
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.records.close()


def finished(turns: Turns, reference: str) -> None:
    """A patient sends an intake with consent and name."""
    conversation = turns.starts()
    consent = FieldAnswer(said="I agree", value={"agreed": True, "version": 2, "wording": "I agree to that."})
    name = FieldAnswer(said="Maria Example", value="Maria Example")
    effects = (FieldAnswered(field="consent", answer=consent), FieldAnswered(field="full_name", answer=name))
    turns.says(conversation, "Maria Example", *effects, IntakeCompleted(reference=reference))


def test_a_notice_that_was_given_up_is_listed_and_starts_anew(terminal: Terminal) -> None:
    assert "Everything has arrived" in terminal.runs("notices", "list")
    terminal.turns.asks_for_a_person("C-2345-6789")
    with terminal.records.write() as session:
        session.execute(update(Notice).values(state="given_up", attempts=9, last_error="the mail server did not answer"))
    [row] = json.loads(terminal.runs("notices", "list", "--json"))["notices"]
    assert row == {
        "id": row["id"],
        "reference": "C-2345-6789",
        "event": "new",
        "channel": "email",
        "receiver": "coordinators@birchwood.example",
        "state": "given_up",
        "attempts": 9,
        "error": "the mail server did not answer",
    }
    printed = terminal.runs("notices", "list")
    assert "C-2345-6789" in printed
    assert "given up: the mail server did not answer" in printed
    assert f"Notice {row['id']} will be sent again" in terminal.runs("notices", "retry", str(row["id"]))
    assert [notice.state for notice in terminal.turns.notices()] == ["waiting"]
    assert json.loads(terminal.runs("notices", "list", "--json")) == {"notices": []}
    assert "No notice" in terminal.runs("notices", "retry", str(row["id"]), exit_code=1)


def test_a_test_of_the_notices_says_who_took_it(terminal: Terminal) -> None:
    assert "Nobody is told" in terminal.runs("notices", "test")
    box = MailBox().opens()
    told = {"smtp_url": box.url, "mail_from": "cordial@birchwood.example", "notify_emails": "coordinators@birchwood.example"}
    assert terminal.runs("notices", "test", **told) == "coordinators@birchwood.example: taken\n"
    assert [message["To"] for message in box.taken] == ["coordinators@birchwood.example"]
    box.closes()
    assert "coordinators@birchwood.example: " in terminal.runs("notices", "test", exit_code=1, **told)


def test_who_waits_is_listed_emergencies_first(terminal: Terminal) -> None:
    assert terminal.runs("handoffs", "list") == "Nobody is waiting.\n"
    terminal.turns.asks_for_a_person("C-2222-2222")
    terminal.turns.asks_for_a_person("C-3333-3333", "emergency")
    terminal.turns.asks_for_a_person("C-4444-4444", "urgent")
    first, second, third = terminal.runs("handoffs", "list").splitlines()
    assert "C-3333-3333" in first
    assert "EMERGENCY" in first
    assert "C-4444-4444" in second
    assert "TODAY" in second
    assert third.split()[:3] == ["C-2222-2222", "open", "asked"]
    rows = json.loads(terminal.runs("handoffs", "list", "--json"))["handoffs"]
    assert [row["urgent"] and row["urgent"]["level"] for row in rows] == ["emergency", "urgent", None]
    assert {row["reference"]: row["reason"] for row in rows}["C-3333-3333"] == "red_flag"


def test_a_case_is_shown_with_consent_answers_and_transcript(terminal: Terminal) -> None:
    finished(terminal.turns, "C-2345-6789")
    printed = terminal.runs("handoffs", "show", "c-2345-6789")
    for words in (
        "C-2345-6789  open  intake_completed",
        "Intake: completed",
        "Consent: I agree (to version 2: “I agree to that.”)",
    ):
        assert words in printed
    assert "Maria Example" in printed.partition("Transcript")[0]
    assert "Maria Example" in printed.partition("Transcript")[2]
    case = json.loads(terminal.runs("handoffs", "show", "C-2345-6789", "--json"))
    assert case["intake"]["answers"]["full_name"]["said"] == "Maria Example"
    assert [message["text"] for message in case["messages"]] == ["Hello.", "Maria Example", "Thank you."]
    assert "There is no handoff C-0000-0000" in terminal.runs("handoffs", "show", "C-0000-0000", exit_code=1)


def test_a_case_without_answers_and_with_an_alarm_says_both(terminal: Terminal) -> None:
    terminal.turns.asks_for_a_person("C-2345-6789", "emergency")
    printed = terminal.runs("handoffs", "show", "C-2345-6789")
    assert "nothing yet" in printed
    assert "EMERGENCY" in printed
    assert f"last alarm {datetime.now(UTC):%Y-}" in printed


@pytest.mark.parametrize(
    ("form", "ending", "begins"), [("--pdf", "pdf", b"%PDF"), ("--json", "json", b"{"), ("--fhir", "fhir.json", b"{")]
)
def test_a_case_is_written_to_a_file_for_its_owner_alone_and_noted(
    terminal: Terminal, form: str, ending: str, begins: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished(terminal.turns, "C-2345-6789")
    monkeypatch.chdir(terminal.data)
    assert f"Written to C-2345-6789.{ending}" in terminal.runs("handoffs", "export", "c-2345-6789", form)
    file = terminal.data / f"C-2345-6789.{ending}"
    assert file.read_bytes().startswith(begins)
    assert file.stat().st_mode & 0o777 == 0o600
    if ending != "pdf":
        assert "Maria" in json.dumps(json.loads(file.read_bytes()))
    elsewhere = terminal.data / "elsewhere"
    terminal.runs("handoffs", "export", "C-2345-6789", form, "--to", str(elsewhere))
    assert elsewhere.is_file()
    assert terminal.done()[:2] == ["case.exported"] * 2


def test_an_export_names_one_form_and_a_case_that_is_there(terminal: Terminal) -> None:
    for forms in ([], ["--pdf", "--json"]):
        assert "one form" in terminal.runs("handoffs", "export", "C-2345-6789", *forms, exit_code=1)
    assert "There is no handoff" in terminal.runs("handoffs", "export", "C-2345-6789", "--json", exit_code=1)
    assert terminal.done() == []


def test_the_audit_log_is_read_by_who_and_what(terminal: Terminal) -> None:
    finished(terminal.turns, "C-2345-6789")
    terminal.runs("search", "rebuild")
    terminal.runs("handoffs", "export", "C-2345-6789", "--json", "--to", "-")
    newest, older = terminal.runs("audit", "list").splitlines()
    assert "command line" in newest
    assert newest.endswith("form=json notes=False")
    assert "search.rebuilt" in older
    assert older.endswith("-  messages=1 notes=0")
    assert terminal.runs("audit", "list", "--action", "search.rebuilt").splitlines() == [older]
    assert terminal.runs("audit", "list", "--actor", "system") == ""


def test_the_words_of_every_message_and_note_are_put_into_a_new_index(terminal: Terminal) -> None:
    finished(terminal.turns, "C-2345-6789")
    assert terminal.runs("search", "rebuild") == "The words of one message and no notes are in the index.\n"
    finished(terminal.turns, "C-9999-9999")
    with terminal.records.write() as session:
        add_note(session, session.get_one(Handoff, "C-9999-9999").conversation_id, colleague(session).id, "Wants marzipan.")
        session.execute(text("DELETE FROM note_words"))
    assert terminal.runs("search", "rebuild") == "The words of 2 messages and one note are in the index.\n"
    with terminal.records.read() as session:
        assert len(find(session, "marzipan", [], 5)) == 1
    assert terminal.done()[:2] == ["search.rebuilt", "case.noted"]


def test_notes_leave_a_case_if_they_are_wanted(terminal: Terminal) -> None:
    finished(terminal.turns, "C-2345-6789")
    with terminal.records.write() as session:
        add_note(session, session.get_one(Handoff, "C-2345-6789").conversation_id, colleague(session).id, "Wants marzipan.")
    assert "marzipan" not in terminal.runs("handoffs", "export", "C-2345-6789", "--json", "--to", "-")
    assert "marzipan" in terminal.runs("handoffs", "export", "C-2345-6789", "--json", "--notes", "--to", "-")


def test_the_audit_log_is_searched_by_a_reference_number(terminal: Terminal) -> None:
    for reference in ("C-2345-6789", "C-9999-9999"):
        finished(terminal.turns, reference)
        terminal.runs("handoffs", "export", reference, "--json", "--to", "-")
    for typed in ("C-9999-9999", "c-9999-9999"):
        [entry] = json.loads(terminal.runs("audit", "list", "--subject", typed, "--json"))["entries"]
        assert entry["action"] == "case.exported"
    assert terminal.runs("audit", "list", "--subject", "C-0000-0000") == ""


def test_a_backup_is_made_listed_and_put_back(terminal: Terminal) -> None:
    assert "There is no backup" in terminal.runs("backup", "list")
    finished(terminal.turns, "C-2345-6789")
    assert "keep the key elsewhere" in terminal.runs("backup", "make")
    [row] = json.loads(terminal.runs("backup", "list", "--json"))["backups"]
    name = Path(row["file"]).name
    assert name in terminal.runs("backup", "list")
    finished(terminal.turns, "C-9999-9999")
    terminal.records.close()
    assert "There are records already" in terminal.runs("backup", "restore", name, exit_code=1)
    assert f"Restored {name}." in terminal.runs("backup", "restore", name, "--yes")
    assert "C-2345-6789" in terminal.runs("handoffs", "list")
    assert "C-9999-9999" not in terminal.runs("handoffs", "list")
    assert len(json.loads(terminal.runs("backup", "list", "--json"))["backups"]) == 2, "what was there is kept"
    assert "There is no backup nothing" in terminal.runs("backup", "restore", "nothing", exit_code=1)
