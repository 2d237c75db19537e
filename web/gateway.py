"""The gateway: a patient's message is stored, then acted on, and its replies are stored with all that they did."""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import anyio.to_thread
import structlog

from actions.turn import new_reference
from desk.conversations import (
    Draft,
    UnknownConversation,
    exists,
    messages_after,
    start_conversation,
    store_patient_message,
    store_turn,
    unanswered,
)
from desk.database import Database
from desk.handoffs import waiting_handoff
from desk.intakes import intake_record
from desk.models import Message
from intake.clinic import Clinic
from intake.record import HandoffAsked
from intake.red_flags import RedFlag, check
from web.rasa import RasaAway, RasaClient, Reply
from web.texts import texts

logger = structlog.get_logger(__name__)
Result = TypeVar("Result")

POLL_SECONDS = 2.0  # a stream also looks by itself: another process may have written
HEARTBEAT_SECONDS = 15.0
_RECOVERY_SECONDS = 180.0


class Gateway:
    """Handles the conversations of one web process."""

    def __init__(self, database: Database, rasa: RasaClient, clinic: Clinic) -> None:
        """Put the parts together; nothing runs yet."""
        self._database = database
        self._rasa = rasa
        self._clinic = clinic
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._listeners: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    async def start(self) -> tuple[str, list[Message]]:
        """Begin a conversation; gives its id and the greeting."""
        clinic, said = self._clinic, texts()
        text = said.greeting.format(clinic=clinic.name, emergency_number=clinic.emergency_number)
        buttons = [{"title": title, "value": title} for title in said.greeting_buttons]
        greeting = [Draft(text, buttons=buttons)]

        def store() -> tuple[str, list[Message]]:
            with self._database.write() as session:
                conversation, messages = start_conversation(session, greeting)
                return conversation.id, messages

        return await self._in_thread(store)

    async def receive(self, conversation_id: str, client_id: str, text: str) -> list[Message]:
        """Take a patient's message and give the replies to it. The same id gives the same replies again.

        Raises:
            IdReused: if the id came before with another text.
            UnknownConversation: if the conversation was deleted.
        """
        async with self._turn(conversation_id):

            def store() -> tuple[int, list[Message] | None]:
                with self._database.write() as session:
                    stored = store_patient_message(session, conversation_id, client_id, text)
                    return stored.seq, stored.replies

            seq, replies = await self._in_thread(store)
            if replies is not None:
                return replies
            self._announce(conversation_id)
            return await self._answer(conversation_id, seq, text)

    async def recover(self) -> None:
        """Deal with messages that an earlier process stored and did not answer, once Rasa is there."""
        waited = 0.0
        while not await self._rasa.ready() and waited < _RECOVERY_SECONDS:
            await asyncio.sleep(1.0)
            waited += 1.0

        def find() -> list[tuple[str, int, str]]:
            with self._database.read() as session:
                return unanswered(session)

        for conversation_id, seq, text in await self._in_thread(find):
            async with self._turn(conversation_id):
                try:
                    await self._answer(conversation_id, seq, text)
                except UnknownConversation:
                    continue
            logger.info("answered a message of an earlier run", seq=seq)

    async def replay(self, conversation_id: str, after: int) -> list[Message]:
        """Every message after a number.

        Raises:
            UnknownConversation: if the conversation was deleted.
        """

        def read() -> list[Message]:
            with self._database.read() as session:
                if not exists(session, conversation_id):
                    raise UnknownConversation(conversation_id)
                return messages_after(session, conversation_id, after)

        return await self._in_thread(read)

    async def follow(self, conversation_id: str, after: int) -> AsyncIterator[Message | None]:
        """Every message after a number, and then each new one; None now and then, so that a dead line is noticed.

        Ends when the conversation is deleted.
        """
        arrived = asyncio.Event()
        self._listeners[conversation_id].add(arrived)
        quiet = 0.0
        try:
            while True:
                arrived.clear()
                messages = await self.replay(conversation_id, after)
                for message in messages:
                    after, quiet = message.seq, 0.0
                    yield message
                if quiet >= HEARTBEAT_SECONDS:
                    quiet = 0.0
                    yield None
                try:
                    await asyncio.wait_for(arrived.wait(), POLL_SECONDS)
                except TimeoutError:
                    quiet += POLL_SECONDS
        except UnknownConversation:
            return
        finally:
            self._listeners[conversation_id].discard(arrived)
            if not self._listeners[conversation_id]:
                del self._listeners[conversation_id]

    async def _answer(self, conversation_id: str, seq: int, text: str) -> list[Message]:
        def read() -> dict[str, Any]:
            with self._database.read() as session:
                record = intake_record(session, conversation_id)
                handoff = waiting_handoff(session, conversation_id)
                return {"intake": record.model_dump(mode="json"), "handoff": handoff}

        context = await self._in_thread(read)
        flag = self._red_flag(text)
        try:
            reply = _emergency(flag, context) if flag and flag.level == "emergency" else await self._rasa.turn(text, context)
        except RasaAway as away:
            incident = secrets.token_hex(4)
            logger.error("rasa gave no reply", reason=away.reason, incident=incident, seq=seq)
            reply = Reply([self._away()], [])

        if flag and flag.level != "emergency":
            reply = Reply([Draft(flag.text, kind="notice"), *reply.drafts], reply.effects)

        def store() -> list[Message]:
            with self._database.write() as session:
                return store_turn(session, conversation_id, seq, reply.drafts, reply.effects)

        messages = await self._in_thread(store)
        self._announce(conversation_id)
        return messages

    def _red_flag(self, text: str) -> RedFlag | None:
        """The emergency in a message, if there is one. A fault in the check must not keep the message from an answer."""
        try:
            flag = check(text, self._clinic)
        except Exception:
            logger.exception("the check for emergencies failed")
            return None
        if flag:
            logger.warning("red flag", group=flag.group, level=flag.level)
        return flag

    def _away(self) -> Draft:
        clinic, said = self._clinic, texts()
        contact = clinic.email or clinic.phone or clinic.name
        text = said.assistant_away.format(contact=contact, emergency_number=clinic.emergency_number)
        return Draft(text, kind="notice", sender="system")

    def _turn(self, conversation_id: str) -> asyncio.Lock:
        # One message of a conversation at a time, in the order in which they came. The lock goes when nobody holds it.
        return self._turns.setdefault(conversation_id, asyncio.Lock())

    def _announce(self, conversation_id: str) -> None:
        for listener in self._listeners.get(conversation_id, ()):
            listener.set()

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await anyio.to_thread.run_sync(partial(work))


def _emergency(flag: RedFlag, context: dict[str, Any]) -> Reply:
    """The fixed text for an emergency, and a case that a coordinator sees first. Rasa is not asked."""
    reference = context.get("handoff") or new_reference()
    return Reply([Draft(flag.text, kind="emergency")], [HandoffAsked(reference=reference, reason="red_flag")])
