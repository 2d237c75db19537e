"""Sends what is in the outbox. Each receiver is served by itself, so that one that hangs keeps no other waiting."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from desk.database import Database
from desk.post import outbox
from desk.post.deadline import PATIENCE, NotDelivered, Patience
from desk.post.mail import send_mail
from desk.post.notices import body, email
from desk.post.receivers import MailServer, Webhook
from desk.post.replied import drop_opened
from desk.post.webhooks import send_webhook
from desk.receiver import Receiver

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Post:
    """How notices leave the house."""

    receivers: tuple[Receiver, ...]
    mail_server: MailServer | None
    mail_from: str
    webhooks: dict[str, Webhook]
    console: str  # address of the console, for the links
    zone: str = "UTC"
    patience: Patience = PATIENCE

    def deliver(self, notice: outbox.Claimed, now: datetime) -> None:
        """Send one notice; it has arrived when this returns.

        Raises:
            NotDelivered: if not.
        """
        if notice.receiver.channel == "webhook":
            webhook = self.webhooks[notice.receiver.name]
            send_webhook(webhook, notice.public_id, body(notice, self.console), now, self.patience)
        elif self.mail_server is not None:
            send_mail(self.mail_server, email(notice, self.mail_from, self.console, self.zone), self.patience)
        else:
            raise NotDelivered("no mail server is set")


@dataclass(frozen=True)
class Sender:
    """Empties the outbox, one notice after the other."""

    database: Database
    post: Post
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def send_due(self, receiver: Receiver) -> int:
        """Send what is due to a receiver, until nothing is left or one did not arrive; gives how many arrived."""
        sent = 0
        while (notice := self._claim(receiver)) is not None and self._send(notice):
            sent += 1
        return sent

    def send_to_people(self) -> int:
        """Send what is due to people of the clinic at their own addresses; gives how many arrived."""
        with self.database.read() as session:
            people = outbox.own_addresses(session)
        return sum(self.send_due(receiver) for receiver in people)

    def _claim(self, receiver: Receiver) -> outbox.Claimed | None:
        with self.database.read() as session:
            if not outbox.something_is_due(session, receiver, self.clock()):
                return None  # without taking the lock for writing
        with self.database.write() as session:
            drop_opened(session, receiver, self.clock())
            return outbox.claim(session, receiver, self.clock())

    def _send(self, notice: outbox.Claimed) -> bool:
        try:
            self.post.deliver(notice, self.clock())
        except NotDelivered as failure:
            logger.warning(
                "a notice did not arrive",
                notice=notice.id,
                event_told=notice.event,
                attempt=notice.attempt,
                channel=notice.receiver.channel,
                why=str(failure),
            )
            with self.database.write() as session:
                outbox.settle_failed(session, notice, self.clock(), str(failure), random.random())  # noqa: S311
            return False
        with self.database.write() as session:
            outbox.settle_sent(session, notice, self.clock())
        logger.info("a notice arrived", notice=notice.id, event_told=notice.event, attempt=notice.attempt)
        return True
