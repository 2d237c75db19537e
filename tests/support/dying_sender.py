"""Processes that send what is in the outbox, and die by their own hand at the Nth thing that they do in the database.

`python -m tests.support.dying_sender` reads lines of JSON: records, key, mail, program (addresses), ahead (seconds that the
clock is ahead) and dies_at (0 for one that lives). For each line it forks, and writes the process id and then how that process
ended.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine, event

from desk.database import Database
from desk.sealed import Keyring
from tests.support.handing_off import COORDINATORS, PROGRAM, Clock, sender_of


def dies(engine: Engine, at: int) -> None:
    """Kill this process at the Nth step: before a statement, after it, before a commit, after it."""
    done = count(1)

    def step(*_arguments: Any, **_more: Any) -> None:
        if next(done) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(engine, moment, step)
    event.listen(engine, "checkin", step)  # the connection goes back: the commit is done


def sends(told: dict[str, Any]) -> None:
    """Send to both receivers."""
    database = Database(f"sqlite:///{told['records']}", Keyring([told["key"]]), (COORDINATORS, PROGRAM))
    dies(database.engine, told["dies_at"])
    sender = sender_of(database, Clock(datetime.now(UTC) + timedelta(seconds=told["ahead"])), told["mail"], told["program"])
    for receiver in (COORDINATORS, PROGRAM):
        sender.send_due(receiver)


def main() -> None:
    """Start one process after the other."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            sys.stdout = sys.stderr  # what it logs is no answer
            sends(json.loads(line))
            os._exit(0)
        print(child, flush=True)  # noqa: T201
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
