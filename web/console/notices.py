"""Notices: e-mails and webhooks about handoffs that did not arrive, and another try."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import HTMLResponse

from desk.audit import record
from desk.people.roles import Permission
from desk.post.outbox import troubles, try_again
from web.console.access import Person, needs
from web.console.page import go, render
from web.parts import PartsNow

router = APIRouter(include_in_schema=False)

Keeper = Annotated[Person, Depends(needs(Permission.MANAGE_NOTICES))]


@router.get("/desk/notices", response_class=HTMLResponse)
def page(request: Request, parts: PartsNow, person: Keeper) -> HTMLResponse:
    """What did not arrive, and who is told about handoffs at all. No names, and nothing that was said."""
    with parts.database.read() as session:
        failed = troubles(session, datetime.now(UTC))
    return render(request, person, "notices.html", failed=failed, receivers=parts.post.receivers)


@router.post("/desk/notices/{number}/again")
def send_again(request: Request, parts: PartsNow, person: Keeper, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> Response:
    """Let a notice that was given up start anew; the sender takes it up by itself."""
    with parts.database.write() as session:
        begun = try_again(session, number, datetime.now(UTC))
        if begun:
            record(session, person.id, "notice.sent_again", str(number))
    return go(request, "/desk/notices", "notice_again" if begun else "notice_not_given_up")
