"""Pages for people: templates with what all of them need, and an answer that a browser can keep until it changes."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from emergencies.whereabouts import country_called
from web.library_texts import day, library_texts

STATIC = Path(__file__).parent / "static"
KEEP_AND_ASK = "no-cache"  # a browser may keep the page, and asks each time whether it is still the same

templates = Jinja2Templates(directory=Path(__file__).parent / "templates")


@cache
def static(name: str) -> str:
    """The address of a static file, which changes with its content, so that no browser shows an old one with a new page."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{digest}"


templates.env.globals.update(static=static, day=day)
templates.env.filters["country"] = country_called
templates.env.filters["evidence_words"] = lambda evidence: library_texts().evidence[evidence]
templates.env.filters["verified_words"] = lambda verified: library_texts().verified_as(verified)


def render(request: Request, name: str, **context: object) -> str:
    """The text of a page."""
    shared = {"clinic": request.app.state.parts.clinic, "language": "en", "texts": library_texts()}
    return templates.get_template(name).render(request=request, **shared, **context)


def page(request: Request, name: str, **context: object) -> Response:
    """A page that is the same for everybody, or 304 if the browser has it already."""
    text = render(request, name, **context)
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'
    headers = {"ETag": etag, "Cache-Control": KEEP_AND_ASK}
    if _has(request, etag):
        return Response(status_code=304, headers=headers)
    return HTMLResponse(text, headers=headers)


def _has(request: Request, etag: str) -> bool:
    # A proxy that compresses marks our tag as weak; it still names the same page.
    known = request.headers.get("if-none-match", "").split(",")
    return etag in {each.strip().removeprefix("W/") for each in known}
