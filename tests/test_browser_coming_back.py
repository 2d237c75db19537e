"""The link of an e-mail in a real browser: it asks who it is, and opens the chat on a device that never saw it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from desk.models import Presence
from tests.support.browsing import Visits, faults, stored
from tests.support.console_alone import ConsoleAlone
from tests.support.leaving import BASE, Left, code_in, link_in
from tests.support.receivers import MailBox
from tests.support.system import until

NEWS = "Good news about your knees, Maria."
NO_BIRTH = {"birth": ("about 65", {"age": 65})}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleAlone]:
    """Web of a clinic that has e-mails sent to patients."""
    web = ConsoleAlone(tmp_path_factory.mktemp("web"), reaches_patients=True)
    yield web
    web.closes()


@pytest.fixture
def box(web: ConsoleAlone) -> Iterator[MailBox]:
    """The mail server."""
    box = MailBox().opens()
    yield box
    box.closes()
    with web.database.write() as session:
        session.execute(text("DELETE FROM conversations"))


def told(left: Left) -> Left:
    """Let Ana write, and the e-mail come."""
    left.ana_writes(NEWS)
    left.is_told()
    return left


def address(web: ConsoleAlone, box: MailBox) -> str:
    """The link of the newest e-mail, as it is reached here."""
    asks, secret = link_in(box)
    assert f"{BASE}/back#{asks}.{secret}" in box.taken[-1].get_content()
    return f"{web.url}/back#{asks}.{secret}"


def born(page: Page, day: str, month: str, year: str) -> None:
    """Fill in a date of birth, and send it with the keyboard."""
    page.get_by_label("Day").fill(day)
    page.get_by_label("Month").select_option(month)
    page.get_by_label("Year").fill(year)
    page.get_by_label("Year").press("Enter")


def shot(page: Page, name: str) -> None:
    """Keep a picture for whoever wants to look."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_the_date_of_birth_opens_the_chat_on_another_device(visit: Visits, web: ConsoleAlone, box: MailBox) -> None:
    maria = told(Left(web.database, box))
    page = visit(address(web, box))
    born(page, "15", "March", "1961")
    expect(page.get_by_role("alert")).to_contain_text("That did not open a chat")
    born(page, "14", "March", "1961")
    expect(page).to_have_url(f"{web.url}/chat")
    expect(page.locator(".from-coordinator")).to_contain_text(NEWS)
    assert stored(page, ":session")["session"] == maria.id
    until(lambda: has_seen(web, maria), 10, "the page told that the reply was seen")
    page.go_back()
    assert maria.secret not in page.url, "the link does not stay in the history of the device"


def has_seen(web: ConsoleAlone, left: Left) -> bool:
    """Whether the page told that something was seen."""
    with web.database.read() as session:
        presence = session.get(Presence, left.id)
        return presence is not None and presence.seen_seq > 1


def test_a_code_opens_it_where_there_is_no_date_to_ask_for(visit: Visits, web: ConsoleAlone, box: MailBox) -> None:
    maria = told(Left(web.database, box, **NO_BIRTH))
    page = visit(address(web, box))
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_text("a code is on its way")).to_be_visible()
    maria.sender.send_due()
    page.get_by_label("The code from our e-mail").fill("12 34")
    page.get_by_role("button", name="Open my chat").click()
    expect(page.get_by_role("alert")).to_contain_text("A code has six digits")
    page.get_by_label("The code from our e-mail").fill(code_in(box))
    page.get_by_role("button", name="Open my chat").click()
    expect(page.locator(".from-coordinator")).to_contain_text(NEWS)


def test_another_chat_on_the_device_is_put_away_only_if_somebody_says_so(
    visit: Visits, web: ConsoleAlone, box: MailBox
) -> None:
    maria = told(Left(web.database, box))
    page = visit(f"{web.url}/privacy")
    page.evaluate("localStorage.setItem('cordial:here:session', JSON.stringify({session: 'other', token: 't'}))")
    page.goto(address(web, box))
    born(page, "14", "3", "1961")
    expect(page.get_by_role("heading", name="Another chat is open on this device")).to_be_focused()
    assert stored(page, ":session")["session"] == "other"
    page.get_by_role("button", name="Put it away and open mine").click()
    expect(page.locator(".from-coordinator")).to_contain_text(NEWS)
    assert stored(page, ":session")["session"] == maria.id


def test_half_an_address_says_so(visit: Visits, web: ConsoleAlone) -> None:
    page = visit(f"{web.url}/back#b.abc")
    expect(page.get_by_text("This address is not whole")).to_be_visible()
    expect(page.get_by_role("button", name="Open my chat")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_in_any_of_its_states(visit: Visits, web: ConsoleAlone, scheme: str, width: int) -> None:
    window = {"width": width, "height": 800}
    for asks in ("b", "c"):
        page = visit(f"{web.url}/back#{asks}.{'x' * 32}", color_scheme=scheme, viewport=window, bypass_csp=True)
        expect(page.locator("form.check:visible")).to_have_count(1)
        shot(page, f"back-{asks}-{width}-{scheme}")
        assert faults(page) == []
        if asks == "c":
            page.get_by_role("button", name="Send me a code").click()
            page.get_by_label("The code from our e-mail").fill("123456")
            page.get_by_role("button", name="Open my chat").click()
        else:
            born(page, "14", "3", "1961")
        expect(page.get_by_role("alert")).to_contain_text("That did not open a chat")
        shot(page, f"back-{asks}-refused-{width}-{scheme}")
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
