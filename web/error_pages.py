"""Errors for people: a browser that opens a page gets the same message as a page, with ways to go on."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import structlog
from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from turns.texts import texts
from web.pages import render

logger = structlog.get_logger(__name__)

_NOT_HERE = ("/api/", "/desk")  # programs; and the console has pages of its own
_OF_THE_BODY = {"content-length", "content-type"}
Handler = Callable[[Request, Exception], Awaitable[Response]]


def as_page(request: Request, refusal: Response) -> Response:
    """A refusal in the form that the caller reads. Programs and scripts ask for JSON, or for anything."""
    if not _reads_pages(request):
        return refusal
    error = json.loads(bytes(refusal.body))["error"]
    title = texts().error_titles.get(error["code"], texts().error_titles["other"])
    headers = {name: value for name, value in refusal.headers.items() if name not in _OF_THE_BODY}
    try:
        text = render(request, "error.html", title=title, message=error["message"])
    except Exception:  # the page may be what is broken
        logger.exception("the page of an error could not be made", code=error["code"])
        return refusal
    return HTMLResponse(text, refusal.status_code, {**headers, "Cache-Control": "no-store", "Vary": "Accept"})


def as_page_too(handler: Handler) -> Handler:
    """The same refusal, as a page where somebody looks at it."""

    async def handle(request: Request, error: Exception) -> Response:
        return as_page(request, await handler(request, error))

    return handle


def _reads_pages(request: Request) -> bool:
    return not request.url.path.startswith(_NOT_HERE) and "text/html" in request.headers.get("accept", "").lower()
