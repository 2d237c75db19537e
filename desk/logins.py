"""Logging in: password, then the second factor, then a login that ends by itself; and what happens to somebody who guesses.

Every try is charged before it is judged, so that many tries at once count as many. After five wrong ones each further one has
to wait, twice as long each time. What a locked person can do: see docs/people.md.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.database import Database
from desk.models import Login, User
from desk.passwords import matches
from desk.second_factor import enrolled, has_recovery_code, use_code, use_recovery_code

FREE_TRIES = 5
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
_SEEN_EVERY = timedelta(minutes=1)  # not at every click: each would be a write


@dataclass(frozen=True)
class Lasting:
    """How long a login lasts."""

    idle: timedelta
    longest: timedelta


def check_password(database: Database, email: str, password: str, known: bool = False) -> User | None:
    """The person whose address and password these are; nothing if they are not, or if too much was guessed.

    Args:
        database: the records.
        email: as it was typed.
        password: as it was typed.
        known: whether this person has logged in with this browser before.
    """
    with database.write() as session:
        user = session.scalar(select(User).where(User.email == email.strip().lower(), User.active))
        free = user is not None and _charge(session, user, known)
    right = matches(user.password if user and free else None, password)
    if user is None:
        return None
    with database.write() as session:
        found = session.get(User, user.id)
        if found is None or not found.active:
            return None
        if right:
            _refund(found, known)
            return found
        if free:
            record(session, found.id, "login.failed", found.id, factor="password", tries=_tries(found, known)[0])
    return None


def check_code(session: Session, user: User, code: str, known: bool = False) -> bool:
    """Whether a code from the phone, or a recovery code, is right. It is used up."""
    if not _charge(session, user, known):
        return False
    if use_code(session, user, code, datetime.now(UTC)):
        return True
    if enrolled(user) and use_recovery_code(user, code):
        record(session, user.id, "login.recovery_code_used", user.id, left=len(user.recovery))
        return True
    record(session, user.id, "login.failed", user.id, factor="code", tries=_tries(user, known)[0])
    return False


def check_recovery(database: Database, email: str, password: str, code: str) -> User | None:
    """The way in for somebody who is locked out: everything at once, with a recovery code, which nobody can guess.

    The password is only judged beside a right code, so nothing can be learned here about either.
    """
    with database.read() as session:
        user = session.scalar(select(User).where(User.email == email.strip().lower(), User.active))
        hashed = user.password if user and has_recovery_code(user, code) else None
    if not matches(hashed, password) or user is None:
        return None
    with database.write() as session:
        found = session.get(User, user.id)
        if found is None or not found.active or not use_recovery_code(found, code):
            return None
        record(session, found.id, "login.recovery_code_used", found.id, left=len(found.recovery))
        return found


def start_login(session: Session, user: User, lasting: Lasting) -> str:
    """Log somebody in; gives what their browser keeps. What was guessed before is forgiven."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    forgive(user)
    ends_at = now + lasting.longest
    session.execute(delete(Login).where(Login.ends_at < now))
    session.add(
        Login(token_hash=hashed(token), user_id=user.id, started_at=now, seen_at=now, ends_at=ends_at, proved_at=now)
    )  # fmt: skip
    record(session, user.id, "login.started", user.id)
    return token


def hashed(token: str) -> str:
    """A token as it is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_login(session: Session, token: str, lasting: Lasting, now: datetime) -> tuple[Login, User] | None:
    """The login that a browser's token opens, if it has not ended."""
    login = session.get(Login, hashed(token))
    user = session.get(User, login.user_id) if login else None
    if login is None or user is None or not user.active:
        return None
    if login.ends_at <= now or login.seen_at + lasting.idle <= now:
        return None
    return login, user


def grown_old(login: Login, now: datetime) -> bool:
    """Whether it is time to write down that somebody is still at work."""
    return login.seen_at + _SEEN_EVERY <= now


def touch(session: Session, token_hash: str, now: datetime) -> None:
    """Somebody is at work in this browser."""
    login = session.get(Login, token_hash)
    if login is not None:
        login.seen_at = now


def end_login(session: Session, token_hash: str) -> None:
    """Log out of one browser."""
    login = session.get(Login, token_hash)
    if login is not None:
        record(session, login.user_id, "login.ended", login.user_id)
        session.delete(login)


def end_all(session: Session, user_id: str, but: str | None = None) -> None:
    """Log somebody out everywhere, or everywhere but in one browser."""
    ending = delete(Login).where(Login.user_id == user_id)
    session.execute(ending.where(Login.token_hash != but) if but else ending)


def prove(database: Database, user_id: str, token_hash: str, password: str) -> bool:
    """Whether somebody who is logged in gave their password once more. Wrong ones count as tries."""
    with database.write() as session:
        user = session.get(User, user_id)
        free = user is not None and _charge(session, user, known=True)
    right = matches(user.password if user and free else None, password)
    with database.write() as session:
        user, login = session.get(User, user_id), session.get(Login, token_hash)
        if user is None or login is None:
            return False
        if right:
            _refund(user, known=True)
            login.proved_at = datetime.now(UTC)
            record(session, user_id, "login.proved", user_id)
        elif free:
            record(session, user_id, "login.failed", user_id, factor="proof", tries=_tries(user, known=True)[0])
    return right


def forgive(user: User) -> None:
    """Forget what was guessed."""
    user.failures, user.locked_until = 0, None


def locked(user: User, now: datetime) -> bool:
    """Whether a try by a browser that is not known would be refused."""
    return user.locked_until is not None and user.locked_until > now


def unlock(session: Session, user: User, actor: str) -> None:
    """Let somebody try again now."""
    forgive(user)
    record(session, actor, "user.unlocked", user.id)


def _tries(user: User, known: bool) -> tuple[int, datetime | None]:
    return user.failures, user.locked_until


def _charge(session: Session, user: User, known: bool) -> bool:
    """Count a try; not if none is free, then it is refused."""
    now = datetime.now(UTC)
    failures, until = _tries(user, known)
    if until is not None and until > now:
        return False
    failures += 1
    wait = min(_FIRST_WAIT * 2 ** min(failures - FREE_TRIES, 16), _LONGEST_WAIT) if failures >= FREE_TRIES else None
    _set_tries(user, known, failures, now + wait if wait else None)
    return True


def _refund(user: User, known: bool) -> None:
    failures, _ = _tries(user, known)
    _set_tries(user, known, max(0, failures - 1), None)


def _set_tries(user: User, known: bool, failures: int, until: datetime | None) -> None:
    user.failures, user.locked_until = failures, until
