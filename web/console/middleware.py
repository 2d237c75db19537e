"""What surrounds every page of the console: what browsers may keep and show, and how refusals look."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cordial.settings import Settings
from web.console.access import NotAllowed, NotLoggedIn, Person, ProofNeeded, lasting_of, person_of, wants_page
from web.console.cookies import LOGIN, cookies_of, make_cookies
from web.console.page import HOME, form_page, go, inside, render, with_next
from web.csrf import SAFE_METHODS, CsrfGuard
from web.errors import ApiError, error_response, unexpected
from web.guards import BodyTooLarge
from web.parts import parts_of

_HEADERS = {
    "cache-control": "no-store",
    # Not "no-referrer": with that a browser hides the origin of our own forms from us.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
}
Handler = Callable[[Request, Exception], Response | Awaitable[Response]]


def install_console(app: FastAPI, settings: Settings, routers: Sequence[APIRouter]) -> None:
    """Put around the console what surrounds it; after its routes and the error handlers are there."""
    app.state.cookies = make_cookies(settings)
    app.state.console_paths = {getattr(route, "path", "") for router in routers for route in router.routes}
    app.add_exception_handler(NotLoggedIn, _to_login)
    app.add_exception_handler(NotAllowed, _refused)
    app.add_exception_handler(ProofNeeded, _to_proof)
    for kind in (ApiError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _as_page_too(app.exception_handlers[kind]))
    app.add_middleware(CsrfGuard, guards=in_console, public_url=settings.public_url, refusal=_not_ours)
    app.add_middleware(ConsoleMiddleware)  # outside, so that a refusal has its headers, too


def in_console(path: str) -> bool:
    """Whether a path belongs to the console."""
    return path == HOME or path.startswith(f"{HOME}/")


class ConsoleMiddleware:
    """An ASGI middleware for the console alone."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not in_console(scope["path"]):
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._serve(Request(scope, receive), scope, receive, send_with_headers)

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


def _not_ours(request: Request) -> Response:
    return as_page(request, error_response(403, "other_site"))


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
    if request.method not in SAFE_METHODS:
        return form_page(request)
    return inside(f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path)
