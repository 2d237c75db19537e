"""What a patient wrote goes when the rules say so, and never before, nor while a hold is on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from typer.testing import CliRunner

from commands.cli import app
from desk.audit import record, verify
from desk.conversations.log import Draft, start_conversation
from desk.database import Database
from desk.keeping.erasure import list_of_erased
from desk.keeping.retention import RULES, RetentionError, due, holds, read_rules, run, set_hold, the_rules
from desk.models import AuditEntry, Conversation, Handoff, Intake, Login, Message, Notice, User
from desk.people.roles import Role
from desk.people.users import Newcomer, create_user
from desk.post.outbox import drop_unknown_receivers, own_addresses
from desk.sealed import Keyring, new_key
from tests.support.handing_off import COORDINATORS, PROGRAM, records

pytestmark = pytest.mark.both_databases

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def chat(
    database: Database,
    days_ago: float,
    state: str = "bot",
    reference: str | None = None,
    intake: str | None = None,
    closed_days_ago: float | None = None,
    hold: bool = False,
) -> str:
    """A conversation whose last message was so many days ago; it began a year before that."""
    last = NOW - timedelta(days=days_ago)
    with database.write() as session:
        name = start_conversation(session, [Draft("Hello."), Draft("And then?")])[0].id
        closed = NOW - timedelta(days=closed_days_ago) if closed_days_ago is not None else None
        values = {"state": state, "started_at": last - timedelta(days=365), "closed_at": closed, "legal_hold": hold}
        session.execute(update(Conversation).where(Conversation.id == name).values(**values))
        session.execute(update(Message).where(Message.conversation_id == name, Message.seq == 2).values(at=last))
        if reference:
            session.add(Handoff(reference=reference, conversation_id=name, reason="asked", created_at=last))
        if intake:
            session.add(Intake(conversation_id=name, status=intake, updated_at=last))
    return name


@pytest.mark.parametrize(
    ("days", "state", "handed", "intake", "closed", "rule"),
    [
        (29.9, "bot", False, None, None, None),
        (30, "bot", False, None, None, None),
        (30.1, "bot", False, None, None, "questions_only"),
        (30.1, "bot", False, "in_progress", None, "questions_only"),
        (6.9, "bot", False, "stopped", None, None),
        (7.1, "bot", False, "stopped", None, "no_consent"),
        (31, "bot", True, "stopped", None, None),
        (729, "bot", True, "completed", None, None),
        (731, "bot", True, "completed", None, "handed_back"),
        (2000, "waiting", True, None, None, None),
        (2000, "human", True, None, None, None),
        (800, "closed", True, None, 729, None),
        (800, "closed", True, None, 731, "closed_case"),
    ],
)
def test_a_chat_goes_when_its_rule_says_so(
    database: Database, days: float, state: str, handed: bool, intake: str | None, closed: float | None, rule: str | None
) -> None:
    name = chat(database, days, state, "C-2345-6789" if handed else None, intake, closed)
    with database.read() as session:
        assert [(one.conversation_id, one.rule) for one in due(session, the_rules(), NOW)] == ([(name, rule)] if rule else [])


def test_looking_changes_nothing_and_running_erases(database: Database, tmp_path: Path) -> None:
    old, young = chat(database, 40), chat(database, 3)
    with database.read() as session:
        due(session, the_rules(), NOW)
        assert session.get(Conversation, old)
    assert run(database, the_rules(), NOW) == {"questions_only": 1}
    with database.read() as session:
        assert list(session.scalars(select(Conversation.id))) == [young]
        [entry] = session.scalars(select(AuditEntry))
        assert (entry.actor, entry.action, entry.subject, entry.details) == (
            "system",
            "retention.erased",
            None,
            {"questions_only": 1},
        )
    assert list_of_erased(tmp_path) == [], "the rules find it again by themselves"
    assert run(database, the_rules(), NOW) == {}


def test_many_go_in_parts(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.keeping.retention.AT_ONCE", 2)
    for _ in range(5):
        chat(database, 40)
    assert run(database, the_rules(), NOW) == {"questions_only": 5}
    with database.read() as session:
        assert [entry.details["questions_only"] for entry in session.scalars(select(AuditEntry))] == [2, 2, 1]


def test_a_hold_keeps_a_case_until_it_is_lifted(database: Database) -> None:
    name = chat(database, 900, "closed", "C-2345-6789", closed_days_ago=800)
    with database.write() as session:
        assert set_hold(session, name, on=True, reason="complaint", actor="u1")
        assert not set_hold(session, name, on=True, reason="complaint", actor="u1"), "it is on already"
    assert run(database, the_rules(), NOW) == {}
    with database.read() as session:
        [(held, reference, entry)] = holds(session)
        assert (held, reference, entry.details if entry else None) == (name, "C-2345-6789", {"reason": "complaint"})
    with database.write() as session:
        assert set_hold(session, name, on=False, reason="complaint", actor="u2")
        assert verify(session) is None
        assert [entry.action for entry in session.scalars(select(AuditEntry))] == ["hold.set", "hold.lifted"]
    assert run(database, the_rules(), NOW) == {"closed_case": 1}


def test_a_hold_is_a_change_that_others_notice(database: Database) -> None:
    name = chat(database, 1, "human", "C-2345-6789")
    with database.write() as session:
        set_hold(session, name, on=True, reason="authority", actor="u1")
    with database.read() as session:
        assert session.get_one(Conversation, name).revision == 1


def test_old_logins_go_too(database: Database) -> None:
    ended = NOW - timedelta(days=31)
    with database.write() as session:
        session.add(User(id="u1", email="a@clinic.example", name="A", role="editor", created_at=ended))
        session.flush()
        for token, ends in (("old", ended), ("new", NOW)):
            session.add(Login(token_hash=token, user_id="u1", started_at=ended, seen_at=ended, ends_at=ends, proved_at=ended))
    assert run(database, the_rules(), NOW) == {"logins": 1}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("days: 7", "days: soon"), "days"),
        (("states: [bot]", "states: [waiting]"), "states"),
        (("since: closed", "on: x"), "since"),
        (("decided:", "decided"), "cannot be read"),
    ],
)
def test_rules_that_cannot_be_used_are_refused_by_name(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    file = tmp_path / "retention.yml"
    file.write_text(Path("desk/keeping/retention.yml").read_text("utf-8").replace(*change), "utf-8")
    with pytest.raises(RetentionError, match=complaint):
        read_rules(file)


def kept(records: Database) -> list[bool]:
    """Which conversations there are: whether each is on hold."""
    with records.read() as session:
        return sorted(session.scalars(select(Conversation.legal_hold)))


def test_the_command_erases_only_with_yes(tmp_path: Path) -> None:
    def cordial(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["retention", *arguments], env={"CORDIAL_DATA": str(tmp_path)})
        assert done.exit_code == 0, done.output
        return done.output

    assert "Nothing was erased" in cordial("run")
    key = (tmp_path / "encryption_key").read_text("ascii").strip()
    records = Database(f"sqlite:///{tmp_path / 'cordial.db'}", Keyring([key]))
    long_ago = (NOW - datetime.now(UTC)).days + 60
    for hold in (False, True):
        chat(records, long_ago, hold=hold)
    for arguments in (["run"], ["run", "--dry-run"], ["run", "--yes", "--dry-run"]):
        printed = cordial(*arguments)
        assert "     1  Questions only" in printed
        assert printed.endswith("Nothing was erased. `cordial retention run --yes` erases it.\n")
        assert kept(records) == [False, True]
    assert json.loads(cordial("run", "--json")) == {"erased": False, "counts": {"questions_only": 1}}
    printed = cordial("run", "--yes")
    assert "     1  Questions only" in printed
    assert printed.endswith("\nErased.\n")
    assert kept(records) == [True], "what is on hold stays"
    assert json.loads(cordial("run", "--json")) == {"erased": False, "counts": {}}
    assert json.loads(cordial("run", "--yes", "--json"))["erased"] is True
    with records.read() as session:
        assert {entry.actor for entry in session.scalars(select(AuditEntry))} == {"command line"}
    records.close()
    assert "7 days after the last message" in cordial("rules")


@pytest.mark.parametrize("state", ["waiting", "human"])
def test_an_open_case_is_told_of_before_it_goes(database: Database, state: str) -> None:
    name = chat(database, 731, state, "C-2345-6789")
    assert run(database, the_rules(), NOW) == {}, "nobody was told yet"
    with database.read() as session:
        assert session.get_one(Conversation, name).leaves_at == NOW + timedelta(days=30)
    assert run(database, the_rules(), NOW + timedelta(days=29)) == {}
    assert run(database, the_rules(), NOW + timedelta(days=30)) == {"open_case": 1}


def test_an_open_case_is_told_of_thirty_days_before_its_time_and_once(tmp_path: Path) -> None:
    told = records(tmp_path / "records.db", new_key(), COORDINATORS)
    chat(told, 699, "human", "C-2345-0001")
    chat(told, 701, "human", "C-2345-6789")
    for day in range(3):
        run(told, the_rules(), NOW + timedelta(days=day / 10))
    with told.read() as session:
        [notice] = session.scalars(select(Notice))
        assert (notice.event, notice.payload["reference"]) == ("ending", "C-2345-6789")
        days = {each.leaves_at for each in session.scalars(select(Conversation))}
        assert days == {None, NOW + timedelta(days=30)}
    told.close()


def ending(told: Database) -> list[str]:
    """Whose notices about the end of a case wait."""
    with told.read() as session:
        return sorted(session.scalars(select(Notice.receiver).where(Notice.event == "ending", Notice.state == "waiting")))


def held_by_ana(told: Database, active: bool = True) -> None:
    """An open case of a person of the clinic, in which nobody has written for long."""
    name = chat(told, 701, "human", "C-2345-6789")
    with told.write() as session:
        ana = create_user(session, Newcomer("ana@clinic.example", "Ana Example", Role.COORDINATOR), None, "u0")
        ana.active = active
        session.execute(update(Conversation).where(Conversation.id == name).values(holder=ana.id))


@pytest.mark.parametrize(("active", "also"), [(True, ["ana@clinic.example"]), (False, [])])
def test_whoever_has_an_open_case_is_told_at_their_own_address(tmp_path: Path, active: bool, also: list[str]) -> None:
    told = records(tmp_path / "records.db", new_key(), COORDINATORS)
    held_by_ana(told, active)
    run(told, the_rules(), NOW)
    assert ending(told) == [*also, COORDINATORS.name]
    told.close()


def test_where_no_e_mails_are_set_up_nobody_is_written_to(tmp_path: Path) -> None:
    told = records(tmp_path / "records.db", new_key(), PROGRAM)
    held_by_ana(told)
    run(told, the_rules(), NOW)
    assert ending(told) == [PROGRAM.name]
    told.close()


def test_the_notice_at_somebodys_own_address_is_sent_and_given_up_when_they_have_gone(tmp_path: Path) -> None:
    told = records(tmp_path / "records.db", new_key(), COORDINATORS)
    held_by_ana(told)
    run(told, the_rules(), NOW)
    with told.write() as session:
        assert [receiver.name for receiver in own_addresses(session)] == ["ana@clinic.example"]
        assert drop_unknown_receivers(session, NOW) == 0
        session.execute(update(User).values(active=False))
        assert own_addresses(session) == []
        assert drop_unknown_receivers(session, NOW) == 1
    told.close()


@pytest.mark.parametrize("change", [{"state": "closed", "closed_at": NOW}, {"legal_hold": True}, None])
def test_who_closes_keeps_or_writes_in_an_open_case_takes_the_day_back(
    database: Database, change: dict[str, Any] | None
) -> None:
    name = chat(database, 731, "human", "C-2345-6789")
    run(database, the_rules(), NOW)
    with database.write() as session:
        if change is None:
            session.execute(update(Message).where(Message.seq == 2).values(at=NOW))
        else:
            session.execute(update(Conversation).values(**change))
    assert run(database, the_rules(), NOW + timedelta(days=31)) == {}
    with database.read() as session:
        assert session.get_one(Conversation, name).leaves_at is None


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [("    warn_days: 30\n", "", "needs warn_days"), ("states: [waiting, human]", "states: [closed]", "open cases alone")],
)
def test_a_rule_about_open_cases_has_to_tell_before(tmp_path: Path, before: str, after: str, said: str) -> None:
    file = tmp_path / "retention.yml"
    file.write_text(RULES.read_text("utf-8").replace(before, after), "utf-8")
    with pytest.raises(RetentionError, match=said):
        read_rules(file)


def entries(database: Database, *days_ago: float, subject: str | None = None, action: str = "case.viewed") -> None:
    """Entries of the audit log, so many days old."""
    with database.write() as session:
        for days in days_ago:
            with freeze_audit(NOW - timedelta(days=days)):
                record(session, "u1", action, subject)


@contextmanager
def freeze_audit(at: datetime) -> Iterator[None]:
    """Let an entry be written at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("desk.audit.datetime", SimpleNamespace(now=lambda _zone: at))
        yield


