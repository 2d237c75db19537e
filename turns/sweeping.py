"""Looking for patients' messages that were stored and got no reply, because a process died or something failed."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import structlog

from desk.conversations.log import UnknownConversation
from desk.conversations.turns import Waiting, waiting_between
from desk.database import Database
from turns.gateway import Gateway
from turns.in_threads import InThreads
from turns.rasa import RasaClient

logger = structlog.get_logger(__name__)

SWEEP_SECONDS = 2.0
MOST_TRIES = 3
PATIENCE = timedelta(minutes=3)  # while Rasa is away, a real reply after it is back is worth more than a notice now
_BACK = timedelta(days=1)  # what is older was looked for when web started


class Sweeper:
    """Deals with what was left behind, a few times, and then says so to the patient."""

    def __init__(self, database: Database, rasa: RasaClient, gateway: Gateway) -> None:
        """Put the parts together; nothing runs yet."""
        self._database = InThreads(database)
        self._rasa = rasa
        self._gateway = gateway
        self._tries: Counter[tuple[str, int]] = Counter()
        self._since = datetime.fromtimestamp(0, UTC)

    async def run(self) -> None:
        """Look again and again, for as long as web runs."""
        while True:
            try:
                await self.sweep()
            except Exception:
                logger.exception("messages without a reply could not be looked for")
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self) -> None:
        """Look once."""
        now = datetime.now(UTC)
        latest = now - timedelta(seconds=self._gateway.longest_turn)
        if not await self._rasa.ready():
            latest = min(latest, now - PATIENCE)
        found = await self._database.read(waiting_between, self._since, latest)
        for waiting in found:
            await self._deal_with(waiting)
        if not found:
            self._tries.clear()
            self._since = latest - _BACK

    async def _deal_with(self, waiting: Waiting) -> None:
        key = (waiting.conversation_id, waiting.seq)
        self._tries[key] += 1
        try:
            if self._tries[key] > MOST_TRIES:
                await self._gateway.give_up(waiting)
                logger.error("gave up a message", seq=waiting.seq)
            else:
                await self._gateway.answer_again(waiting)
                logger.info("answered a message that was left behind", seq=waiting.seq)
        except UnknownConversation:
            return
        except Exception:
            logger.exception("a message that was left behind could not be answered", seq=waiting.seq)
