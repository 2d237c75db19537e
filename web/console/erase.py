"""Erasing a patient's data on request: find the case, see how much it is, confirm."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select

from desk.keeping.erasure import OnHold, erase, find_conversation, scrub
from desk.models import Conversation, Handoff, Message
from desk.people.roles import Permission
from web.console.access import Person, needs
from web.console.page import go, render
from web.parts import Parts, PartsNow

router = APIRouter(include_in_schema=False)

Eraser = Annotated[Person, Depends(needs(Permission.ERASE_CASES, proved=True))]
Text = Annotated[str, Form(max_length=80)]


@router.get("/desk/erase", response_class=HTMLResponse)
def page(request: Request, person: Eraser) -> HTMLResponse:
    """Ask for the case."""
    return render(request, person, "erase.html", case="", found=None, problem=None)


@router.post("/desk/erase")
def erase_case(request: Request, parts: PartsNow, person: Eraser, case: Text = "", sure: Text = "") -> Response:
    """Show how much would go; erase it once that was confirmed."""
    with parts.database.read() as session:
        conversation_id = find_conversation(session, case)
    if conversation_id is None:
        return render(request, person, "erase.html", 404, case=case, found=None, problem="no_such_case")
    if sure != "yes":
        found, audits = _extent(parts, conversation_id), person.may(Permission.SEE_AUDIT)
        return render(request, person, "erase.html", case=case, found=found, audits=audits, problem=None)
    try:
        with parts.database.write() as session:
            erase(session, conversation_id, person.id)
    except OnHold:
        return render(request, person, "erase.html", 409, case=case, found=None, problem="erase_on_hold")
    scrub(parts.database)
    return go(request, "/desk/erase", "erased")


def _extent(parts: Parts, conversation_id: str) -> dict[str, object]:
    """How much there is, without a word of it: who erases need not read."""
    with parts.database.read() as session:
        conversation = session.get_one(Conversation, conversation_id)
        count = select(func.count()).select_from(Message).where(Message.conversation_id == conversation_id)
        references = select(Handoff.reference).where(Handoff.conversation_id == conversation_id)
        return {
            "started_at": conversation.started_at,
            "state": conversation.state,
            "on_hold": conversation.legal_hold,
            "messages": session.scalar(count) or 0,
            "references": list(session.scalars(references)),
        }
