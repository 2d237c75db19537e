"""What every request passes: a limit on its size, headers on its answer, a line in the log without what was said."""

from __future__ import annotations

import asyncio
import time

import structlog
from prometheus_client import Histogram
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import serving
from web.callers import address_of, came_by_tls
from web.error_pages import as_page
from web.errors import error_response, unexpected, with_help
from web.headers import headers_for, is_preflight, preflight_headers
from web.pages import STATIC
from web.throttling import LimitReached, Limits

logger = structlog.get_logger(__name__)

MAX_BODY = 64 * 1024
MAX_INNER_BODY = 8 * 1024 * 1024  # Rasa sends the tracker and the whole domain with each action
_INNER = ("/encode", "/webhook")
_FILES = "/static/"
_THERE = frozenset(f"{_FILES}{file.relative_to(STATIC)}" for file in STATIC.rglob("*") if file.is_file())
# What machines and open pages of the console ask for all the time: it costs little, and who is refused it might miss somebody.
_REGULAR = ("/healthz", "/readyz", "/metrics", "/desk/pulse", "/desk/login/pulse")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

REQUESTS = Histogram("cordial_request_seconds", "Time to answer a request", ["route", "method", "status"])


class BodyTooLarge(HTTPException):
    """More was sent than is read. Of this class, because FastAPI takes any other for a body that is not JSON."""

    code = "body_too_large"

    def __init__(self) -> None:
        """413."""
        super().__init__(413)


class BodyTooSlow(HTTPException):
    """The rest of what was to be sent does not come."""

    code = "body_too_slow"

    def __init__(self) -> None:
        """408."""
        super().__init__(408)


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
        self._told_of_proxy = trusted_proxies > 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        request = HTTPConnection(scope)
        self._tell_of_proxy(request)
        origin = request.headers.get("origin", "")
        by_tls = came_by_tls(request, self._trusted_proxies)
        reply = _Reply(send, headers_for(scope["path"], origin, self._sites, by_tls))
        try:
            preflight = is_preflight(scope["method"], scope["path"], request.headers)
            if (refusal := await self._asks_too_often(scope, preflight)) is not None:
                await refusal(scope, receive, reply.send)
            elif preflight:
                answer = Response(status_code=204, headers=preflight_headers(origin, self._sites))
                await answer(scope, receive, reply.send)
            else:
                await self._serve(scope, receive, reply)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in _METHODS else "other"  # a stranger can send any word
            REQUESTS.labels(route, method, str(reply.status)).observe(seconds)
            if not _is_no_news(scope["path"], route, reply.status):
                logger.info("request", method=method, route=route, status=reply.status, ms=round(seconds * 1000, 1))

    def _tell_of_proxy(self, request: HTTPConnection) -> None:
        """Say once that somebody seems to be a proxy that the settings do not name."""
        if not self._told_of_proxy and "x-forwarded-for" in request.headers:
            self._told_of_proxy = True
            logger.warning("a request came by a proxy, and CORDIAL_TRUSTED_PROXIES is 0: all behind it count as one address")

    async def _asks_too_often(self, scope: Scope, preflight: bool) -> Response | None:
        """The refusal for who reads without end, or asks for what is not there; all else has limits of its own."""
        if not preflight and not _is_a_look(scope):
            return None
        try:
            address = address_of(HTTPConnection(scope), self._trusted_proxies)
            await self._limits.take_look(address, "preflight" if preflight else "look")
        except LimitReached as reached:
            refusal = with_help(Request(scope), error_response(429, "too_many_requests", seconds=reached.seconds))
            refusal.headers["Retry-After"] = str(reached.seconds)
            return as_page(Request(scope), refusal)
        return None

    async def _serve(self, scope: Scope, receive: Receive, reply: _Reply) -> None:
        body = _Body(receive, MAX_INNER_BODY if scope["path"] in _INNER else MAX_BODY)
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        try:
            if declared.isdigit() and int(declared) > body.limit:
                raise BodyTooLarge
            await self.app(scope, body.receive, reply.send)
        except (BodyTooLarge, BodyTooSlow) as error:
            if not reply.begun:
                refusal = with_help(Request(scope), error_response(error.status_code, error.code))
                await as_page(Request(scope), refusal)(scope, receive, reply.send)
        except Exception as error:
            if reply.begun:
                raise
            # Here and not in the framework's outermost layer, whose answer would lack the headers.
            refusal = with_help(Request(scope), unexpected(error, scope["path"]))
            await as_page(Request(scope), refusal)(scope, receive, reply.send)


class _Body:
    """What is sent with a request, as long as it is not too much and does not take too long."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self.limit = limit
        self._receive = receive
        self._received, self._whole = 0, False
        self._ends = asyncio.get_running_loop().time() + serving.BODY_SECONDS

    async def receive(self) -> Message:
        # After the body, this is how one hears that the browser has gone, which may take hours.
        try:
            async with asyncio.timeout_at(None if self._whole else self._ends):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow from None
        self._whole = self._whole or not message.get("more_body", False)
        self._received += len(message.get("body", b""))
        if self._received > self.limit:
            raise BodyTooLarge
        return message


def _is_a_look(scope: Scope) -> bool:
    """Whether a request reads, or asks for what is not there."""
    if scope["method"] in {"GET", "HEAD"}:
        return scope["path"] not in _THERE and scope["path"] not in _REGULAR
    there = any(route.matches(scope)[0] is Match.FULL for route in scope["app"].routes)
    return scope["path"].startswith(_FILES) or not there


def _is_no_news(path: str, route: str, status: int) -> bool:
    """What would only fill the disk: files, health and pulses as they should be, what is not there, refusals. All count."""
    if path in _REGULAR or path.startswith(_FILES):
        return status < 400 or status in {404, 405, 429}
    return status in {405, 429} or (route == "other" and status in {204, 404})


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
