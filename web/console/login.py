"""The way in and out: password, second factor, and the password once more before what is delicate."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from desk.logins import check_code, check_password, end_login, hashed, prove, start_login
from desk.models import User
from desk.roles import Permission
from desk.second_factor import enrolled
from web.chat import PartsNow
from web.console.access import NotLoggedIn, Person, lasting_of, needs
from web.console.cookies import LOGIN, STEP, cookies_of
from web.console.page import HOME, go, inside, places_of, render, with_next
from web.console.shell import who
from web.parts import Parts

router = APIRouter(include_in_schema=False)

Anybody = Annotated[Person, Depends(needs(Permission.OWN_ACCOUNT))]
Text = Annotated[str, Form(max_length=300)]
_STEP_SECONDS = 10 * 60


@router.get("/desk")
def home(request: Request, person: Anybody) -> Response:
    """The first page that this person may open."""
    places = places_of(request, person)
    return go(request, places[0].path) if places else render(request, person, "empty.html")


@router.get("/desk/login")
def login_page(request: Request, next: str = HOME) -> Response:
    """Ask for the password."""
    if who(request):
        return go(request, inside(next))
    return render(request, None, "login.html", next=inside(next), email="", problem=None)


@router.post("/desk/login")
def log_in(
    request: Request, parts: PartsNow, email: Text = "", password: Text = "", next: Text = HOME
) -> Response:  # fmt: skip
    """Judge the password; then the second factor is asked for."""
    user = check_password(parts.database, email, password)
    if user is None:
        return render(request, None, "login.html", 401, next=inside(next), email=email, problem="login_wrong")
    response = go(request, with_next("/desk/login/code", inside(next)))
    cookies = cookies_of(request)
    cookies.set(response, STEP, cookies.sign(STEP, [user.id, _mark(user)]))
    return response


@router.get("/desk/login/code")
def code_page(request: Request, parts: PartsNow, next: str = HOME) -> Response:
    """Ask for the code."""
    halfway(request, parts)
    return render(request, None, "code.html", next=inside(next), problem=None)


@router.post("/desk/login/code")
def give_code(request: Request, parts: PartsNow, code: Text = "", next: Text = HOME) -> Response:
    """Judge the code, and log in."""
    user = halfway(request, parts)
    with parts.database.write() as session:
        found = session.get(User, user.id)
        token = None
        if found and enrolled(found) and check_code(session, found, code):
            token = start_login(session, found, lasting_of(parts.settings))
    if token is None:
        return render(request, None, "code.html", 401, next=inside(next), problem="code_wrong")
    return logged_in(request, parts, go(request, inside(next)), token)


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


@router.post("/desk/prove")
def give_proof(
    request: Request, parts: PartsNow, person: Anybody, password: Text = "", next: Text = HOME
) -> Response:  # fmt: skip
    """Judge it, and go on."""
    if prove(parts.database, person.id, person.login, password):
        return go(request, inside(next))
    return render(request, person, "prove.html", 401, next=inside(next), problem="proof_wrong")


def halfway(request: Request, parts: Parts) -> User:
    """The person who gave the right password in this browser a short while ago, and owes the second factor.

    Raises:
        NotLoggedIn: if nobody did, or the password has changed since.
    """
    step = cookies_of(request).read_signed(request, STEP, _STEP_SECONDS)
    with parts.database.read() as session:
        user = session.get(User, step[0]) if step else None
    if user is None or not user.active or step[1] != _mark(user):
        raise NotLoggedIn
    return user


def logged_in(request: Request, parts: Parts, response: Response, token: str) -> Response:
    """Have the browser keep its login, and end the one that it had before."""
    cookies = cookies_of(request)
    before = cookies.get(request, LOGIN)
    if before:
        with parts.database.write() as session:
            end_login(session, hashed(before))
    cookies.delete(response, STEP)
    cookies.set(response, LOGIN, token)
    return response


def _mark(user: User) -> str:
    """What changes with the password."""
    return hashed(user.password or "")[:16]
