"""The gateway: a patient's message is stored, then acted on, and its replies are stored with all that they did."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar
from weakref import WeakValueDictionary

import anyio.to_thread
import structlog
from sqlalchemy.orm import Session

from desk.conversations.intakes import intake_record
from desk.conversations.log import (
    ChangedHands,
    Draft,
    Stored,
    UnknownConversation,
    exists,
    messages_after,
    start_conversation,
    still_in_the_same_hands,
    store_patient_message,
    store_turn,
)
from desk.conversations.own_data import PATIENT, withdraw_consent
from desk.conversations.turns import Waiting, take_turn, waiting_before
from desk.database import Database
from desk.keeping.erasure import erase, scrub
from desk.models import Message
from emergencies.red_flags import RedFlag, RedFlags, the_red_flags
from intake.clinic import Clinic
from intake.record import IntakeRecord
from turns.rasa import RasaAway, RasaClient, Reply
from turns.replies import OwnReplies, Place, also_urgent, buttons_of, deletes, emergency, place_of, wants_a_person
from turns.texts import texts

logger = structlog.get_logger(__name__)
Result = TypeVar("Result")

POLL_SECONDS = 2.0  # a stream also looks by itself: another process may have written
HEARTBEAT_SECONDS = 15.0
# The promise is a reply within ten seconds, of which Rasa may take eight by default.
_BESIDE_RASA = 1.5  # seconds for everything else, waiting for the turn included
_LEAST_FOR_RASA = 2.0  # seconds; with less left, a message is not begun any more
_LEAST_FOR_US = 0.5  # seconds, for storing the outcome
_LOOK_AGAIN_SECONDS = 0.1
_AFTER_ALL = 2**31 - 1  # a number after every message


class Gateway:
    """Handles the conversations of one web process."""

    def __init__(self, database: Database, rasa: RasaClient, clinic: Clinic, red_flags: RedFlags | None = None) -> None:
        """Put the parts together; nothing runs yet.

        Args:
            database: the records.
            rasa: decides about every message that is no emergency.
            clinic: whose numbers are shown.
            red_flags: the check for emergencies; by default the wordings alone, without the model.
        """
        self._database = database
        self._rasa = rasa
        self._clinic = clinic
        self._own = OwnReplies(clinic, red_flags or the_red_flags())
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._listeners: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._going_on: set[asyncio.Task[None]] = set()

    @property
    def longest_turn(self) -> float:
        """Seconds after which a message without an outcome has been left by its process."""
        return self._rasa.timeout + _BESIDE_RASA + _LEAST_FOR_US

    async def start(self) -> tuple[str, list[Message]]:
        """Begin a conversation; gives its id and the greeting."""
        clinic, said = self._clinic, texts()
        text = said.greeting.format(clinic=clinic.name, emergency_number=clinic.emergency_number)
        greeting = [Draft(text, buttons=buttons_of(said.greeting_buttons))]

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
        ends = time.monotonic() + self._rasa.timeout + _BESIDE_RASA
        flag = await self.red_flag_in(conversation_id, text)
        if flag and flag.level == "emergency":
            return await self._answer_emergency(conversation_id, client_id, text, flag)
        async with self._turn(conversation_id, ends - _LEAST_FOR_RASA) as has_turn:
            stored = await self._take_turn(conversation_id, client_id, text, ends - _LEAST_FOR_RASA) if has_turn else None
            if stored is None:
                return await self._say_away(conversation_id, client_id, text)
            if stored.replies is not None:
                return stored.replies
            self._announce(conversation_id)
            await self._answer_earlier(conversation_id, stored.seq, ends)
            return await self._answer(conversation_id, stored.seq, text, flag, ends)

    async def red_flag_in(self, conversation_id: str, text: str) -> RedFlag | None:
        """What is urgent in a message, if there is something; nothing is stored."""

        def look() -> RedFlag | None:
            with self._database.read() as session:
                record = intake_record(session, conversation_id)
            return self._own.red_flag(text, record)

        return await self._in_thread(look)

    async def act_as_person(self, conversation_id: str, act: Callable[[Session], Result]) -> Result:
        """Do something of `desk.cases.taking_over` in one transaction; the patient sees it at once.

        If it hands the conversation back, the assistant goes on with what the patient has written meanwhile.
        """

        def store() -> tuple[Result, list[Waiting]]:
            with self._database.write() as session:
                result = act(session)
                return result, waiting_before(session, conversation_id, _AFTER_ALL)

        result, left = await self._in_thread(store)
        self._announce(conversation_id)
        going_on = asyncio.create_task(self._go_on(left))
        self._going_on.add(going_on)  # or it might be collected before it has run
        going_on.add_done_callback(self._going_on.discard)
        return result

    async def _go_on(self, left: list[Waiting]) -> None:
        for waiting in left:
            try:
                await self.answer_again(waiting)
            except UnknownConversation:
                return
            except Exception:  # the sweeper tries again
                logger.exception("a message that was handed back could not be answered", seq=waiting.seq)

    async def answer_again(self, waiting: Waiting) -> None:
        """Deal with a message that was stored and not answered.

        Raises:
            UnknownConversation: if the conversation was deleted.
        """
        ends = time.monotonic() + self._rasa.timeout + _BESIDE_RASA
        async with self._turn(waiting.conversation_id, ends) as has_turn:
            if has_turn:
                flag = await self.red_flag_in(waiting.conversation_id, waiting.text)
                await self._answer(waiting.conversation_id, waiting.seq, waiting.text, flag)

    async def give_up(self, waiting: Waiting) -> None:
        """Say to a patient that their message cannot be dealt with.

        Raises:
            UnknownConversation: if the conversation was deleted.
        """

        def store() -> None:
            with self._database.write() as session:
                drafts = self._own.away_now(session, waiting.conversation_id)
                store_turn(session, waiting.conversation_id, waiting.seq, drafts, [])

        await self._in_thread(store)
        self._announce(waiting.conversation_id)

    async def withdraw_consent(self, conversation_id: str) -> list[Message]:
        """Forget the intake, and say so.

        Raises:
            UnknownConversation: if the conversation was deleted.
        """
        said = texts()

        def say(reference: str | None) -> list[Draft]:
            parts = [said.consent_withdrawn, said.consent_withdrawn_person.format(reference=reference) if reference else ""]
            return [Draft(" ".join(filter(None, parts)), kind="notice", sender="system")]

        def store() -> list[Message]:
            with self._database.write() as session:
                return withdraw_consent(session, conversation_id, say)

        messages = await self._in_thread(store)
        self._announce(conversation_id)
        return messages

    async def delete(self, conversation_id: str) -> None:
        """Delete a conversation as its patient wishes; whoever follows it sees its end.

        Raises:
            OnHold: if the clinic must keep it.
        """

        def store() -> None:
            with self._database.write() as session:
                erased = erase(session, conversation_id, PATIENT)
            if erased:
                scrub(self._database)

        await self._in_thread(store)
        self._announce(conversation_id)

    def alarm_in(self, text: str) -> RedFlag | None:
        """Whether words that were written outside a conversation tell of an emergency."""
        return self._own.red_flag(text, IntakeRecord())

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

    async def follow(self, conversation_id: str, after: int) -> AsyncGenerator[Message | None, None]:
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

    async def _take_turn(self, conversation_id: str, client_id: str, text: str, until: float) -> Stored | None:
        """Store a message when no other process deals with one of this conversation; nothing, if that takes too long."""

        def store() -> Stored | None:
            alive_since = datetime.now(UTC) - timedelta(seconds=self.longest_turn)
            with self._database.write() as session:
                return take_turn(session, conversation_id, client_id, text, alive_since)

        while (stored := await self._in_thread(store)) is None and time.monotonic() < until:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        return stored

    async def _answer_earlier(self, conversation_id: str, seq: int, ends: float) -> None:
        """First what an earlier process left without a reply, so that replies come in the order of their messages."""

        def find() -> list[Waiting]:
            with self._database.read() as session:
                return waiting_before(session, conversation_id, seq)

        for waiting in await self._in_thread(find):
            try:
                flag = await self.red_flag_in(conversation_id, waiting.text)
                await self._answer(conversation_id, waiting.seq, waiting.text, flag, ends - _LEAST_FOR_RASA)
            except UnknownConversation:
                raise
            except Exception:  # it must not keep this message from a reply; the sweeper tries again
                logger.exception("an earlier message could not be answered", seq=waiting.seq)

    async def _answer_emergency(self, conversation_id: str, client_id: str, text: str, flag: RedFlag) -> list[Message]:
        """Reply to an emergency at once, whatever else is being dealt with."""

        def store() -> list[Message]:
            with self._database.write() as session:
                stored = store_patient_message(session, conversation_id, client_id, text)
                if stored.replies is not None:
                    return stored.replies
                reply = emergency(flag, place_of(session, conversation_id, stored.seq))
                return store_turn(session, conversation_id, stored.seq, reply.drafts, reply.effects)

        messages = await self._in_thread(store)
        self._announce(conversation_id)
        return messages

    async def _say_away(self, conversation_id: str, client_id: str, text: str) -> list[Message]:
        """Store a message for which there is no time left, and say so."""

        def store() -> list[Message]:
            with self._database.write() as session:
                stored = store_patient_message(session, conversation_id, client_id, text)
                return store_turn(session, conversation_id, stored.seq, self._own.away_now(session, conversation_id), [])

        messages = await self._in_thread(store)
        logger.error("there was no time left for a message")
        self._announce(conversation_id)
        return messages

    async def _answer(
        self, conversation_id: str, seq: int, text: str, flag: RedFlag | None, ends: float | None = None
    ) -> list[Message]:
        while True:
            try:
                return await self._answer_as_it_stands(Waiting(conversation_id, seq, text), flag, ends)
            except ChangedHands:  # a person took over or handed back meanwhile: it is decided anew, by who has it now
                logger.info("a turn changed hands", seq=seq)

    async def _answer_as_it_stands(self, waiting: Waiting, flag: RedFlag | None, ends: float | None) -> list[Message]:
        conversation_id, seq, text = waiting.conversation_id, waiting.seq, waiting.text

        def look() -> Place:
            with self._database.read() as session:
                return place_of(session, conversation_id, seq)

        place = await self._in_thread(look)
        if flag and flag.level == "emergency":
            reply = emergency(flag, place)
        elif place.has_a_person:
            reply = self._own.beside_a_person(flag, place, text)
        elif place.paused and self._own.says_it_was_read(text):
            reply = self._own.resumed(place)
        else:
            reply = self._own.waiting(await self._from_rasa(text, seq, place, ends), place, text)
            reply = also_urgent(flag, reply, place) if flag else reply

        def store() -> list[Message]:
            with self._database.write() as session:
                still_in_the_same_hands(session, conversation_id, place.has_a_person)
                fitting = self._own.fitting(session, conversation_id, reply, place, text)
                last = self._own.unless_on_hold(session, conversation_id, fitting)
                messages = store_turn(session, conversation_id, seq, last.drafts, last.effects)
                # The last words are still said, and then there is nothing left that could be read again.
                erased = deletes(last) and erase(session, conversation_id, PATIENT)
            if erased:
                scrub(self._database)
            return messages

        messages = await self._in_thread(store)
        self._announce(conversation_id)
        return messages

    async def _from_rasa(self, text: str, seq: int, place: Place, ends: float | None) -> Reply:
        # While the intake is paused, Rasa is told of no open field. So it takes no answer, and asks for none.
        record = place.record.model_copy(update={"open_field": None}) if place.paused else place.record
        try:
            context = {"intake": record.model_dump(mode="json"), "handoff": place.handoff, "before": place.before}
            left = None if ends is None else max(ends - time.monotonic() - _LEAST_FOR_US, _LEAST_FOR_US)
            return await self._rasa.turn(text, context, left)
        except RasaAway as away:
            incident = secrets.token_hex(4)
            logger.error("rasa gave no reply", reason=away.reason, incident=incident, seq=seq)
            return self._own.person_called(place) if wants_a_person(text) else Reply([self._own.away()], [])

    @asynccontextmanager
    async def _turn(self, conversation_id: str, until: float) -> AsyncIterator[bool]:
        """One message of a conversation at a time, in the order in which they came; false if that takes too long."""
        lock = self._turns.setdefault(conversation_id, asyncio.Lock())  # it goes when nobody holds it
        try:
            async with asyncio.timeout(max(until - time.monotonic(), 0)):
                await lock.acquire()
        except TimeoutError:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def _announce(self, conversation_id: str) -> None:
        for listener in self._listeners.get(conversation_id, ()):
            listener.set()

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await anyio.to_thread.run_sync(partial(work))
