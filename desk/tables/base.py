"""What all tables share: how a time is stored, and what is kept as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from knowledge.answer import Answer, stored_answer


class UtcTime(TypeDecorator[datetime]):
    """An instant. SQLite forgets time zones; a naive time is refused so that none is ever guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read as UTC."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class AnswerAsJson(TypeDecorator[Answer]):
    """An answer of the library. It becomes its own type at this edge, and JSON again where it leaves the house."""

    impl = JSON
    cache_ok = True
    should_evaluate_none = True  # as the column was stored before

    def process_bind_param(self, value: Answer | None, dialect: Dialect) -> Any:
        """Store as JSON."""
        return None if value is None else value.model_dump(mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> Answer | None:
        """Read what was stored, now or by an earlier version."""
        return None if value is None else stored_answer(value)


class Base(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {datetime: UtcTime, Answer: AnswerAsJson, dict[str, Any]: JSON, list[dict[str, Any]]: JSON}
