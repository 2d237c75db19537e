"""One's own account: password, phone, recovery codes, and where one is logged in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from desk.audit import record
from desk.models import User
from desk.people.logins import end_all, logins_of
from desk.people.passwords import WeakPassword, hash_password, refuse_weak
from desk.people.roles import Permission
from desk.people.second_factor import confirm_phone, new_recovery_codes
from desk.people.users import change_password, get_user
from desk.post.outbox import sends_mails
from web.console.access import Person, lasting_of, needs
from web.console.login import Anybody, Text, keep_browser
from web.console.page import go, render
from web.console.phone import codes_page, phone_page, secret_of
from web.parts import Parts, PartsNow

router = APIRouter(include_in_schema=False)
Proved = Annotated[Person, Depends(needs(Permission.OWN_ACCOUNT, proved=True))]
Worker = Annotated[Person, Depends(needs(Permission.SEE_CASES))]
_HERE = "/desk/account"


@router.get("/desk/account")
def account(request: Request, parts: PartsNow, person: Anybody) -> Response:
    """Everything about one's own account."""
    with parts.database.read() as session:
        user = get_user(session, person.id)
        logins = logins_of(session, person.id, lasting_of(parts.settings), datetime.now(UTC))
        return render(request, person, "account.html", user=user, logins=logins, mails=sends_mails(session))


@router.get("/desk/account/password")
def password_page(request: Request, person: Proved) -> Response:
    """Ask for a new password."""
    return render(request, person, "password.html", problem=None)


@router.post("/desk/account/password")
def set_own_password(request: Request, parts: PartsNow, person: Proved, password: Text = "", again: Text = "") -> Response:
    """Take it."""
    user = _user(parts, person)
    problem = "password_differs" if password != again else _weakness(password, user.name, user.email, parts.clinic.name)
    if problem:
        return render(request, person, "password.html", 422, problem=problem)
    hashed = hash_password(password)
    with parts.database.write() as session:
        found = get_user(session, person.id)
        change_password(session, found, hashed, person.login)
    response = go(request, _HERE, "password_changed")
    keep_browser(request, response, found)
    return response


@router.get("/desk/account/phone")
def phone(request: Request, parts: PartsNow, person: Proved) -> Response:
    """Show what another phone is set up with; the old one works until the new one has given a right code."""
    return phone_page(request, person, (person.id, _user(parts, person).email), form="/desk/account/phone", next=_HERE)


@router.post("/desk/account/phone")
def confirm(request: Request, parts: PartsNow, person: Proved, code: Text = "") -> Response:
    """Take the phone if its code is right, and show new recovery codes: the old ones went with the old phone."""
    secret = secret_of(request, person.id)
    with parts.database.write() as session:
        user = get_user(session, person.id)
        right = secret is not None and confirm_phone(session, user, secret, code, datetime.now(UTC))
        codes = new_recovery_codes(session, user) if right else []
    if not right:
        again = {"form": "/desk/account/phone", "next": _HERE, "problem": "phone_wrong"}
        return phone_page(request, person, (user.id, user.email), 401, **again)
    return codes_page(request, person, codes, _HERE)


@router.post("/desk/account/recovery-codes")
def recovery_codes(request: Request, parts: PartsNow, person: Proved) -> Response:
    """Show new recovery codes; the old ones end."""
    with parts.database.write() as session:
        codes = new_recovery_codes(session, get_user(session, person.id))
    return codes_page(request, person, codes, _HERE)


@router.post("/desk/account/e-mails")
def choose_mails(request: Request, parts: PartsNow, person: Worker, replies: Annotated[bool, Form()] = False) -> Response:
    """Be written to at one's own address when a patient writes, or not any more."""
    with parts.database.write() as session:
        get_user(session, person.id).mail_replies = replies
        record(session, person.id, "user.mails_chosen", person.id, replies=replies)
    return go(request, _HERE, "mails_on" if replies else "mails_off")


@router.post("/desk/account/logout-others")
def log_out_others(request: Request, parts: PartsNow, person: Anybody) -> Response:
    """Log out everywhere but here."""
    with parts.database.write() as session:
        end_all(session, person.id, but=person.login)
        record(session, person.id, "login.others_ended", person.id)
    return go(request, _HERE, "others_logged_out")


def _user(parts: Parts, person: Person) -> User:
    with parts.database.read() as session:
        return get_user(session, person.id)


def _weakness(password: str, *own: str) -> str | None:
    try:
        refuse_weak(password, *own)
    except WeakPassword as weak:
        return str(weak)
    return None
