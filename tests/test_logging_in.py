"""Whoever works here comes in with a password and a phone, and a stranger does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import Response

from cordial.settings import Settings
from desk.audit import Search, search
from desk.models import Login
from desk.people.second_factor import new_recovery_codes
from desk.people.users import get_user
from tests.support.staff import Staff, console_client
from tests.support.system import System
from web.console.cookies import make_cookies
from web.console.page import inside

NewStaff = Callable[..., Staff]


def logins(person: Staff) -> list[Login]:
    """Where somebody is logged in."""
    with person.records.read() as session:
        return [login for login in session.query(Login) if login.user_id == person.user_id]


def let_time_pass(person: Staff, **shifts: timedelta) -> None:
    """Move the times of somebody's logins back."""
    with person.records.write() as session:
        for login in session.query(Login).filter(Login.user_id == person.user_id):
            for name, shift in shifts.items():
                setattr(login, name, getattr(login, name) - shift)


def is_inside(person: Staff) -> bool:
    """Whether somebody is logged in."""
    return person.http.get("/desk/account").url.path == "/desk/account"


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
    assert not is_inside(person)


def test_the_code_alone_opens_nothing(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    person.http.cookies.clear()
    assert person.give_code(person.code()).url.path == "/desk/login"
    assert not is_inside(person)


def test_the_right_password_is_forgotten_when_it_is_changed_before_the_code_comes(
    lonely_web: System, new_staff: NewStaff
) -> None:
    person = new_staff(lonely_web)
    person.http.cookies.clear()
    person.give_password()
    with person.records.write() as session:
        get_user(session, person.user_id).password = "changed since"
    assert person.give_code(person.code()).url.path == "/desk/login"


def test_a_wrong_password_and_a_wrong_address_are_refused_in_the_same_words(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    with console_client(lonely_web.url) as stranger:
        answers = [
            stranger.post("/desk/login", data={"email": email, "password": "wrong wrong wrong"})
            for email in (person.email, "nobody@clinic.example")
        ]
    one, other = answers
    assert {one.status_code, other.status_code} == {401}
    assert one.text.replace(person.email, "") == other.text.replace("nobody@clinic.example", "")


def test_a_name_or_an_address_in_another_case_is_the_same(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    given = {"email": f"  {person.email.upper()} ", "password": person.password}
    assert person.http.post("/desk/login", data=given).url.path == "/desk/login/code"


def test_whoever_is_not_logged_in_is_led_to_the_login_and_then_on(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    person.http.cookies.clear()
    led = person.http.get("/desk/account?tab=phone")
    assert str(led.url) == f"{lonely_web.url}/desk/login?next=%2Fdesk%2Faccount%3Ftab%3Dphone"
    given = {"email": person.email, "password": person.password, "next": "/desk/account?tab=phone"}
    code_page = person.http.post("/desk/login", data=given)
    assert 'value="/desk/account?tab=phone"' in code_page.text
    there = person.http.post("/desk/login/code", data={"code": person.code(), "next": given["next"]})
    assert str(there.url) == f"{lonely_web.url}/desk/account?tab=phone"


def test_whoever_is_logged_in_and_opens_the_login_is_led_on(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    led = person.http.get("/desk/login", params={"next": "/desk/account"})
    assert str(led.url) == f"{lonely_web.url}/desk/account"
    outside = person.http.get("/desk/login", params={"next": "//elsewhere.example"}, follow_redirects=False)
    assert (outside.status_code, outside.headers["location"]) == (303, "/desk")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://elsewhere.example/desk",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/desk/..//elsewhere.example",
        "desk",
        "/desk\\@elsewhere.example",
        "/desk/\r\nSet-Cookie: x=1",
        "/deskelsewhere.example",
        "javascript:alert(1)",
        "/chat",
        "",
        "/desk//elsewhere.example",
        "/desk/%0d%0aSet-Cookie:x",
    ],
)
def test_a_link_to_the_login_never_leads_out_of_the_console(elsewhere: str) -> None:
    led = inside(elsewhere)
    assert led == "/desk" or led.startswith("/desk/%0d")  # the latter is an address of ours that does not exist


def test_a_script_that_is_not_logged_in_gets_an_error_and_no_page(lonely_web: System) -> None:
    refused = httpx.get(f"{lonely_web.url}/desk", trust_env=False)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "not_logged_in")


def test_logging_out_ends_the_login_for_whoever_kept_the_cookie(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    kept = dict(person.http.cookies)
    assert "You are logged out." in person.http.post("/desk/logout").text
    person.http.cookies.update(kept)
    assert not is_inside(person)


def test_a_login_ends_when_nobody_clicks_for_half_an_hour(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    let_time_pass(person, seen_at=timedelta(minutes=29))
    assert is_inside(person)
    let_time_pass(person, seen_at=timedelta(minutes=29))  # since that click
    assert is_inside(person)
    let_time_pass(person, seen_at=timedelta(minutes=31))
    assert not is_inside(person)


def test_a_page_that_looks_for_news_by_itself_keeps_nobody_logged_in(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    let_time_pass(person, seen_at=timedelta(minutes=20))
    before = logins(person)[0].seen_at
    person.http.get("/desk/account", headers={"Accept": "*/*"})
    assert logins(person)[0].seen_at == before
    person.http.get("/desk/account")
    assert logins(person)[0].seen_at > before


def test_a_login_ends_after_twelve_hours_however_busy(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    assert logins(person)[0].ends_at - datetime.now(UTC) < timedelta(hours=12)
    let_time_pass(person, ends_at=timedelta(hours=12))
    assert not is_inside(person)


def test_whoever_planted_a_cookie_before_the_login_is_not_logged_in_by_it(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    planted = person.http.cookies["cordial_login"]
    person.log_in()
    assert person.http.cookies["cordial_login"] != planted
    with console_client(lonely_web.url) as other:
        other.cookies.set("cordial_login", planted)
        assert other.get("/desk").url.path == "/desk/login"


def test_one_logs_out_everywhere_else(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    with console_client(lonely_web.url) as left_open:
        left_open.cookies.update(person.http.cookies)
        person.http.cookies.clear()
        person.log_in()
        assert len(logins(person)) == 2
        assert "You are logged out everywhere but here." in person.http.post("/desk/account/logout-others").text
        assert left_open.get("/desk").url.path == "/desk/login"
    assert is_inside(person)


def test_the_database_does_not_hold_what_the_browser_holds(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    assert person.http.cookies["cordial_login"] not in {login.token_hash for login in logins(person)}


def test_scripts_and_other_sites_never_see_the_cookies(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    person.http.cookies.clear()
    given = {"email": person.email, "password": person.password}
    first = person.http.post("/desk/login", data=given, follow_redirects=False)
    second = person.http.post("/desk/login/code", data={"code": person.code()}, follow_redirects=False)
    cookies = [*first.headers.get_list("set-cookie"), *second.headers.get_list("set-cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} >= {"cordial_step", "cordial_login", "cordial_browser"}
    assert all("HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie for cookie in cookies)


def test_with_https_the_cookies_are_for_https_and_this_host_alone() -> None:
    cookies = make_cookies(Settings(secret_key="k" * 32, public_url="https://chat.clinic.example"))
    answer = Response()
    cookies.set(answer, "login", "x")
    kept = answer.headers["set-cookie"]
    assert kept.startswith("__Host-cordial_login=x;")
    assert "Secure" in kept
    assert "Domain" not in kept


def test_no_page_of_the_console_stays_in_a_browser_or_in_a_frame(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web, "administrator")
    for path in ("/desk/login", "/desk/account", "/desk/people", "/desk/audit", "/desk/nosuch", "/desk/people/nosuch"):
        page = person.http.get(path)
        assert page.headers["cache-control"] == "no-store", path
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"], path
        assert page.headers["x-frame-options"] == "DENY", path
        assert page.text.count("<script") == page.text.count('<script type="module" src="/static/console/')  # none in the page
        assert "style=" not in page.text


def test_what_is_not_there_is_a_page_with_a_sentence(lonely_web: System, new_staff: NewStaff) -> None:
    page = new_staff(lonely_web).http.get("/desk/nosuch")
    assert page.status_code == 404
    assert "There is nothing here." in page.text
    assert "Log out" in page.text


def test_what_is_delicate_wants_the_password_once_more_and_not_for_long(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    let_time_pass(person, proved_at=timedelta(minutes=11))
    asked = person.http.get("/desk/account/password")
    assert str(asked.url) == f"{lonely_web.url}/desk/prove?next=%2Fdesk%2Faccount%2Fpassword"
    wrong = person.http.post("/desk/prove", data={"password": "wrong wrong wrong"})
    assert "That is not your password" in wrong.text
    assert person.http.get("/desk/account/password").url.path == "/desk/prove"
    given = {"password": person.password, "next": "/desk/account/password"}
    assert person.http.post("/desk/prove", data=given).url.path == "/desk/account/password"


def test_whoever_finds_a_browser_open_cannot_guess_the_password_there(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    for _ in range(5):
        person.http.post("/desk/prove", data={"password": "wrong wrong wrong"})
    assert person.http.post("/desk/prove", data={"password": person.password}).status_code == 401


def test_coming_and_going_is_in_the_audit_log(lonely_web: System, new_staff: NewStaff) -> None:
    person = new_staff(lonely_web)
    person.prove()
    person.http.post("/desk/logout")
    with person.records.read() as session:
        entries = search(session, Search(actor=person.user_id), None, 100)
    assert [entry.action for entry in entries][:3] == ["login.ended", "login.proved", "login.started"]


def test_whose_phone_cannot_be_read_any_more_is_told_so_and_comes_in_with_a_recovery_code(
    lonely_web: System, new_staff: NewStaff
) -> None:
    person = new_staff(lonely_web)
    with person.records.write() as session:
        user = get_user(session, person.user_id)
        [recovery, *_] = new_recovery_codes(session, user)
        user.sealed_totp = "gAAAAAB-this-was-something-once"
    person.http.cookies.clear()
    assert "can no longer be read here" in person.give_password().text
    refused = person.give_code("123456")
    assert (refused.status_code, "can no longer be read here" in refused.text) == (401, True)
    assert not is_inside(person)
    person.give_password()
    assert person.give_code(recovery).status_code == 200
    assert is_inside(person)
