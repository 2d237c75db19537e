"""Fills every field of every table that belongs to a conversation, so that a test can look for what is left of it."""

from __future__ import annotations

import itertools
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, Column, DateTime, Integer, LargeBinary, Row, String, Table, insert, select
from sqlalchemy.orm import Session

from desk.database import keyring_of
from desk.models import Base, User

# These hold nothing about a patient; a new table is planted like the others, or named here.
WITHOUT_PATIENTS = {"users", "logins", "invitations", "audit", "audit_key", "decisions", "article_drafts", "article_comments"}
_NUMBERS = itertools.count()


def patient_tables() -> list[Table]:
    """The tables that can hold something about a patient, each after the ones that it belongs to."""
    return [table for table in Base.metadata.sorted_tables if table.name not in WITHOUT_PATIENTS]


def plant(session: Session, mark: str, copies: int = 3) -> str:
    """Make a conversation whose every field holds a mark, in every table; gives its id."""
    conversation_id = secrets.token_hex(16)
    user = session.scalar(select(User.id)) or _coordinator(session)
    planted: dict[str, list[Row[Any]]] = {}
    for table in patient_tables():
        number = 1 if [c for c in table.primary_key if c.foreign_keys] or table.name == "conversations" else copies
        for count in range(1, number + 1):
            values = {c.name: _value(c, mark, count, session) for c in table.columns}
            values |= {c.name: _parent(c, conversation_id, user, planted) for c in table.columns if c.foreign_keys}
            if table.name == "conversations":
                values |= {"id": conversation_id, "legal_hold": False, "last_seq": copies}
                values["sealed_key"] = keyring_of(session).new_data_key()
            kept = {name: value for name, value in values.items() if value is not None}
            row = session.execute(insert(table).values(**kept).returning(table)).one()
            planted.setdefault(table.name, []).append(row)
    return conversation_id


def rows_of(session: Session) -> dict[str, int]:
    """How many rows each table about patients has."""
    return {table.name: len(session.execute(select(table)).all()) for table in patient_tables()}


def _coordinator(session: Session) -> str:
    session.add(User(id="u1", email="c@clinic.example", name="Coordinator", role="coordinator", created_at=datetime.now(UTC)))
    session.flush()
    return "u1"


def _parent(column: Column[Any], conversation_id: str, user: str, planted: dict[str, list[Row[Any]]]) -> Any:
    [key] = column.foreign_keys
    parent = key.column.table.name
    if parent == "users":
        return user
    return conversation_id if parent == "conversations" else planted[parent][0].id


def _value(column: Column[Any], mark: str, count: int, session: Session) -> Any:
    kind = column.type
    if column.name == "sealed":
        as_if_it_were_not = f"{mark} ".encode() * 50
        return as_if_it_were_not if isinstance(kind, LargeBinary) else keyring_of(session).seal({"said": mark})
    if isinstance(kind, String):
        length = kind.length or 10_000
        unlike = f"{mark}{next(_NUMBERS):04x}"  # some columns are unique
        return f"{unlike} {f'{mark} ' * 50}" if length > 1_000 else unlike if length >= len(unlike) else mark[:length]
    if isinstance(kind, JSON):
        return {mark: [mark]}
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Integer):
        return None if column.primary_key and column.name == "id" else count
    if isinstance(getattr(kind, "impl", kind), DateTime):
        return datetime.now(UTC) - timedelta(minutes=count)
    raise TypeError(f"{column}: how is a value of {kind!r} made?")
