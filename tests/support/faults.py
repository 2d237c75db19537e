"""Ways in which the records of a running web break, for real: SQLite itself refuses."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any

from sqlalchemy import Engine, event

from tests.support.small_web import SmallWeb

Fault = Callable[[SmallWeb], AbstractContextManager[None]]


@contextmanager
def locked(web: SmallWeb) -> Iterator[None]:
    """Another program writes, and does not end."""
    with closing(_another_program(web)) as program:
        program.execute("BEGIN EXCLUSIVE")
        yield
        program.execute("ROLLBACK")


@contextmanager
def not_even_read(web: SmallWeb) -> Iterator[None]:
    """Another program keeps the file for itself: it can be neither written nor read."""
    web.parts.database.close()
    with closing(_another_program(web)) as program:
        for step in ("PRAGMA journal_mode=DELETE", "BEGIN EXCLUSIVE"):
            program.execute(step)
        yield
        program.execute("ROLLBACK")


def full(web: SmallWeb) -> AbstractContextManager[None]:
    """No page more fits."""
    with closing(_another_program(web)) as program:
        [pages] = program.execute("PRAGMA page_count").fetchone()
    return _each_connection(web, f"PRAGMA max_page_count={pages}")


def read_only(web: SmallWeb) -> AbstractContextManager[None]:
    """Nothing may be written."""
    return _each_connection(web, "PRAGMA query_only=ON")


@contextmanager
def silent_redis() -> Iterator[str]:
    """The address of a Redis that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def _another_program(web: SmallWeb) -> sqlite3.Connection:
    file = web.parts.database.file
    assert file is not None
    return sqlite3.connect(file, timeout=20, isolation_level=None)


@contextmanager
def _each_connection(web: SmallWeb, pragma: str) -> Iterator[None]:
    """What SQLite is told on every connection of this web."""

    def tell(connection: Any, _record: Any) -> None:
        connection.execute(pragma)

    event.listen(Engine, "connect", tell)
    web.parts.database.close()  # it connects anew
    try:
        yield
    finally:
        event.remove(Engine, "connect", tell)
        web.parts.database.close()
