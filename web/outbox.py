"""The background work that empties the outbox, one task for each receiver."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio.to_thread
import structlog

from desk import outbox
from desk.database import Database
from desk.models import Handoff
from desk.receivers import Receiver
from desk.sender import Post, Sender

logger = structlog.get_logger(__name__)

LateFrom = Callable[[Handoff, datetime], datetime]
_POLL_SECONDS = 2.0
_LOOK_SECONDS = 60.0


def outbox_tasks(database: Database, post: Post, late_from: LateFrom) -> list[Coroutine[Any, Any, None]]:
    """What has to run beside the requests; nothing, if nobody wants to be told."""
    if not post.receivers:
        return []
    sender = Sender(database, post)
    threads = anyio.CapacityLimiter(len(post.receivers) + 1)  # its own, so that a slow receiver slows no patient
    return [
        *(_keep_sending(sender, receiver, threads) for receiver in post.receivers),
        _keep_looking(database, late_from, threads),
    ]


def late_after(hours: float) -> LateFrom:
    """A handoff is late some hours after its wait began; an urgent one after half an hour at most."""
    target, urgent = timedelta(hours=hours), timedelta(hours=min(hours, 0.5))
    return lambda handoff, since: since + (urgent if handoff.urgent_level else target)


async def _keep_sending(sender: Sender, receiver: Receiver, threads: anyio.CapacityLimiter) -> None:
    while True:
        try:
            await anyio.to_thread.run_sync(sender.send_due, receiver, limiter=threads)
        except Exception:
            logger.exception("the outbox could not be emptied")
        await asyncio.sleep(_POLL_SECONDS)


async def _keep_looking(database: Database, late_from: LateFrom, threads: anyio.CapacityLimiter) -> None:
    def look() -> None:
        with database.write() as session:
            outbox.announce_overdue(session, datetime.now(UTC), late_from)
            outbox.drop_unknown_receivers(session, datetime.now(UTC))

    while True:
        try:
            await anyio.to_thread.run_sync(look, limiter=threads)
        except Exception:
            logger.exception("late handoffs could not be looked for")
        await asyncio.sleep(_LOOK_SECONDS)
