"""The check of every message for an emergency, before anything is stored or anybody else looks at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import anyio.to_thread
import structlog
from anyio import CapacityLimiter, move_on_after

from desk.conversations.intakes import intake_record
from desk.database import Database
from emergencies.red_flags import RedFlag, RedFlags, country_of
from intake.clinic import Clinic
from intake.record import IntakeRecord

logger = structlog.get_logger(__name__)

THREADS = 4  # of the check alone: whatever else waits, for the database or for Rasa, does not wait here
READING_THREADS = 8
READING_SECONDS = 0.2  # for the patient's country; after that it counts as unknown


@dataclass(frozen=True)
class Checked:
    """A message that the check has seen; `flag` is what it found."""

    flag: RedFlag | None

    @property
    def emergency(self) -> RedFlag | None:
        """What is answered at once, whatever breaks."""
        return self.flag if self.flag and self.flag.level == "emergency" else None


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

    async def of_message(self, conversation_id: str | None, text: str) -> Checked:
        """What is urgent in a message of a conversation, if there is something.

        The text is looked at before anything is read. What is read afterwards may fail or take too long: then the first look
        stands.

        Args:
            conversation_id: whose record is read; none, if nobody knows which conversation it is.
            text: what the patient wrote.
        """
        flag = await self._in_thread(lambda: self._check(text))
        if flag is None:  # as nearly always
            return Checked(None)
        record = await self._record_of(conversation_id) if conversation_id else None
        if record is not None and country_of(record) is not None:
            flag = await self._in_thread(lambda: self._check_again(text, record, flag))
        return Checked(self._reported(flag))

    def of_words(self, text: str) -> RedFlag | None:
        """What is urgent in words that were written outside a conversation."""
        return self._reported(self._check(text))

    async def _in_thread(self, look: Callable[[], RedFlag | None]) -> RedFlag | None:
        return await anyio.to_thread.run_sync(look, limiter=self._threads)

    async def _record_of(self, conversation_id: str) -> IntakeRecord | None:
        """The intake of a conversation; nothing, if it cannot be read in time: locked, damaged, sealed with another key."""
        with move_on_after(READING_SECONDS):
            try:
                return await anyio.to_thread.run_sync(
                    self._read, conversation_id, limiter=self._reading_threads, abandon_on_cancel=True
                )
            except Exception as error:
                logger.error("the record behind an emergency could not be read", error=type(error).__name__)
        return None

    def _read(self, conversation_id: str) -> IntakeRecord:
        with self._database.read(hurry=True) as session:
            return intake_record(session, conversation_id)

    def _check(self, text: str) -> RedFlag | None:
        """The red flag in a text. A fault in the check must not keep the text from an answer."""
        try:
            return self._red_flags.check(text, self._clinic)
        except Exception:
            logger.exception("the check for emergencies failed")
            return None

    def _check_again(self, text: str, record: IntakeRecord, flag: RedFlag | None) -> RedFlag | None:
        """The red flag with what the record tells."""
        try:
            return self._red_flags.check(text, self._clinic, country_of(record))
        except Exception:
            logger.exception("the check for emergencies failed with the record")
            return flag

    @staticmethod
    def _reported(flag: RedFlag | None) -> RedFlag | None:
        if flag:
            logger.warning("red flag", group=flag.group, level=flag.level)
        return flag
