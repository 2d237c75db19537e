"""A form that another site sends in a coordinator's name does nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.datastructures import Headers

from tests.support.staff import Staff
from tests.support.system import System
from web.csrf import same_site

HOST = "chat.clinic.example"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},  # another host of the same organisation is not us
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "origin": f"https://{HOST}"},
        {"origin": "https://elsewhere.example"},
        {"origin": f"https://{HOST}.elsewhere.example"},
        {"origin": f"https://{HOST}:8443"},
        {"origin": "null"},
        {"origin": ""},
        {},
    ],
)
def test_what_another_site_sends_is_told_apart(headers: dict[str, str]) -> None:
    assert not same_site(Headers({"host": HOST, **headers}), None)


@pytest.mark.parametrize(
    ("headers", "public_url"),
    [
        ({"sec-fetch-site": "same-origin"}, None),
        ({"origin": f"https://{HOST}"}, None),
        ({"origin": f"http://{HOST}"}, None),  # behind a proxy that ends TLS we only know the host
        ({"origin": "https://public.clinic.example"}, "https://public.clinic.example"),
    ],
)
def test_what_our_own_pages_send_is_taken(headers: dict[str, str], public_url: str | None) -> None:
    assert same_site(Headers({"host": HOST, **headers}), public_url)


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "", "Origin": "https://elsewhere.example"}]
)
def test_another_sites_form_is_refused_before_anything_happens(
    lonely_web: System, new_staff: Callable[..., Staff], headers: dict[str, str]
) -> None:
    person = new_staff(lonely_web)
    refused = person.http.post("/desk/logout", headers=headers)
    assert refused.status_code == 403
    assert "This form did not come from our own page" in refused.text
    assert person.http.get("/desk/account").url.path == "/desk/account"  # still logged in


def test_another_site_cannot_log_anybody_in_as_somebody_else(lonely_web: System, new_staff: Callable[..., Staff]) -> None:
    person = new_staff(lonely_web)
    person.http.cookies.clear()
    given = {"email": person.email, "password": person.password}
    refused = person.http.post("/desk/login", data=given, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert not person.http.cookies


def test_a_link_from_a_mail_opens_the_page_of_somebody_who_is_logged_in(
    lonely_web: System, new_staff: Callable[..., Staff]
) -> None:
    person = new_staff(lonely_web)
    page = person.http.get("/desk/account", headers={"Sec-Fetch-Site": "cross-site"})
    assert page.url.path == "/desk/account"


def test_browsers_are_told_to_name_our_origin_to_ourselves(lonely_web: System, new_staff: Callable[..., Staff]) -> None:
    assert new_staff(lonely_web).http.get("/desk/account").headers["referrer-policy"] == "same-origin"
