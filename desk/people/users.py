"""The people who work here: who they are, what they may do, and that somebody always keeps the service in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.decisions import decide
from desk.models import User
from desk.people.logins import end_all
from desk.people.passwords import hash_password, refuse_weak
from desk.people.roles import Role

FORMER = "Former colleague"  # in the place of a name that is forgotten
_NO_ADDRESS = "@former.invalid"


class LastAdministrator(Exception):
    """Without this person nobody could manage the others."""


class EmailTaken(Exception):
    """Somebody else has this address."""


class UnknownUser(Exception):
    """There is nobody of that address or id."""


@dataclass(frozen=True)
class Newcomer:
    """Somebody who is to work here."""

    email: str  # how they log in
    name: str  # as patients see it
    role: Role


def folded_email(email: str) -> str:
    """An address as it is stored and looked up."""
    return email.strip().lower()


def create_user(session: Session, newcomer: Newcomer, password: str | None, actor: str | None) -> User:
    """Add somebody.

    Args:
        session: a writing transaction.
        newcomer: who it is.
        password: none yet, if they will choose one by a link.
        actor: who adds them; nobody but themselves, if they came by a link.

    Raises:
        EmailTaken: if the address belongs to somebody.
        WeakPassword: if the password is easy to guess.
    """
    address = folded_email(newcomer.email)
    if find_user(session, address):
        raise EmailTaken
    user = User(
        id=uuid4().hex,
        email=address,
        name=newcomer.name.strip(),
        role=newcomer.role.value,
        active=True,
        created_at=datetime.now(UTC),
        password=None,
        sealed_totp=None,
        totp_step=0,
        recovery=[],
        failures=0,
        locked_until=None,
        known_failures=0,
        known_locked_until=None,
    )
    session.add(user)
    if password is not None:
        set_password(user, password)
    session.flush()
    record(session, actor or user.id, "user.created", user.id, role=user.role)
    return user


def set_password(user: User, password: str) -> None:
    """Give somebody a password.

    Raises:
        WeakPassword: if it is easy to guess.
    """
    refuse_weak(password, user.name, user.email)
    user.password = hash_password(password)


def find_user(session: Session, email: str) -> User | None:
    """Somebody by their address."""
    return session.scalar(select(User).where(User.email == folded_email(email)))


def get_user(session: Session, user_id: str) -> User:
    """Somebody by their id.

    Raises:
        UnknownUser: if there is nobody.
    """
    user = session.get(User, user_id)
    if user is None:
        raise UnknownUser(user_id)
    return user


def list_users(session: Session) -> list[User]:
    """Everybody, those who may log in first, then by name."""
    return list(session.scalars(select(User).order_by(User.active.desc(), User.name, User.id)))


def has_administrator(session: Session) -> bool:
    """Whether somebody can manage the others."""
    return _administrators(session) > 0


def change_password(session: Session, user: User, hashed: str, this_login: str) -> None:
    """Give somebody the password that they chose, by its hash, and log them out of every other browser."""
    user.password = hashed
    end_all(session, user.id, but=this_login)
    record(session, user.id, "user.password_changed", user.id)
    decide(session, "password", user.id)


def change_role(session: Session, user: User, role: Role, actor: str) -> None:
    """Give somebody another role; it holds from their next click.

    Raises:
        LastAdministrator: if nobody would be left to manage the others.
    """
    if user.role == role.value:
        return
    _keep_one_administrator(session, user)
    record(session, actor, "user.role_changed", user.id, before=user.role, after=role.value)
    user.role = role.value
    decide(session, "role", user.id, role.value)


def deactivate(session: Session, user: User, actor: str) -> None:
    """Shut somebody out, at once and in every browser. What they did stays in the records under their name.

    Raises:
        LastAdministrator: if nobody would be left to manage the others.
    """
    if not user.active:
        return
    _keep_one_administrator(session, user)
    user.active, user.shut_out_at = False, datetime.now(UTC)
    end_all(session, user.id)
    record(session, actor, "user.deactivated", user.id)
    decide(session, "shut_out", user.id)


def activate(session: Session, user: User, actor: str) -> None:
    """Let somebody in again, with the password that they had."""
    if not user.active:
        user.active, user.shut_out_at = True, None
        record(session, actor, "user.activated", user.id)
        decide(session, "let_in", user.id)


def forget_former(session: Session, before: datetime) -> int:
    """Take name, address and every secret from those who were shut out before a time; gives how many. What they did stays."""
    former = session.scalars(
        select(User).where(~User.active, User.shut_out_at < before, User.email.not_like(f"%{_NO_ADDRESS}"))
    )
    found = list(former)
    for user in found:
        user.name, user.email = FORMER, f"{user.id}{_NO_ADDRESS}"
        user.password, user.sealed_totp, user.recovery = None, None, []
    return len(found)


def is_last(session: Session, user: User) -> bool:
    """Whether nobody else could manage people."""
    return bool(user.role == Role.ADMINISTRATOR and user.active and user.password) and _administrators(session) == 1


def _keep_one_administrator(session: Session, user: User) -> None:
    if is_last(session, user):
        raise LastAdministrator


def _administrators(session: Session) -> int:
    """How many administrators could log in."""
    able = select(func.count()).where(User.role == Role.ADMINISTRATOR.value, User.active, User.password.is_not(None))
    return session.scalar(able) or 0
