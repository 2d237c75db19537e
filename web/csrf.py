"""Against cross-site request forgery (CSRF): what another site sends with the cookies of somebody who is logged in is refused.

Browsers say themselves where a request comes from, so that forms need no hidden token, and no page can forget one. Only the
console has cookies; patients' requests carry a token that another site does not have.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}  # these change nothing


def same_site(headers: Headers, public_url: str | None) -> bool:
    """Whether a request was sent from our own pages.

    Browsers say so themselves where the connection is trustworthy (Sec-Fetch-Site); elsewhere they name the origin.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    ours = {headers.get("host"), urlsplit(public_url).netloc if public_url else None} - {None}
    return origin is not None and urlsplit(origin).netloc in ours


class CsrfGuard:
    """An ASGI middleware that lets a change through only from our own pages. It reads headers alone, and those first."""

    def __init__(
        self, app: ASGIApp, guards: Callable[[str], bool], public_url: str | None, refusal: Callable[[Request], Response]
    ) -> None:
        """Wrap an application.

        Args:
            app: the application.
            guards: whether a path is one that needs it.
            public_url: under which people reach the application, if that is set.
            refusal: the answer to anything else.
        """
        self.app = app
        self._guards, self._public_url, self._refusal = guards, public_url, refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and self._guards(scope["path"]) and self._is_forged(scope):
            await self._refusal(Request(scope, receive))(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _is_forged(self, scope: Scope) -> bool:
        return scope["method"] not in SAFE_METHODS and not same_site(Headers(scope=scope), self._public_url)
