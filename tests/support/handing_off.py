"""Handoffs as patients make them, without Rasa: through the same functions as in a turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import select

from desk.conversations.log import Draft, start_conversation, store_patient_message, store_turn
from desk.database import Database
from desk.models import Notice
from desk.post.deadline import Patience
from desk.post.outbox import Claimed
from desk.post.receivers import Webhook, mail_server
from desk.post.sender import Post, Sender
from desk.receiver import Receiver
from desk.sealed import Keyring
from intake.record import Effect, HandoffAsked, Urgent

SECRET = "a-secret-of-thirty-two-characters"
COORDINATORS = Receiver("email", "coordinators@birchwood.example")
PROGRAM = Receiver("webhook", "records")
IMPATIENT = Patience(silence=1, whole=2)


class Clock:
    """Time that goes on when we say so."""

    def __init__(self, now: datetime | None = None) -> None:
        """Start now."""
        self.now = now or datetime.now(UTC)

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def goes_on(self, **much: float) -> None:
        """Let some time pass."""
        self.now += timedelta(**much)


class Turns:
    """Patients' turns, straight into the records."""

    def __init__(self, database: Database) -> None:
        """Use these records."""
        self.database = database
        self._count = 0

    def starts(self) -> str:
        """A new conversation; gives its id."""
        with self.database.write() as session:
            return start_conversation(session, [Draft("Hello.")])[0].id

    def says(self, conversation: str, text: str, *effects: Effect) -> None:
        """One message with what it does."""
        self._count += 1
        with self.database.write() as session:
            stored = store_patient_message(session, conversation, f"id-{self._count}", text)
            store_turn(session, conversation, stored.seq, [Draft("Thank you.")], effects)

    def asks_for_a_person(self, reference: str = "C-2345-6789", level: Any = None) -> str:
        """A new conversation that is handed over; gives its id."""
        conversation = self.starts()
        urgent = Urgent(group="chest", level=level) if level else None
        reason = "red_flag" if level else "asked"
        self.says(conversation, "Maria Example has pain", HandoffAsked(reference=reference, reason=reason, urgent=urgent))
        return conversation

    def notices(self, **matching: str) -> list[Notice]:
        """What is in the outbox."""
        with self.database.read() as session:
            return list(session.scalars(select(Notice).filter_by(**matching).order_by(Notice.id)))


def records(place: object, key: str, *receivers: Receiver, folder: Path | None = None) -> Database:
    """Records whose handoffs are told to receivers; their place is an address, or the file of an SQLite."""
    address = str(place) if "://" in str(place) else f"sqlite:///{place}"
    database = Database(address, Keyring([key]), receivers, folder)
    database.migrate()
    return database


def sender_of(database: Database, clock: Clock, mail: str = "", program: str = "", **secrets: str) -> Sender:
    """A sender that waits for nobody, to these addresses."""
    given = {"name": "records", "url": program, "secret": SECRET, **secrets}
    webhooks = {"records": Webhook.model_validate(given)} if program else {}
    receivers = (*([COORDINATORS] if mail else []), *([PROGRAM] if program else []))
    server = mail_server(mail) if mail else None
    post = Post(receivers, server, "cordial@birchwood.example", webhooks, "https://desk.birchwood.example", patience=IMPATIENT)
    return Sender(database, post, clock)


def text_of(message: EmailMessage) -> str:
    """Everything that an e-mail says, headers and all."""
    return message.as_string() + message.get_content()


def claimed(event: str = "new", **payload: str) -> Claimed:
    """A notice as it is when it is about to be sent."""
    told = {"reference": "C-2345-6789", "urgency": "normal", "waiting_since": "2026-11-22T09:00:00+00:00", **payload}
    return Claimed(1, 1, "key", event, COORDINATORS, told, datetime(2026, 11, 22, 9, tzinfo=UTC))
