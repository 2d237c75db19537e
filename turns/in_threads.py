"""The database as the event loop uses it: work on it runs in a thread, in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

import anyio.to_thread
from sqlalchemy.orm import Session

from desk.database import Database

Given = ParamSpec("Given")
Result = TypeVar("Result")


class InThreads:
    """Runs functions of a session while everything else goes on."""

    def __init__(self, database: Database) -> None:
        """Work on these records."""
        self._database = database

    async def read(
        self, work: Callable[Concatenate[Session, Given], Result], *args: Given.args, **options: Given.kwargs
    ) -> Result:
        """What a function gives in a transaction that only reads."""
        return await _transact(self._database.read, lambda session: work(session, *args, **options))

    async def write(
        self, work: Callable[Concatenate[Session, Given], Result], *args: Given.args, **options: Given.kwargs
    ) -> Result:
        """What a function gives in a transaction that writes; if it raises, nothing is stored."""
        return await _transact(self._database.write, lambda session: work(session, *args, **options))

    async def write_to_one(
        self, work: Callable[Concatenate[Session, Given], Result], *args: Given.args, **options: Given.kwargs
    ) -> Result:
        """The same for what first locks the one conversation that it is about; on PostgreSQL it waits for no other."""
        begin = partial(self._database.write, alone=False)
        return await _transact(begin, lambda session: work(session, *args, **options))


async def _transact(begin: Callable[[], AbstractContextManager[Session]], work: Callable[[Session], Result]) -> Result:
    def transaction() -> Result:
        with begin() as session:
            return work(session)

    return await anyio.to_thread.run_sync(transaction)
