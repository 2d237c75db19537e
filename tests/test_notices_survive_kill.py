"""The sending process is killed at each step: nothing is lost, and at most one repeat comes, under the same id."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cordial.bootstrap import PROJECT
from desk.post.outbox import LEASE
from desk.sealed import new_key
from tests.support.handing_off import COORDINATORS, PROGRAM, Turns, records
from tests.support.receivers import MailBox, Program, takes_it
from tests.support.system import plain_environment

pytestmark = pytest.mark.slow
KILLED = -signal.SIGKILL


class Office:
    """One handoff to tell, both receivers, and processes that send."""

    def __init__(self, folder: Path, starter: subprocess.Popen[str]) -> None:
        """Open everything."""
        self.path, self.key, self.starter = folder / "records.db", new_key(), starter
        self.box, self.program = MailBox().opens(), Program().opens()
        self.database = records(self.path, self.key, COORDINATORS, PROGRAM)
        self.turns = Turns(self.database)
        self.turns.asks_for_a_person()
        self.ahead = 1.0  # seconds that the clock of the next process is ahead
        self.pid = 0

    def sends(self, dies_at: int = 0) -> int:
        """Let a process send what is due; gives how it ended."""
        told = {
            "records": str(self.path),
            "key": self.key,
            "mail": self.box.url,
            "program": self.program.url,
            "ahead": self.ahead,
            "dies_at": dies_at,
        }
        self.ahead += LEASE.total_seconds() + 1
        assert self.starter.stdin is not None
        assert self.starter.stdout is not None
        self.starter.stdin.write(json.dumps(told) + "\n")
        self.starter.stdin.flush()
        self.pid = int(self.starter.stdout.readline())
        return int(self.starter.stdout.readline())

    def kills_it(self) -> None:
        """Kill the process that is sending."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def everything_arrived(self, repeats: int) -> bool:
        """Whether both were told, with no more than so many repeats together, and the outbox knows it."""
        mails, calls = self.box.ids(), self.program.ids()
        assert (len(set(mails)), len(set(calls))) == (1, 1)
        assert len(mails) + len(calls) <= 2 + repeats
        return {notice.state for notice in self.turns.notices()} == {"sent"}

    def closes(self) -> None:
        """Close everything."""
        self.database.close()
        self.box.closes()
        self.program.closes()


@pytest.fixture(scope="session")
def starter() -> Iterator[subprocess.Popen[str]]:
    """What starts the processes that send."""
    command = [sys.executable, "-m", "tests.support.dying_sender"]
    with subprocess.Popen(
        command, cwd=PROJECT, env=plain_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


@pytest.fixture
def office(tmp_path: Path, starter: subprocess.Popen[str]) -> Iterator[Office]:
    """Both receivers, waiting to be told."""
    office = Office(tmp_path, starter)
    yield office
    office.closes()


def test_killed_at_every_step_in_the_database(office: Office) -> None:
    steps = 0
    while office.sends(dies_at=steps + 1) == KILLED:
        steps += 1
        assert office.sends() == 0
        assert office.everything_arrived(repeats=1), f"killed at step {steps}"
        office.box.taken.clear()
        office.program.taken.clear()
        with office.database.write() as session:
            for notice in office.turns.notices():
                fresh = session.merge(notice)
                fresh.state, fresh.attempts, fresh.claimed_until, fresh.sent_at = "waiting", 0, None, None
    print(f"killed at {steps} steps")  # noqa: T201
    assert steps > 15, "there are that many statements and commits"


@pytest.mark.parametrize("step", ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"])
def test_killed_while_the_mail_server_listens(step: str, office: Office) -> None:
    office.box.at[step] = office.kills_it
    assert office.sends() == KILLED
    office.box.behaves()
    assert office.sends() == 0
    assert office.everything_arrived(repeats=1 if step in {"DATA", "QUIT"} else 0)


def _before(office: Office) -> Callable[[Any], None]:
    return lambda _handler: office.kills_it()


def _after(office: Office) -> Callable[[Any], None]:
    def does(handler: Any) -> None:
        handler.keeps()
        office.kills_it()

    return does


@pytest.mark.parametrize(("moment", "repeats"), [(_before, 0), (_after, 1)])
def test_killed_while_the_program_listens(moment: Callable[[Office], Any], repeats: int, office: Office) -> None:
    office.program.does = moment(office)
    assert office.sends() == KILLED
    office.program.does = takes_it
    assert office.sends() == 0
    assert office.everything_arrived(repeats)


def test_who_was_killed_leaves_the_notice_to_others_only_after_a_while(office: Office) -> None:
    office.box.at["MAIL"] = office.kills_it
    assert office.sends() == KILLED
    office.box.behaves()
    office.ahead = 20.0
    assert office.sends() == 0
    assert office.box.taken == [], "another process could still be sending it"
