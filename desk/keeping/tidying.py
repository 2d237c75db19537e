"""What web does by itself: erasing what the rules of retention name and the last bytes of it, and a look at the audit log."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import anyio.to_thread
import structlog

from desk.database import Database
from desk.keeping.audit_watch import look_at_audit_log
from desk.keeping.caution import Refused, erase_with_care, keep_believing
from desk.keeping.erasure import scrub, unscrubbed

logger = structlog.get_logger(__name__)

_LOOK_SECONDS = 30.0
_FIRST_SECONDS = 60.0  # after the start, when everything else is up
_DAY_SECONDS = 24 * 3600.0


async def keep_tidy(database: Database, data: Path) -> None:
    """Look every half minute for bytes of erased rows and at the audit log, and once a day for what the rules erase.

    Several processes may do so.
    """
    due_at = time.monotonic() + _FIRST_SECONDS
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        daily = time.monotonic() >= due_at
        try:
            await anyio.to_thread.run_sync(tidy, database, data, daily)
            due_at += _DAY_SECONDS if daily else 0  # what failed is due still
        except Exception:
            logger.exception("tidying failed; it is tried again")


def tidy(database: Database, data: Path, daily: bool) -> None:
    """Do what is due now.

    Args:
        database: the records.
        data: the folder of all state, with the backups.
        daily: whether to apply the rules, and to rewrite even a large database file if something was erased.
    """
    if daily:
        try:
            counts = erase_with_care(database, data)
            logger.info("the rules of retention were applied", **counts)
        except Refused as refusal:
            logger.warning("retention erased nothing", why=str(refusal))
    keep_believing(database)
    look_at_audit_log(database)
    left = unscrubbed(database.folder)
    if left is not None and left.exists():
        scrub(database, whatever_size=daily)
