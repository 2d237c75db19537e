"""The headers on every answer: what a browser may do with it, and which other sites may use it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

EXPORT_STYLE = Path(__file__).parent / "static" / "export.css"
_A_YEAR = 365 * 24 * 60 * 60

# What the widget needs on a clinic's own website. Nothing else may be read from there.
_FOR_SITES = ("/api/chat/", "/static/", "/widget.js")
_CALLS = {
    "access-control-allow-methods": "GET, POST, PUT, DELETE",
    "access-control-allow-headers": "Authorization, Content-Type, Last-Event-ID",
    "access-control-max-age": "7200",
}

_SAME_EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}


def headers_for(path: str, origin: str, sites: frozenset[str], by_tls: bool) -> dict[str, str]:
    """The headers for one answer.

    Args:
        path: that was asked for.
        origin: of the page that asks, if it is one of another origin; else empty.
        sites: the origins of the websites that show the chat.
        by_tls: whether the browser's connection is encrypted.
    """
    headers = {
        **_SAME_EVERYWHERE,
        "content-security-policy": _policy(path, sites),
        "cross-origin-resource-policy": _shared(path),
    }
    if path.startswith("/api/"):
        headers["cache-control"] = "no-store"
    elif path.startswith("/static/"):
        # Asked for again each time, and mostly answered with 304: after an update no old module may meet a new one.
        headers["cache-control"] = "no-cache"
    if by_tls:  # for this host alone: what else runs under the clinic's name is not ours to decide
        headers["strict-transport-security"] = f"max-age={_A_YEAR}"
    if path.startswith(_FOR_SITES) and sites:
        headers["vary"] = "Origin"
        if origin in sites:
            headers |= {"access-control-allow-origin": origin, "access-control-expose-headers": "Retry-After"}
    return headers


def is_preflight(method: str, path: str, headers: Mapping[str, str]) -> bool:
    """Whether a browser asks beforehand if a page of another site may call us."""
    return method == "OPTIONS" and path.startswith(_FOR_SITES) and "access-control-request-method" in headers


def preflight_headers(origin: str, sites: frozenset[str]) -> dict[str, str]:
    """What a page of that origin may call; nothing, unless it is one of the sites."""
    return dict(_CALLS) if origin in sites else {}


@cache
def export_style() -> str:
    """The style of the printable export, which carries it along: the page is kept as a file, and opened without us."""
    return EXPORT_STYLE.read_text("utf-8")


def _policy(path: str, sites: frozenset[str]) -> str:
    ancestors = "'none'" if path.startswith("/desk") else " ".join(["'self'", *sorted(sites)])
    style = "style-src 'self'"
    if path in {"/chat", "/api/chat/export.html"}:  # the chat opens the printable export in its own name
        digest = base64.b64encode(hashlib.sha256(export_style().encode()).digest()).decode()
        style += f" 'sha256-{digest}'"
    return (
        f"default-src 'self'; {style}; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        f"frame-ancestors {ancestors}"
    )


def _shared(path: str) -> str:
    return "cross-origin" if path.startswith(("/static/", "/widget.js")) else "same-origin"
