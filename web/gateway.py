"""The gateway: a patient's message is stored, then acted on, and its replies are stored with all that they did."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar
from weakref import WeakValueDictionary

import anyio.to_thread
import structlog
from sqlalchemy.orm import Session

from actions.turn import new_reference
from desk.conversations import (
    ChangedHands,
    Draft,
    Stored,
    UnknownConversation,
    exists,
    has_a_person,
    last_question,
    messages_after,
    question_before,
    start_conversation,
    still_in_the_same_hands,
    store_patient_message,
    store_turn,
)
from desk.database import Database
from desk.erasure import erase, on_hold, scrub
from desk.handoffs import waiting_handoff
from desk.intakes import intake_record, unread_alarm
from desk.models import Message
from desk.own_data import PATIENT, withdraw_consent
from desk.turns import Waiting, take_turn, waiting_before
from intake.clinic import Clinic
from intake.judging.plain import looks_like_a_question
from intake.record import (
    AskedBack,
    ConversationDeleted,
    Effect,
    HandoffAsked,
    IntakeCompleted,
    IntakePaused,
    IntakeRecord,
    IntakeResumed,
    Urgent,
)
from intake.red_flags import RedFlag, RedFlags, country_of, the_red_flags
from web.rasa import RasaAway, RasaClient, Reply
from web.texts import texts

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
        self._red_flags = red_flags or the_red_flags()
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
        greeting = [Draft(text, buttons=_buttons(said.greeting_buttons))]

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
            return self._red_flag(text, record)

        return await self._in_thread(look)

    async def act_as_person(self, conversation_id: str, act: Callable[[Session], Result]) -> Result:
        """Do something of `desk.taking_over` in one transaction; the patient sees it at once.

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
                store_turn(session, waiting.conversation_id, waiting.seq, self._away_now(session, waiting.conversation_id), [])

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
        return self._red_flags.check(text, self._clinic)

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
                reply = _emergency(flag, self._place(session, conversation_id, stored.seq))
                return store_turn(session, conversation_id, stored.seq, reply.drafts, reply.effects)

        messages = await self._in_thread(store)
        self._announce(conversation_id)
        return messages

    async def _say_away(self, conversation_id: str, client_id: str, text: str) -> list[Message]:
        """Store a message for which there is no time left, and say so."""

        def store() -> list[Message]:
            with self._database.write() as session:
                stored = store_patient_message(session, conversation_id, client_id, text)
                return store_turn(session, conversation_id, stored.seq, self._away_now(session, conversation_id), [])

        messages = await self._in_thread(store)
        logger.error("there was no time left for a message")
        self._announce(conversation_id)
        return messages

    async def _answer(
        self, conversation_id: str, seq: int, text: str, flag: RedFlag | None, ends: float | None = None
    ) -> list[Message]:  # fmt: skip
        while True:
            try:
                return await self._answer_as_it_stands(Waiting(conversation_id, seq, text), flag, ends)
            except ChangedHands:  # a person took over or handed back meanwhile: it is decided anew, by who has it now
                logger.info("a turn changed hands", seq=seq)

    async def _answer_as_it_stands(self, waiting: Waiting, flag: RedFlag | None, ends: float | None) -> list[Message]:
        conversation_id, seq, text = waiting.conversation_id, waiting.seq, waiting.text

        def look() -> _Place:
            with self._database.read() as session:
                return self._place(session, conversation_id, seq)

        place = await self._in_thread(look)
        if flag and flag.level == "emergency":
            reply = _emergency(flag, place)
        elif place.has_a_person:
            reply = self._beside_a_person(flag, place, text)
        elif place.paused and self._red_flags.says_it_was_read(text):
            reply = self._resumed(place)
        else:
            reply = self._waiting(await self._from_rasa(text, seq, place, ends), place, text)
            reply = _also_urgent(flag, reply, place) if flag else reply

        def store() -> list[Message]:
            with self._database.write() as session:
                still_in_the_same_hands(session, conversation_id, place.has_a_person)
                fitting = self._fitting(session, conversation_id, reply, place, text)
                last = self._unless_on_hold(session, conversation_id, fitting)
                messages = store_turn(session, conversation_id, seq, last.drafts, last.effects)
                # The last words are still said, and then there is nothing left that could be read again.
                erased = _deletes(last) and erase(session, conversation_id, PATIENT)
            if erased:
                scrub(self._database)
            return messages

        messages = await self._in_thread(store)
        self._announce(conversation_id)
        return messages

    def _place(self, session: Session, conversation_id: str, seq: int) -> _Place:
        record = intake_record(session, conversation_id)
        paused = unread_alarm(session, conversation_id) is not None
        asked = last_question(session, conversation_id, record.open_field) if paused and record.open_field else None
        before = question_before(session, conversation_id, seq)
        handoff, person = waiting_handoff(session, conversation_id), has_a_person(session, conversation_id)
        return _Place(record, handoff, before, paused, asked, person)

    def _fitting(self, session: Session, conversation_id: str, reply: Reply, place: _Place, text: str) -> Reply:
        """A reply as it fits now: an emergency may have been told of while Rasa was thinking."""
        if (
            place.has_a_person
            or place.paused
            or unread_alarm(session, conversation_id) is None
            or IntakePaused in map(type, reply.effects)
        ):
            return reply
        return self._waiting(reply, replace(place, paused=True), text)

    async def _from_rasa(self, text: str, seq: int, place: _Place, ends: float | None) -> Reply:
        # While the intake is paused, Rasa is told of no open field. So it takes no answer, and asks for none.
        record = place.record.model_copy(update={"open_field": None}) if place.paused else place.record
        try:
            context = {"intake": record.model_dump(mode="json"), "handoff": place.handoff, "before": place.before}
            left = None if ends is None else max(ends - time.monotonic() - _LEAST_FOR_US, _LEAST_FOR_US)
            return await self._rasa.turn(text, context, left)
        except RasaAway as away:
            incident = secrets.token_hex(4)
            logger.error("rasa gave no reply", reason=away.reason, incident=incident, seq=seq)
            return self._person_called(place) if _wants_a_person(text) else Reply([self._away()], [])

    def _waiting(self, reply: Reply, place: _Place, text: str) -> Reply:
        """The reply while the intake is paused: nothing of the intake changes, and the patient is told why."""
        if not place.paused:
            return reply
        kept = [effect for effect in reply.effects if _waits_for_nothing(effect)]
        touched = len(kept) < len(reply.effects)
        if not touched and place.record.status != "in_progress":
            return reply
        waiting = Draft(self._red_flags.waiting(), kind="notice", buttons=_buttons([self._red_flags.file.acknowledge]))
        if touched or (_found_nothing(reply) and not looks_like_a_question(text)):  # most likely an answer to the open field
            return Reply([waiting], kept)
        return Reply([*reply.drafts, waiting], kept)

    def _unless_on_hold(self, session: Session, conversation_id: str, reply: Reply) -> Reply:
        """The reply; where it would delete what the clinic must keep, a sentence that says so, and nothing is deleted."""
        if not _deletes(reply) or not on_hold(session, conversation_id):
            return reply
        contact = self._clinic.email or self._clinic.phone or self._clinic.name
        return Reply([Draft(texts().errors["on_hold"].format(contact=contact), kind="notice", sender="system")], [])

    def _beside_a_person(self, flag: RedFlag | None, place: _Place, text: str) -> Reply:
        """What is said while a person has the conversation: nothing, unless it is about an emergency."""
        if flag:
            return Reply([Draft(flag.text, kind="notice")], [_handoff(flag, place.handoff)])
        if place.paused and self._red_flags.says_it_was_read(text):
            return self._resumed(replace(place, asked=None))
        return Reply([], [])

    def _resumed(self, place: _Place) -> Reply:
        """Go on after an emergency has been read, with the open field in the words in which it was asked."""
        thanks = Draft(self._red_flags.acknowledged(self._clinic, country_of(place.record)))
        return Reply([thanks, *([place.asked] if place.asked else [])], [IntakeResumed()])

    def _red_flag(self, text: str, record: IntakeRecord) -> RedFlag | None:
        """The emergency in a message, if there is one. A fault in the check must not keep the message from an answer."""
        try:
            flag = self._red_flags.check(text, self._clinic, country_of(record))
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
        return Draft(text, kind="notice", sender="system", buttons=_buttons([said.person_button]))

    def _away_now(self, session: Session, conversation_id: str) -> list[Draft]:
        """That the assistant cannot answer; nothing while a person has the conversation, who was not asked to leave."""
        return [] if has_a_person(session, conversation_id) else [self._away()]

    def _person_called(self, place: _Place) -> Reply:
        """A person can be had without Rasa: the button of the notice above must not lead to the same notice."""
        clinic, reference = self._clinic, place.handoff or place.record.reference or new_reference()
        text = texts().person_called.format(reference=reference, **clinic.model_dump())
        return Reply([Draft(text, kind="handoff")], [HandoffAsked(reference=reference, reason="asked")])

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


