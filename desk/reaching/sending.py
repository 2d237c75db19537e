"""Sends the e-mails to patients that lie in the outbox. Whether one is still needed, and its address, is looked up then."""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import anyio.to_thread
import structlog
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.conversations.states import Gone, locked
from desk.database import Database
from desk.models import Notice, ReplyLink
from desk.post import outbox
from desk.post.deadline import NotDelivered
from desk.post.mail import send_mail
from desk.post.sender import Post
from desk.post.sending import keep_sending
from desk.reaching.letters import Writer
from desk.reaching.seen import last_seen
from desk.reaching.telling import CHANNEL, CODE, LASTS, REPLY
from desk.reaching.ways import Asks, Way, way_to
from desk.receiver import Receiver

logger = structlog.get_logger(__name__)

MAILED = "reply.mailed"  # in the audit log
_POLL_SECONDS = 2.0


def reaching_tasks(database: Database, post: Post, clinic: str) -> list[Coroutine[Any, Any, None]]:
    """What has to run beside the requests; nothing, if patients get no e-mails."""
    if not database.reaches_patients:
        return []
    sender = PatientSender(database, post, clinic)
    return [keep_sending(sender.send_due, _POLL_SECONDS, anyio.CapacityLimiter(1))]


@dataclass(frozen=True)
class PatientSender:
    """Empties the outbox of what goes to patients."""

    database: Database
    post: Post
    clinic: str  # its name
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def send_due(self) -> int:
        """Send what is due; gives how many e-mails were taken. One that was not keeps no other waiting."""
        with self.database.read() as session:
            receivers = [Receiver("patient", each) for each in session.scalars(_due(self.clock()))]
        return sum(self._send_to(receiver) for receiver in receivers)

    def _send_to(self, receiver: Receiver) -> int:
        sent = 0
        while (claimed := self._claim(receiver)) is not None and self._send(*claimed):
            sent += 1
        return sent

    def _claim(self, receiver: Receiver) -> tuple[outbox.Claimed, EmailMessage | None] | None:
        now = self.clock()
        with self.database.write() as session:
            try:
                locked(session, receiver.name)
            except Gone:
                return None
            for notice in session.scalars(outbox.due_to(receiver, now)):
                if _still_needed(session, notice, now) is None:
                    session.delete(notice)
            session.flush()
            claimed = outbox.claim(session, receiver, now)
            if claimed is None:
                return None
            return claimed, self._written(session, claimed, now)

    def _written(self, session: Session, claimed: outbox.Claimed, now: datetime) -> EmailMessage | None:
        link, way = session.get(ReplyLink, claimed.receiver.name), way_to(session, claimed.receiver.name)
        if link is None or not isinstance(way, Way):
            return None
        if claimed.event == REPLY:
            link.asks = way.asks.value  # what they told since counts
        try:
            writer = Writer(self.clinic, self.post.mail_from, self.post.console, self.post.zone)
            return writer.write(claimed, link, way, now)
        except ValueError:
            return None

    def _send(self, claimed: outbox.Claimed, message: EmailMessage | None) -> bool:
        try:
            if message is None or self.post.mail_server is None:
                raise NotDelivered("the e-mail could not be written")
            send_mail(self.post.mail_server, message, self.post.patience)
        except NotDelivered as failure:
            why = str(failure)
            logger.warning("a patient was not told", notice=claimed.id, attempt=claimed.attempt, why=why)
            with self.database.write() as session:
                outbox.settle_failed(session, claimed, self.clock(), why, random.random())  # noqa: S311
            return False
        with self.database.write() as session:
            outbox.settle_sent(session, claimed, self.clock())
            _note_taken(session, claimed, self.clock())
        logger.info("a patient was told", notice=claimed.id, event_told=claimed.event, attempt=claimed.attempt)
        return True


def _due(now: datetime) -> Select[tuple[str]]:
    """The conversations with an e-mail that is to be sent now."""
    return select(Notice.receiver).where(Notice.channel == CHANNEL, outbox.is_due(now)).distinct()


def _still_needed(session: Session, notice: Notice, now: datetime) -> ReplyLink | None:
    """The link that a notice is about; nothing, if it ended, the patient has read meanwhile, or must not be told any more."""
    link = session.get(ReplyLink, notice.receiver)
    if link is None or link.token_hash != notice.payload["link"] or not isinstance(way_to(session, notice.receiver), Way):
        return None
    if notice.event == CODE:
        in_time = link.code and link.code_ends_at and link.code_ends_at > now
        return link if in_time and link.asks == Asks.CODE else None
    has_read = link.opened_at or last_seen(session, notice.receiver) >= link.about_seq
    return link if link.secret and not has_read else None


def _note_taken(session: Session, claimed: outbox.Claimed, now: datetime) -> None:
    """The link can be used from now on for some days, and its secret is in the patient's hands alone."""
    link = session.get(ReplyLink, claimed.receiver.name)
    if claimed.event != REPLY or link is None or link.token_hash != claimed.payload["link"]:
        return
    link.secret, link.ends_at = None, now + LASTS
    record(session, "system", MAILED, claimed.receiver.name)
