"""The check of every message for an emergency, before anything is stored or anybody else looks at it."""

from __future__ import annotations

import anyio.to_thread
import structlog

from desk.conversations.intakes import intake_record
from desk.database import Database
from emergencies.red_flags import RedFlag, RedFlags, country_of
from intake.clinic import Clinic
from intake.record import IntakeRecord

logger = structlog.get_logger(__name__)


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

    async def of_message(self, conversation_id: str, text: str) -> RedFlag | None:
        """What is urgent in a message of a conversation, if there is something."""
        return await anyio.to_thread.run_sync(self._look, conversation_id, text)

    def of_words(self, text: str) -> RedFlag | None:
        """What is urgent in words that were written outside a conversation."""
        return self._reported(self._check(text, IntakeRecord()))

    def _look(self, conversation_id: str, text: str) -> RedFlag | None:
        if self._check(text, IntakeRecord()) is None:  # as nearly always, and only the numbers depend on the country
            return None
        with self._database.read() as session:
            record = intake_record(session, conversation_id)
        return self._reported(self._check(text, record))

    def _check(self, text: str, record: IntakeRecord) -> RedFlag | None:
        """The red flag in a text. A fault in the check must not keep the text from an answer."""
        try:
            return self._red_flags.check(text, self._clinic, country_of(record))
        except Exception:
            logger.exception("the check for emergencies failed")
            return None

    @staticmethod
    def _reported(flag: RedFlag | None) -> RedFlag | None:
        if flag:
            logger.warning("red flag", group=flag.group, level=flag.level)
        return flag
