"""The console's cookies: their names, their attributes, and the signature on what they hold."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response
from itsdangerous import BadData, URLSafeTimedSerializer

from cordial.keys import signing_key
from cordial.settings import Settings

LOGIN = "login"  # the login's token
STEP = "step"  # who has given the right password and owes the second factor
BROWSER = "browser"  # who has logged in with this browser before
PHONE = "phone"  # the sealed secret of a phone that is being set up
FLASH = "flash"  # what the next page says at its top


class Cookies:
    """Sets and reads them. With HTTPS they are for HTTPS and this host alone; scripts never see them."""

    def __init__(self, key: str, secure: bool) -> None:
        """Use a signing key.

        Args:
            key: signs what a browser must not change.
            secure: whether people come by HTTPS.
        """
        self._key = key
        self._secure = secure

    def name(self, kind: str) -> str:
        """A cookie's name as the browser knows it."""
        return f"__Host-cordial_{kind}" if self._secure else f"cordial_{kind}"

    def get(self, request: Request, kind: str) -> str | None:
        """What the browser sent."""
        return request.cookies.get(self.name(kind))

    def set(self, response: Response, kind: str, value: str, seconds: int | None = None) -> None:
        """Give the browser something to keep; until it is closed, if no time is given."""
        # Lax, not Strict: with Strict the link in a mail would lead a coordinator who is logged in to the login page.
        response.set_cookie(
            self.name(kind), value, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def delete(self, response: Response, kind: str) -> None:
        """Have the browser forget it."""
        response.delete_cookie(self.name(kind), path="/", secure=self._secure, httponly=True, samesite="lax")

    def sign(self, kind: str, value: Any) -> str:
        """A JSON value that the browser can keep and not change."""
        return str(self._serializer(kind).dumps(value))

    def read_signed(self, request: Request, kind: str, seconds: int) -> Any:
        """What `sign` made, if it is ours and not too old; else nothing."""
        try:
            return self._serializer(kind).loads(self.get(request, kind) or "", max_age=seconds)
        except BadData:
            return None

    def _serializer(self, kind: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._key, salt=f"cordial console {kind}")


def make_cookies(settings: Settings) -> Cookies:
    """The cookies of this installation."""
    return Cookies(signing_key(settings), settings.behind_https)


def cookies_of(request: Request) -> Cookies:
    """The cookies of the process that serves a request."""
    cookies: Cookies = request.app.state.cookies
    return cookies
