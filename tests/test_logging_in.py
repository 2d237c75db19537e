"""Whoever works here comes in with a password and a phone, and a stranger does not."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.support.staff import Staff, console_client
from tests.support.system import System

NewStaff = Callable[..., Staff]


@pytest.mark.parametrize("role", ["coordinator", "physician", "editor", "administrator"])
def test_everybody_logs_in_with_a_password_and_a_code(lonely_web: System, new_staff: NewStaff, role: str) -> None:
    person = new_staff(lonely_web, role)
    page = person.http.get("/desk")
    assert page.status_code == 200
    assert person.name in page.text
    assert "Log out" in page.text


def test_the_password_alone_opens_nothing(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    person.http.cookies.clear()
    assert person.give_password().url.path == "/desk/login/code"
    assert person.http.get("/desk").url.path == "/desk/login"


def test_whoever_is_not_logged_in_is_led_to_the_login_and_then_on(lonely_web: System) -> None:
    with console_client(lonely_web.url) as stranger:
        led = stranger.get("/desk?tab=phone", follow_redirects=False)
    assert (led.status_code, led.headers["location"]) == (303, "/desk/login?next=%2Fdesk%3Ftab%3Dphone")


def test_a_script_that_is_not_logged_in_gets_an_error_and_no_page(lonely_web: System) -> None:
    refused = httpx.get(f"{lonely_web.url}/desk", trust_env=False)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "not_logged_in")


def test_logging_out_ends_the_login_for_whoever_kept_the_cookie(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    kept = dict(person.http.cookies)
    assert "You are logged out." in person.http.post("/desk/logout").text
    person.http.cookies.update(kept)
    assert person.http.get("/desk").url.path == "/desk/login"
