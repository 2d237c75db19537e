"""Backups: a sealed copy of the records, of the published versions of articles, and of the list of erasures.

A backup is one file: a line of JSON that says what it is, then parts of a compressed archive, one a line, each sealed with the
encryption key. The keys themselves are not in it.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from desk.audit import record
from desk.audit_end import FILE as AUDIT_END
from desk.database import Database
from desk.decisions import DECISIONS, Decided, add_decisions, decisions_in
from desk.keeping.decisions import decide_again, end_every_login
from desk.keeping.erasure import ERASED, add_to_list, erase_again, list_of_erased
from desk.keeping.sealed_file import PART, OpeningReader, SealingWriter
from desk.sealed import Keyring, SealError

FOLDER = "backups"
SUFFIX = ".cordial-backup"
_KIND = 1  # of the file's form
_OURS = 0o600  # sealed or not, nobody else of this machine reads it
_LONGEST = 3_600  # seconds that making or restoring may take
_RECORDS = "cordial.db"
_VERSIONS = "knowledge/versions"


class BackupError(Exception):
    """A backup cannot be made or used; the message says what to do."""


@dataclass(frozen=True)
class Backup:
    """One backup in the folder."""

    file: Path
    made_at: datetime
    bytes: int


@dataclass(frozen=True)
class Restored:
    """What was done to a backup before it was put in place.

    Attributes:
        erased_again: how many conversations.
        decided_again: what was decided since it was made.
    """

    erased_again: int
    decided_again: list[Decided]


def make(database: Database, keyring: Keyring, folder: Path, now: datetime | None = None) -> Backup:
    """Make a backup while others go on working.

    Args:
        database: the records.
        keyring: seals it.
        folder: the data folder; the backup goes into its folder `backups`.
        now: the time in its name.

    Raises:
        BackupError: if the records are not in SQLite, or damaged.
    """
    if database.file is None:
        raise BackupError("The records are in PostgreSQL: back them up with pg_dump, and keep `erased` and `decisions`, too.")
    made_at = now or datetime.now(UTC)
    target = folder / FOLDER / f"{made_at:%Y%m%dT%H%M%S.%fZ}{SUFFIX}"
    with _workshop(folder) as aside:
        copy = aside / _RECORDS
        _copy(database.file, copy)
        half = aside / "half"
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OURS), "wb") as stream:
            stream.write(json.dumps({"cordial_backup": _KIND, "made_at": made_at.isoformat()}).encode() + b"\n")
            _archive(SealingWriter(stream, keyring), copy, folder)
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(target)
    with database.write() as session:
        record(session, "command line", "backup.made")
    return Backup(target, made_at, target.stat().st_size)


def backups_in(folder: Path) -> list[Backup]:
    """The backups in a data folder, the newest first; other files are passed over."""
    found = []
    for file in (folder / FOLDER).glob(f"*{SUFFIX}"):
        try:
            found.append(Backup(file, _made_at(file), file.stat().st_size))
        except BackupError:
            continue
    return sorted(found, key=lambda backup: backup.made_at, reverse=True)


def remove_old(folder: Path, days: int, now: datetime | None = None) -> int:
    """Remove backups that are older than that, but never the newest one; gives how many."""
    before = (now or datetime.now(UTC)) - timedelta(days=days)
    old = [backup for backup in backups_in(folder)[1:] if backup.made_at < before]
    for backup in old:
        backup.file.unlink(missing_ok=True)
    return len(old)


def restore(file: Path, address: str, keyring: Keyring, folder: Path) -> Restored:
    """Put the records of a backup in place, in one transaction, without what was erased or taken back since it was made.

    Erased conversations are erased again, withdrawn consents withdrawn again, colleagues shut out again; passwords and phones
    that ended since are ended, and everybody is logged out.

    Published versions of articles that are missing are added; those that are there stay, since a version never changes.

    Args:
        file: the backup.
        address: of the database, which is made if there is none.
        keyring: opens it.
        folder: the data folder.

    Returns:
        What was done again.

    Raises:
        BackupError: if the file is not whole, not ours, or sealed with another key. Then nothing has changed.
    """
    with _workshop(folder) as aside:
        _unpack(file, keyring, aside)
        _check(aside / _RECORDS)
        add_to_list(folder, list_of_erased(aside))
        add_decisions(folder, decisions_in(aside))
        older = Database(f"sqlite:///{aside / _RECORDS}", keyring)
        older.migrate()
        again = erase_again(older, list_of_erased(folder))
        decided = decide_again(older, decisions_in(folder))
        with older.write() as session:
            end_every_login(session)
            counts: dict[str, Any] = {"erased_again": again, "decided_again": len(decided)}
            record(session, "command line", "backup.restored", made_at=_made_at(file).isoformat(), **counts)
        older.close()
        live = Database(address, keyring)
        if live.file is None:
            raise BackupError(
                "The records are in PostgreSQL: restore them with pg_restore; the next start does again what is needed."
            )
        live.ping()
        live.close()
        _copy(aside / _RECORDS, live.file)
        live.file.chmod(_OURS)
        (aside / AUDIT_END).replace(folder / AUDIT_END)  # that of the older log, which ends with this restore
        _add_versions(aside / _VERSIONS, folder / _VERSIONS)
    return Restored(again, decided)


def _copy(source: Path, target: Path) -> None:
    """Copy a database that may be in use, over another one that may be in use, as one transaction."""
    with closing(sqlite3.connect(source, timeout=60)) as one, closing(sqlite3.connect(target, timeout=60)) as other:
        one.backup(other)
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _check(target)


def _check(file: Path) -> None:
    with closing(sqlite3.connect(file)) as records:
        found = records.execute("PRAGMA integrity_check").fetchone()[0]
        strays = records.execute("PRAGMA foreign_key_check").fetchall()
    if found != "ok" or strays:
        raise BackupError(f"The records are damaged: {found if found != 'ok' else 'rows without their conversation'}.")


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """A folder for what is not sealed yet, or not any more; what a dead process has left there is removed."""
    shelf = folder / FOLDER
    shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
    shelf.chmod(0o700)
    for backup in shelf.glob(f"*{SUFFIX}"):  # earlier ones, or one that was copied here
        backup.chmod(_OURS)
    for left in shelf.glob(".work-*"):
        if time.time() - left.stat().st_mtime > _LONGEST:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".work-", dir=shelf) as aside:
        yield Path(aside)


def _archive(sealing: SealingWriter, records: Path, folder: Path) -> None:
    with tarfile.open(mode="w|gz", fileobj=cast(BinaryIO, sealing)) as archive:
        archive.add(records, _RECORDS)
        for kept in (ERASED, DECISIONS):
            if (folder / kept).is_file():
                archive.add(folder / kept, kept)
        if (folder / _VERSIONS).is_dir():
            archive.add(folder / _VERSIONS, _VERSIONS)
    sealing.end()


def _unpack(file: Path, keyring: Keyring, target: Path) -> None:
    _made_at(file)
    try:
        with file.open("rb") as stream:
            stream.readline()
            opened = io.BufferedReader(OpeningReader(stream, keyring))
            with tarfile.open(mode="r|gz", fileobj=opened) as archive:
                archive.extractall(target, filter="data")
            while opened.read(PART):  # to the end, where the digest is compared
                pass
    except (tarfile.TarError, EOFError, ValueError, OSError) as error:
        raise BackupError(f"{file.name} is not whole: {type(error).__name__}. Nothing was changed.") from None
    except SealError:
        raise BackupError(
            f"{file.name} was sealed with another key. Give the key of then: CORDIAL_ENCRYPTION_KEYS, or `encryption_key` in "
            "the data folder. Nothing was changed."
        ) from None


def _made_at(file: Path) -> datetime:
    try:
        with file.open("rb") as stream:
            head: dict[str, Any] = json.loads(stream.readline(1_000))
        if head["cordial_backup"] != _KIND:
            raise BackupError(f"{file.name} was made by another version of Cordial.")
        return datetime.fromisoformat(head["made_at"])
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupError(f"{file.name} is no backup of Cordial.") from None


def _add_versions(source: Path, target: Path) -> None:
    for file in source.rglob("*") if source.is_dir() else ():
        kept = target / file.relative_to(source)
        if file.is_file() and not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, kept)
