"""Who is asking, and may they. Each route of the console takes `Depends(needs(Permission…))`; a test walks all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import Request

from desk.database import Database
from desk.models import Login, User
from desk.roles import Permission, may

COOKIE = "cordial_login"
PROOF_LASTS = timedelta(minutes=10)  # after giving the password; for exports and erasures


@dataclass(frozen=True)
class Person:
    """Somebody who is logged in."""

    id: str
    name: str
    role: str
    login: str  # hash of the cookie
    proved_at: datetime

    @property
    def proved(self) -> bool:
        """Whether they gave their password a short while ago."""
        return datetime.now(UTC) - self.proved_at < PROOF_LASTS

    def may(self, permission: Permission) -> bool:
        """Whether their role lets them do something."""
        return may(self.role, permission)


class NotLoggedIn(Exception):
    """Nobody is logged in in this browser; they are sent to the login page."""


class NotAllowed(Exception):
    """This person may not do this."""


class ProofNeeded(Exception):
    """This wants the password once more."""


def person_of(database: Database, cookie: str | None) -> Person:
    """The person whose browser sent a cookie.

    Raises:
        NotLoggedIn: if nobody is.
    """
    token_hash = hashlib.sha256((cookie or "").encode()).hexdigest()
    with database.read() as session:
        login = session.get(Login, token_hash)
        user = session.get(User, login.user_id) if login else None
        if login is None or user is None or not user.active or login.ends_at < datetime.now(UTC):
            raise NotLoggedIn
        return Person(user.id, user.name, user.role, token_hash, login.proved_at)


def needs(permission: Permission, proved: bool = False) -> Callable[[Request], Person]:
    """A dependency that gives the person who asks, if they may.

    Args:
        permission: what their role must allow.
        proved: whether they must have given their password a short while ago.
    """

    def person(request: Request) -> Person:
        found = person_of(request.app.state.parts.database, request.cookies.get(COOKIE))
        if not found.may(permission):
            raise NotAllowed
        if proved and not found.proved:
            raise ProofNeeded
        return found

    person.permission = permission  # type: ignore[attr-defined]  # for the test that walks the routes
    return person
