"""A patient's own data: see the intake, get everything, withdraw the consent, delete everything."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from desk.audit import record
from desk.conversations.intakes import intake_record
from desk.conversations.log import UnknownConversation, exists, messages_after
from desk.conversations.own_data import PATIENT, held_on
from desk.keeping.erasure import OnHold
from intake.fields import the_intake
from intake.viewing import viewed
from web.asking import ConversationId, errors, limited
from web.errors import ApiError
from web.headers import export_style
from web.parts import Parts, PartsNow
from web.wire import Export, IntakeView, Messages, as_wire

router = APIRouter(prefix="/api/chat", tags=["own data"])
templates = Jinja2Templates(directory=Path(__file__).parent / "templates")
_COUNTED = [Depends(limited("own_data"))]


@router.get("/intake", dependencies=[Depends(limited("read"))], responses=errors(401, 429))
def intake(conversation_id: ConversationId, parts: PartsNow) -> IntakeView:
    """Where the intake stands."""
    with parts.database.read() as session:
        if not exists(session, conversation_id):
            raise UnknownConversation(conversation_id)
        held = intake_record(session, conversation_id)
    answers = {name: viewed(the_intake(), name, answer) for name, answer in held.answers.items()}
    return IntakeView(status=held.status, reference=held.reference, answers=answers)


@router.get("/export", dependencies=_COUNTED, responses=errors(401, 429))
def export(conversation_id: ConversationId, parts: PartsNow) -> Export:
    """Everything that is held on this chat: messages, intake with every change, consent, handoffs, feedback, notes, reviews."""
    return _export(parts, conversation_id, "json")


@router.get("/export.html", dependencies=_COUNTED, responses=errors(401, 429, json=False), response_class=HTMLResponse)
def printable(request: Request, conversation_id: ConversationId, parts: PartsNow) -> HTMLResponse:
    """The same as a page to print or to keep: one file, without script."""
    context = {
        "held": _export(parts, conversation_id, "html"),
        "clinic": parts.clinic,
        "style": export_style(),
        "labels": {field.name: field.label for field in the_intake().fields},
        "made_at": datetime.now(UTC),
    }
    return templates.TemplateResponse(request, "export.html", context)


@router.post("/consent/withdraw", dependencies=_COUNTED, responses=errors(401, 413, 429))
async def withdraw(conversation_id: ConversationId, parts: PartsNow) -> Messages:
    """Withdraw the consent: the intake stops and its answers are deleted. So are the messages that told them."""
    return Messages(messages=[as_wire(message) for message in await parts.gateway.own_data.withdraw_consent(conversation_id)])


@router.delete("/session", status_code=204, dependencies=_COUNTED, responses=errors(401, 409, 429))
async def delete(conversation_id: ConversationId, parts: PartsNow) -> Response:
    """Delete the chat and everything in it. Its token opens nothing afterwards, and deleting again is no error.

    A chat that the clinic has to keep for a legal reason is refused with 409.
    """
    try:
        await parts.gateway.own_data.delete(conversation_id)
    except OnHold:
        raise ApiError(409, "on_hold", contact=parts.clinic.email or parts.clinic.phone or parts.clinic.name) from None
    return Response(status_code=204)


def _export(parts: Parts, conversation_id: str, form: str) -> Export:
    with parts.database.write() as session:
        held = held_on(session, conversation_id)
        record(session, PATIENT, "data.exported", conversation_id, form=form)
        messages = [as_wire(message) for message in messages_after(session, conversation_id, 0)]
    return Export(**held.model_dump(), messages=messages)
