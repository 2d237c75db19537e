"""The way in and out: password, second factor, and the password once more before what is delicate."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Form, Request, Response

from desk.models import User
from desk.people.lockout import Browser, browser_of, password_mark
from desk.people.logins import check_code, check_password, check_recovery, end_login, hashed, prove, start_login
from desk.people.roles import Permission
from desk.people.second_factor import enrolled, phone_is_damaged
from desk.people.users import get_user
from web.asking import take
from web.console.access import NotLoggedIn, Person, lasting_of, needs
from web.console.cookies import BROWSER, LOGIN, STEP, cookies_of
from web.console.middleware import who
from web.console.page import HOME, go, inside, navigation_of, render, with_next
from web.parts import Parts, PartsNow

router = APIRouter(include_in_schema=False)

Anybody = Annotated[Person, Depends(needs(Permission.OWN_ACCOUNT))]
Text = Annotated[str, Form(max_length=300)]
_STEP_SECONDS = 10 * 60
_REFUSAL_SECONDS = 0.5
_BROWSER_SECONDS = 180 * 24 * 60 * 60


async def counted(request: Request, parts: PartsNow) -> None:
    """Count a try of this address, whoever is meant; that of a browser which somebody has logged in with, under their name.

    So a stranger whose address is also theirs, as behind a proxy that web does not know of, keeps none of them out.
    """
    known = browser_known(request)
    await take("log_in", request, parts, known=f"browser of {known[0]}" if known else "")


Counted = [Depends(counted)]


@router.get("/desk")
def home(request: Request, person: Anybody) -> Response:
    """The first page that this person may open."""
    pages = navigation_of(request, person)
    return go(request, pages[0].path) if pages else render(request, person, "empty.html")


@router.get("/desk/login")
def login_page(request: Request, next: str = HOME) -> Response:
    """Ask for the password."""
    if who(request):
        return go(request, inside(next))
    return render(request, None, "login.html", next=inside(next), email="", problem=None)


@router.post("/desk/login", dependencies=Counted)
async def log_in(request: Request, parts: PartsNow, email: Text = "", password: Text = "", next: Text = HOME) -> Response:
    """Judge the password; then the second factor is asked for."""
    begun = time.monotonic()
    user = await anyio.to_thread.run_sync(check_password, parts.database, email, password, browser_known(request))
    if user is None:
        # What is written down about a known person takes time, too; so every refusal comes at the same moment.
        await asyncio.sleep(begun + _REFUSAL_SECONDS - time.monotonic())
        return render(request, None, "login.html", 401, next=inside(next), email=email, problem="login_wrong")
    return to_second_step(request, user, inside(next))


@router.get("/desk/login/code")
def code_page(request: Request, parts: PartsNow, next: str = HOME) -> Response:
    """Ask for the code."""
    user = halfway(request, parts)
    with parts.database.read() as session:
        problem = "phone_damaged" if phone_is_damaged(session, user) else None
    return render(request, None, "code.html", next=inside(next), problem=problem)


@router.post("/desk/login/code", dependencies=Counted)
def give_code(request: Request, parts: PartsNow, code: Text = "", next: Text = HOME) -> Response:
    """Judge the code, and log in."""
    user = halfway(request, parts)
    with parts.database.write() as session:
        found = get_user(session, user.id)
        right = check_code(session, found, code, browser_known(request))
        token = start_login(session, found, lasting_of(parts.settings)) if right else None
        problem = "phone_damaged" if phone_is_damaged(session, found) else "code_wrong"
    if token is None:
        return render(request, None, "code.html", 401, next=inside(next), problem=problem)
    return logged_in(request, parts, found, go(request, inside(next)), token)


@router.get("/desk/login/recovery")
def recovery_page(request: Request) -> Response:
    """Ask somebody who is locked out for everything at once."""
    return render(request, None, "recovery.html", email="", problem=None)


@router.post("/desk/login/recovery", dependencies=Counted)
def give_recovery(request: Request, parts: PartsNow, email: Text = "", password: Text = "", code: Text = "") -> Response:
    """Judge it, and log in."""
    user = check_recovery(parts.database, email, password, code)
    if user is None:
        return render(request, None, "recovery.html", 401, email=email, problem="recovery_wrong")
    with parts.database.write() as session:
        found = get_user(session, user.id)
        token = start_login(session, found, lasting_of(parts.settings))
    response = go(request, HOME, "recovered", left=str(len(found.recovery)))
    return logged_in(request, parts, found, response, token)


@router.post("/desk/logout")
def log_out(request: Request, parts: PartsNow, person: Anybody) -> Response:
    """Log out of this browser."""
    with parts.database.write() as session:
        end_login(session, person.login)
    response = go(request, "/desk/login", "logged_out")
    cookies_of(request).delete(response, LOGIN)
    return response


@router.get("/desk/prove")
def prove_page(request: Request, person: Anybody, next: str = HOME) -> Response:
    """Ask for the password once more."""
    return render(request, person, "prove.html", next=inside(next), problem=None)


@router.post("/desk/prove", dependencies=Counted)
def give_proof(request: Request, parts: PartsNow, person: Anybody, password: Text = "", next: Text = HOME) -> Response:
    """Judge it, and go on."""
    if prove(parts.database, person.id, person.login, password):
        return go(request, inside(next))
    return render(request, person, "prove.html", 401, next=inside(next), problem="proof_wrong")


def to_second_step(request: Request, user: User, following: str) -> Response:
    """Lead somebody who gave the right password to their code, or to setting up a phone if they have none yet."""
    page = "/desk/login/code" if enrolled(user) else "/desk/login/phone"
    response = go(request, with_next(page, following))
    cookies = cookies_of(request)
    cookies.set(response, STEP, cookies.sign(STEP, [user.id, password_mark(user)]), _STEP_SECONDS)
    return response


def halfway(request: Request, parts: Parts) -> User:
    """The person who gave the right password in this browser a short while ago, and owes the second factor.

    Raises:
        NotLoggedIn: if nobody did, or the password has changed since.
    """
    step = cookies_of(request).read_signed(request, STEP, _STEP_SECONDS)
    with parts.database.read() as session:
        user = session.get(User, step[0]) if step else None
    if user is None or not user.active or step[1] != password_mark(user):
        raise NotLoggedIn
    return user


def logged_in(request: Request, parts: Parts, user: User, response: Response, token: str) -> Response:
    """Have the browser keep its login, end the one that it had before, and know it again."""
    cookies = cookies_of(request)
    before = cookies.get(request, LOGIN)
    if before:
        with parts.database.write() as session:
            end_login(session, hashed(before))
    cookies.delete(response, STEP)
    cookies.set(response, LOGIN, token)
    keep_browser(request, response, user)
    return response


def keep_browser(request: Request, response: Response, user: User) -> None:
    """Have the browser show next time that this person has logged in with it."""
    cookies = cookies_of(request)
    cookies.set(response, BROWSER, cookies.sign(BROWSER, browser_of(user)), _BROWSER_SECONDS)


def browser_known(request: Request) -> Browser:
    """Who has logged in with this browser before."""
    known: Browser = cookies_of(request).read_signed(request, BROWSER, _BROWSER_SECONDS)
    return known
