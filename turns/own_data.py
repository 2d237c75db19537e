"""What patients do with their own data: withdraw the consent, delete everything."""

from __future__ import annotations

import anyio.to_thread

from desk.conversations.log import Draft
from desk.conversations.own_data import PATIENT, withdraw_consent
from desk.database import Database
from desk.keeping.erasure import erase, scrub
from desk.models import Message
from turns.in_threads import InThreads
from turns.streams import Streams
from turns.texts import texts


class OwnData:
    """Does it for the conversations of one web process."""

    def __init__(self, database: Database, streams: Streams) -> None:
        """Work on these records."""
        self._database = database
        self._streams = streams

    async def withdraw_consent(self, conversation_id: str) -> list[Message]:
        """Forget the intake and what told of the patient's health, and say so.

        Raises:
            UnknownConversation: if the conversation was deleted.
        """
        messages = await InThreads(self._database).write(withdraw_consent, conversation_id, _consent_withdrawn)
        self._streams.announce(conversation_id)
        await anyio.to_thread.run_sync(scrub, self._database)
        return messages

    async def delete(self, conversation_id: str) -> None:
        """Delete a conversation as its patient wishes; whoever follows it sees its end.

        Raises:
            OnHold: if the clinic must keep it.
        """
        await anyio.to_thread.run_sync(self._delete, conversation_id)
        self._streams.announce(conversation_id)

    def _delete(self, conversation_id: str) -> None:
        with self._database.write() as session:
            erased = erase(session, conversation_id, PATIENT)
        if erased:
            scrub(self._database)


def _consent_withdrawn(reference: str | None, on_hold: bool) -> list[Draft]:
    said = texts()
    withdrawn = said.consent_withdrawn_on_hold if on_hold else said.consent_withdrawn
    parts = [withdrawn, said.consent_withdrawn_person.format(reference=reference) if reference else ""]
    return [Draft(" ".join(filter(None, parts)), kind="notice", sender="system")]
