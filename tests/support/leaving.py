"""A patient who has left the chat, a coordinator who writes to them, and the e-mails that come of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from sqlalchemy import select

from desk.cases import taking_over
from desk.database import Database
from desk.models import Conversation, Notice, ReplyLink
from desk.post.receivers import mail_server
from desk.post.sender import Post
from desk.reaching.seen import note_seen
from desk.reaching.sending import PatientSender
from intake.record import Effect, HandoffAsked
from tests.support.desk_work import UNDERSTOOD
from tests.support.handing_off import IMPATIENT, Clock
from tests.support.receivers import MailBox
from tests.support.records import answers, colleague, conversation

CLINIC = "Birchwood Example Clinic"
BASE = "https://chat.birchwood.example"
REFERENCE = "C-2345-6789"
GAVE: dict[str, tuple[str, Any]] = {
    "consent": ("I agree", UNDERSTOOD["consent"]),
    "full_name": ("Maria Example", "Maria Example"),
    "contact": ("maria@mail.example", UNDERSTOOD["contact"]),
    "birth": ("14 March 1961", UNDERSTOOD["birth"]),
    "condition": ("knee osteoarthritis", "knee osteoarthritis"),
}
_LINK = re.compile(rf"{BASE}/back#([bc])\.([\w-]+)")
_CODE = re.compile(r"^(\d{6})\r?$", re.MULTILINE)


class Left:
    """A patient who told these answers, asked for a person, and closed the page; Ana has taken the case over."""

    def __init__(self, database: Database, box: MailBox, clock: Clock | None = None, **gave: tuple[str, Any] | None) -> None:
        """Let it happen. An answer that is None was not given."""
        self.database, self.box, self.clock = database, box, clock or Clock()
        told = {name: each for name, each in {**GAVE, **gave}.items() if each is not None}
        effects: Sequence[Effect] = [
            *(effect for name, (said, value) in told.items() for effect in answers(name, said, value)),
            HandoffAsked(reference=REFERENCE, reason="asked"),
        ]
        post = Post((), mail_server(box.url), "cordial@birchwood.example", {}, BASE, patience=IMPATIENT)
        self.sender = PatientSender(database, post, CLINIC, self.clock)
        with database.write() as session:
            self.id = conversation(session, "I am Maria Example and my knees hurt", effects=effects)
            self.ana = colleague(session)
            taking_over.take_over(session, self.id, self.ana, session.get_one(Conversation, self.id).revision)
        self._count = 0

    def ana_writes(self, text: str = "Good news about your knees, Maria.") -> int:
        """A reply; gives its number."""
        self._count += 1
        with self.database.write() as session:
            return taking_over.write(session, self.id, self.ana, text, f"m-{self._count}").seq

    def is_told(self, after: timedelta = timedelta(minutes=2)) -> list[EmailMessage]:
        """Let some time pass, and send what is due; gives all e-mails that ever came."""
        self.clock.now += after
        self.sender.send_due()
        return self.box.taken

    def sees(self, seq: int) -> None:
        """The page was open again, and showed everything up to a number."""
        with self.database.write() as session:
            note_seen(session, self.id, seq, self.clock())

    @property
    def secret(self) -> str:
        """That of the link in the newest e-mail with one."""
        return link_in(self.box)[1]

    def link(self) -> ReplyLink | None:
        """As it is stored."""
        with self.database.read() as session:
            found = session.get(ReplyLink, self.id)
            if found is not None:
                found.opened()
            return found

    def waiting(self) -> list[Notice]:
        """What lies in the outbox and was not sent."""
        with self.database.read() as session:
            return list(session.scalars(select(Notice).where(Notice.channel == "patient", Notice.state != "sent")))


def link_in(box: MailBox) -> tuple[str, str]:
    """What the newest link in an e-mail asks for, and its secret."""
    found = [match for message in box.taken if (match := _LINK.search(message.get_content()))]
    assert found, "no e-mail has a link"
    return found[-1][1], found[-1][2]


def code_in(box: MailBox) -> str:
    """The newest code in an e-mail."""
    found = [match for message in box.taken if (match := _CODE.search(message.get_content()))]
    assert found, "no e-mail has a code"
    return found[-1][1]
