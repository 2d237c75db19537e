"""The two inner doors: embeddings for Rasa, and Rasa's actions. Only this machine may use them."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any

import anyio.to_thread
import structlog
from fastapi import APIRouter, Body, Depends, Request
from fastapi.responses import JSONResponse
from rasa_sdk.interfaces import ActionExecutionRejection, ActionMissingDomainException, ActionNotFoundException

from web.chat import PartsNow
from web.errors import ApiError
from web.wire import Encode, Encoded

logger = structlog.get_logger(__name__)

_PROXY_HEADERS = ("x-forwarded-for", "forwarded", "x-real-ip", "via")


def from_inside(request: Request) -> None:
    """Refuse anything that did not come straight from this machine.

    A reverse proxy on the same machine also connects from loopback, but names whom it speaks for.
    """
    try:
        inside = request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        inside = False
    # Under an address of its own, this machine also calls from that address; nobody else can.
    server = request.scope.get("server")
    inside = inside or (request.client is not None and server is not None and request.client.host == server[0])
    if not inside or any(header in request.headers for header in _PROXY_HEADERS):
        raise ApiError(403, "forbidden")


router = APIRouter(dependencies=[Depends(from_inside)], include_in_schema=False)


@router.post("/encode")
async def encode(body: Encode, parts: PartsNow) -> Encoded:
    """Embed texts, many in one call."""
    vectors = await anyio.to_thread.run_sync(parts.encoder.encode, body.texts)
    return Encoded(model=parts.encoder.name, vectors=vectors.tolist())


@router.post("/webhook", response_model=None)
async def webhook(call: Annotated[dict[str, Any], Body()], parts: PartsNow) -> dict[str, Any] | JSONResponse:
    """Run one of our actions for Rasa.

    Unlike the action server of rasa-sdk, a failure never repeats the request, which holds the patient's words. An action
    that rejects to run is no failure: Rasa expects the same answer as of that server, and predicts another action.
    """
    call.setdefault("domain", {})  # Rasa keeps it to itself, as no action of ours reads it, and the executor asks for it
    try:
        result = await parts.executor.run(call)
    except ActionExecutionRejection as rejection:
        return JSONResponse({"error": rejection.message, "action_name": rejection.action_name}, status_code=400)
    except ActionNotFoundException:
        logger.error("rasa asked for an unknown action", action=str(call.get("next_action"))[:80])
        raise ApiError(404, "not_found") from None
    except (ActionMissingDomainException, KeyError, TypeError, AttributeError, ValueError):
        raise ApiError(422, "invalid_request", detail="It is not a call of an action.") from None
    if result is None:
        return {"events": [], "responses": []}
    return dict(result)
