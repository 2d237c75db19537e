"""The outcome of a stored message: what is replied, by whom it is decided, and everything that it did, in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

import anyio.to_thread
import structlog
from sqlalchemy.orm import Session

from desk.conversations.held_back import HeldMessage
from desk.conversations.log import (
    ChangedHands,
    Draft,
    last_said,
    still_in_the_same_hands,
    store_patient_message,
    store_turn,
    store_turns,
)
from desk.conversations.own_data import PATIENT
from desk.conversations.turns import Came, Waiting
from desk.database import Database
from desk.keeping.erasure import erase, scrub
from desk.models import Message
from emergencies.red_flags import RedFlag
from intake.offers import may_take
from intake.record import Asking, HeldChanged
from intake.sent import Sent, as_json
from turns.asking_for_a_person import accepts, wants_a_person
from turns.deadline import Deadline
from turns.in_threads import InThreads
from turns.rasa import RasaAway, RasaClient, Reply
from turns.replies import (
    OwnReplies,
    Part,
    Place,
    also_urgent,
    as_offered,
    beside,
    deletes,
    emergency,
    in_order,
    is_foreign,
    leaves_an_offer,
    place_of,
    wants_a_person_in,
)
from turns.silence import Silence
from turns.streams import Streams
from turns.wishes_to_delete import wants_deletion_in

logger = structlog.get_logger(__name__)


class Answering:
    """Gives messages their outcome, each one once; whoever follows the conversation sees it at once."""

    def __init__(self, database: Database, rasa: RasaClient, own: OwnReplies, streams: Streams) -> None:
        """Answer with what Rasa decides and with replies of our own."""
        self._database = database
        self._in_threads = InThreads(database)
        self._rasa = rasa
        self._own = own
        self._silence = Silence(self._in_threads)
        self._streams = streams

    async def answer(
        self, waiting: Waiting, flag: RedFlag | None, deadline: Deadline | None = None, place: Place | None = None
    ) -> list[Message]:
        """Deal with a message; gives its replies, or those that it has got meanwhile.

        Args:
            waiting: the message.
            flag: what the check for emergencies found in it.
            deadline: without one, Rasa may take its whole time.
            place: where the patient was when the message was stored a moment ago; without it, that is read.

        Raises:
            UnknownConversation: if the conversation was deleted.
        """
        while True:
            now = place if place is not None else await self._in_threads.read(place_of, waiting.conversation_id, waiting.seq)
            try:
                return await self._answer_from(now, waiting, flag, deadline)
            except ChangedHands:  # a person took over or handed back meanwhile: it is decided anew, by who has it now
                logger.info("a turn changed hands", seq=waiting.seq)
                place = None

    async def say_away(self, conversation_id: str, came: Came) -> list[Message]:
        """Store a message for which there is no time left, and say so.

        Raises:
            IdReused: if the id came before with another text or other values.
            UnknownConversation: if the conversation was deleted.
        """
        messages = await self._in_threads.write(self._store_and_say_away, conversation_id, came)
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

    async def _answer_from(
        self, place: Place, waiting: Waiting, flag: RedFlag | None, deadline: Deadline | None
    ) -> list[Message]:
        parts = await self._decide(waiting, flag, place, deadline)
        messages = await anyio.to_thread.run_sync(self._store, waiting, place, parts)
        self._streams.announce(waiting.conversation_id)
        return messages

    async def _decide(self, waiting: Waiting, flag: RedFlag | None, place: Place, deadline: Deadline | None) -> list[Part]:
        """The reply to a message, with those to earlier ones that were held back until it came."""
        flag = self._own.confirmed(waiting.text, place) or flag
        reply = self._without_rasa(waiting, flag, place)
        if reply is not None:
            return [Part(waiting.seq, waiting.text, place, reply)]
        if place.paused and self._own.says_no_emergency(waiting.text):
            return await self._after_a_false_alarm(waiting, place, deadline)
        asked_about = place.held_as("asked")
        if asked_about:
            return await self._after_a_question(waiting, flag, place, asked_about, deadline)
        return [Part(waiting.seq, waiting.text, place, await self._reply(waiting, flag, place, deadline))]

    def _without_rasa(self, waiting: Waiting, flag: RedFlag | None, place: Place) -> Reply | None:
        """The reply by the first of these that a message concerns: an emergency, a person, whether it is one, a pause."""
        if flag and flag.level == "emergency":
            return emergency(flag, place.handoff)
        if place.has_a_person:
            return self._own.beside_a_person(flag, place, waiting.text)
        if flag and flag.level == "check":
            # Who says after an alarm how things stand is not asked whether it happens, unless they name something new.
            news = None if flag.evidence else self._own.to_news(waiting.text, place)
            return Reply([news], []) if news else self._own.asks_first(flag, place, waiting.text)
        if place.paused and self._own.says_it_was_read(waiting.text):
            return self._own.resumed(place)
        asks_in = wants_a_person_in(waiting.text, place.language)
        if asks_in:
            return self._own.person_called(place, asks_in)
        deletes_in = wants_deletion_in(waiting.text, place.language)
        return self._own.how_to_delete(deletes_in) if deletes_in else None

    async def _after_a_false_alarm(self, waiting: Waiting, place: Place, deadline: Deadline | None) -> list[Part]:
        """Take what raised the alarm for what it was. Without Rasa it is offered, to be sent again later."""
        thanks = Part(waiting.seq, waiting.text, place, self._own.false_alarm(place))
        try:
            left = place.held_as("alarmed", "asked", "waited")
            taken = await self._take(left, place.after_a_false_alarm(), deadline)
        except RasaAway as away:
            _report(away, waiting.seq)
            return [replace(thanks, reply=self._own.resumed(place))]
        asked = [] if taken or place.asked is None else [place.asked]
        thanks = replace(thanks, reply=Reply([*thanks.reply.drafts, *asked], thanks.reply.effects))
        return [thanks, *(replace(part, place=place) for part in taken)]  # the pause ends with them, so nothing waits for it

    async def _after_a_question(
        self, waiting: Waiting, flag: RedFlag | None, place: Place, asked_about: list[HeldMessage], deadline: Deadline | None
    ) -> list[Part]:
        """Take what was asked about for what it was, and then the message, unless it is a no and nothing else."""
        is_no = self._own.says_no(waiting.text)
        try:
            taken = await self._take(asked_about, place, deadline)
        except RasaAway as away:  # it stays held back, and is taken with the next message
            return [Part(waiting.seq, waiting.text, place, await self._away(away, waiting, place))]
        answered = HeldChanged(was=["asked"], state="denied" if is_no else None)
        if is_no:
            return [Part(waiting.seq, waiting.text, place, Reply(self._own.after_no(place), [answered])), *taken]
        now = taken[-1].place.after(taken[-1].reply) if taken else place
        reply = await self._reply(waiting, flag, _as_written(now, place.record.open_field, None), deadline)
        reply = self._own.noted(reply, place, waiting.text)
        return [*taken, Part(waiting.seq, waiting.text, place, Reply(reply.drafts, [answered, *reply.effects]))]

    async def _take(self, held: list[HeldMessage], place: Place, deadline: Deadline | None) -> list[Part]:
        """Deal with messages that were held back, in their order, each as if it had just come.

        Raises:
            RasaAway: if one of them cannot be dealt with; then nothing has happened.
        """
        parts: list[Part] = []
        for each in {one.text: one for one in held}.values():
            then = _as_written(place, each.field, each.asking)
            reply = await self._taken(each.text, then, deadline, values=each.values)
            reply = self._own.noted(reply, place, each.text) if parts else reply
            parts.append(Part(each.seq, each.text, place, reply))
            place = place.after(reply)
        return parts

    async def _reply(self, waiting: Waiting, flag: RedFlag | None, place: Place, deadline: Deadline | None) -> Reply:
        """The reply to a message that is taken for what it is."""
        news = await anyio.to_thread.run_sync(self._own.to_news, waiting.text, place) if flag is None else None
        if news and place.paused:
            return Reply([news], [])
        offered = await self._offered(waiting, place)
        if offered and leaves_an_offer(waiting.text, place):
            return Reply([self._own.offer_left()], [])
        try:
            reply = await self._taken(as_offered(waiting.text, offered), place, deadline, news, waiting.values)
        except RasaAway as away:
            reply = self._own.waiting(await self._away(away, waiting, place), place, waiting.text)
        again = self._own.was_read_before(waiting.text, place)
        reply = Reply([*again, *reply.drafts], reply.effects)
        reply = await anyio.to_thread.run_sync(self._own.beside_other_language, reply, waiting.text, place)
        return also_urgent(flag, reply, place) if flag else reply

    async def _offered(self, waiting: Waiting, place: Place) -> Message | None:
        """What the last reply offered, if a message may take it: what is asked of the intake's open field comes first."""
        is_free = place.record.asking is not None or place.record.open_field is None
        if place.paused or waiting.values or not is_free or not may_take(waiting.text):
            return None
        last = await self._in_threads.read(last_said, waiting.conversation_id, waiting.seq)
        return last if last is not None and last.readable and last.buttons else None

    async def _taken(
        self, text: str, place: Place, deadline: Deadline | None, heard: Draft | None = None, values: Sequence[Sent] = ()
    ) -> Reply:
        """What Rasa decides about a text, as it fits where the patient is; after what is said to news or to despair.

        Raises:
            RasaAway: if it gives no usable reply and nothing else is said.
        """
        heard = heard or await anyio.to_thread.run_sync(self._own.to_despair, text, place)
        try:
            theirs = None if values else await anyio.to_thread.run_sync(self._own.in_their_language, text, place)
            ours = text if theirs or values else await anyio.to_thread.run_sync(self._own.by_words, text, place)
            said = theirs or (ours if isinstance(ours, Reply) else await self._from_rasa(ours, place, deadline, values))
            reply = self._own.waiting(said, place, text)
        except RasaAway:
            if heard is None:
                raise
            reply = Reply([], [])
        return beside(heard, reply) if heard else reply

    async def _from_rasa(self, text: str, place: Place, deadline: Deadline | None, values: Sequence[Sent]) -> Reply:
        # While the intake is paused, Rasa is told of no open field. So it takes no answer, and asks for none.
        record = place.record.model_copy(update={"open_field": None}) if place.paused else place.record
        intake, chosen = record.model_dump(mode="json"), [] if place.paused else as_json(values)
        topic = place.topic.model_dump(mode="json") if place.topic else None
        context = {"intake": intake, "handoff": place.handoff, "topic": topic, "values": chosen, "text": text}
        if place.before and not is_foreign(text, place):
            context["before"] = place.before.model_dump(mode="json")
        try:
            reply = await self._rasa.turn(text, context, deadline.seconds_for_rasa if deadline else None)
        except RasaAway:
            await self._silence.goes_on()
            raise
        self._silence.ends()
        return reply

    async def _away(self, away: RasaAway, waiting: Waiting, place: Place) -> Reply:
        """The reply without Rasa: a person, if the patient asks for one or says yes to the offer of one."""
        _report(away, waiting.seq)
        wants = await anyio.to_thread.run_sync(wants_a_person, waiting.text)
        is_asked = place.record.open_field or place.record.asking  # then a yes may be the answer to that, sent again
        if not wants and not is_asked and accepts(waiting.text):
            wants = await self._in_threads.read(self._has_offered_a_person, waiting)
        if wants:
            return self._own.person_called(place)
        return Reply([self._own.away()], [])

    def _has_offered_a_person(self, session: Session, waiting: Waiting) -> bool:
        said = last_said(session, waiting.conversation_id, waiting.seq)
        return said is not None and self._own.is_away(said)

    def _store(self, waiting: Waiting, place: Place, parts: list[Part]) -> list[Message]:
        """Store what is replied as it fits at this moment, with its effects.

        Raises:
            ChangedHands: if it was decided for the assistant and a person has the conversation now, or the other way round.
        """
        conversation_id = waiting.conversation_id
        with self._database.write(alone=False) as session:
            still_in_the_same_hands(session, conversation_id, place.has_a_person)
            last = [replace(part, reply=self._as_it_fits(session, conversation_id, part)) for part in parts]
            effects = [(part.seq, part.reply.effects) for part in last]
            messages = store_turns(session, conversation_id, waiting.seq, in_order(last), effects)
            # The last words are still said, and then there is nothing left that could be read again.
            erased = any(deletes(part.reply) for part in last) and erase(session, conversation_id, PATIENT)
        if erased:
            scrub(self._database)
        return messages

    def _as_it_fits(self, session: Session, conversation_id: str, part: Part) -> Reply:
        fitting = self._own.fitting(session, conversation_id, part.reply, part.place, part.text)
        return self._own.unless_on_hold(session, conversation_id, fitting)

    def _store_and_say_away(self, session: Session, conversation_id: str, came: Came) -> list[Message]:
        stored = store_patient_message(session, conversation_id, came.client_id, came.text, came.values)
        return self._say_away(session, conversation_id, stored.seq)

    def _say_away(self, session: Session, conversation_id: str, seq: int) -> list[Message]:
        return store_turn(session, conversation_id, seq, self._own.away_now(session, conversation_id), [])


def _as_written(place: Place, field: str | None, asking: Asking | None) -> Place:
    """A place as it was when a message was written: no answer is taken for a field that the patient had not been asked yet."""
    open_field = place.record.open_field if place.record.open_field == field else None
    return replace(place, record=place.record.model_copy(update={"open_field": open_field, "asking": asking}))


def _report(away: RasaAway, seq: int) -> None:
    logger.error("rasa gave no reply", reason=away.reason, incident=secrets.token_hex(4), seq=seq)
