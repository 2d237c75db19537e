"""What every request passes: a limit on its size, headers on its answer, a line in the log without what was said."""

from __future__ import annotations

import time

import structlog
from prometheus_client import Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import error_response, unexpected

logger = structlog.get_logger(__name__)

MAX_BODY = 64 * 1024
MAX_INNER_BODY = 8 * 1024 * 1024  # Rasa sends the tracker and the whole domain with each action
_INNER = ("/encode", "/webhook")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

REQUESTS = Histogram("cordial_request_seconds", "Time to answer a request", ["route", "method", "status"])

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}


class BodyTooLarge(HTTPException):
    """More was sent than is read. Of this class, because FastAPI takes any other for a body that is not JSON."""

    def __init__(self) -> None:
        """413."""
        super().__init__(413)


class Guard:
    """One ASGI middleware for all of it."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        reply = _Reply(send)
        try:
            await self._serve(scope, receive, reply)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in _METHODS else "other"  # a stranger can send any word
            REQUESTS.labels(route, method, str(reply.status)).observe(seconds)
            logger.info("request", method=method, route=route, status=reply.status, ms=round(seconds * 1000, 1))

    async def _serve(self, scope: Scope, receive: Receive, reply: _Reply) -> None:
        limit = MAX_INNER_BODY if scope["path"] in _INNER else MAX_BODY
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise BodyTooLarge
            return message

        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        try:
            if declared.isdigit() and int(declared) > limit:
                raise BodyTooLarge
            await self.app(scope, receive_limited, reply.send)
        except BodyTooLarge:
            if not reply.begun:
                await error_response(413, "body_too_large")(scope, receive, reply.send)
        except Exception as error:
            if reply.begun:
                raise
            # Here and not in the framework's outermost layer, whose answer would lack the headers.
            await unexpected(error, scope["path"])(scope, receive, reply.send)


class _Reply:
    """What is sent, with our headers on it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 500
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.begun = message["status"], True
            present = {name.lower() for name, _ in message["headers"]}
            extra = [(k.encode(), v.encode()) for k, v in SECURITY_HEADERS.items() if k.encode() not in present]
            message = {**message, "headers": [*message["headers"], *extra]}
        await self._send(message)
