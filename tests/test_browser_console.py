"""The console in a real browser: joining, the pages for administrators, and a form on somebody else's website."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pyotp
import pytest
from playwright.sync_api import Page, expect

from desk.people.invitations import invite, link_to
from desk.people.lockout import charge
from desk.people.roles import Role
from desk.people.users import Newcomer, get_user
from tests.support.browsing import Visits, Website, faults
from tests.support.staff import PASSWORD, Staff
from tests.support.system import System

pytestmark = pytest.mark.timeout(200)

NewStaff = Callable[..., Staff]


@pytest.fixture
def website() -> Iterator[Website]:
    """Somebody else's website, on a host that browsers take for the same site as ours."""
    website = Website()
    yield website
    website.close()


@pytest.fixture(params=["light", "dark"])
def page(visit: Visits, lonely_web: System, request: pytest.FixtureRequest) -> Page:
    """A browser at the login page, in the light and in the dark."""
    return visit(
        f"{lonely_web.url}/desk/login", color_scheme=request.param, viewport={"width": 1280, "height": 800}, bypass_csp=True
    )


def wrong_with(page: Page) -> list[str]:
    """What is wrong with a page: for axe, or on a telephone, where nothing may stick out."""
    page.wait_for_load_state()
    found = faults(page)
    page.set_viewport_size({"width": 320, "height": 700})
    if page.evaluate("document.documentElement.scrollWidth") > 320:
        found.append("it sticks out at 320 px")
    page.set_viewport_size({"width": 1280, "height": 800})
    return [f"{page.url}: {fault}" for fault in found]


def test_somebody_new_joins_and_no_page_on_the_way_has_a_fault(page: Page, lonely_web: System, new_staff: NewStaff) -> None:
    administrator = new_staff(lonely_web, "administrator")
    email = f"kim-{time.time_ns()}@clinic.example"
    with administrator.records.write() as session:
        token = invite(session, Newcomer(email, "Kim Example", Role.COORDINATOR), administrator.user_id)
    found = wrong_with(page)
    page.goto(f"{lonely_web.url}/desk/login/recovery")
    found += wrong_with(page)
    page.goto(link_to(lonely_web.url, token))
    found += wrong_with(page)
    page.get_by_label("Password").fill("password1234")
    page.get_by_label("The same once more").fill("password1234")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("easy to guess")
    found += wrong_with(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
    found += wrong_with(page)
    assert page.get_by_role("img", name=re.compile("QR code")).evaluate("image => image.naturalWidth") > 100
    secret = page.locator(".key").inner_text().replace(" ", "")
    page.get_by_label("Six digits").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".codes li")).to_have_count(10)
    found += wrong_with(page)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Kim Example").first).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("status")).to_have_text("You are logged out.")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/login/code"))
    found += wrong_with(page)
    assert found == []


def test_no_page_for_administrators_has_a_fault(page: Page, lonely_web: System, new_staff: NewStaff) -> None:
    administrator, person = new_staff(lonely_web, "administrator"), new_staff(lonely_web)
    with administrator.records.write() as session:
        for _ in range(6):
            charge(get_user(session, person.user_id), known=False)
        invite(session, Newcomer(f"kim-{time.time_ns()}@clinic.example", "Kim Example", Role.EDITOR), administrator.user_id)
    administrator.sits_at(page, "/desk/people")
    expect(page.get_by_role("heading", name="People", exact=True)).to_be_visible()
    expect(page.get_by_text("locked for a while").first).to_be_visible()
    found = wrong_with(page)
    for path in (
        "people/invite",
        f"people/{person.user_id}",
        "audit",
        "audit?since=2999-01-01",
        "account",
        "account/phone",
        "account/password",
        "prove",
        "nosuch",
    ):
        page.goto(f"{lonely_web.url}/desk/{path}")
        found += wrong_with(page)
    page.goto(f"{lonely_web.url}/desk/audit")
    page.get_by_role("button", name="Verify the chain").click()
    expect(page.get_by_role("status")).to_contain_text("The chain holds")
    found += wrong_with(page)
    assert found == []


def test_the_keyboard_comes_to_the_content_first(visit: Visits, lonely_web: System, new_staff: NewStaff) -> None:
    page = visit(f"{lonely_web.url}/desk/login")
    new_staff(lonely_web, "administrator").sits_at(page, "/desk/people")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="To the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Invite somebody")).to_be_focused()


def test_a_form_on_another_website_does_nothing_in_a_coordinators_name(
    visit: Visits, lonely_web: System, new_staff: NewStaff, website: Website
) -> None:
    page = visit(f"{lonely_web.url}/desk/login", also=website.url)
    person = new_staff(lonely_web)
    person.sits_at(page, "/desk/account")
    website.html = f"""<!doctype html><title>A website</title><link rel="icon" href="data:,">
        <form method="post" action="{lonely_web.url}/desk/logout"><button>Win</button></form>"""
    page.goto(website.url)
    page.get_by_role("button", name="Win").click()
    expect(page.get_by_text("This form did not come from our own page")).to_be_visible()
    page.goto(f"{lonely_web.url}/desk/account")
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    page.get_by_role("button", name="Log out", exact=True).click()  # our own form does
    expect(page.get_by_role("status")).to_have_text("You are logged out.")


def test_another_website_cannot_show_the_console_in_a_frame(visit: Visits, lonely_web: System, website: Website) -> None:
    page = visit(f"{lonely_web.url}/desk/login", also=website.url)
    website.html = (
        f'<!doctype html><title>A website</title><link rel="icon" href="data:,"><iframe src="{lonely_web.url}/desk/login">'
    )
    page.goto(website.url)
    page.wait_for_timeout(300)
    assert "E-mail address" not in "".join(frame.content() for frame in page.frames)
    visit.failed.clear()  # that its policy forbids it is what is wanted