def log_of(database: Database) -> list[tuple[int, str]]:
    """The numbers and actions of the audit log, whose chain holds."""
    with database.read() as session:
        assert verify(session) is None
        return [(entry.seq, entry.action) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.seq))]


@pytest.mark.sqlite_alone  # PostgreSQL keeps the whole log
def test_entries_of_the_audit_log_have_an_end_and_the_chain_holds(database: Database) -> None:
    entries(database, 1900, 1850, 1800, 10)
    assert run(database, the_rules(), NOW)["audit"] == 2
    assert log_of(database)[:2] == [(3, "case.viewed"), (4, "case.viewed")]
    run(database, the_rules(), NOW + timedelta(days=100))
    assert log_of(database)[0] == (4, "case.viewed")


@pytest.mark.sqlite_alone  # PostgreSQL keeps the whole log
def test_a_beginning_that_was_cut_off_by_hand_is_noticed(database: Database) -> None:
    entries(database, 1900, 1850, 1800, 10)
    run(database, the_rules(), NOW)
    with database.write() as session:
        session.execute(text("DROP TRIGGER audit_no_delete"))
        session.execute(delete(AuditEntry).where(AuditEntry.seq == 3))
        broken = verify(session)
    assert broken is not None
    assert broken.seq == 3


@pytest.mark.sqlite_alone  # PostgreSQL keeps the whole log
def test_an_entry_that_a_case_needs_stays_as_long_as_the_case(database: Database) -> None:
    name = chat(database, 1, "human", "C-2345-6789")
    entries(database, 2000)
    entries(database, 1900, subject=name, action="consent.withdrawn")
    assert run(database, the_rules(), NOW)["audit"] == 1
    assert log_of(database)[0] == (2, "consent.withdrawn")


def test_the_names_of_former_colleagues_have_an_end(database: Database) -> None:
    with database.write() as session:
        for name, days in (("anna", None), ("boris", 729), ("clara", 731)):
            user = create_user(session, Newcomer(f"{name}@clinic.example", name, Role.COORDINATOR), None, "u0")
            user.shut_out_at, user.active = (NOW - timedelta(days=days) if days else None), days is None
            user.password = "a hash"
    assert run(database, the_rules(), NOW)["former_people"] == 1
    with database.read() as session:
        assert sorted(session.scalars(select(User.name))) == ["Former colleague", "anna", "boris"]
        former = session.scalars(select(User).where(User.name == "Former colleague")).one()
        assert "clara" not in former.email
        assert former.password is None
    assert "former_people" not in run(database, the_rules(), NOW)
