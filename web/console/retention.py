"""Retention: the rules as they are, what they would erase now, and legal holds."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from desk.keeping.erasure import find_conversation
from desk.keeping.retention import due, holds, set_hold, the_rules
from desk.people.roles import Permission
from web.console.access import Person, needs
from web.console.page import go, render
from web.errors import ApiError
from web.parts import PartsNow

router = APIRouter(include_in_schema=False)

Keeper = Annotated[Person, Depends(needs(Permission.MANAGE_RETENTION))]


@router.get("/desk/retention", response_class=HTMLResponse)
def page(request: Request, parts: PartsNow, person: Keeper) -> HTMLResponse:
    """The rules, what is due, and the holds. No names, and nothing that was said."""
    rules = the_rules()
    with parts.database.read() as session:
        counts = Counter(one.rule for one in due(session, rules))
        held = [
            (reference or conversation, entry.at if entry else None, rules.hold_reasons.get(_reason(entry), ""))
            for conversation, reference, entry in holds(session)
        ]
    return render(request, person, "retention.html", rules=rules, counts=counts, held=held)


class Hold(BaseModel):
    """A hold to set or to lift."""

    case: str = Field(max_length=80)
    reason: str = Field(max_length=80)
    on: bool


@router.post("/desk/retention/hold")
def hold(request: Request, parts: PartsNow, person: Keeper, wanted: Annotated[Hold, Form()]) -> Response:
    """Put a case on hold, or lift the hold, for one of the reasons that the rules name."""
    if wanted.reason not in the_rules().hold_reasons:
        raise ApiError(422, "invalid_request", detail="reason")
    with parts.database.write() as session:
        conversation_id = find_conversation(session, wanted.case)
        if conversation_id is None:
            return go(request, "/desk/retention", "no_such_case")
        changed = set_hold(session, conversation_id, wanted.on, wanted.reason, person.id)
    said = "hold_set" if wanted.on else "hold_lifted"
    return go(request, "/desk/retention", said if changed else "hold_as_it_was")


def _reason(entry: object) -> str:
    return str(getattr(entry, "details", {}).get("reason", ""))
