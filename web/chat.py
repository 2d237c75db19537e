"""The chat contract: sessions, messages, replay, stream, and what a patient thinks of an answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from desk.conversations.feedback import NoSuchAnswer, give_feedback
from desk.conversations.log import IdReused, speak_with
from desk.models import Message
from emergencies.other_texts import chat_languages
from intake.suggesting import suggestions
from turns.emergency_check import Checked
from turns.gateway import Gateway
from turns.shapes import InputOption
from turns.streams import Now
from turns.typing import Writer
from web.asking import ConversationId, ConversationOrRefusal, conversation_of, errors, limited, take, take_check, too_many
from web.callers import address_of
from web.errors import ApiError
from web.parts import Parts, PartsNow
from web.throttling import LimitReached
from web.wire import (
    MAX_MESSAGE,
    Author,
    CheckMessage,
    ChooseLanguage,
    Messages,
    Seen,
    SendFeedback,
    SendMessage,
    Start,
    Started,
    StreamState,
    Suggestions,
    as_wire,
)

__all__ = ["ConversationId", "PartsNow", "conversation_of", "router"]

router = APIRouter(prefix="/api/chat", tags=["chat"])

LAST = 2**31 - 1  # a number after every message
After = Annotated[int, Query(ge=0, le=LAST, description="Number of the last message that is known already.")]
WithState = Annotated[bool, Query(description="Whether events named `state` are wanted too: what was seen, and who is typing.")]
_STREAM = {
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
    "description": "Server-sent events, without an end.",
}


@router.post("/sessions", status_code=201, responses=errors(400, 413, 422, 429))
async def start(request: Request, parts: PartsNow, body: Start | None = None) -> Started:
    """Begin a chat, in the patient's language if it is one that has texts."""
    await take("start", request, parts)
    conversation_id, messages = await parts.gateway.start(body.language if body else None)
    token = parts.tokens.make(conversation_id)
    return Started(session=conversation_id, token=token, messages=[as_wire(message) for message in messages])


@router.post("/messages", responses=errors(400, 401, 409, 413, 422, 429))
async def send(request: Request, body: SendMessage, conversation: ConversationOrRefusal, parts: PartsNow) -> Messages:
    """Send a message and get the replies to it; the same id gives the same replies and has no second effect.

    An emergency is answered whatever breaks, also without a token that opens a chat. What could not be stored yet has the
    number 0: send the same again under the same id until it has another.
    """
    text = _clean(body.text)
    replies = await _reply_to_emergency(request, parts, conversation, body, text)
    if isinstance(replies, Checked):
        if isinstance(conversation, ApiError):
            raise conversation
        await take("send", request, parts, conversation)
        replies = await _receive(parts, conversation, body, text, replies)
    return Messages(messages=[as_wire(reply) for reply in replies])


@router.post("/check", responses=errors(400, 413, 422, 429))
async def check(request: Request, body: CheckMessage, conversation: ConversationOrRefusal, parts: PartsNow) -> Messages:
    """What to say at once to a message that has to wait behind another one, if it is urgent; mostly nothing.

    The replies have the number 0, and nothing is stored: send the message itself when its turn has come. No token is needed;
    with one it is known where the patient is.
    """
    known = None if isinstance(conversation, ApiError) else conversation
    await take_check(request, parts, known)
    return Messages(messages=[as_wire(reply) for reply in await parts.gateway.at_once(known, _clean(body.text))])


@router.put("/language", status_code=204, dependencies=[Depends(limited("send"))], responses=errors(400, 401, 413, 422, 429))
def choose_language(body: ChooseLanguage, conversation_id: ConversationId, parts: PartsNow) -> Response:
    """Choose the language of the fixed texts; what is written in another language later changes it again."""
    if body.language not in chat_languages():
        raise ApiError(422, "invalid_request", detail=f"language: there are {', '.join(chat_languages())}.")
    with parts.database.write() as session:
        speak_with(session, conversation_id, body.language)
    return Response(status_code=204)


@router.get("/suggestions/{name}", responses=errors(404, 422, 429))
async def suggest(
    request: Request,
    name: Literal["countries", "mail", "conditions", "treatments", "medicines", "allergies"],
    parts: PartsNow,
    response: Response,
) -> Suggestions:
    """What a control may suggest while somebody types. It is the same for everybody, and needs no token."""
    await take("look", request, parts)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return Suggestions(suggestions=[InputOption(title=title, value=value) for title, value in suggestions(name)])


@router.get("/messages", dependencies=[Depends(limited("read"))], responses=errors(401, 422, 429))
async def replay(conversation_id: ConversationId, parts: PartsNow, after: After = 0) -> Messages:
    """All messages after a number, both sides."""
    return Messages(messages=[as_wire(message) for message in await parts.gateway.streams.replay(conversation_id, after)])


def _known_up_to(
    after: After = 0,
    last_event_id: Annotated[str | None, Header(description="Number of the last message, as browsers send it.")] = None,
) -> int:
    """The number of the last message that is known already, by whichever of both says more."""
    return max(after, int(last_event_id[:15])) if last_event_id and last_event_id.isdecimal() else after


