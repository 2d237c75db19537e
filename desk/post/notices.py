"""What a notice says: an e-mail for people, a JSON body for programs. Neither holds a name or anything about health."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from cordial.data_files import DataFileError, Part, by_name, fills, read_data
from desk.post.outbox import Claimed
from language.spoken import text_file

VERSION = 1  # of the JSON body; a field may be added without a new version
_WITHOUT_CASE = ("away", "old_index", "not_erased", "audit_broken", "review", "test")
EVENTS = ("new", "urgent", "amended", "replied", "overdue", "ending", "undelivered", *_WITHOUT_CASE)
_WORDED = (*EVENTS, "again")  # a case that comes again is new once more, in other words
_FILLED = ("reference", "urgency", "since", "link", "sentence")


class NoticesError(DataFileError):
    """`notices.yml` cannot be used; the message names the text."""


class Texts(Part):
    """What an e-mail about a handoff says."""

    urgency: Annotated[dict[str, str], by_name({"normal": (), "urgent": (), "emergency": ()})]
    subjects: Annotated[dict[str, str], by_name({event: _FILLED for event in _WORDED})]
    sentences: Annotated[dict[str, str], by_name({event: () for event in _WORDED})]
    body: Annotated[str, fills(*_FILLED)]
    body_without_case: Annotated[str, fills(*_FILLED)]


def read_notices(file: Path | None = None) -> Texts:
    """Read the sentences; by default those of the language that is spoken.

    Raises:
        NoticesError: naming what is wrong.
    """
    return read_data(Texts, file or text_file("desk/post", "notices.yml"), NoticesError)


@cache
def texts() -> Texts:
    """The sentences, read once a process."""
    return read_notices()


def email(notice: Claimed, sender: str, console: str, zone: str = "UTC") -> EmailMessage:
    """The e-mail for a notice.

    Args:
        notice: what to tell, and whom.
        sender: address that it comes from.
        console: address of the console, without a trailing slash.
        zone: time zone in which times are written.
    """
    said = texts()
    worded = "again" if notice.event == "new" and notice.payload.get("again") else notice.event
    filled = {
        "reference": notice.payload.get("reference", ""),
        "urgency": said.urgency.get(str(notice.payload.get("urgency")), ""),
        "since": _written(notice.payload.get("waiting_since"), zone),
        "link": link(console, notice.payload),
        "sentence": said.sentences[worded],
    }
    message = EmailMessage()
    message["Subject"] = said.subjects[worded].format(**filled)
    message["From"] = sender
    message["To"] = notice.receiver.name
    message["Date"] = notice.created_at
    message["Message-ID"] = f"<{notice.public_id}@{sender.rpartition('@')[2].strip('>')}>"
    message["Auto-Submitted"] = "auto-generated"
    if notice.event in {"urgent", "away"}:
        message["X-Priority"] = "1"
    message.set_content((said.body_without_case if notice.event in _WITHOUT_CASE else said.body).format(**filled))
    return message


def body(notice: Claimed, console: str) -> bytes:
    """The JSON body for a webhook; the same bytes for each attempt."""
    told = {
        "version": VERSION,
        "id": notice.public_id,
        "event": notice.event,
        **{name: notice.payload.get(name) for name in ("reference", "urgency", "waiting_since", "at")},
        "link": link(console, notice.payload),
    }
    return json.dumps(told).encode()


def link(console: str, payload: Mapping[str, object]) -> str:
    """Where the case, or the draft of an article, is to be seen, after logging in."""
    reference, draft = payload.get("reference"), payload.get("draft")
    if draft:
        return f"{console}/desk/articles/drafts/{draft}"
    return f"{console}/desk/cases/{reference}" if reference else f"{console}/desk"


def _written(at: object, zone: str) -> str:
    if not isinstance(at, str):
        return ""
    told = datetime.fromisoformat(at).astimezone(UTC if zone == "UTC" else ZoneInfo(zone))
    return f"{told:%Y-%m-%d %H:%M} {told.tzname()}"
