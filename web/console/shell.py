"""What surrounds every page of the console: who may send forms, what browsers may keep, and how refusals look."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cordial.settings import Settings
from web.console.access import NotAllowed, NotLoggedIn, Person, ProofNeeded, lasting_of, person_of, wants_page
from web.console.cookies import LOGIN, cookies_of, make_cookies
from web.console.page import HOME, go, inside, render, with_next
from web.errors import ApiError, error_response, unexpected
from web.guards import BodyTooLarge
from web.parts import parts_of

_SAFE = {"GET", "HEAD", "OPTIONS"}
_HEADERS = {
    "cache-control": "no-store",
    # Not "no-referrer": with that a browser hides the origin of our own forms from us.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
}
Handler = Callable[[Request, Exception], Response | Awaitable[Response]]


def install_console(app: FastAPI, settings: Settings, routers: Sequence[APIRouter]) -> None:
    """Put the shell around the console; after its routes and the error handlers are there."""
    app.state.cookies = make_cookies(settings)
    app.state.console_paths = {getattr(route, "path", "") for router in routers for route in router.routes}
    app.add_exception_handler(NotLoggedIn, _to_login)
    app.add_exception_handler(NotAllowed, _refused)
    app.add_exception_handler(ProofNeeded, _to_proof)
    for kind in (ApiError, HTTPException, RequestValidationError, UnicodeDecodeError):
        app.add_exception_handler(kind, _as_page_too(app.exception_handlers[kind]))
    app.add_middleware(Shell, public_url=settings.public_url)


def in_console(path: str) -> bool:
    """Whether a path belongs to the console."""
    return path == HOME or path.startswith(f"{HOME}/")


def same_site(headers: Headers, public_url: str | None) -> bool:
    """Whether a form was sent from our own pages.

    Browsers say so themselves where the connection is trustworthy (Sec-Fetch-Site); elsewhere they name the origin.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    ours = {headers.get("host"), urlsplit(public_url).netloc if public_url else None} - {None}
    return origin is not None and urlsplit(origin).netloc in ours


class Shell:
    """An ASGI middleware for the console alone."""

    def __init__(self, app: ASGIApp, public_url: str | None) -> None:
        """Wrap an application.

        Args:
            app: the application.
            public_url: under which people reach it, if that is set.
        """
        self.app = app
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not in_console(scope["path"]):
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        request = Request(scope, receive)
        if scope["method"] not in _SAFE and not same_site(request.headers, self._public_url):
            refusal = as_page(request, error_response(403, "other_site"))
            await refusal(scope, receive, send_with_headers)
            return
        await self._serve(request, scope, receive, send_with_headers)

    async def _serve(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except BodyTooLarge:
            raise
        except Exception as error:
            if begun:
                raise
            await as_page(request, unexpected(error, scope["path"]))(scope, receive, send)


def as_page(request: Request, refusal: Response) -> Response:
    """A refusal as a page, for a person who looks at it; as it is for a script."""
    if not wants_page(request):
        return refusal
    error = json.loads(bytes(refusal.body))["error"]
    page = render(request, who(request), "refused.html", refusal.status_code, message=error["message"])
    if "retry-after" in refusal.headers:
        page.headers["retry-after"] = refusal.headers["retry-after"]
    return page


def who(request: Request) -> Person | None:
    """Who looks at a page that is open to everybody."""
    parts = parts_of(request)
    try:
        return person_of(parts.database, cookies_of(request).get(request, LOGIN), lasting_of(parts.settings))
    except NotLoggedIn:
        return None


def _as_page_too(handler: Handler) -> Handler:
    """The same refusal, as a page inside the console."""

    async def handle(request: Request, error: Exception) -> Response:
        answered = handler(request, error)
        refusal = answered if isinstance(answered, Response) else await answered
        return as_page(request, refusal) if in_console(request.url.path) else refusal

    return handle


async def _to_login(request: Request, _error: Exception) -> Response:
    if not wants_page(request):
        refusal = error_response(401, "not_logged_in")
        del refusal.headers["www-authenticate"]  # that is for patients' tokens
        return refusal
    return go(request, with_next("/desk/login", _wanted(request)))


async def _refused(request: Request, _error: Exception) -> Response:
    return as_page(request, error_response(403, "not_allowed"))


async def _to_proof(request: Request, _error: Exception) -> Response:
    if not wants_page(request):
        return error_response(403, "proof_needed")
    return go(request, with_next("/desk/prove", _wanted(request)))


def _wanted(request: Request) -> str:
    """Where to go on: what was asked for, or the page whose form was sent."""
    address = urlsplit(str(request.url) if request.method in _SAFE else request.headers.get("referer", ""))
    return inside(f"{address.path}?{address.query}" if address.query else address.path)
