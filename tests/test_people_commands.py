"""At the terminal: the first administrator's link, and `cordial users` and `cordial audit` for the rest."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

from commands.cli import app
from desk.database import keyring_of
from desk.models import User
from desk.people.roles import Role
from desk.people.users import Newcomer, create_user
from tests.support.staff import PASSWORD, open_records
from tests.support.system import System

LINK = re.compile(r"http://\S+/desk/invitation/\S+")


class Terminal:
    """Somebody at the terminal of an installation."""

    def __init__(self, data: Path) -> None:
        """Use a data folder of its own."""
        self.data = data

    def runs(self, *words: str, exit_code: int = 0) -> str:
        """Run a command; gives what it prints."""
        done = CliRunner().invoke(app, words, env={"CORDIAL_DATA": str(self.data)})
        assert done.exit_code == exit_code, done.output
        return done.output

    def comes(self, email: str, role: Role) -> None:
        """Have somebody join."""
        records = open_records(self.data)
        with records.write() as session:
            create_user(session, Newcomer(email, "Somebody Example", role), PASSWORD, "command line")
        records.close()

    def lists(self) -> dict[str, str]:
        """Everybody's state by their address."""
        return {user["email"]: user["state"] for user in json.loads(self.runs("users", "list", "--json"))["users"]}


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A terminal, with one administrator at work already."""
    terminal = Terminal(tmp_path)
    assert "Nobody yet" in terminal.runs("users", "list")
    terminal.comes("dana@clinic.example", Role.ADMINISTRATOR)
    return terminal


def test_who_looks_for_an_entry_of_the_log_finds_all_that_it_says(terminal: Terminal) -> None:
    terminal.runs("users", "deactivate", "dana@clinic.example", exit_code=1)
    terminal.comes("kim@clinic.example", Role.EDITOR)
    terminal.runs("users", "deactivate", "kim@clinic.example")
    [entry] = json.loads(terminal.runs("audit", "list", "--action", "user.deactivated", "--json"))["entries"]
    assert entry.keys() == {"seq", "at", "actor", "action", "subject", "details", "hash"}
    assert (entry["actor"], entry["action"]) == ("command line", "user.deactivated")
    records = open_records(terminal.data)
    with records.read() as session:
        assert entry["subject"] == session.scalar(select(User.id).where(User.email == "kim@clinic.example"))
    records.close()
    assert datetime.now(UTC) - datetime.fromisoformat(entry["at"]) < timedelta(hours=1)
    line = terminal.runs("audit", "list", "--action", "user.deactivated")
    for part in (entry["actor"], entry["action"], entry["subject"]):
        assert part in line
    said = terminal.runs("audit", "verify")
    newest = json.loads(terminal.runs("audit", "list", "--most", "1", "--json"))["entries"][0]
    assert f"The chain holds: {newest['seq']} entries, none changed, none missing." in said
    assert f"The last one is {newest['seq']}:{newest['hash']}" in said


def test_somebody_is_invited_locked_out_and_let_in_again(terminal: Terminal) -> None:
    said = terminal.runs("users", "invite", "robin@clinic.example", "--name", "Robin Example", "--role", "physician")
    assert LINK.search(said)
    assert terminal.lists()["robin@clinic.example"] == "invited"
    terminal.comes("kim@clinic.example", Role.EDITOR)
    terminal.runs("users", "deactivate", "kim@clinic.example")
    assert terminal.lists()["kim@clinic.example"] == "shut out"
    terminal.runs("users", "activate", "kim@clinic.example")
    terminal.runs("users", "unlock", "KIM@clinic.example")
    assert LINK.search(terminal.runs("users", "reset", "kim@clinic.example", "--phone-too"))
    assert terminal.lists()["kim@clinic.example"] == "no password yet"


def test_what_cannot_be_done_is_one_sentence(terminal: Terminal) -> None:
    assert "There is nobody" in terminal.runs("users", "unlock", "nobody@clinic.example", exit_code=1)
    assert "only administrator" in terminal.runs("users", "deactivate", "dana@clinic.example", exit_code=1)
    assert "is here already" in terminal.runs("users", "invite", "dana@clinic.example", "--name", "Dana", exit_code=1)


def test_everybody_is_listed_with_role_state_and_name(terminal: Terminal) -> None:
    terminal.runs("users", "invite", "robin@clinic.example", "--name", "Robin Example", "--role", "physician")
    terminal.runs("users", "invite", "ana@clinic.example", "--name", "Ana Example")
    rows = json.loads(terminal.runs("users", "list", "--json"))["users"]
    assert {(row["email"], row["role"], row["state"], row["name"]) for row in rows} == {
        ("dana@clinic.example", "administrator", "no phone yet", "Somebody Example"),
        ("robin@clinic.example", "physician", "invited", "Robin Example"),
        ("ana@clinic.example", "coordinator", "invited", "Ana Example"),
    }
    printed = terminal.runs("users", "list")
    assert "Nobody yet" not in printed
    assert [line.split()[0] for line in printed.splitlines()] == [row["email"] for row in rows]
    assert all(row["name"] in line for row, line in zip(rows, printed.splitlines(), strict=True))


def has_a_phone(terminal: Terminal) -> None:
    """Give everybody the secret of a second factor."""
    records = open_records(terminal.data)
    with records.write() as session:
        session.execute(update(User).values(sealed_totp=keyring_of(session).seal("JBSWY3DPEHPK3PXP")))
    records.close()


def test_who_tried_too_often_is_locked_for_a_while_and_unlocked_at_once(terminal: Terminal) -> None:
    def change(**values: object) -> None:
        records = open_records(terminal.data)
        with records.write() as session:
            session.execute(update(User).values(**values))
        records.close()

    has_a_phone(terminal)
    assert terminal.lists() == {"dana@clinic.example": "active"}
    change(failures=10, locked_until=datetime.now(UTC) + timedelta(hours=1))
    assert terminal.lists() == {"dana@clinic.example": "locked for a while"}
    assert "They can try again now." in terminal.runs("users", "unlock", "dana@clinic.example")
    assert terminal.lists() == {"dana@clinic.example": "active"}


def test_one_of_two_administrators_can_go_and_the_other_cannot(terminal: Terminal) -> None:
    terminal.comes("kim@clinic.example", Role.ADMINISTRATOR)
    assert "cannot log in any more" in terminal.runs("users", "deactivate", "kim@clinic.example")
    assert "only administrator" in terminal.runs("users", "deactivate", "dana@clinic.example", exit_code=1)
    assert terminal.lists() == {"dana@clinic.example": "no phone yet", "kim@clinic.example": "shut out"}
    assert "They can log in again." in terminal.runs("users", "activate", "kim@clinic.example")
    assert terminal.lists()["kim@clinic.example"] == "no phone yet"


def test_a_reset_leaves_the_phone_unless_it_is_to_go_too(terminal: Terminal) -> None:
    records = open_records(terminal.data)
    for options, kept in ([], True), (["--phone-too"], False):
        has_a_phone(terminal)
        assert LINK.search(terminal.runs("users", "reset", "dana@clinic.example", *options)), "even of the last administrator"
        with records.read() as session:
            [user] = session.scalars(select(User))
            assert (user.sealed_totp is not None) is kept
    records.close()


def test_a_link_leads_to_the_address_that_people_reach(terminal: Terminal) -> None:
    done = CliRunner().invoke(
        app,
        ["users", "reset", "dana@clinic.example"],
        env={"CORDIAL_DATA": str(terminal.data), "CORDIAL_PUBLIC_URL": "https://desk.clinic.example"},
    )
    assert "  https://desk.clinic.example/desk/invitation/" in done.output
    assert "It works once, for 3 days" in done.output


def test_the_log_is_verified_against_a_hash_that_was_noted(terminal: Terminal) -> None:
    said = terminal.runs("audit", "verify")
    assert "The chain holds" in said
    noted = said.split()[-1]
    terminal.runs("users", "unlock", "dana@clinic.example")
    terminal.runs("audit", "verify", "--expect", noted)
    number, _, _ = noted.partition(":")
    assert "is not the one" in terminal.runs("audit", "verify", "--expect", f"{number}:{'0' * 64}", exit_code=1)
    newest = json.loads(terminal.runs("audit", "list", "--json", "--most", "1"))["entries"][0]
    assert (newest["actor"], newest["action"]) == ("command line", "user.unlocked")


def test_the_link_for_the_first_administrator_is_printed_in_the_terminal(lonely_web: System) -> None:
    assert LINK.search(lonely_web.said()), lonely_web.said()
