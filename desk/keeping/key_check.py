"""Is this the key with which everything here was sealed? Asked at each start, before anything is read or sealed.

With another key nothing could be opened, and what came new would be sealed with it: two halves that no key opens together.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from desk.database import Database
from desk.sealed import Keyring, SealError

CANARY = "key_check"
# What is sealed, in databases of every age. One of them may be damaged; all of the newest ones are not.
SEALED = (
    ("intake_answers", "sealed", "id"),
    ("notes", "sealed", "id"),
    ("users", "sealed_totp", "id"),
    ("conversations", "sealed_key", "id"),
    ("audit_key", "sealed", "id"),
)
_NEWEST = 20


def check_keys(database: Database) -> None:
    """Refuse keys that do not open what is stored. Leaves a small sealed file in the data folder, for while nothing is.

    Raises:
        SealError: what to do, in one sentence.
    """
    opens = [_opens(database.keyring, sealed) for sealed in _stored(database)]
    canary = database.folder / CANARY if database.folder else None
    known = _opens(database.keyring, _text_of(canary)) if canary and canary.is_file() else None
    if not any(opens) and (opens or known is False):
        place = database.folder or "the data folder"
        raise SealError(
            "The encryption key is not the one with which the records were sealed: put the right one into "
            f"CORDIAL_ENCRYPTION_KEYS, or as the file encryption_key into {place}. Nothing was read or changed."
        )
    if canary and known is not True:
        with suppress(OSError):  # a folder that cannot be written is told of by others
            write_canary(canary, database.keyring)


def write_canary(file: Path, keyring: Keyring) -> None:
    """Leave something that only the right key opens, sealed with the newest one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f"{file.name}.{os.getpid()}")
    aside.write_text(keyring.seal("Cordial"), "ascii")
    aside.chmod(0o600)
    aside.replace(file)


def _opens(keyring: Keyring, sealed: str) -> bool:
    try:
        keyring.open_bytes(sealed.encode())
    except SealError:
        return False
    return True


def _text_of(file: Path) -> str:
    return file.read_text("ascii", "replace")


def _stored(database: Database) -> Iterator[str]:
    """The newest of everything that is sealed, from tables that may be those of an earlier version."""
    try:
        with database.engine.connect() as connection:
            for table, column, order in SEALED:
                yield from _newest(connection, table, column, order)
    except DBAPIError:
        return  # that the database cannot be used is said by what comes next, in words of its own


def _newest(connection: Connection, table: str, column: str, order: str) -> list[str]:
    if column not in columns_of(connection, table):
        return []
    query = f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY {order} DESC LIMIT {_NEWEST}"  # noqa: S608
    return [str(sealed) for sealed in connection.execute(text(query)).scalars()]


def columns_of(connection: Connection, table: str) -> set[str]:
    """The names of a table's columns; none if there is no such table."""
    found = inspect(connection)
    return {each["name"] for each in found.get_columns(table)} if found.has_table(table) else set()
