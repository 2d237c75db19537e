"""The database: one engine, short transactions, migrations at start.

SQLite runs in WAL mode, so that reading never waits for writing; a write transaction takes its lock at once (BEGIN
IMMEDIATE), so that two writers queue instead of failing half-way; those of one process queue before it, without looking again.
What is in a hurry has connections of its own, which wait only a moment, and comes before the others.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session

from desk.migrations.sealing_old import AFTER, seal_old_words
from desk.receiver import Receiver
from desk.sealed import SESSION_KEYRING, Keyring

MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 10
_HURRY_SECONDS = 0.4  # an emergency is answered within a second, also when it cannot be stored
_RECEIVERS = "receivers"
_FOLDER = "folder"
UNSCRUBBED = "unscrubbed"  # is there while the file may still hold bytes of something erased


class DatabaseError(Exception):
    """The database cannot be used; the message says what to do."""


class Database:
    """The connection to the records."""

    def __init__(self, address: str, keyring: Keyring, receivers: Iterable[Receiver] = (), folder: Path | None = None) -> None:
        """Connect; nothing is created yet.

        Args:
            address: an SQLAlchemy address.
            keyring: seals and opens personal fields.
            receivers: who is told about handoffs; the notices are written in the transaction of what they tell of.
            folder: for what is kept beside the records, such as the list of erasures; by default that of an SQLite file.

        Raises:
            DatabaseError: if it is not one, or names a kind of database that is not installed.
        """
        self.keyring = keyring
        try:
            url = make_url(address)
            url.get_dialect().import_dbapi()
        except (ArgumentError, ImportError) as error:  # the address may hold a password, so it is not repeated
            raise DatabaseError(f"The address of the database cannot be used: {type(error).__name__}.") from None
        self.is_sqlite = url.get_backend_name() == "sqlite"
        if self.is_sqlite and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        self.file = Path(url.database) if self.is_sqlite and url.database else None
        self.folder = folder or (self.file.parent if self.file else None)
        self._info: dict[str, Any] = {SESSION_KEYRING: keyring, _RECEIVERS: tuple(receivers), _FOLDER: self.folder}
        self.engine: Engine = self._connect(url, _BUSY_SECONDS)
        # A database in memory is another one for each engine.
        has_another = self.file is not None or not self.is_sqlite
        self._hurried = self._connect(url, _HURRY_SECONDS, pool_timeout=_HURRY_SECONDS) if has_another else self.engine
        self._writers = _Queue()

    def _connect(self, url: URL, seconds: float, **options: Any) -> Engine:
        """Connections that wait so long for a lock."""
        if self.is_sqlite:
            options["connect_args"] = {"timeout": seconds}
        engine = create_engine(url, pool_pre_ping=not self.is_sqlite, **options)
        if self.is_sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        return engine

    @contextmanager
    def read(self, hurry: bool = False) -> Iterator[Session]:
        """A transaction that only reads.

        Args:
            hurry: rather fail than wait for long.
        """
        with Session(self._hurried if hurry else self.engine, info=dict(self._info)) as session:
            yield session

    @contextmanager
    def write(self, hurry: bool = False) -> Iterator[Session]:
        """A transaction that writes; everything in it is stored, or nothing.

        Args:
            hurry: come before all others, and rather fail than wait for long.
        """
        engine = (self._hurried if hurry else self.engine).execution_options(immediate=True)
        with (
            self._turn_to_write(hurry),
            Session(engine, expire_on_commit=False, info=dict(self._info)) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def _turn_to_write(self, hurry: bool) -> Iterator[None]:
        """Let the writers of this process go one after the other, as those of SQLite have to.

        SQLite itself would have them look again after pauses that grow to a tenth of a second, long after the lock is free. Who
        has waited in vain goes on, and hears from SQLite that the database is locked.
        """
        seconds = _HURRY_SECONDS if hurry else _BUSY_SECONDS
        had_turn = self._writers.acquire(seconds, hurry) if self.is_sqlite else False
        try:
            yield
        finally:
            if had_turn:
                self._writers.release()

    def migrate(self) -> None:
        """Bring the tables to this version's shape.

        Raises:
            DatabaseError: if the database cannot be reached or written, or a newer version has used it.
        """
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        scripts = ScriptDirectory.from_config(config)
        before = {script.revision for script in scripts.iterate_revisions(AFTER, "base")}
        try:
            with self.engine.connect() as connection:
                heads = _heads(connection, {script.revision for script in scripts.walk_revisions()})
                config.attributes["connection"] = connection
                if heads <= before:
                    command.upgrade(config, AFTER)
                    connection.commit()
                    seal_old_words(self.engine, self.keyring)
                command.upgrade(config, "head")
        except (DBAPIError, sqlite3.Error) as error:
            raise DatabaseError(f"The database cannot be used: {getattr(error, 'orig', error)}") from error

    def ping(self) -> None:
        """Raise unless the database answers."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self._hurried.dispose()


class _Queue:
    """A lock that those in a hurry get before the others."""

    def __init__(self) -> None:
        """Nobody has it."""
        lock = threading.Lock()
        self._hurried, self._others = threading.Condition(lock), threading.Condition(lock)
        self._taken, self._hurrying = False, 0

    def acquire(self, seconds: float, hurry: bool) -> bool:
        """Wait for the lock, at most so many seconds; false if it did not come."""
        line = self._hurried if hurry else self._others
        with line:
            self._hurrying += hurry
            free = line.wait_for(lambda: not self._taken and (hurry or not self._hurrying), seconds)
            self._hurrying -= hurry
            if free:
                self._taken = True
            else:
                self._wake()  # whoever was to come after this one
            return free

    def release(self) -> None:
        """Give it to the next."""
        with self._others:
            self._taken = False
            self._wake()

    def _wake(self) -> None:
        (self._hurried if self._hurrying else self._others).notify()


def _heads(connection: Connection, known: set[str]) -> set[str]:
    """The newest migrations that a database has seen; one that a newer version has used is refused."""
    heads = set(MigrationContext.configure(connection).get_current_heads())
    for schema in heads:
        if schema not in known:
            raise DatabaseError(
                f"The database was used by a newer version of Cordial (schema {schema}, this one knows {max(known)}). "
                "Use that version, or put back a backup that was made before it: `cordial backup list` shows them, and "
                "`cordial backup restore NAME --yes` restores one."
            )
    connection.rollback()  # looking has begun a transaction, and migrations begin their own
    return heads


def keyring_of(session: Session) -> Keyring:
    """The keyring of the database that a transaction belongs to."""
    keyring: Keyring = session.info[SESSION_KEYRING]
    return keyring


def receivers_of(session: Session) -> tuple[Receiver, ...]:
    """Who is told about what happens in a transaction."""
    receivers: tuple[Receiver, ...] = session.info[_RECEIVERS]
    return receivers


def folder_of(session: Session) -> Path | None:
    """The folder beside the records of the database that a transaction belongs to, if there is one."""
    folder: Path | None = session.info[_FOLDER]
    return folder


def mark_unscrubbed(session: Session) -> None:
    """Note, in a writing transaction, that the file may hold bytes of something erased until it is scrubbed."""
    folder = folder_of(session)
    if folder is not None:
        (folder / UNSCRUBBED).touch()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
