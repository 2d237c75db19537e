"""Logging in: password, then the second factor, then a login that ends by itself."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.database import Database
from desk.decisions import decide
from desk.models import Login, User
from desk.people.lockout import Browser, charge, failed, forgive, is_known, refund
from desk.people.passwords import matches
from desk.people.second_factor import enrolled, has_recovery_code, use_code, use_recovery_code

_SEEN_EVERY = timedelta(minutes=1)  # not at every click: each would be a write


@dataclass(frozen=True)
class Lasting:
    """How long a login lasts."""

    idle: timedelta
    longest: timedelta


def check_password(database: Database, email: str, password: str, browser: Browser = None) -> User | None:
    """The person whose address and password these are; nothing if they are not, or if too much was guessed.

    Judging takes time and so happens between two transactions: patients' messages do not wait for it.
    """
    with database.write() as session:
        user = _active(session, email)
        known = user is not None and is_known(user, browser)
        free = user is not None and charge(user, known)
    right = matches(user.password if user and free else None, password)
    if user is None or not free:
        return None
    with database.write() as session:
        found = session.get(User, user.id)
        if found is None or not found.active:
            return None
        if right:
            refund(found, known)
            return found
        failed(session, found, known, "password")
    return None


def check_code(session: Session, user: User, code: str, browser: Browser = None) -> bool:
    """Whether a code from the phone, or a recovery code, is right. It is used up."""
    known = is_known(user, browser)
    if not enrolled(user) or not charge(user, known):
        return False
    if use_code(session, user, code, datetime.now(UTC)) or _use_recovery_code(session, user, code):
        return True
    failed(session, user, known, "code")
    return False


def check_recovery(database: Database, email: str, password: str, code: str) -> User | None:
    """The way in for somebody who is locked out: everything at once, with a recovery code, which nobody can guess.

    The password is only judged beside a right code, so nothing can be learned here about either.
    """
    with database.read() as session:
        user = _active(session, email)
        hashed_password = user.password if user and has_recovery_code(user, code) else None
    if not matches(hashed_password, password) or user is None:
        return None
    with database.write() as session:
        found = session.get(User, user.id)
        if found is None or not found.active or not _use_recovery_code(session, found, code):
            return None
        return found


def start_login(session: Session, user: User, lasting: Lasting) -> str:
    """Log somebody in; gives what their browser keeps. What was guessed before is forgiven."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    forgive(user)
    session.execute(delete(Login).where(Login.ends_at < now))
    session.add(
        Login(
            token_hash=hashed(token), user_id=user.id, started_at=now, seen_at=now, ends_at=now + lasting.longest, proved_at=now
        )
    )
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


def logins_of(session: Session, user_id: str, lasting: Lasting, now: datetime) -> list[Login]:
    """Where somebody is logged in, the newest first."""
    query = select(Login).where(Login.user_id == user_id, Login.ends_at > now, Login.seen_at > now - lasting.idle)
    return list(session.scalars(query.order_by(Login.started_at.desc())))


def logged_in(session: Session, lasting: Lasting, now: datetime) -> set[str]:
    """Who is logged in somewhere."""
    query = select(Login.user_id).join(User, User.id == Login.user_id)
    return set(session.scalars(query.where(User.active, Login.ends_at > now, Login.seen_at > now - lasting.idle)))


def last_seen(session: Session) -> dict[str, datetime]:
    """When each person was last at work, as far as their logins are still known."""
    rows = session.execute(select(Login.user_id, func.max(Login.seen_at)).group_by(Login.user_id))
    return dict(rows.tuples().all())


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
    """Whether somebody who is logged in gave their password once more. Wrong ones count as tries of a known browser."""
    with database.write() as session:
        user = session.get(User, user_id)
        if user is None or not charge(user, known=True):
            return False
        kept = user.password
    right = matches(kept, password)
    with database.write() as session:
        found, login = session.get(User, user_id), session.get(Login, token_hash)
        if found is None or login is None:
            return False
        if right:
            refund(found, known=True)
            login.proved_at = datetime.now(UTC)
            record(session, user_id, "login.proved", user_id)
        else:
            failed(session, found, known=True, factor="proof")
    return right


def _active(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(User.email == email.strip().lower(), User.active))


def _use_recovery_code(session: Session, user: User, code: str) -> bool:
    used = use_recovery_code(user, code)
    if used:
        record(session, user.id, "login.recovery_code_used", user.id, left=len(user.recovery))
        decide(session, "recovery", user.id)
    return used
