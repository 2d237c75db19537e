"""Replies to emergencies: at once, whatever breaks, and stored as soon as that can be done."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import anyio.to_thread
import structlog
from anyio import CapacityLimiter
from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.conversations.handoffs import waiting_handoff
from desk.conversations.log import Draft, IdReused, UnknownConversation, store_patient_message, store_turn
from desk.database import Database
from desk.models import Handoff, Message
from emergencies.red_flags import RedFlag
from intake.record import HandoffAsked
from intake.sent import Sent
from turns.replies import emergency
from turns.streams import Streams

logger = structlog.get_logger(__name__)

NOT_STORED = 0  # in the place of the number of a message that has none yet
THREADS = 2  # one writes at a time
_STORING_SECONDS = 0.7  # after that the reply goes out; storing goes on
_STORING_AT_ONCE = 16  # while more come in one instant, replies go out first: storing would take the processor from them
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 5.0  # seconds between tries to store what could not be stored
_LAST_TRY_SECONDS = 3.0  # when the process ends
_MOST_WAITING = 5_000


@dataclass(frozen=True)
class Told:
    """An emergency and what was replied to it. Both may not be stored yet."""

    conversation_id: str
    client_id: str
    text: str
    flag: RedFlag
    at: datetime
    values: Sequence[Sent] = ()  # what was chosen beside the words

    @property
    def key(self) -> tuple[str, str]:
        """The conversation, and the message's own id in it."""
        return self.conversation_id, self.client_id

    def messages(self) -> list[Message]:
        """The reply, without a number."""
        return [without_number(self.conversation_id, draft, self.at) for draft in emergency(self.flag, None).drafts]


