"""The check of every message for an emergency, before anything is stored or anybody else looks at it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import anyio.to_thread
import structlog
from anyio import CapacityLimiter, move_on_after

from desk.database import Database
from emergencies.as_written import as_written
from emergencies.red_flags import RedFlag, RedFlags
from intake.clinic import Clinic
from intake.sent import Sent, words_beside
from turns.known import Known, flag_of, known_of

logger = structlog.get_logger(__name__)
Result = TypeVar("Result")

THREADS = 4  # of the check alone: whatever else waits, for the database or for Rasa, does not wait here
READING_THREADS = 8
READING_SECONDS = 0.2  # for the patient's country; after that it counts as unknown
_MOST_IN_QUESTION = 5_000  # conversations; then the oldest are forgotten
_IN_QUESTION = timedelta(minutes=10)  # after that a yes is to something else


@dataclass(frozen=True)
class Checked:
    """A message that the check has seen; `flag` is what it found."""

    flag: RedFlag | None

    @property
    def emergency(self) -> RedFlag | None:
        """What is answered at once, whatever breaks."""
        return self.flag if self.flag and self.flag.level == "emergency" else None


@dataclass(frozen=True)
class _Asked:
    """What a patient was asked about while that could not be stored, and since when it may be stored."""

    flag: RedFlag
    since: datetime


class EmergencyCheck:
    """Finds what is urgent in a text, with the numbers of the patient's country."""

    def __init__(self, database: Database, clinic: Clinic, red_flags: RedFlags) -> None:
        """Check with these rules.

        Args:
            database: the records, which tell where a patient is.
            clinic: whose numbers are shown when the patient's country is not known.
            red_flags: the rules.
        """
        self._database = database
        self._clinic = clinic
        self._red_flags = red_flags
        self._threads = CapacityLimiter(THREADS)
        self._reading_threads = CapacityLimiter(READING_THREADS)
        self._in_question: dict[str, _Asked] = {}

    async def of_message(self, conversation_id: str | None, text: str, values: Sequence[Sent] = ()) -> Checked:
        """What is urgent in a message of a conversation, if there is something.

        The text is looked at before anything is read. What is read afterwards may fail or take too long: then the first look
        stands.

        Args:
            conversation_id: whose record is read; none, if nobody knows which conversation it is.
            text: what the patient wrote.
            values: what was chosen in controls beside the words.
        """
        told = words_beside(text, values)
        flag, may_be_yes = await self._in_thread(lambda: (self._check(told), self._may_be_yes(text)))
        if not may_be_yes:
            self._in_question.pop(conversation_id or "", None)  # whatever was asked, this is no yes to it
        if flag is None and not may_be_yes:  # as nearly always
            return Checked(None)
        known = await self._known_of(conversation_id) if conversation_id else None
        asked = self._asked_unstored_of(conversation_id, known) if may_be_yes else None
        if asked:
            flag = replace(asked, level="emergency", confirmed=True)
        elif known is not None and (values or not known.changes_nothing(text)):
            flag = await self._in_thread(lambda: self._check_again(text, known, flag, values))
        return Checked(self._reported(flag, told))

    def asked_unstored(self, conversation_id: str, flag: RedFlag, since: datetime) -> None:
        """Remember what a patient was asked about while that could not be stored, so that their yes raises the alarm.

        Args:
            conversation_id: the conversation.
            flag: what is in question.
            since: when the message came; what is held back from then on is this one, stored after all.
        """
        self._in_question.pop(conversation_id, None)
        self._in_question[conversation_id] = _Asked(flag, since)
        while len(self._in_question) > _MOST_IN_QUESTION:
            self._in_question.pop(next(iter(self._in_question)))

    def _asked_unstored_of(self, conversation_id: str | None, known: Known | None) -> RedFlag | None:
        """What is in question and in no record; once it stands there, or after a while, it is forgotten here."""
        asked = self._in_question.get(conversation_id or "")
        if asked is None:
            return None
        stored = known is not None and any(each.at >= asked.since for each in known.held)
        if stored or datetime.now(UTC) - asked.since > _IN_QUESTION:
            self._in_question.pop(conversation_id or "", None)
            return None
        return asked.flag

    def of_words(self, text: str) -> RedFlag | None:
        """What is urgent in words that were written outside a conversation."""
        return self._reported(self._check(text), text)

    async def _in_thread(self, look: Callable[[], Result]) -> Result:
        return await anyio.to_thread.run_sync(look, limiter=self._threads)

    async def _known_of(self, conversation_id: str) -> Known | None:
        """What is known of a conversation; nothing, if it cannot be read in time."""
        with move_on_after(READING_SECONDS):
            try:
                return await anyio.to_thread.run_sync(
                    self._read, conversation_id, limiter=self._reading_threads, abandon_on_cancel=True
                )
            except Exception as error:
                logger.error("the record behind an emergency could not be read", error=type(error).__name__)
        return None

    def _read(self, conversation_id: str) -> Known:
        with self._database.read(hurry=True) as session:
            return known_of(session, conversation_id)

    def _check(self, text: str) -> RedFlag | None:
        """The red flag in a text. A fault in the check must not keep the text from an answer."""
        try:
            return self._red_flags.check(text, self._clinic)
        except Exception:
            logger.exception("the check for emergencies failed")
            return None

    def _may_be_yes(self, text: str) -> bool:
        """Whether a text may be the answer to "Is this happening now?"; whether that was asked has to be read."""
        try:
            return self._red_flags.happening_now.is_yes(text)
        except Exception:
            logger.exception("a yes could not be looked for")
            return False

    def _check_again(self, text: str, known: Known, flag: RedFlag | None, values: Sequence[Sent]) -> RedFlag | None:
        """The red flag with what is known of the conversation."""
        try:
            return flag_of(text, known, self._red_flags, self._clinic, values)
        except Exception:
            logger.exception("the check for emergencies failed with the record")
            return flag

    @staticmethod
    def _reported(flag: RedFlag | None, text: str) -> RedFlag | None:
        """What was found, resting on words as the patient wrote them; what a yes confirms is in an earlier message."""
        if flag is None:
            return None
        logger.warning("red flag", group=flag.group, level=flag.level)
        try:
            words = flag.evidence if flag.confirmed else as_written(text, flag.evidence, flag.language)
        except Exception:
            logger.exception("the words of an alarm could not be found in its message")
            return flag
        return replace(flag, evidence=words)
