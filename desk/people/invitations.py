"""One-time links: with one of them somebody chooses a password. The database holds their hashes alone."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.database import Database
from desk.decisions import decide
from desk.models import Invitation, User
from desk.people.lockout import forgive
from desk.people.logins import end_all, hashed
from desk.people.passwords import hash_password, refuse_weak
from desk.people.roles import Role
from desk.people.second_factor import forget_phone
from desk.people.users import (
    EmailTaken,
    LastAdministrator,
    Newcomer,
    create_user,
    find_user,
    folded_email,
    has_administrator,
    is_last,
)

LASTS = timedelta(days=3)
_ANYBODY = ""  # the address in the link for the first administrator, who is not known yet


class LinkEnded(Exception):
    """This link was used, has grown old or was withdrawn; or it never was one."""


def invite(session: Session, newcomer: Newcomer, actor: str) -> str:
    """Make a link for somebody new; an earlier one for the same address ends.

    Raises:
        EmailTaken: if the address belongs to somebody who is here already.
    """
    if find_user(session, newcomer.email):
        raise EmailTaken
    token = _new_link(session, newcomer)
    record(session, actor, "user.invited", link_id(token), role=newcomer.role.value)
    return token


def first_link(session: Session) -> str | None:
    """Make the link for the first administrator, and end the earlier one; nothing, if somebody manages people already."""
    if has_administrator(session):
        return None
    token = _new_link(session, Newcomer(_ANYBODY, "", Role.ADMINISTRATOR))
    record(session, "command line", "user.first_link", link_id(token))
    return token


def reset(session: Session, user: User, actor: str, phone_too: bool = False, even_last: bool = False) -> str:
    """Make a link with which somebody chooses a new password. The old one ends now, and so does every login.

    Args:
        session: a writing transaction.
        user: who.
        actor: who does it.
        phone_too: whether the second factor is lost as well.
        even_last: whether the only administrator may be meant; for the command line, which needs nobody.

    Raises:
        LastAdministrator: if nobody else could manage the others until the link is used.
    """
    if is_last(session, user) and not even_last:
        raise LastAdministrator
    user.password = None
    if phone_too:
        forget_phone(user)
    end_all(session, user.id)
    token = _new_link(session, Newcomer(user.email, user.name, Role(user.role)))
    record(session, actor, "user.reset", user.id, phone_too=phone_too)
    decide(session, "phone" if phone_too else "password", user.id)
    return token


def open_invitations(session: Session) -> list[Invitation]:
    """Links for people who are not here yet, which can still be used, the newest first."""
    usable = select(Invitation).where(Invitation.used_at.is_(None), Invitation.ends_at > datetime.now(UTC))
    known = select(User.email)
    rows = usable.where(Invitation.email != _ANYBODY, Invitation.email.not_in(known))
    return list(session.scalars(rows.order_by(Invitation.created_at.desc())))


def withdraw(session: Session, email: str, actor: str) -> None:
    """End a link that was not used yet."""
    for invitation in session.scalars(select(Invitation).where(Invitation.email == folded_email(email))):
        record(session, actor, "user.invitation_withdrawn", invitation.token_hash[:32])
        session.delete(invitation)
    session.flush()


def find_invitation(session: Session, token: str) -> Invitation:
    """What a link is for.

    Raises:
        LinkEnded: if it cannot be used any more.
    """
    invitation = session.get(Invitation, hashed(token))
    if invitation is None or invitation.used_at is not None or invitation.ends_at <= datetime.now(UTC):
        raise LinkEnded
    if invitation.email == _ANYBODY and has_administrator(session):
        raise LinkEnded
    return invitation


def accept(database: Database, token: str, password: str, email: str = "", name: str = "") -> User:
    """Use a link: the person is here now, with this password.

    Args:
        database: the records.
        token: of the link.
        password: as it was chosen.
        email: of the first administrator; the others' was given when they were invited.
        name: theirs, likewise.

    Raises:
        LinkEnded: if it cannot be used any more.
        WeakPassword: if the password is easy to guess; the link stays.
        EmailTaken: if the first administrator names the address of somebody who is here; the link stays.
    """
    with database.read() as session:
        invitation = find_invitation(session, token)
        newcomer = _newcomer(invitation, email, name)
    refuse_weak(password, newcomer.name, newcomer.email)
    password_hash = hash_password(password)
    with database.write() as session:
        invitation = find_invitation(session, token)
        user = find_user(session, newcomer.email)
        if user is not None and invitation.email == _ANYBODY:
            raise EmailTaken
        if user is not None and (user.password is not None or not user.active):
            raise LinkEnded
        user = user or create_user(session, newcomer, None, None)
        user.password = password_hash
        forgive(user)
        invitation.used_at = datetime.now(UTC)
        record(session, user.id, "user.password_chosen", user.id, link=link_id(token))
        return user


def link_to(base: str, token: str) -> str:
    """A link as it is passed on, under the address where people reach web."""
    return f"{base.rstrip('/')}/desk/invitation/{token}"


def link_id(token: str) -> str:
    """The name of a link in the audit log. It opens nothing."""
    return hashed(token)[:32]


def _newcomer(invitation: Invitation, email: str, name: str) -> Newcomer:
    role = Role(invitation.role)
    if invitation.email == _ANYBODY:
        return Newcomer(email, name, role)
    return Newcomer(invitation.email, invitation.name, role)


def _new_link(session: Session, newcomer: Newcomer) -> str:
    token, now, address = secrets.token_urlsafe(24), datetime.now(UTC), folded_email(newcomer.email)
    session.execute(delete(Invitation).where((Invitation.email == address) | (Invitation.ends_at < now)))
    session.add(
        Invitation(
            token_hash=hashed(token),
            email=address,
            name=newcomer.name.strip(),
            role=newcomer.role.value,
            created_at=now,
            ends_at=now + LASTS,
            used_at=None,
        )
    )
    session.flush()
    return token
