"""What is particular to PostgreSQL: how long anything waits there, its advisory locks, and why it cannot be reached.

Its sessions have to be ours: reached directly, or through a pooler that keeps a session for each connection.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, Executable, func, select
from sqlalchemy.orm import Session

DRIVER = "postgresql+psycopg"
_NAMES = {"postgresql", "postgres"}  # the first is SQLAlchemy's, the second is what many hosts hand out
_LOWEST_CONNECT = 2  # seconds; psycopg takes no fewer
_STALLED = 60  # seconds; a process that hangs in a transaction must not keep its locks from all others
_MIGRATING, _WRITING = 0x6D6967, 0x777269  # the names of two locks
_LOOK_AGAIN_SECONDS = 0.5
_FAILED = re.compile(r".* failed: (?:FATAL: +)?(.+)")  # the last of a line


def by_our_driver(url: URL) -> URL:
    """The address with the driver that is installed, where it names PostgreSQL and no driver."""
    return url.set(drivername=DRIVER) if url.drivername in _NAMES else url


def connecting(url: URL, seconds: float, hurry: bool) -> dict[str, Any]:
    """How to connect, so that nothing waits for ever: neither for a lock, nor for a server that has gone.

    Args:
        url: the address, whose own options stay.
        seconds: that a lock may take.
        hurry: whether a statement may take no longer than that either.
    """
    told = {
        "timezone": "UTC",
        "lock_timeout": f"{round(seconds * 1000)}ms",
        "idle_in_transaction_session_timeout": f"{_STALLED}s",
        **({"statement_timeout": f"{round(seconds * 1000)}ms"} if hurry else {}),
    }
    given = url.query.get("options", "")
    ours = " ".join(f"-c {name}={value}" for name, value in told.items())
    return {
        "application_name": "cordial",
        "connect_timeout": _LOWEST_CONNECT if hurry else round(seconds),
        "tcp_user_timeout": round(seconds * 1000),
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "options": f"{given} {ours}".strip(),
    }


def write_alone(session: Session) -> None:
    """Wait until no other such transaction writes, as SQLite lets all of them wait for one another."""
    session.execute(select(func.pg_advisory_xact_lock(_WRITING)))


@contextmanager
def alone_in_migrating(engine: Engine, waits: Callable[[], None]) -> Iterator[None]:
    """Keep every other process from changing the tables; whoever comes second waits, as long as it takes.

    Args:
        engine: the database.
        waits: called once, if another process has the lock.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        told = False
        while not _takes(connection, select(func.pg_try_advisory_lock(_MIGRATING))):
            if not told:
                waits()
            told = True
            time.sleep(_LOOK_AGAIN_SECONDS)
        try:
            yield
        finally:
            _takes(connection, select(func.pg_advisory_unlock(_MIGRATING)))


def why_unreachable(url: URL, error: BaseException) -> str | None:
    """A sentence for whoever starts Cordial, if it is the connection that failed. It names no password."""
    found = _FAILED.search(str(error))
    if found is None:
        return None
    place = f"{url.host or 'its socket'}:{url.port or 5432}"
    return f"PostgreSQL at {place} does not let us in ({found[1].rstrip('.')}): start it, or correct CORDIAL_DATABASE_URL."


def _takes(connection: Connection, statement: Executable) -> bool:
    return bool(connection.scalar(statement))
