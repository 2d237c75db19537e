"""The chat for patients: full size at /chat, and as one script for any website."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from emergencies.whereabouts import country_called
from intake.clinic import Clinic
from web.chat import PartsNow
from web.pages import KEEP_AND_ASK, templates
from web.privacy import privacy_line

router = APIRouter(include_in_schema=False)

_MODULES = Path(__file__).parent / "static" / "chat"
_STRINGS = "strings.en.js"
_STYLES = ("theme.css", "dark.css", "page.css", "chat.css")
_IMPORT = re.compile(r"^import .* from '\./([\w.]+)';$", re.MULTILINE)
# A clinic that changes its number wants it seen soon; a website's visitor opens several pages.
_CACHE = "public, max-age=300"


@router.get("/chat", response_class=HTMLResponse)
def chat(request: Request, parts: PartsNow) -> HTMLResponse:
    """The chat, full size."""
    context: dict[str, Any] = {
        "clinic": parts.clinic.model_dump(),
        "language": "en",
        "modules": [*modules_of("chat.js"), _STRINGS],
    }
    context["privacy"] = privacy_line(parts.clinic)
    return templates.TemplateResponse(request, "chat.html", context)


@router.get("/widget.js")
def widget(request: Request, parts: PartsNow) -> Response:
    """The script for other websites, with what has to be known even when nothing else can be fetched."""
    context = {"details": _details(parts.clinic), "modules": [*modules_of("launcher.js"), _STRINGS]}
    headers = {"Cache-Control": _CACHE}
    return templates.TemplateResponse(request, "widget.js", context, headers=headers, media_type="text/javascript")


@router.get("/chat-keeper.js")
def keeper(request: Request) -> Response:
    """The script that keeps the page of the chat on the device; at the root, as it only keeps what lies below itself."""
    files = [*modules_of("chat.js"), _STRINGS, *_STYLES, "icon.svg"]
    context = {"files": ["/chat", *(f"/static/chat/{name}" for name in files)]}
    headers = {"Cache-Control": KEEP_AND_ASK}
    return templates.TemplateResponse(request, "chat-keeper.js", context, headers=headers, media_type="text/javascript")


@cache
def modules_of(name: str) -> list[str]:
    """The files that a module needs, itself last. With their names a browser fetches all of them at once."""
    found: dict[str, None] = {}
    for needed in _IMPORT.findall((_MODULES / name).read_text("utf-8")):
        found |= dict.fromkeys(modules_of(needed))
    return [*found, name]


def _details(clinic: Clinic) -> dict[str, Any]:
    """What the chat shows of a clinic by itself, under the names that its script has for them."""
    line = privacy_line(clinic)
    return {
        "name": clinic.name,
        "country": country_called(clinic.country),
        "emergencyNumber": clinic.emergency_number,
        "phone": clinic.phone,
        "email": clinic.email,
        "openingHours": clinic.opening_hours,
        "privacy": line["text"],
        "privacyLink": line["link"],
    }
