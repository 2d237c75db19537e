"""What every request passes: a limit on its size, headers on its answer, a line in the log without what was said."""

from __future__ import annotations

import time

import structlog
from prometheus_client import Histogram
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.callers import address_of, came_by_tls
from web.error_pages import as_page
from web.errors import error_response, unexpected, with_help
from web.headers import headers_for, is_preflight, preflight_headers
from web.throttling import LimitReached, Limits

logger = structlog.get_logger(__name__)

MAX_BODY = 64 * 1024
MAX_INNER_BODY = 8 * 1024 * 1024  # Rasa sends the tracker and the whole domain with each action
_INNER = ("/encode", "/webhook")
_FILES, _HEALTH = "/static/", ("/healthz", "/readyz", "/metrics")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

REQUESTS = Histogram("cordial_request_seconds", "Time to answer a request", ["route", "method", "status"])


class BodyTooLarge(HTTPException):
    """More was sent than is read. Of this class, because FastAPI takes any other for a body that is not JSON."""

    def __init__(self) -> None:
        """413."""
        super().__init__(413)


class Guard:
    """One ASGI middleware for all of it."""

    def __init__(self, app: ASGIApp, limits: Limits, sites: frozenset[str] = frozenset(), trusted_proxies: int = 0) -> None:
        """Wrap an application.

        Args:
            app: the application.
            limits: on how much may be read.
            sites: the origins of the websites that show the chat.
            trusted_proxies: how many proxies stand in front.
        """
        self.app = app
        self._limits = limits
        self._sites = sites
        self._trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        request = HTTPConnection(scope)
        origin = request.headers.get("origin", "")
        by_tls = came_by_tls(request, self._trusted_proxies)
        reply = _Reply(send, headers_for(scope["path"], origin, self._sites, by_tls))
        try:
            if is_preflight(scope["method"], scope["path"], request.headers):
                answer = Response(status_code=204, headers=preflight_headers(origin, self._sites))
                await answer(scope, receive, reply.send)
            elif (refusal := await self._looks_too_often(scope)) is not None:
                await refusal(scope, receive, reply.send)
            else:
                await self._serve(scope, receive, reply)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in _METHODS else "other"  # a stranger can send any word
            REQUESTS.labels(route, method, str(reply.status)).observe(seconds)
            if not _is_no_news(scope["path"], reply.status):
                logger.info("request", method=method, route=route, status=reply.status, ms=round(seconds * 1000, 1))

    async def _looks_too_often(self, scope: Scope) -> Response | None:
        """The refusal for who reads without end."""
        if scope["method"] not in {"GET", "HEAD"} or scope["path"].startswith(_FILES) or scope["path"] in _HEALTH:
            return None
        try:
            await self._limits.take_look(address_of(HTTPConnection(scope), self._trusted_proxies))
        except LimitReached as reached:
            refusal = with_help(Request(scope), error_response(429, "too_many_requests", seconds=reached.seconds))
            refusal.headers["Retry-After"] = str(reached.seconds)
            return as_page(Request(scope), refusal)
        return None

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
                refusal = with_help(Request(scope), error_response(413, "body_too_large"))
                await as_page(Request(scope), refusal)(scope, receive, reply.send)
        except Exception as error:
            if reply.begun:
                raise
            # Here and not in the framework's outermost layer, whose answer would lack the headers.
            refusal = with_help(Request(scope), unexpected(error, scope["path"]))
            await as_page(Request(scope), refusal)(scope, receive, reply.send)


def _is_no_news(path: str, status: int) -> bool:
    """What would only fill the disk: files and health as they should be, and who is refused all the time. All are counted."""
    return status == 429 or (status < 400 and (path.startswith(_FILES) or path in _HEALTH))


class _Reply:
    """What is sent, with our headers on it."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self._send = send
        self._headers = headers
        self.status = 500
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.begun = message["status"], True
            present = {name.lower() for name, _ in message["headers"]}
            extra = [(k.encode(), v.encode()) for k, v in self._headers.items() if k.encode() not in present]
            message = {**message, "headers": [*message["headers"], *extra]}
        await self._send(message)
