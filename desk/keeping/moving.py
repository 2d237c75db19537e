"""Taking the records of an SQLite clinic to PostgreSQL: every row as it is, what is sealed stays sealed.

It is one transaction of the new database, and each row is read back and compared before it ends. So it is all there or nothing,
and whoever was interrupted begins anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import JSON, Column, Row, Table, bindparam, delete, func, insert, select, tuple_, type_coerce
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from desk.database import Database
from desk.models import Base, SealedAuditKey

_AT_ONCE = 1_000  # rows
_TABLES: Sequence[Table] = Base.metadata.sorted_tables  # each after those that it refers to
_MADE_WITH_THE_TABLES = SealedAuditKey.__tablename__
_EMPTY_OR_NOT = JSON(none_as_null=True)  # nothing stays nothing, and does not become the word null


class MoveError(Exception):
    """The records cannot be moved; the message says what to do. Nothing was changed."""


def move(source: Database, target: Database) -> dict[str, int]:
    """Copy every row, and compare it with what it was copied from.

    Args:
        source: the records as they are; nobody may write to them meanwhile.
        target: a PostgreSQL without records, with the same keys.

    Returns:
        How many rows each table has.

    Raises:
        MoveError: if it is not a PostgreSQL, holds records, or does not take a row as it is.
        DatabaseError: if it cannot be reached.
    """
    if source.file is None or target.is_sqlite:
        raise MoveError("Records are moved from an SQLite file to PostgreSQL: name an address that begins with postgresql://.")
    source.migrate()
    target.migrate()
    with source.read() as old, target.write() as new:
        _refuse_records(new)
        new.execute(delete(SealedAuditKey))
        counts = {table.name: _copy(old, new, table) for table in _TABLES}
        for table in _TABLES:
            _compare(old, new, table, counts[table.name])
            _go_on_numbering(new, table)
    return counts


def _refuse_records(new: Session) -> None:
    full = [table.name for table in _TABLES if table.name != _MADE_WITH_THE_TABLES and _count(new, table)]
    if full:
        raise MoveError(f"The database holds records already ({', '.join(full)}): name one that is empty. Nothing was changed.")


def _copy(old: Session, new: Session, table: Table) -> int:
    adding = insert(table).values({column.name: bindparam(column.name, type_=_type_of(column)) for column in table.columns})
    count = 0
    try:
        for rows in _parts(old, table):
            new.execute(adding, [dict(row._mapping) for row in rows])
            count += len(rows)
    except DBAPIError as error:  # what it holds is not repeated
        raise MoveError(
            f"PostgreSQL does not take a row of {table.name} as it is ({type(error.orig).__name__}). Nothing was changed."
        ) from None
    return count


def _compare(old: Session, new: Session, table: Table, count: int) -> None:
    keys = list(table.primary_key.columns)
    for rows in _parts(old, table):
        wanted = [tuple(row._mapping[key.name] for key in keys) for row in rows]
        found = {tuple(row) for row in map(_as_told, new.execute(_all(table).where(tuple_(*keys).in_(wanted))))}
        if found != {tuple(row) for row in map(_as_told, rows)}:
            raise MoveError(f"A row of {table.name} did not arrive as it is. Nothing was changed.")
    if _count(new, table) != count:
        raise MoveError(f"{table.name} has other rows than before. Nothing was changed.")


def _go_on_numbering(new: Session, table: Table) -> None:
    """Let new rows be numbered after those that came."""
    numbered = table.autoincrement_column
    if numbered is None or not _count(new, table):
        return
    sequence = func.pg_get_serial_sequence(table.name, numbered.name)
    new.execute(select(func.setval(sequence, select(func.max(numbered)).scalar_subquery())))


def _parts(old: Session, table: Table) -> Iterator[Sequence[Row[Any]]]:
    yield from old.execute(_all(table)).partitions(_AT_ONCE)


def _all(table: Table) -> Any:
    columns = [type_coerce(column, _type_of(column)).label(column.name) for column in table.columns]
    return select(*columns).execution_options(yield_per=_AT_ONCE)


def _type_of(column: Column[Any]) -> TypeEngine[Any]:
    return _EMPTY_OR_NOT if isinstance(column.type, JSON) else column.type


def _as_told(row: Row[Any]) -> Iterator[str]:
    """What is compared; a dictionary could not stand in a set."""
    return map(repr, row)


def _count(session: Session, table: Table) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0
