"""The gateway: where patients' messages arrive, each to be checked, stored when its turn comes, and answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import structlog
from sqlalchemy.orm import Session

from desk.conversations.log import Draft, IdReused, Stored, UnknownConversation, start_conversation
from desk.conversations.turns import Came, Waiting, take_turn, waiting_before
from desk.database import Database
from desk.models import Message
from emergencies.other_texts import chat_languages
from emergencies.red_flags import RedFlag, RedFlags, the_red_flags
from intake.clinic import Clinic
from intake.sent import Sent
from knowledge.other_languages import InOtherLanguages
from turns.alarms import Alarms, without_number
from turns.answering import Answering
from turns.deadline import Deadline, longest_turn
from turns.emergency_check import Checked, EmergencyCheck
from turns.in_threads import InThreads
from turns.open_pages import OpenPages
from turns.other_replies import buttons_of
from turns.own_data import OwnData
from turns.rasa import RasaClient
from turns.replies import OwnReplies, Place, place_of
from turns.streams import Streams
from turns.texts import texts
from turns.turn_lock import TurnLock
from turns.typing import Typing

logger = structlog.get_logger(__name__)
Result = TypeVar("Result")

_LOOK_AGAIN_SECONDS = 0.1
_AT_ONCE_SECONDS = 3.0  # after that it is asked whether it happens now, stored or not
_AFTER_ALL = 2**31 - 1  # a number after every message


class Gateway:
    """Handles the conversations of one web process.

    Attributes:
        rasa: decides about every message that is no emergency.
        emergencies: the check that every message passes first.
        alarms: the replies to emergencies.
        streams: the log of a conversation, again and as it grows.
        open_pages: whose page is open.
        typing: who is typing just now.
        own_data: what patients do with their own data.
    """

    def __init__(
        self,
        database: Database,
        rasa: RasaClient,
        clinic: Clinic,
        red_flags: RedFlags | None = None,
        understanding: InOtherLanguages | None = None,
    ) -> None:
        """Put the parts together; nothing runs yet.

        Args:
            database: the records.
            rasa: is asked about every message that is no emergency.
            clinic: whose numbers are shown.
            red_flags: the check for emergencies; by default the patterns alone, without the model.
            understanding: of questions in other languages than the one that is spoken.
        """
        red_flags = red_flags or the_red_flags()
        self._database = InThreads(database)
        self.rasa = rasa
        self._clinic = clinic
        self._red_flags = red_flags
        self._turn_lock = TurnLock()
        self._going_on: set[asyncio.Task[Any]] = set()
        self.emergencies = EmergencyCheck(database, clinic, red_flags)
        self.typing = Typing()
        self.streams = Streams(self._database, self.typing)
        self.open_pages = OpenPages(self._database)
        self.alarms = Alarms(database, self.streams)
        self.own_data = OwnData(database, self.streams)
        self._own = OwnReplies(clinic, red_flags, understanding)
        self._answering = Answering(database, rasa, self._own, self.streams)

    @property
    def longest_turn(self) -> float:
        """Seconds after which a message without an outcome has been left by its process."""
        return longest_turn(self.rasa.timeout)

    async def start(self, language: str | None = None) -> tuple[str, list[Message]]:
        """Begin a conversation, in a language if the patient chose one that has texts; gives its id and the greeting."""
        clinic, said = self._clinic, texts()
        text = said.greeting.format(clinic=clinic.name, emergency_number=self._red_flags.number_for_anybody(clinic))
        greeting = [Draft(text, buttons=buttons_of(said.greeting_buttons))]
        chosen = language if language in chat_languages() else None
        conversation, messages = await self._database.write(start_conversation, greeting, chosen)
        return conversation.id, messages

    async def receive(
        self, conversation_id: str, client_id: str, text: str, checked: Checked | None = None, values: Sequence[Sent] = ()
    ) -> list[Message]:
        """Take a patient's message and give the replies to it.

        It is idempotent: the same id gives the same replies again, and has no second effect. The reply to an emergency comes
        whatever breaks; see `turns.alarms`. So does the question whether it happens now, and what is to be done the same day.

        Args:
            conversation_id: the conversation.
            client_id: the message's own id.
            text: what the patient wrote.
            checked: what the check for emergencies found, if it has been asked already.
            values: what was chosen in controls beside the words.

        Raises:
            IdReused: if the id came before with another text or other values.
            UnknownConversation: if the conversation was deleted.
        """
        checked = checked or await self.emergencies.of_message(conversation_id, text, values)
        came = Came(client_id, text, values)
        if checked.emergency:
            return await self.alarms.reply(conversation_id, client_id, text, checked.emergency, values)
        if checked.flag:
            return await self._whatever_breaks(conversation_id, came, checked.flag)
        return await self._in_its_turn(conversation_id, came, None)

    async def at_once(self, conversation_id: str | None, text: str) -> list[Message]:
        """What is to be said to a message that cannot be sent yet, if it is urgent; nothing is stored.

        A client asks for it while an earlier message of the same chat waits: nobody in danger stands behind a question.

        Args:
            conversation_id: the conversation; none, if nobody knows which it is.
            text: what the patient wrote.
        """
        checked = await self.emergencies.of_message(conversation_id, text)
        return self._said_at_once(conversation_id, checked.flag, text, datetime.now(UTC)) if checked.flag else []

    def _said_at_once(self, conversation_id: str | None, flag: RedFlag, text: str, came_at: datetime) -> list[Message]:
        if conversation_id and flag.level == "check":
            self.emergencies.asked_unstored(conversation_id, flag, came_at)
        return [without_number(conversation_id or "", draft, came_at) for draft in self._own.at_once(flag, text)]

    async def _whatever_breaks(self, conversation_id: str, came: Came, flag: RedFlag) -> list[Message]:
        """The replies to what may be an emergency; if that fails or takes too long, what matters most of them, unstored."""
        came_at = datetime.now(UTC)
        turn = asyncio.create_task(self._in_its_turn(conversation_id, came, flag))
        self._going_on.add(turn)  # or it might be collected before it has run
        turn.add_done_callback(self._settled)
        done, _ = await asyncio.wait({turn}, timeout=_AT_ONCE_SECONDS)
        try:
            if done:
                return turn.result()
        except (IdReused, UnknownConversation):
            raise
        except Exception as error:
            logger.error("what may be an emergency could not be stored", group=flag.group, error=type(error).__name__)
        return self._said_at_once(conversation_id, flag, came.text, came_at)

    def _settled(self, turn: asyncio.Task[Any]) -> None:
        self._going_on.discard(turn)
        if not turn.cancelled():
            turn.exception()  # nobody may have waited for it

    async def _in_its_turn(self, conversation_id: str, came: Came, flag: RedFlag | None) -> list[Message]:
        """Store a message and answer it, after those that came before."""
        deadline = Deadline.of_a_message(self.rasa.timeout)
        async with self._turn_lock.of(conversation_id, deadline.last_begin) as has_turn:
            begun = await self._take_turn(conversation_id, came, deadline.last_begin) if has_turn else None
            if begun is None:
                return await self._answering.say_away(conversation_id, came)
            stored, place = begun
            if stored.replies is not None:
                return stored.replies
            self.streams.announce(conversation_id)
            if not stored.is_next:
                await self._answer_earlier(conversation_id, stored.seq, deadline.last_begin)
            waiting = Waiting(conversation_id, stored.seq, came.text, came.values)
            return await self._answering.answer(waiting, flag, deadline, place if stored.is_next else None)

    async def answer_again(self, waiting: Waiting) -> None:
        """Deal with a message that was stored and not answered.

        Raises:
            UnknownConversation: if the conversation was deleted.
        """
        deadline = Deadline.of_a_message(self.rasa.timeout)
        async with self._turn_lock.of(waiting.conversation_id, deadline) as has_turn:
            if has_turn:
                await self._check_and_answer(waiting)

    async def give_up(self, waiting: Waiting) -> None:
        """Say to a patient that their message cannot be dealt with.

        Raises:
            UnknownConversation: if the conversation was deleted.
        """
        await self._answering.give_up(waiting)

    async def act_as_person(self, conversation_id: str, act: Callable[[Session], Result]) -> Result:
        """Do something of `desk.cases.taking_over` in one transaction; the patient sees it at once.

        If it hands the conversation back, the assistant goes on with what the patient has written meanwhile.
        """
        result, left = await self._database.write(_act, conversation_id, act)
        self.streams.announce(conversation_id)
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

    async def _take_turn(self, conversation_id: str, came: Came, until: Deadline) -> tuple[Stored, Place | None] | None:
        """Store a message when no other process deals with one of this conversation; nothing, if that takes too long."""
        while True:
            alive_since = datetime.now(UTC) - timedelta(seconds=self.longest_turn)
            begun = await self._database.write_to_one(_begin, conversation_id, came, alive_since)
            if begun is not None or until.has_passed:
                return begun
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def _answer_earlier(self, conversation_id: str, seq: int, deadline: Deadline) -> None:
        """First what an earlier process left without a reply, so that replies come in the order of their messages."""
        for waiting in await self._database.read(waiting_before, conversation_id, seq):
            try:
                await self._check_and_answer(waiting, deadline)
            except UnknownConversation:
                raise
            except Exception:  # it must not keep this message from a reply; the sweeper tries again
                logger.exception("an earlier message could not be answered", seq=waiting.seq)

    async def _check_and_answer(self, waiting: Waiting, deadline: Deadline | None = None) -> None:
        checked = await self.emergencies.of_message(waiting.conversation_id, waiting.text, waiting.values)
        await self._answering.answer(waiting, checked.flag, deadline)


def _begin(session: Session, conversation_id: str, came: Came, alive_since: datetime) -> tuple[Stored, Place | None] | None:
    """Store a message if it has the turn; with where the patient is, if it has no replies yet."""
    stored = take_turn(session, conversation_id, came, alive_since)
    if stored is None:
        return None
    return stored, place_of(session, conversation_id, stored.seq) if stored.replies is None else None


def _act(session: Session, conversation_id: str, act: Callable[[Session], Result]) -> tuple[Result, list[Waiting]]:
    result = act(session)
    return result, waiting_before(session, conversation_id, _AFTER_ALL)
