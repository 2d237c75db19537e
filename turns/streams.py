"""The log of a conversation as a browser sees it: again from a number on, and each new message as it is stored."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from desk.conversations.log import UnknownConversation, exists, messages_after
from desk.models import Message
from desk.reaching.seen import last_read
from turns.in_threads import InThreads
from turns.typing import Typing, Writer

POLL_SECONDS = 2.0  # a stream also looks by itself: another process may have written
HEARTBEAT_SECONDS = 15.0


@dataclass(frozen=True)
class Now:
    """What the clinic's people do just now; it is told when it changes, and again to whoever connects anew."""

    read: int = 0  # the last message that one of them has opened
    typing: Writer | None = None


class Streams:
    """The conversations that somebody follows in this process."""

    def __init__(self, database: InThreads, typing: Typing | None = None) -> None:
        """Nobody listens yet."""
        self._database = database
        self._typing = typing or Typing()
        self._listeners: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def announce(self, conversation_id: str) -> None:
        """Let whoever follows a conversation look at once."""
        for listener in self._listeners.get(conversation_id, ()):
            listener.set()

    async def replay(self, conversation_id: str, after: int) -> list[Message]:
        """Every message after a number.

        Raises:
            UnknownConversation: if the conversation was deleted.
        """
        return await self._database.read(_replay, conversation_id, after)

    async def follow(self, conversation_id: str, after: int) -> AsyncGenerator[Message | Now | None, None]:
        """Every message after a number, and then each new one, and what the clinic's people do.

        None comes now and then, so that a dead line is noticed.

        Ends when the conversation is deleted.
        """
        quiet, told = 0.0, Now()
        with self._listening(conversation_id) as arrived:
            while True:
                arrived.clear()
                try:
                    messages, read = await self._database.read(_look, conversation_id, after)
                except UnknownConversation:
                    return
                for message in messages:
                    after, quiet = message.seq, 0.0
                    yield message
                now = Now(read, self._typing.person_typing(conversation_id))
                if now != told:
                    told = now
                    yield now
                if quiet >= HEARTBEAT_SECONDS:
                    quiet = 0.0
                    yield None
                if not await _set_within(arrived, POLL_SECONDS):
                    quiet += POLL_SECONDS

    @contextmanager
    def _listening(self, conversation_id: str) -> Iterator[asyncio.Event]:
        arrived = asyncio.Event()
        self._listeners[conversation_id].add(arrived)
        try:
            yield arrived
        finally:
            self._listeners[conversation_id].discard(arrived)
            if not self._listeners[conversation_id]:
                del self._listeners[conversation_id]


def _replay(session: Session, conversation_id: str, after: int) -> list[Message]:
    if not exists(session, conversation_id):
        raise UnknownConversation(conversation_id)
    return messages_after(session, conversation_id, after)


def _look(session: Session, conversation_id: str, after: int) -> tuple[list[Message], int]:
    return _replay(session, conversation_id, after), last_read(session, conversation_id)


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
