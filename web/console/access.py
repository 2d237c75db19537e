"""Who is asking, and may they. Each route of the console takes `Depends(needs(Permission…))`; a test walks all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import Request

from cordial.settings import Settings
from desk.database import Database
from desk.people.logins import Lasting, find_login, grown_old, touch
from desk.people.roles import Permission, may
from web.console.cookies import LOGIN, cookies_of
from web.parts import parts_of

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


def lasting_of(settings: Settings) -> Lasting:
    """How long logins last here."""
    return Lasting(timedelta(minutes=settings.login_idle_minutes), timedelta(hours=settings.login_hours))


def person_of(database: Database, cookie: str | None, lasting: Lasting, at_work: bool = False) -> Person:
    """The person whose browser sent a cookie.

    Args:
        database: the records.
        cookie: what the browser sent.
        lasting: how long logins last.
        at_work: whether the person did something; a page that looks for news by itself keeps nobody logged in.

    Raises:
        NotLoggedIn: if nobody is.
    """
    now = datetime.now(UTC)
    with database.read() as session:
        found = find_login(session, cookie, lasting, now) if cookie else None
        if found is None:
            raise NotLoggedIn
        login, user = found
        person = Person(user.id, user.name, user.role, login.token_hash, login.proved_at)
        old = grown_old(login, now)
    if at_work and old:
        with database.write() as session:
            touch(session, person.login, now)
    return person


def needs(permission: Permission, proved: bool = False) -> Callable[[Request], Person]:
    """A dependency that gives the person who asks, if they may.

    Args:
        permission: what their role must allow.
        proved: whether they must have given their password a short while ago.
    """

    def person(request: Request) -> Person:
        parts = parts_of(request)
        cookie, lasting = cookies_of(request).get(request, LOGIN), lasting_of(parts.settings)
        found = person_of(parts.database, cookie, lasting, at_work=request.method != "GET" or wants_page(request))
        if not found.may(permission):
            raise NotAllowed
        if proved and not found.proved:
            raise ProofNeeded
        return found

    person.permission = permission  # type: ignore[attr-defined]  # for the test that walks the routes
    return person


def wants_page(request: Request) -> bool:
    """Whether a person looks at the answer, and not a script that asked by itself."""
    return "text/html" in request.headers.get("accept", "")
