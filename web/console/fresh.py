"""Pages that keep themselves up to date: a small script asks for the page again, and gets nothing while nothing changed.

Such a question says in its Accept header that no person looked, so it keeps nobody logged in.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from fastapi import Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.models import AuditEntry

FRESH = "application/x-cordial-fresh"
_LOOK_LASTS = timedelta(hours=1)  # a page that keeps itself up to date is noted once in that time


def is_fresh_look(request: Request) -> bool:
    """Whether the script asks, and not a person."""
    return FRESH in request.headers.get("accept", "")


def fresh(request: Request, page: Response, beside: str = "") -> Response:
    """The page; for the script only if it is another than the one that it has, beside what is new each time."""
    told = bytes(page.body).replace(beside.encode(), b"") if beside else bytes(page.body)
    mark = f'"{hashlib.sha256(told).hexdigest()[:32]}"'
    if is_fresh_look(request) and request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers={"ETag": mark})
    page.headers["ETag"] = mark
    return page


def looked_before(session: Session, person: str, action: str, subject: str | None = None) -> bool:
    """Whether this person's look is in the audit log for this hour, so that the script's need not be."""
    since = datetime.now(UTC) - _LOOK_LASTS
    noted = select(AuditEntry.seq).where(
        AuditEntry.subject == subject, AuditEntry.actor == person, AuditEntry.action == action, AuditEntry.at > since
    )
    return session.scalar(noted.limit(1)) is not None