class Alarms:
    """The emergencies of one web process, from the reply until they are stored."""

    def __init__(self, database: Database, streams: Streams) -> None:
        """Nothing has been told yet."""
        self._database = database
        self._streams = streams
        self._threads = CapacityLimiter(THREADS)
        self._waiting: dict[tuple[str, str], Told] = {}
        self._in_hand: Counter[tuple[str, str]] = Counter()  # what is being stored at this moment
        self._storing: set[asyncio.Task[list[Message] | None]] = set()
        self._trying_again: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many emergencies were answered and are not stored yet."""
        return len(self._waiting)

    async def reply(
        self, conversation_id: str, client_id: str, text: str, flag: RedFlag, values: Sequence[Sent] = ()
    ) -> list[Message]:
        """The reply to an emergency. It is stored with the message first, unless that fails or takes longer than a blink.

        What could not be stored is kept in this process, and stored under the same id when that can be done. Until then the
        reply has the number `NOT_STORED`, also if the same id comes again.

        Raises:
            IdReused: if the id came before with another text.
        """
        told = self._waiting.get((conversation_id, client_id))
        if told is None or told.text != text:
            told = Told(conversation_id, client_id, text, flag, datetime.now(UTC), values)
        if len(self._storing) >= _STORING_AT_ONCE:
            self._keep(told)
            return told.messages()
        storing = asyncio.create_task(self._store(told))
        self._storing.add(storing)
        storing.add_done_callback(self._settled)
        done, _ = await asyncio.wait({storing}, timeout=_STORING_SECONDS)
        if not done:
            logger.error("storing an emergency takes too long", group=flag.group)
            self._keep(told)
        messages = storing.result() if done else None
        return told.messages() if messages is None else messages

    @staticmethod
    def nowhere(text: str, flag: RedFlag) -> list[Message]:
        """The reply to an emergency of somebody whose conversation is not known; there is nothing to store it with."""
        logger.error("an emergency without a conversation", group=flag.group)
        return Told("", "", text, flag, datetime.now(UTC)).messages()

    async def close(self) -> None:
        """Try once more to store what was told; the process ends."""
        if self._trying_again is not None:
            self._trying_again.cancel()
        tries = [asyncio.create_task(self._store(told)) for told in self._waiting.values()]
        if tries:
            await asyncio.wait(tries, timeout=_LAST_TRY_SECONDS)
        if self._waiting:
            logger.error("emergencies were told and never stored", number=len(self._waiting))

    async def _store(self, told: Told) -> list[Message] | None:
        """Store an emergency with its reply; nothing, if that cannot be done now.

        Raises:
            IdReused: if the id came before with another text.
        """
        try:
            messages = await self._write(told)
        except IdReused:
            self._forget(told)
            raise
        except UnknownConversation:
            logger.error("an emergency in a conversation that was deleted", group=told.flag.group)
            self._forget(told)
            return None
        except Exception as error:
            logger.error("an emergency could not be stored yet", group=told.flag.group, error=type(error).__name__)
            self._keep(told)
            return None
        self._forget(told)
        self._streams.announce(told.conversation_id)
        return messages

    async def _write(self, told: Told) -> list[Message]:
        def write() -> list[Message]:
            with self._database.write(hurry=True, alone=False) as session:
                return _store(session, told)

        self._in_hand[told.key] += 1
        try:
            return await anyio.to_thread.run_sync(write, limiter=self._threads)
        finally:
            self._in_hand[told.key] -= 1
            if not self._in_hand[told.key]:
                del self._in_hand[told.key]

    def _settled(self, storing: asyncio.Task[list[Message] | None]) -> None:
        self._storing.discard(storing)
        if not storing.cancelled():
            storing.exception()  # nobody may have waited for it

    def _keep(self, told: Told) -> None:
        if len(self._waiting) >= _MOST_WAITING:
            logger.error("too many emergencies wait to be stored; the page of the patient keeps this one")
            return
        self._waiting.setdefault(told.key, told)
        if self._trying_again is None or self._trying_again.done():
            self._trying_again = asyncio.create_task(self._try_again())

    def _forget(self, told: Told) -> None:
        if self._waiting.pop(told.key, None):
            logger.info("an emergency is dealt with that could not be stored before", group=told.flag.group)

    async def _try_again(self) -> None:
        pause = _FIRST_PAUSE
        while self._waiting:
            await asyncio.sleep(pause)
            pause = 0 if await self._try_next() else min(max(2 * pause, _FIRST_PAUSE), _LONGEST_PAUSE)

    async def _try_next(self) -> bool:
        """Try to store the one that was tried longest ago; whether it need not be tried again."""
        key = next((key for key in self._waiting if key not in self._in_hand), None)
        if key is None:
            return not self._waiting
        told = self._waiting[key] = self._waiting.pop(key)
        try:
            await self._store(told)
        except IdReused:
            logger.error("an emergency came under the id of another message", group=told.flag.group)
        return key not in self._waiting


def _store(session: Session, told: Told) -> list[Message]:
    """Store an emergency with its reply. Nothing sealed is opened, which might fail."""
    conversation_id = told.conversation_id
    stored = store_patient_message(session, conversation_id, told.client_id, told.text, told.values)
    if stored.replies is not None:
        return stored.replies
    reply = emergency(told.flag, waiting_handoff(session, conversation_id))
    messages = store_turn(session, conversation_id, stored.seq, reply.drafts, reply.effects)
    _date_back(session, told, messages, [effect for effect in reply.effects if isinstance(effect, HandoffAsked)])
    return messages


def _date_back(session: Session, told: Told, messages: list[Message], asked: list[HandoffAsked]) -> None:
    """Let the log and the alarm bear the time at which they were said, not that at which they could be stored."""
    mine = select(Message).where(Message.conversation_id == told.conversation_id, Message.client_id == told.client_id)
    for message in (*messages, *session.scalars(mine)):
        message.at = told.at
    for effect in asked:
        session.get_one(Handoff, effect.reference).urgent_at = told.at


def without_number(conversation_id: str, draft: Draft, at: datetime) -> Message:
    """A reply that is not in the log."""
    return Message(
        conversation_id=conversation_id,
        seq=NOT_STORED,
        at=at,
        sender=draft.sender,
        kind=draft.kind,
        text=draft.text,
        buttons=draft.buttons,
        language=draft.language,
    )
