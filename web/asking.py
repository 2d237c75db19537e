"""Which chat a request may open, and whether it comes too often. Every route of the chat begins here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from web.callers import address_of
from web.errors import ApiError
from web.parts import Parts, PartsNow
from web.throttling import Action, LimitReached
from web.wire import ErrorBody

_TOKEN = HTTPBearer(
    auto_error=False,
    scheme_name="Session token",
    description="`Authorization: Bearer TOKEN` with the token of `POST /api/chat/sessions`. There are no cookies.",
)
_MEANINGS = {
    400: "`not_json`, `invalid_encoding`: the body is not JSON in UTF-8.",
    401: "`token_required`, `token_invalid`, `token_expired`: the token opens no chat now. Keep it, try again: a clock may "
    "be wrong.",
    403: "`link_refused`: the link has ended or is none, or the answer is wrong; which of them is not told.",
    404: "`no_such_answer`: there is no answer of the assistant with that number. `not_found`: there are no such words.",
    409: "`id_reused`: the id came before with another text.",
    413: "`message_too_long`, `body_too_large`.",
    422: "`invalid_request`, `empty_message`: the request has not the shape described here.",
    429: "`too_many_requests`: wait as many seconds as `Retry-After` says. The message names the emergency number: show it.",
    500: "`internal`: a fault of ours. The message has a number under which it is in the log. Send the same again later.",
}


def errors(*statuses: int, json: bool = True) -> dict[int | str, dict[str, Any]]:
    """How a route can refuse, for its description.

    Args:
        statuses: besides 500.
        json: whether its own answer is JSON. Otherwise the framework has to be told that its errors still are.
    """
    named = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}}
    shape: dict[str, Any] = {"model": ErrorBody} if json else named
    return {status: {**shape, "description": _MEANINGS[status]} for status in (*statuses, 500)}


async def conversation_of(request: Request, parts: PartsNow, _token: Annotated[object, Depends(_TOKEN)] = None) -> str:
    """The conversation that the request's token opens."""
    return parts.tokens.read(request.headers.get("authorization"))


async def conversation_or_refusal(
    request: Request, parts: PartsNow, _token: Annotated[object, Depends(_TOKEN)] = None
) -> str | ApiError:
    """The same, or why the token opens none: an emergency is answered all the same."""
    try:
        return parts.tokens.read(request.headers.get("authorization"))
    except ApiError as refusal:
        return refusal


ConversationId = Annotated[str, Depends(conversation_of)]
ConversationOrRefusal = Annotated[str | ApiError, Depends(conversation_or_refusal)]


async def take(action: Action, request: Request, parts: Parts, conversation_id: str = "", known: str = "") -> None:
    """Count what somebody does.

    Args:
        action: what.
        request: by which it is done.
        parts: of this web.
        conversation_id: in which chat, if it is in one.
        known: who it is, where that is sure; counted in the place of the address.

    Raises:
        ApiError: 429, if it is too often.
    """
    try:
        address = known or address_of(request, parts.settings.trusted_proxies)
        await parts.limits.take(action, conversation_id, address)
    except LimitReached as reached:
        raise too_many(reached) from None


async def take_check(request: Request, parts: Parts, conversation_id: str | None) -> None:
    """Count a message that is looked at for an emergency, in this process alone: nothing else has to be asked.

    Raises:
        ApiError: 429, if it is too often.
    """
    try:
        await parts.limits.take_check(conversation_id, address_of(request, parts.settings.trusted_proxies))
    except LimitReached as reached:
        raise too_many(reached) from None


def limited(action: Action) -> Callable[..., Awaitable[None]]:
    """A dependency that counts what a chat does."""

    async def counted(request: Request, parts: PartsNow, conversation_id: ConversationId) -> None:
        await take(action, request, parts, conversation_id)

    return counted


def too_many(reached: LimitReached) -> ApiError:
    """The refusal for who comes too often."""
    error = ApiError(429, "too_many_requests", seconds=reached.seconds)
    error.headers["Retry-After"] = str(reached.seconds)
    return error
