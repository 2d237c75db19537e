"""The lock on a conversation within one process; `desk.conversations.turns` tells what it is between processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from turns.deadline import Deadline


class TurnLock:
    """Lets one message of each conversation be dealt with at a time, in the order in which they came."""

    def __init__(self) -> None:
        """Nobody holds it."""
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, conversation_id: str, until: Deadline) -> AsyncIterator[bool]:
        """Hold the lock of a conversation; false if it does not come in time."""
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())  # it goes when nobody holds it
        try:
            async with asyncio.timeout(until.seconds_left):
                await lock.acquire()
        except TimeoutError:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()
