"""The outcome of a stored message: what is replied, by whom it is decided, and everything that it did, in one transaction."""

from __future__ import annotations

import secrets

import anyio.to_thread
import structlog
from sqlalchemy.orm import Session

from desk.conversations.log import ChangedHands, still_in_the_same_hands, store_patient_message, store_turn
from desk.conversations.own_data import PATIENT
from desk.conversations.turns import Waiting
from desk.database import Database
from desk.keeping.erasure import erase, scrub
from desk.models import Message
from emergencies.red_flags import RedFlag
from turns.deadline import Deadline
from turns.in_threads import InThreads
from turns.rasa import RasaAway, RasaClient, Reply
from turns.replies import OwnReplies, Place, also_urgent, deletes, emergency, place_of, wants_a_person
from turns.streams import Streams

logger = structlog.get_logger(__name__)


class Answering:
    """Gives messages their outcome, each one once; whoever follows the conversation sees it at once."""

    def __init__(self, database: Database, rasa: RasaClient, own: OwnReplies, streams: Streams) -> None:
        """Answer with what Rasa decides and with replies of our own."""
        self._database = database
        self._in_threads = InThreads(database)
        self._rasa = rasa
        self._own = own
        self._streams = streams

    async def answer(self, waiting: Waiting, flag: RedFlag | None, deadline: Deadline | None = None) -> list[Message]:
        """Deal with a message; gives its replies, or those that it has got meanwhile.

        Args:
            waiting: the message.
            flag: what the check for emergencies found in it.
            deadline: without one, Rasa may take its whole time.

        Raises:
            UnknownConversation: if the conversation was deleted.
        """
        while True:
            try:
                return await self._answer_as_it_stands(waiting, flag, deadline)
            except ChangedHands:  # a person took over or handed back meanwhile: it is decided anew, by who has it now
                logger.info("a turn changed hands", seq=waiting.seq)

    async def say_away(self, conversation_id: str, client_id: str, text: str) -> list[Message]:
        """Store a message for which there is no time left, and say so.

        Raises:
            IdReused: if the id came before with another text.
            UnknownConversation: if the conversation was deleted.
        """
        messages = await self._in_threads.write(self._store_and_say_away, conversation_id, client_id, text)
        logger.error("there was no time left for a message")
        self._streams.announce(conversation_id)
        return messages

    async def give_up(self, waiting: Waiting) -> None:
        """Say to a patient that their message cannot be dealt with.

        Raises:
            UnknownConversation: if the conversation was deleted.
        """
        await self._in_threads.write(self._say_away, waiting.conversation_id, waiting.seq)
        self._streams.announce(waiting.conversation_id)

    async def _answer_as_it_stands(self, waiting: Waiting, flag: RedFlag | None, deadline: Deadline | None) -> list[Message]:
        place = await self._in_threads.read(place_of, waiting.conversation_id, waiting.seq)
        reply = await self._decide(waiting, flag, place, deadline)
        messages = await anyio.to_thread.run_sync(self._store, waiting, place, reply)
        self._streams.announce(waiting.conversation_id)
        return messages

    async def _decide(self, waiting: Waiting, flag: RedFlag | None, place: Place, deadline: Deadline | None) -> Reply:
        """The reply to a message, by the first of these that it concerns: an emergency, a person, a pause, Rasa."""
        if flag and flag.level == "emergency":
            return emergency(flag, place.handoff)
        if place.has_a_person:
            return self._own.beside_a_person(flag, place, waiting.text)
        if place.paused and self._own.says_it_was_read(waiting.text):
            return self._own.resumed(place)
        reply = self._own.waiting(await self._from_rasa(waiting, place, deadline), place, waiting.text)
        return also_urgent(flag, reply, place) if flag else reply

    async def _from_rasa(self, waiting: Waiting, place: Place, deadline: Deadline | None) -> Reply:
        # While the intake is paused, Rasa is told of no open field. So it takes no answer, and asks for none.
        record = place.record.model_copy(update={"open_field": None}) if place.paused else place.record
        context = {"intake": record.model_dump(mode="json"), "handoff": place.handoff, "before": place.before}
        try:
            return await self._rasa.turn(waiting.text, context, deadline.seconds_for_rasa if deadline else None)
        except RasaAway as away:
            incident = secrets.token_hex(4)
            logger.error("rasa gave no reply", reason=away.reason, incident=incident, seq=waiting.seq)
            return self._own.person_called(place) if wants_a_person(waiting.text) else Reply([self._own.away()], [])

    def _store(self, waiting: Waiting, place: Place, reply: Reply) -> list[Message]:
        """Store a reply as it fits at this moment, with its effects.

        Raises:
            ChangedHands: if it was decided for the assistant and a person has the conversation now, or the other way round.
        """
        conversation_id = waiting.conversation_id
        with self._database.write() as session:
            still_in_the_same_hands(session, conversation_id, place.has_a_person)
            fitting = self._own.fitting(session, conversation_id, reply, place, waiting.text)
            last = self._own.unless_on_hold(session, conversation_id, fitting)
            messages = store_turn(session, conversation_id, waiting.seq, last.drafts, last.effects)
            # The last words are still said, and then there is nothing left that could be read again.
            erased = deletes(last) and erase(session, conversation_id, PATIENT)
        if erased:
            scrub(self._database)
        return messages

    def _store_and_say_away(self, session: Session, conversation_id: str, client_id: str, text: str) -> list[Message]:
        stored = store_patient_message(session, conversation_id, client_id, text)
        return self._say_away(session, conversation_id, stored.seq)

    def _say_away(self, session: Session, conversation_id: str, seq: int) -> list[Message]:
        return store_turn(session, conversation_id, seq, self._own.away_now(session, conversation_id), [])
