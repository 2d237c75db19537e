"""The database: one engine, short transactions, migrations at start.

SQLite runs in WAL mode, so that reading never waits for writing; a write transaction takes its lock at once (BEGIN
IMMEDIATE), so that two writers queue instead of failing half-way; those of one process queue before it, without looking again.
On PostgreSQL writers queue in the same way, except those that lock the one conversation that they are about.
What is in a hurry has connections of its own, which wait only a moment, and comes before the others.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import InstrumentedAttribute, Session

from desk.migrations.sealing_old import AFTER, seal_old_words
from desk.migrations.sealing_wordings import AFTER_WORDINGS, seal_old_wordings
from desk.postgresql import alone_in_migrating, by_our_driver, connecting, why_unreachable, write_alone
from desk.receiver import Receiver
from desk.sealed import SESSION_KEYRING, Keyring
from desk.tables.base import Base

logger = structlog.get_logger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 10
_HURRY_SECONDS = 0.4  # an emergency is answered within a second, also when it cannot be stored
_PRIMARY = 0xFF  # of an extended result code of SQLite
_OF_THE_DISK = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
_RECEIVERS = "receivers"
_FOLDER = "folder"
_REACHES = "reaches patients"
_KINDS = {"sqlite", "postgresql"}
UNSCRUBBED = "unscrubbed"  # is there while the file may still hold bytes of something erased


class DatabaseError(Exception):
    """The database cannot be used; the message says what to do."""


class Database:
    """The connection to the records."""

    def __init__(
        self,
        address: str,
        keyring: Keyring,
        receivers: Iterable[Receiver] = (),
        folder: Path | None = None,
        reaches_patients: bool = False,
    ) -> None:
        """Connect; nothing is created yet.

        Args:
            address: an SQLAlchemy address, of SQLite or PostgreSQL.
            keyring: seals and opens personal fields.
            receivers: who is told about handoffs; the notices are written in the transaction of what they tell of.
            folder: for what is kept beside the records, such as the list of erasures; by default that of an SQLite file.
            reaches_patients: whether patients who left get an e-mail when somebody has written to them.

        Raises:
            DatabaseError: if it is not one, or names another kind of database, or a driver that is not installed.
        """
        self.keyring, self.reaches_patients = keyring, reaches_patients
        url = self._url = _read(address)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        if self.is_sqlite and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        self.file = Path(url.database) if self.is_sqlite and url.database else None
        self.folder = folder or (self.file.parent if self.file else None)
        self._info: dict[str, Any] = {
            SESSION_KEYRING: keyring,
            _RECEIVERS: tuple(receivers),
            _FOLDER: self.folder,
            _REACHES: reaches_patients,
        }
        self.engine: Engine = self._connect(_BUSY_SECONDS)
        # A database in memory is another one for each engine.
        has_another = self.file is not None or not self.is_sqlite
        self._hurried = self._connect(_HURRY_SECONDS, hurry=True) if has_another else self.engine
        self._writers = _Queue()

    def _connect(self, seconds: float, hurry: bool = False) -> Engine:
        """Connections that wait so long for a lock."""
        options: dict[str, Any] = {"pool_timeout": seconds} if hurry else {}
        if not self.is_sqlite:
            return create_engine(self._url, pool_pre_ping=True, connect_args=connecting(self._url, seconds, hurry), **options)
        engine = create_engine(self._url, connect_args={"timeout": seconds}, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "handle_error", _leave_what_cannot_be_written)
        return engine

    @contextmanager
    def read(self, hurry: bool = False) -> Iterator[Session]:
        """A transaction that only reads, and sees one state of the records throughout.

        Args:
            hurry: rather fail than wait for long.
        """
        engine = self._hurried if hurry else self.engine
        if not self.is_sqlite:  # where that is so anyway
            engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with Session(engine, info=dict(self._info)) as session:
            yield session

    @contextmanager
    def write(self, hurry: bool = False, alone: bool = True) -> Iterator[Session]:
        """A transaction that writes; everything in it is stored, or nothing.

        Args:
            hurry: come before all others, and rather fail than wait for long.
            alone: whether what it reads must hold until it ends, also beside other rows than it changes. What first locks the
                one conversation that it is about, as every turn of a patient does, need not wait for others on PostgreSQL.
        """
        engine = (self._hurried if hurry else self.engine).execution_options(immediate=True)
        with (
            self._turn_to_write(hurry),
            Session(engine, expire_on_commit=False, info=dict(self._info)) as session,
            session.begin(),
        ):
            if alone and not self.is_sqlite:
                write_alone(session)
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
        """Bring the tables to this version's shape. Of several processes that start at once, one does it.

        Raises:
            DatabaseError: if the database cannot be reached or written, or a newer version has used it.
        """
        try:
            with self._alone_in_migrating():
                self._migrate()
        except (DBAPIError, sqlite3.Error) as error:
            why = getattr(error, "orig", None) or error
            said = None if self.is_sqlite else why_unreachable(self._url, why)
            raise DatabaseError(said or f"The database cannot be used: {' '.join(str(why).split())}") from error

    @contextmanager
    def _alone_in_migrating(self) -> Iterator[None]:
        if not self.is_sqlite:
            with alone_in_migrating(self.engine, lambda: logger.info("another process changes the tables; waiting for it")):
                yield
        elif self.file is None:
            yield
        else:
            folder = os.open(self.file.parent, os.O_RDONLY)  # its lock is the kernel's, so that it ends with us
            try:
                try:
                    fcntl.flock(folder, fcntl.LOCK_EX)
                except OSError as error:  # some network file systems lock no folder; SQLite's own lock is left
                    logger.warning("the data folder cannot be locked", why=type(error).__name__)
                yield
            finally:
                os.close(folder)

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        scripts = ScriptDirectory.from_config(config)
        steps = ((AFTER, seal_old_words), (AFTER_WORDINGS, seal_old_wordings))
        with self.engine.connect() as connection:
            heads = _heads(connection, {script.revision for script in scripts.walk_revisions()})
            config.attributes.update(connection=connection, keyring=self.keyring)
            for schema, seal in steps:
                if heads <= {script.revision for script in scripts.iterate_revisions(schema, "base")}:
                    command.upgrade(config, schema)
                    connection.commit()
                    seal(self.engine, self.keyring)
            command.upgrade(config, "head")

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


def _read(address: str) -> URL:
    """The address of a database; it may hold a password, so no refusal repeats it."""
    try:
        url = by_our_driver(make_url(address))
        if url.get_backend_name() not in _KINDS:
            raise DatabaseError(
                "The database must be SQLite or PostgreSQL: its address begins with sqlite:/// or postgresql://."
            )
        url.get_dialect().import_dbapi()
    except (ArgumentError, ImportError) as error:
        raise DatabaseError(f"The address of the database cannot be used: {type(error).__name__}.") from None
    return url


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


def reaches_patients(session: Session) -> bool:
    """Whether patients who left get an e-mail when somebody has written to them."""
    return bool(session.info[_REACHES])


def folder_of(session: Session) -> Path | None:
    """The folder beside the records of the database that a transaction belongs to, if there is one."""
    folder: Path | None = session.info[_FOLDER]
    return folder


def add_unless_there(session: Session, table: type[Base], unique: InstrumentedAttribute[str], values: dict[str, Any]) -> None:
    """Add a row, unless another transaction adds one with the same unique value meanwhile; whether it did is not asked."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    session.execute(insert(table).values(**values).on_conflict_do_nothing(index_elements=[unique]))


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


def _leave_what_cannot_be_written(context: ExceptionContext) -> None:
    """Open the file anew after a fault of the disk: what SQLite could only open to be read stays so until it is closed."""
    error = context.original_exception
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & _PRIMARY in _OF_THE_DISK:
        context.is_disconnect = True


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
