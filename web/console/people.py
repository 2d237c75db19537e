"""The people page: who works here, with which role; links for newcomers; a way back in for those who lost theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from desk.models import User
from desk.people import lockout, users
from desk.people.invitations import LASTS, invite, link_to, open_invitations, reset, withdraw
from desk.people.logins import last_seen
from desk.people.roles import Permission, Role
from desk.people.users import EmailTaken, LastAdministrator, Newcomer, UnknownUser, get_user, list_users
from web.console.access import Person, needs
from web.console.joining import is_email
from web.console.login import Text
from web.console.page import go, render
from web.errors import ApiError
from web.parts import PartsNow, parts_of

router = APIRouter(include_in_schema=False)
Manager = Annotated[Person, Depends(needs(Permission.MANAGE_PEOPLE))]
ProvedManager = Annotated[Person, Depends(needs(Permission.MANAGE_PEOPLE, proved=True))]
_HERE = "/desk/people"


class Invited(BaseModel):
    """Who is to come."""

    email: str = Field("", max_length=254)
    name: str = Field("", max_length=80)
    role: Role


@router.get("/desk/people")
def people(request: Request, parts: PartsNow, person: Manager) -> Response:
    """Everybody who works here, and who is awaited."""
    with parts.database.read() as session:
        shown: dict[str, Any] = {"users": list_users(session), "seen": last_seen(session), "awaited": open_invitations(session)}
    return render(request, person, "people.html", now=datetime.now(UTC), locked=lockout.locked, **shown)


@router.get("/desk/people/invite")
def invite_page(request: Request, person: ProvedManager) -> Response:
    """Ask who is to come."""
    return render(request, person, "invite.html", roles=list(Role), email="", name="", role="coordinator", problem=None)


@router.post("/desk/people/invite")
def make_invitation(request: Request, parts: PartsNow, person: ProvedManager, form: Annotated[Invited, Form()]) -> Response:
    """Make the link, and show it this once."""
    problem = "name_needed" if not form.name.strip() else None if is_email(form.email) else "email_wrong"
    if problem is None:
        try:
            with parts.database.write() as session:
                token = invite(session, Newcomer(form.email, form.name, form.role), person.id)
        except EmailTaken:
            problem = "email_taken"
        else:
            return _link(request, person, token, form.name)
    return render(request, person, "invite.html", 422, roles=list(Role), problem=problem, **form.model_dump())


@router.post("/desk/people/withdraw")
def withdraw_invitation(request: Request, parts: PartsNow, person: Manager, email: Text) -> Response:
    """End a link that was not used."""
    with parts.database.write() as session:
        withdraw(session, email, person.id)
    return go(request, _HERE, "withdrawn")


@router.get("/desk/people/{user_id}")
def one(request: Request, parts: PartsNow, person: ProvedManager, user_id: str) -> Response:
    """One person, and what can be done about them."""
    with parts.database.read() as session:
        user = _known(session, user_id)
    return _page(request, person, user)


@router.post("/desk/people/{user_id}/role")
def change_role(request: Request, person: ProvedManager, user_id: str, role: Annotated[Role, Form()]) -> Response:
    """Give somebody another role."""

    def change(session: Session, user: User) -> None:
        users.change_role(session, user, role, person.id)

    return _do(request, person, user_id, "role_changed", change)


@router.post("/desk/people/{user_id}/deactivate")
def deactivate(request: Request, person: ProvedManager, user_id: str) -> Response:
    """Shut somebody out."""
    return _do(request, person, user_id, "deactivated", lambda session, user: users.deactivate(session, user, person.id))


@router.post("/desk/people/{user_id}/activate")
def activate(request: Request, person: ProvedManager, user_id: str) -> Response:
    """Let somebody in again."""
    return _do(request, person, user_id, "activated", lambda session, user: users.activate(session, user, person.id))


@router.post("/desk/people/{user_id}/unlock")
def unlock(request: Request, person: ProvedManager, user_id: str) -> Response:
    """Let somebody try again now."""
    return _do(request, person, user_id, "unlocked", lambda session, user: lockout.unlock(session, user, person.id))


@router.post("/desk/people/{user_id}/reset")
def reset_password(
    request: Request, parts: PartsNow, person: ProvedManager, user_id: str, phone_too: Annotated[bool, Form()] = False
) -> Response:
    """End somebody's password, and show the link with which they choose a new one."""
    if user_id == person.id:
        return _refusal(request, person, user_id, "own_account")
    try:
        with parts.database.write() as session:
            user = _known(session, user_id)
            token = reset(session, user, person.id, phone_too)
    except LastAdministrator:
        return _refusal(request, person, user_id, "last_administrator")
    return _link(request, person, token, user.name)


def _do(request: Request, person: Person, user_id: str, said: str, change: Callable[[Session, User], None]) -> Response:
    """Make one change, and say on the people page that it is made."""
    try:
        with parts_of(request).database.write() as session:
            user = _known(session, user_id)
            change(session, user)
    except LastAdministrator:
        return _refusal(request, person, user_id, "last_administrator")
    return go(request, _HERE, said, name=user.name, role=user.role)


def _refusal(request: Request, person: Person, user_id: str, problem: str) -> Response:
    with parts_of(request).database.read() as session:
        user = _known(session, user_id)
    return _page(request, person, user, 409, problem)


def _page(request: Request, person: Person, user: User, status: int = 200, problem: str | None = None) -> Response:
    locked = lockout.locked(user, datetime.now(UTC))
    return render(request, person, "person.html", status, user=user, roles=list(Role), locked=locked, problem=problem)


def _link(request: Request, person: Person, token: str, name: str) -> Response:
    base = parts_of(request).settings.public_url or str(request.base_url)
    return render(request, person, "link.html", link=link_to(base, token), name=name, ends=datetime.now(UTC) + LASTS)


def _known(session: Session, user_id: str) -> User:
    try:
        return get_user(session, user_id)
    except UnknownUser:
        raise ApiError(404, "not_found") from None