@router.get(
    "/stream",
    response_class=StreamingResponse,
    dependencies=[Depends(limited("stream"))],
    responses={200: _STREAM, **errors(401, 422, 429, json=False)},
)
async def stream(
    request: Request,
    conversation_id: ConversationId,
    parts: PartsNow,
    after: Annotated[int, Depends(_known_up_to)],
    state: WithState = False,
) -> StreamingResponse:
    """Server-sent events, one message each; `id:` is its number. Only who asks for the state gets another kind of event.

    When nothing is said, a line that begins with a colon comes every 15 seconds or so. The stream ends when the chat is deleted
    and when its token is too old. Last-Event-ID goes on after that number.
    """
    await parts.gateway.streams.replay(conversation_id, LAST)  # 401 now, not inside the stream
    ends = time.monotonic() + parts.tokens.seconds_left(request.headers.get("authorization"))
    try:
        close = parts.limits.open_stream(conversation_id, address_of(request, parts.settings.trusted_proxies))
    except LimitReached as reached:
        raise too_many(reached) from None
    events = _events(request, parts.gateway, _Stream(conversation_id, after, ends, close, state))
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.post(
    "/feedback", status_code=204, dependencies=[Depends(limited("feedback"))], responses=errors(400, 401, 404, 413, 422, 429)
)
def feedback(body: SendFeedback, conversation_id: ConversationId, parts: PartsNow) -> Response:
    """Say whether an answer was helpful; the last word counts."""
    try:
        with parts.database.write() as session:
            give_feedback(session, conversation_id, body.seq, body.helpful)
    except NoSuchAnswer:
        raise ApiError(404, "no_such_answer") from None
    return Response(status_code=204)


@router.post("/seen", status_code=204, dependencies=[Depends(limited("seen"))], responses=errors(400, 401, 413, 422, 429))
async def seen(body: Seen, conversation_id: ConversationId, parts: PartsNow) -> Response:
    """Say that all messages up to a number stood before the patient's eyes. It is kept once a person has the chat."""
    await parts.gateway.open_pages.has_seen(conversation_id, body.seq)
    return Response(status_code=204)


@router.post("/typing", status_code=204, dependencies=[Depends(limited("seen"))], responses=errors(401, 429))
async def typing(conversation_id: ConversationId, parts: PartsNow) -> Response:
    """Say that the patient is typing; it counts for some seconds and is never stored. A person who has the chat sees it."""
    await parts.gateway.open_pages.exists(conversation_id)
    parts.gateway.typing.patient_types(conversation_id)
    return Response(status_code=204)


def _clean(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if not text:
        raise ApiError(422, "empty_message")
    if len(text) > MAX_MESSAGE:
        raise ApiError(413, "message_too_long", limit=f"{MAX_MESSAGE:,}")
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can carry and UTF-8 cannot
        raise ApiError(400, "invalid_encoding") from None
    return text


async def _reply_to_emergency(
    request: Request, parts: Parts, conversation: str | ApiError, body: SendMessage, text: str
) -> list[Message] | Checked:
    """The reply to an emergency; for any other message that it was checked. Nothing that may be away is asked before."""
    known = None if isinstance(conversation, ApiError) else conversation
    await take_check(request, parts, known)
    checked = await parts.gateway.emergencies.of_message(known, text, body.chosen)
    if checked.emergency is None:
        return checked
    if known is None:
        return parts.gateway.alarms.nowhere(text, checked.emergency)
    return await _receive(parts, known, body, text, checked)


async def _receive(parts: Parts, conversation_id: str, body: SendMessage, text: str, checked: Checked) -> list[Message]:
    try:
        return await parts.gateway.receive(conversation_id, str(body.id), text, checked, body.chosen)
    except IdReused:
        raise ApiError(409, "id_reused") from None


def _author(person: Writer | None) -> Author | None:
    return Author(name=person.name, role=person.role) if person else None


@dataclass(frozen=True)
class _Stream:
    """A stream that has begun."""

    conversation_id: str
    after: int
    ends: float  # on the monotonic clock
    close: Callable[[], None]
    with_state: bool


async def _events(request: Request, gateway: Gateway, stream: _Stream) -> AsyncIterator[str]:
    """The lines of a stream, until its token ends."""
    pages = gateway.open_pages
    try:
        yield ": hello\n\n"
        await pages.opened(stream.conversation_id)
        async with aclosing(gateway.streams.follow(stream.conversation_id, stream.after)) as messages:
            async for message in messages:
                await pages.is_open(stream.conversation_id)
                if time.monotonic() > stream.ends or await request.is_disconnected():
                    return
                if message is None:
                    yield ": still here\n\n"
                elif isinstance(message, Now):
                    if stream.with_state:
                        state = StreamState(read=message.read, typing=_author(message.typing))
                        yield f"event: state\ndata: {state.model_dump_json()}\n\n"
                else:
                    wire = as_wire(message)
                    yield f"id: {wire.seq}\nevent: message\ndata: {wire.model_dump_json(by_alias=True)}\n\n"
    except asyncio.CancelledError:
        return
    finally:
        stream.close()
        pages.closed(stream.conversation_id)
