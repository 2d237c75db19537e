"""The background work that empties the outbox, one task for each receiver."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import anyio.to_thread
import structlog

from desk.database import Database
from desk.post import outbox
from desk.post.sender import Post, Sender
from desk.receiver import Receiver
from intake.clinic import Hours

logger = structlog.get_logger(__name__)

_POLL_SECONDS = 2.0
_LOOK_SECONDS = 60.0


def outbox_tasks(database: Database, post: Post, hours: Hours) -> list[Coroutine[Any, Any, None]]:
    """What has to run beside the requests; nothing, if nobody wants to be told."""
    if not post.receivers:
        return []
    sender = Sender(database, post)
    threads = anyio.CapacityLimiter(len(post.receivers) + 1)  # its own, so that a slow receiver slows no patient
    return [*(_keep_sending(sender, receiver, threads) for receiver in post.receivers), _keep_looking(database, hours, threads)]


async def _keep_sending(sender: Sender, receiver: Receiver, threads: anyio.CapacityLimiter) -> None:
    while True:
        try:
            await anyio.to_thread.run_sync(sender.send_due, receiver, limiter=threads)
        except Exception:
            logger.exception("the outbox could not be emptied")
        await asyncio.sleep(_POLL_SECONDS)


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
