"""The background work that empties the outbox: one task for each receiver, and one for people at their own addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import Any

import anyio.to_thread
import structlog

from desk.database import Database
from desk.post import outbox
from desk.post.sender import Post, Sender
from intake.clinic import Hours

logger = structlog.get_logger(__name__)

_POLL_SECONDS = 2.0
_LOOK_SECONDS = 60.0


def outbox_tasks(database: Database, post: Post, hours: Hours) -> list[Coroutine[Any, Any, None]]:
    """What has to run beside the requests; nothing, if nobody wants to be told."""
    if not post.receivers:
        return []
    sender = Sender(database, post)
    threads = anyio.CapacityLimiter(len(post.receivers) + 2)  # its own, so that a slow receiver slows no patient
    sending = [keep_sending(partial(sender.send_due, receiver), _POLL_SECONDS, threads) for receiver in post.receivers]
    return [*sending, keep_sending(sender.send_to_people, _LOOK_SECONDS, threads), _keep_looking(database, hours, threads)]


async def keep_sending(send: Callable[[], int], seconds: float, threads: anyio.CapacityLimiter) -> None:
    """Send what is due, again and again, in threads of its own."""
    while True:
        try:
            await anyio.to_thread.run_sync(send, limiter=threads)
        except Exception:
            logger.exception("the outbox could not be emptied")
        await asyncio.sleep(seconds)


async def _keep_looking(database: Database, hours: Hours, threads: anyio.CapacityLimiter) -> None:
    def look() -> None:
        with database.write() as session:
            outbox.announce_overdue(session, datetime.now(UTC), hours)
            outbox.drop_unknown_receivers(session, datetime.now(UTC))

    while True:
        try:
            await anyio.to_thread.run_sync(look, limiter=threads)
        except Exception:
            logger.exception("late handoffs could not be looked for")
        await asyncio.sleep(_LOOK_SECONDS)
