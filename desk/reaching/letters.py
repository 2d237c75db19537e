"""The e-mails to a patient who left. They say that there is a reply, and nothing of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from cordial.data_files import DataFileError, Part, by_name, fills, read_data
from desk.models import ReplyLink
from desk.post.outbox import Claimed
from desk.reaching.coming_back import CODE_LASTS
from desk.reaching.telling import CODE, LASTS
from desk.reaching.ways import Way
from language.spoken import text_file

_KINDS = {"birth": "b", "code": "c"}  # in the address of the page, which so needs to ask us nothing to show the right form


class LettersError(DataFileError):
    """`letters.yml` cannot be used; the message names the text."""


class ReplyLetter(Part):
    """That there is a reply."""

    subject: Annotated[str, fills("clinic")]
    body: Annotated[str, fills("clinic", "link", "asks", "day")]


class CodeLetter(Part):
    """The code for the check."""

    subject: Annotated[str, fills("clinic")]
    body: Annotated[str, fills("clinic", "code", "minutes")]


class Letters(Part):
    """What a patient who left gets by e-mail."""

    reply: ReplyLetter
    asks: Annotated[dict[str, str], by_name({"birth": (), "code": ()})]
    code: CodeLetter


def read_letters(file: Path | None = None) -> Letters:
    """Read the texts; by default those of the language that is spoken.

    Raises:
        LettersError: naming what is wrong.
    """
    return read_data(Letters, file or text_file("desk/reaching", "letters.yml"), LettersError)


@cache
def _letters() -> Letters:
    return read_letters()


@dataclass(frozen=True)
class Writer:
    """Who writes, and from where."""

    clinic: str  # its name
    address: str  # that e-mails come from
    base: str  # where patients reach web, without a trailing slash
    zone: str = "UTC"

    def write(self, notice: Claimed, link: ReplyLink, way: Way, now: datetime) -> EmailMessage:
        """The e-mail for a notice; the same for each attempt, but for its last day.

        Raises:
            ValueError: if the address cannot be one.
        """
        said = self._code(link) if notice.event == CODE else self._reply(link, now)
        message = EmailMessage()
        message["Subject"] = said[0]
        message["From"] = Address(self.clinic, addr_spec=self.address)
        message["To"] = way.address
        message["Date"] = notice.created_at
        message["Message-ID"] = f"<{notice.public_id}@{self.address.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(said[1])
        return message

    def _reply(self, link: ReplyLink, now: datetime) -> tuple[str, str]:
        said = _letters()
        last = (now + LASTS).astimezone(ZoneInfo(self.zone))
        told = {
            "clinic": self.clinic,
            "link": f"{self.base}/back#{_KINDS[link.asks]}.{link.secret}",
            "asks": said.asks[link.asks],
            "day": f"{last.day} {last:%B %Y}",
        }
        return said.reply.subject.format(clinic=self.clinic), said.reply.body.format(**told)

    def _code(self, link: ReplyLink) -> tuple[str, str]:
        said, minutes = _letters().code, int(CODE_LASTS.total_seconds() // 60)
        return said.subject.format(clinic=self.clinic), said.body.format(clinic=self.clinic, code=link.code, minutes=minutes)
