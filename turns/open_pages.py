"""Whose page is open: noted for chats that a person of the clinic reads, now and then while it is, and when it is closed."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.conversations.log import UnknownConversation, exists
from desk.models import Conversation
from desk.reaching.seen import OPEN_LASTS, concerns_people, last_seen, note_open, note_seen
from turns.in_threads import InThreads

logger = structlog.get_logger(__name__)

_NOTED_EVERY = OPEN_LASTS.total_seconds() / 2


class OpenPages:
    """The streams of this process, by conversation."""

    def __init__(self, database: InThreads) -> None:
        """No page is open."""
        self._database = database
        self._open: Counter[str] = Counter()
        self._noted: dict[str, float] = {}
        self._going_on: set[asyncio.Task[None]] = set()

    async def opened(self, conversation_id: str) -> None:
        """A stream has begun."""
        self._open[conversation_id] += 1
        await self.is_open(conversation_id)

    async def is_open(self, conversation_id: str) -> None:
        """A stream goes on."""
        now = time.monotonic()
        if now - self._noted.get(conversation_id, float("-inf")) >= _NOTED_EVERY:
            self._noted[conversation_id] = now
            await self._note(conversation_id, datetime.now(UTC) + OPEN_LASTS)

    def closed(self, conversation_id: str) -> None:
        """A stream has ended; if it was the last one, so has the page."""
        self._open[conversation_id] -= 1
        if self._open[conversation_id] > 0:
            return
        del self._open[conversation_id]
        self._noted.pop(conversation_id, None)
        task = asyncio.create_task(self._note(conversation_id, datetime.now(UTC)))
        self._going_on.add(task)  # or it might be collected before it has run
        task.add_done_callback(self._going_on.discard)

    async def exists(self, conversation_id: str) -> None:
        """That the conversation was not deleted.

        Raises:
            UnknownConversation: if it was.
        """
        if not await self._database.read(exists, conversation_id):
            raise UnknownConversation(conversation_id)

    async def has_seen(self, conversation_id: str, seq: int) -> None:
        """Everything up to a number stood before the patient's eyes; that costs nothing where it is known.

        Raises:
            UnknownConversation: if the conversation was deleted.
        """
        if await self._database.read(_is_news, conversation_id, seq):
            await self._database.write(_note_seen, conversation_id, seq)

    async def _note(self, conversation_id: str, until: datetime) -> None:
        try:
            if await self._database.read(concerns_people, conversation_id):
                await self._database.write(_note, conversation_id, until)
        except Exception:  # it is a comfort: no stream breaks for it
            logger.exception("whether a page is open could not be noted")


def _note(session: Session, conversation_id: str, until: datetime) -> None:
    note_open(session, conversation_id, until)


def _is_news(session: Session, conversation_id: str, seq: int) -> bool:
    if not exists(session, conversation_id):
        raise UnknownConversation(conversation_id)
    return seq > last_seen(session, conversation_id) and concerns_people(session, conversation_id)


def _note_seen(session: Session, conversation_id: str, seq: int) -> None:
    last = session.scalar(select(Conversation.last_seq).where(Conversation.id == conversation_id)) or 0
    note_seen(session, conversation_id, min(seq, last), datetime.now(UTC))
