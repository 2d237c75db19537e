"""The first time: a link leads to a password, the password to a phone, the phone to recovery codes, and then to work."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from desk.models import Invitation
from desk.people.invitations import LinkEnded, accept, find_invitation
from desk.people.logins import start_login
from desk.people.passwords import WeakPassword, refuse_weak
from desk.people.second_factor import confirm_phone, enrolled, new_recovery_codes
from desk.people.users import EmailTaken, get_user
from web.console.access import lasting_of
from web.console.login import Counted, Text, halfway, logged_in, to_second_step
from web.console.page import HOME, go, inside, render, with_next
from web.console.phone import codes_page, phone_page, secret_of
from web.errors import ApiError
from web.parts import Parts, PartsNow

router = APIRouter(include_in_schema=False)


class Chosen(BaseModel):
    """What somebody fills in who follows a link."""

    password: str = Field("", max_length=300)
    again: str = Field("", max_length=300)
    email: str = Field("", max_length=254)  # of the first administrator alone, and so the name
    name: str = Field("", max_length=80)


@router.get("/desk/invitation/{token}")
def invitation_page(request: Request, parts: PartsNow, token: str) -> Response:
    """Ask for a password."""
    return _ask(request, _invitation(parts, token), token)


@router.post("/desk/invitation/{token}", dependencies=Counted)
def use_invitation(request: Request, parts: PartsNow, token: str, form: Annotated[Chosen, Form()]) -> Response:
    """Take the password, and lead on to the phone."""
    invitation = _invitation(parts, token)
    problem = _problem(invitation, form)
    if problem is None:
        try:
            refuse_weak(form.password, parts.clinic.name)
            user = accept(parts.database, token, form.password, form.email, form.name)
        except WeakPassword as weak:
            problem = str(weak)
        except EmailTaken:
            problem = "email_taken"
        except LinkEnded:
            raise ApiError(404, "link_ended") from None
        else:
            return to_second_step(request, user, HOME)
    return _ask(request, invitation, token, problem, form)


@router.get("/desk/login/phone")
def first_phone(request: Request, parts: PartsNow, next: str = HOME) -> Response:
    """Show somebody who has no phone yet what to set it up with."""
    user = halfway(request, parts)
    if enrolled(user):
        return go(request, with_next("/desk/login/code", inside(next)))
    return phone_page(request, None, (user.id, user.email), form="/desk/login/phone", next=inside(next))


@router.post("/desk/login/phone", dependencies=Counted)
def confirm_first_phone(request: Request, parts: PartsNow, code: Text = "", next: Text = HOME) -> Response:
    """Take the phone if its code is right, log in, and show the recovery codes."""
    user = halfway(request, parts)
    secret = secret_of(request, user.id)
    with parts.database.write() as session:
        found, token = get_user(session, user.id), None
        now = datetime.now(UTC)
        if secret and not enrolled(found) and confirm_phone(session, found, secret, code, now):
            codes = new_recovery_codes(session, found)
            token = start_login(session, found, lasting_of(parts.settings))
    if token is None:
        again = {"form": "/desk/login/phone", "next": inside(next), "problem": "phone_wrong"}
        return phone_page(request, None, (user.id, user.email), 401, **again)
    return logged_in(request, parts, found, codes_page(request, None, codes, inside(next)), token)


def _invitation(parts: Parts, token: str) -> Invitation:
    with parts.database.read() as session:
        try:
            return find_invitation(session, token)
        except LinkEnded:
            raise ApiError(404, "link_ended") from None


def _ask(
    request: Request, invitation: Invitation, token: str, problem: str | None = None, form: Chosen | None = None
) -> Response:
    first = not invitation.email
    given = form if form and first else invitation
    shown = {"token": token, "first": first, "email": given.email, "name": given.name}
    return render(request, None, "invitation.html", 422 if problem else 200, problem=problem, **shown)


def _problem(invitation: Invitation, form: Chosen) -> str | None:
    """What is wrong with the form, by a key of the texts."""
    if not invitation.email and not form.name.strip():
        return "name_needed"
    if not invitation.email and not is_email(form.email):
        return "email_wrong"
    return "password_differs" if form.password != form.again else None


def is_email(address: str) -> bool:
    """Whether it could be an e-mail address; nobody is asked whether it exists."""
    try:
        # .example and .test are refused otherwise, and every example here ends so
        validate_email(address.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True
