"""The chat contract: sessions, messages, replay, stream, and a patient's own data."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from desk.conversations import IdReused, UnknownConversation, delete_conversation, exists, messages_after
from desk.handoffs import waiting_handoff
from desk.intakes import intake_record
from web.errors import ApiError
from web.gateway import Gateway
from web.parts import Parts, parts_of
from web.wire import MAX_MESSAGE, IntakeView, Messages, SendMessage, Started, as_wire

router = APIRouter(prefix="/api/chat", tags=["chat"])

PartsNow = Annotated[Parts, Depends(parts_of)]


def conversation_of(parts: PartsNow, authorization: Annotated[str | None, Header()] = None) -> str:
    """The conversation that the request's token opens."""
    return parts.tokens.read(authorization)


ConversationId = Annotated[str, Depends(conversation_of)]
After = Annotated[int, Query(ge=0, le=2**53)]


@router.post("/sessions", status_code=201)
async def start(parts: PartsNow) -> Started:
    """Begin a chat."""
    conversation_id, messages = await parts.gateway.start()
    token = parts.tokens.make(conversation_id)
    return Started(session=conversation_id, token=token, messages=[as_wire(message) for message in messages])


@router.post("/messages")
async def send(body: SendMessage, conversation_id: ConversationId, parts: PartsNow) -> Messages:
    """Send a message and get the replies to it; the same id gives the same replies and has no second effect."""
    text = body.text.replace("\x00", "").strip()
    if not text:
        raise ApiError(422, "empty_message")
    if len(text) > MAX_MESSAGE:
        raise ApiError(413, "message_too_long", limit=f"{MAX_MESSAGE:,}")
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can carry and UTF-8 cannot
        raise ApiError(400, "invalid_encoding") from None
    try:
        replies = await parts.gateway.receive(conversation_id, str(body.id), text)
    except IdReused:
        raise ApiError(409, "id_reused") from None
    except UnknownConversation:
        raise ApiError(401, "token_invalid") from None
    return Messages(messages=[as_wire(reply) for reply in replies])


@router.get("/messages")
async def replay(conversation_id: ConversationId, parts: PartsNow, after: After = 0) -> Messages:
    """All messages after a number, both sides."""
    try:
        return Messages(messages=[as_wire(message) for message in await parts.gateway.replay(conversation_id, after)])
    except UnknownConversation:
        raise ApiError(401, "token_invalid") from None


@router.get("/stream", response_class=StreamingResponse)
async def stream(
    request: Request,
    conversation_id: ConversationId,
    parts: PartsNow,
    after: After = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Server-sent events, one message each; `id:` is its number. Last-Event-ID resumes."""
    if last_event_id and last_event_id.isdecimal():
        after = max(after, int(last_event_id[:15]))
    try:
        await parts.gateway.replay(conversation_id, 2**53)  # 401 now, not inside the stream
    except UnknownConversation:
        raise ApiError(401, "token_invalid") from None
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    events = _events(request, parts.gateway, conversation_id, after)
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def _events(request: Request, gateway: Gateway, conversation_id: str, after: int) -> AsyncIterator[str]:
    yield ": hello\n\n"
    try:
        async for message in gateway.follow(conversation_id, after):
            if message is None:
                yield ": still here\n\n"
            else:
                wire = as_wire(message)
                yield f"id: {wire.seq}\nevent: message\ndata: {wire.model_dump_json(by_alias=True)}\n\n"
            if await request.is_disconnected():
                return
    except asyncio.CancelledError:
        return


@router.get("/intake")
def intake(conversation_id: ConversationId, parts: PartsNow) -> IntakeView:
    """Where the intake stands."""
    with parts.database.read() as session:
        if not exists(session, conversation_id):
            raise ApiError(401, "token_invalid")
        record = intake_record(session, conversation_id)
    return IntakeView(
        status=record.status,
        reference=record.reference,
        answers={name: answer.value for name, answer in record.answers.items()},
    )


@router.get("/export")
def export(conversation_id: ConversationId, parts: PartsNow) -> dict[str, Any]:
    """Everything that is held on this chat."""
    with parts.database.read() as session:
        if not exists(session, conversation_id):
            raise ApiError(401, "token_invalid")
        record = intake_record(session, conversation_id)
        messages = [as_wire(message) for message in messages_after(session, conversation_id, 0)]
        handoff = waiting_handoff(session, conversation_id)
    return {
        "session": conversation_id,
        "messages": [json.loads(message.model_dump_json(by_alias=True)) for message in messages],
        "intake": record.model_dump(mode="json"),
        "handoff": handoff,
    }


@router.delete("/session", status_code=204)
def delete(conversation_id: ConversationId, parts: PartsNow) -> Response:
    """Delete the chat and everything in it."""
    with parts.database.write() as session:
        delete_conversation(session, conversation_id)
    return Response(status_code=204)
