"""The lockout of somebody who guesses: after five wrong tries, each further one has to wait, twice as long each time.

Every try is charged before it is judged, so that many tries at once count as many. Tries from a browser in which the person has
logged in before are counted apart: so a stranger who guesses all day locks other strangers out, and not the person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from desk.audit import record
from desk.models import User

FREE_TRIES = 5
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)

Browser = Sequence[str] | None  # what a browser shows that it was used before: a user's id, and a mark


def browser_of(user: User) -> list[str]:
    """What a browser keeps to show that this person has logged in with it. It ends with the password."""
    return [user.id, password_mark(user)]


def password_mark(user: User) -> str:
    """What changes with the password, and says nothing about it."""
    return hashlib.sha256((user.password or "").encode()).hexdigest()[:16]


def is_known(user: User, browser: Browser) -> bool:
    """Whether a person has logged in with this browser before."""
    return browser is not None and list(browser) == browser_of(user)


def charge(user: User, known: bool) -> bool:
    """Count a try; gives False if none is free now, and then it must not be judged."""
    now = datetime.now(UTC)
    failures, until = _read(user, known)
    if until is not None and until > now:
        return False
    failures += 1
    late = failures - FREE_TRIES
    wait = min(_FIRST_WAIT * 2 ** min(late, 10), _LONGEST_WAIT) if late >= 0 else None
    _write(user, known, failures, now + wait if wait else None)
    return True


def refund(user: User, known: bool) -> None:
    """It was right."""
    _write(user, known, max(0, _read(user, known)[0] - 1), None)


def failed(session: Session, user: User, known: bool, factor: str) -> None:
    """Write down that it was wrong."""
    failures, until = _read(user, known)
    record(session, user.id, "login.failed", user.id, factor=factor, tries=failures, known_browser=known)
    if until is not None:
        record(session, "system", "login.locked", user.id, until=until.isoformat(timespec="seconds"), known_browser=known)


def forgive(user: User) -> None:
    """Forget all that was wrong."""
    user.failures = user.known_failures = 0
    user.locked_until = user.known_locked_until = None


def unlock(session: Session, user: User, actor: str) -> None:
    """Let somebody try again now."""
    forgive(user)
    record(session, actor, "user.unlocked", user.id)


def locked(user: User, now: datetime) -> bool:
    """Whether a try would be refused now, from some browser at least."""
    return any(until is not None and until > now for until in (user.locked_until, user.known_locked_until))


def _read(user: User, known: bool) -> tuple[int, datetime | None]:
    return (user.known_failures, user.known_locked_until) if known else (user.failures, user.locked_until)


def _write(user: User, known: bool, failures: int, until: datetime | None) -> None:
    if known:
        user.known_failures, user.known_locked_until = failures, until
    else:
        user.failures, user.locked_until = failures, until
