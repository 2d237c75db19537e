"""Sealing everything anew with the newest key, while Cordial runs; it goes on where it was stopped."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select, text, update

from desk.audit import record
from desk.audit_end import FILE as AUDIT_END
from desk.database import Database
from desk.keeping.key_check import CANARY, SEALED, columns_of
from desk.models import SEALED as WITH_WORDS
from desk.sealed import WITH_OURS, Keyring, SealError

_AT_ONCE = 500  # rows in one transaction, so that nobody waits for long


def reseal(database: Database, newest: str) -> Iterator[int]:
    """Seal with the newest key what an older one has sealed. What no key opens stays as it is.

    Args:
        database: with all keys.
        newest: the key to seal with.

    Yields:
        After each transaction, how many rows have been looked at.
    """
    looked, only_newest = 0, Keyring([newest])
    for table, column, key in SEALED:
        for rows in _batches(database, table, column, key):
            sealed_anew = [(row, was, _anew(database.keyring, only_newest, was)) for row, was in rows]
            with database.write() as session:
                for row, was, anew in sealed_anew:
                    if anew is None:
                        continue
                    # Only if nobody has changed it meanwhile; the names are those of our own list.
                    query = f"UPDATE {table} SET {column} = :anew WHERE {key} = :row AND {column} = :was"  # noqa: S608
                    session.execute(text(query), {"anew": anew, "row": row, "was": was})
            looked += len(rows)
            yield looked
    _reseal_words(database, only_newest)
    _reseal_files(database, only_newest)
    with database.write() as session:
        record(session, "command line", "keys.resealed", looked=looked)


def _batches(database: Database, table: str, column: str, key: str) -> Iterator[list[tuple[str | int, str]]]:
    last: str | int | None = None
    while True:
        with database.engine.connect() as connection:
            rows = _after(connection, table, column, key, last)
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def _after(connection: Connection, table: str, column: str, key: str, last: str | int | None) -> list[tuple[str | int, str]]:
    if column not in columns_of(connection, table):
        return []
    beyond = f"AND {key} > :last" if last is not None else ""
    query = f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL {beyond} ORDER BY {key} LIMIT {_AT_ONCE}"  # noqa: S608
    values = {"last": last} if last is not None else {}
    return [(row[0], str(row[1])) for row in connection.execute(text(query), values)]


def _anew(keyring: Keyring, newest: Keyring, sealed: str) -> str | None:
    """The same, sealed with the newest key; nothing where it is already, or where no key opens it."""
    try:
        newest.open_bytes(sealed.encode())
        return None
    except SealError:
        pass
    try:
        return newest.seal_bytes(keyring.open_bytes(sealed.encode())).decode("ascii")
    except SealError:
        return None


def _reseal_words(database: Database, newest: Keyring) -> None:
    """The few words that our key has sealed itself, because that of their conversation could not be opened."""
    for table in WITH_WORDS:
        words = table.__table__.c
        with database.write() as session:
            found = session.scalars(select(words.sealed).where(func.substr(words.sealed, 1, 1) == WITH_OURS)).all()
            for was in found:
                anew = _anew(database.keyring, newest, was[1:].decode("ascii", "replace"))
                if anew is not None:
                    session.execute(update(table).where(words.sealed == was).values(sealed=WITH_OURS + anew.encode()))


def _reseal_files(database: Database, newest: Keyring) -> None:
    for name in (CANARY, AUDIT_END):
        file = database.folder / name if database.folder else None
        anew = _anew(database.keyring, newest, file.read_text("ascii", "replace")) if file and file.is_file() else None
        if file and anew:
            file.write_text(anew, "ascii")