@dataclass(frozen=True)
class _Place:
    """Where a patient is when a message comes."""

    record: IntakeRecord
    handoff: str | None
    before: str | None  # the question that was answered last
    paused: bool  # after an emergency whose text nobody has said to have read
    asked: Draft | None  # then: the open field, as it was asked
    has_a_person: bool


def _emergency(flag: RedFlag, place: _Place) -> Reply:
    """The fixed text for an emergency, and a case that a coordinator sees first. Rasa is not asked, the intake waits."""
    draft = Draft(flag.text, kind="emergency", buttons=_buttons(flag.buttons))
    return Reply([draft], [_handoff(flag, place.handoff), IntakePaused(group=flag.group)])


def _also_urgent(flag: RedFlag, reply: Reply, place: _Place) -> Reply:
    """A reply with the notice of what is urgent before it, and a coordinator told."""
    asked = next((effect.reference for effect in reply.effects if isinstance(effect, HandoffAsked | IntakeCompleted)), None)
    effects = [*reply.effects, _handoff(flag, asked or place.handoff)]
    return Reply([Draft(flag.text, kind="notice"), *reply.drafts], effects)


def _found_nothing(reply: Reply) -> bool:
    return all(draft.answer is not None and draft.answer["status"] == "abstained" for draft in reply.drafts)


def _deletes(reply: Reply) -> bool:
    return any(isinstance(effect, ConversationDeleted) for effect in reply.effects)


def _waits_for_nothing(effect: Effect) -> bool:
    """Whether an effect is no part of the intake: a person, or the deletion of everything, can be had at any time."""
    asks_to_delete = isinstance(effect, AskedBack) and effect.asking in {"delete", "unclear"}
    return asks_to_delete or isinstance(effect, HandoffAsked | ConversationDeleted)


def _handoff(flag: RedFlag, reference: str | None) -> HandoffAsked:
    urgent = Urgent(group=flag.group, level=flag.level)
    return HandoffAsked(reference=reference or new_reference(), reason="red_flag", urgent=urgent)


def _wants_a_person(text: str) -> bool:
    return text.strip().casefold() == texts().person_button.casefold()


def _buttons(titles: list[str]) -> list[dict[str, str]]:
    return [{"title": title, "value": title} for title in titles]
