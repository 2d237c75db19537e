"""Telling the clinic that patients get no answers: nobody there would see it, as long as nobody asks for a person."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from desk.post.outbox import announce_trouble
from turns.in_threads import InThreads

logger = structlog.get_logger(__name__)

TOLD_AFTER = 3  # turns in a row: one alone may be about its message


class Silence:
    """Counts turns in a row that Rasa did not decide, and has the clinic told of them."""

    def __init__(self, database: InThreads) -> None:
        """Everything goes well so far."""
        self._database = database
        self._failed = 0

    def ends(self) -> None:
        """Rasa has decided a turn."""
        self._failed = 0

    async def goes_on(self) -> None:
        """Rasa has not decided a turn. Whatever goes wrong here, the patient is answered all the same."""
        self._failed += 1
        if self._failed % TOLD_AFTER:
            return
        try:
            await self._database.write(announce_trouble, "away", datetime.now(UTC))
        except SQLAlchemyError as error:
            logger.error("the clinic could not be told that patients get no answers", why=type(error).__name__)
