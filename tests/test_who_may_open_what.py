"""Every address is closed unless it says whom it is for: everybody, a patient with a token, this machine, or a permission."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from desk.people.roles import PERMISSIONS, Permission, Role
from tests.support.console_routes import CONSOLE, calls_of, permission_of, routes
from tests.support.staff import Staff, console_client
from tests.support.system import System
from web.asking import conversation_of, conversation_or_refusal
from web.inner import from_inside

# Everything that anybody may use. A new route is closed unless it is written down here.
FOR_EVERYBODY = {
    "GET /",
    "GET /chat",
    "GET /library",
    "GET /privacy",
    "POST /library",
    "GET /widget.js",
    "GET /chat-keeper.js",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "POST /api/chat/sessions",
    "GET /api/chat/suggestions/{name}",
    "GET /api/chat/words/{language}",
    # open to whoever has the link of an e-mail and the answer to what it asks; the page is the same for everybody
    "GET /back",
    "POST /api/chat/back",
    "POST /api/chat/back/code",
    # the way in
    "GET /desk/login",
    "POST /desk/login",
    "GET /desk/login/pulse",  # says nothing to a browser in which nobody has logged in
    "GET /desk/login/recovery",
    "POST /desk/login/recovery",
    # open with a one-time link
    "GET /desk/invitation/{token}",
    "POST /desk/invitation/{token}",
    # open after the right password
    "GET /desk/login/code",
    "POST /desk/login/code",
    "GET /desk/login/phone",
    "POST /desk/login/phone",
}
PUBLISHED = "GET /library/"  # what editors have published, whatever pages it has


def address_of(name: str) -> str:
    """An address that a route serves."""
    return re.sub(r"\{[^}]+\}", "none", name.partition(" ")[2])


def test_every_route_says_whom_it_is_for() -> None:
    unsaid = [
        name
        for name, route in routes()
        if name not in FOR_EVERYBODY
        and not name.startswith(PUBLISHED)
        and permission_of(route) is None
        and not {conversation_of, conversation_or_refusal, from_inside} & set(calls_of(route.dependant))
    ]
    assert unsaid == []


def test_every_page_of_the_console_beyond_the_way_in_names_a_permission() -> None:
    inside = {name for name, _ in routes() if "/desk" in name} - FOR_EVERYBODY
    assert inside == set(CONSOLE)
    assert len(inside) > 15


def test_nothing_is_listed_as_open_that_does_not_exist() -> None:
    assert {name for name, _ in routes()} >= FOR_EVERYBODY


def refused(answer: httpx.Response, name: str) -> str | None:
    """What is wrong with a refusal."""
    if answer.status_code == 403 and "Your role does not open this page" in answer.text:
        return None
    return f"{name}: {answer.status_code}"


def ask(client: httpx.Client, name: str) -> httpx.Response:
    """Ask for a route, without following where it leads."""
    return client.request(name.partition(" ")[0], address_of(name), follow_redirects=False)


def test_a_stranger_gets_nothing_of_the_console(lonely_web: System) -> None:
    with console_client(lonely_web.url) as stranger:
        for name in CONSOLE:
            answer = ask(stranger, name)
            assert answer.status_code == 303, f"{name}: {answer.status_code}"
            assert answer.headers["location"].startswith("/desk/login?next="), name


@pytest.mark.parametrize("cookie", ["", "x", "0" * 64, "' OR 1=1 --"])
def test_a_made_up_cookie_opens_nothing(lonely_web: System, cookie: str) -> None:
    with console_client(lonely_web.url) as stranger:
        stranger.cookies.set("cordial_login", cookie)
        assert ask(stranger, "GET /desk").headers["location"].startswith("/desk/login?next=")


@pytest.mark.parametrize("role", list(Role))
def test_each_role_gets_nothing_beyond_its_permissions(lonely_web: System, new_staff: Callable[..., Staff], role: Role) -> None:
    person = new_staff(lonely_web, role.value)
    closed = [name for name, permission in CONSOLE.items() if permission not in PERMISSIONS[role]]
    assert [wrong for name in closed if (wrong := refused(ask(person.http, name), name))] == []
    assert closed or role is Role.ADMINISTRATOR


def test_a_patients_token_opens_nothing_of_the_console(lonely_web: System) -> None:
    token = httpx.post(f"{lonely_web.url}/api/chat/sessions", trust_env=False).json()["token"]
    with console_client(lonely_web.url) as patient:
        patient.headers["Authorization"] = f"Bearer {token}"
        patient.cookies.set("cordial_login", token)
        assert {ask(patient, name).status_code for name in CONSOLE} == {303}


def test_an_administrator_reads_no_cases_and_an_editor_no_names() -> None:
    for_cases = {Permission.SEE_CASES, Permission.WORK_ON_CASES, Permission.EXPORT_CASES}
    assert not for_cases & PERMISSIONS[Role.ADMINISTRATOR]
    assert not for_cases & PERMISSIONS[Role.EDITOR]
    for role in (Role.COORDINATOR, Role.PHYSICIAN, Role.EDITOR):
        assert not {Permission.MANAGE_PEOPLE, Permission.SEE_AUDIT, Permission.ERASE_CASES} & PERMISSIONS[role]
