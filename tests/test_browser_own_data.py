"""A patient sees in the chat what is held on them, takes a copy, withdraws the consent, and deletes everything."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsing import ANSWER, Visits, is_asked, say, stored
from tests.support.system import System

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]


@pytest.fixture
def page(visit: Visits, cordial: System) -> Page:
    """The chat of somebody who has begun the intake."""
    page = visit(f"{cordial.url}/chat")
    say(page, "Start the intake")
    is_asked(page, "Do you agree?")
    page.get_by_role("button", name="I agree", exact=True).click()
    page.get_by_role("button", name="Me", exact=True).click()
    is_asked(page, "full name")
    say(page, "Maria Example")
    is_asked(page, "reach you")
    return page


def my_data(page: Page) -> Locator:
    """Open "My data"."""
    page.get_by_role("button", name="My data").click()
    dialog = page.get_by_role("dialog", name="My data")
    expect(dialog.get_by_text("Take a copy")).to_be_visible()
    return dialog


def held(cordial: System, page: Page) -> httpx.Response:
    """What the service holds on the chat of this browser."""
    headers = {"Authorization": f"Bearer {stored(page, ':session')['token']}"}
    return httpx.get(f"{cordial.url}/api/chat/export", headers=headers, trust_env=False)


def test_a_patient_sees_their_answers_and_takes_a_copy_of_everything(page: Page, cordial: System) -> None:
    dialog = my_data(page)
    expect(dialog.locator(".own-answers")).to_contain_text("Maria Example")
    expect(dialog).to_contain_text("Nothing has been sent to the clinic yet")
    with page.expect_download() as saved:
        dialog.get_by_role("link", name="Save as a file").click()
    copy = json.loads(Path(saved.value.path()).read_text("utf-8"))
    assert copy["messages"] == held(cordial, page).json()["messages"]
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="My data")).to_be_focused()


def test_the_copy_opens_as_a_page_that_can_be_printed(page: Page) -> None:
    with page.context.expect_page() as opened:
        my_data(page).get_by_role("link", name="Open as a page").click()
    expect(opened.value.locator("body")).to_contain_text("Maria Example")
    looks = "[...document.styleSheets].map(sheet => sheet.cssRules.length > 0)"
    assert opened.value.evaluate(looks) == [True], "its style sheet came too"


def test_withdrawing_the_consent_asks_first_and_then_forgets_every_answer(page: Page, cordial: System) -> None:
    dialog = my_data(page)
    dialog.get_by_role("button", name="Withdraw consent").click()
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog.get_by_role("button", name="Withdraw consent")).to_be_focused()
    dialog.get_by_role("button", name="Withdraw consent").click()
    dialog.get_by_role("button", name="Yes, withdraw it").click()
    expect(dialog).to_be_hidden()
    dialog = my_data(page)
    expect(dialog).not_to_contain_text("Maria Example")
    assert held(cordial, page).json()["messages"], "the messages stay"


def test_deleting_everything_asks_first_and_leaves_nothing_here_or_there(page: Page, cordial: System) -> None:
    token = stored(page, ":session")["token"]
    dialog = my_data(page)
    dialog.get_by_role("button", name="Delete everything").click()
    dialog.get_by_role("button", name="Yes, delete everything").click()
    expect(page.locator(".connection", has_text="Everything in this chat has been deleted")).to_be_visible(timeout=ANSWER)
    expect(page.locator(".message")).to_have_count(0)
    assert stored(page, ":session") is None
    after = httpx.get(f"{cordial.url}/api/chat/messages", headers={"Authorization": f"Bearer {token}"}, trust_env=False)
    assert after.status_code in {401, 404, 410}
    page.get_by_role("button", name="Start a new conversation").click()
    expect(page.get_by_role("button", name="Start the intake")).to_be_visible()


def test_what_is_deleted_in_one_tab_is_gone_from_the_other_too(page: Page) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_text("Maria Example")).to_be_visible(timeout=ANSWER)
    dialog = my_data(page)
    dialog.get_by_role("button", name="Delete everything").click()
    dialog.get_by_role("button", name="Yes, delete everything").click()
    expect(other.locator(".connection")).to_contain_text("ended in another tab", timeout=ANSWER)
    expect(other.locator(".message")).to_have_count(0)
    expect(page.locator(".connection")).to_contain_text("has been deleted")
    page.get_by_role("button", name="Start a new conversation").click()
    for tab in (page, other):
        expect(tab.get_by_role("button", name="Start the intake")).to_be_visible(timeout=ANSWER)


def test_when_the_service_is_away_my_data_says_so_and_can_be_tried_again(page: Page) -> None:
    page.context.set_offline(True)
    page.get_by_role("button", name="My data").click()
    dialog = page.get_by_role("dialog", name="My data")
    expect(dialog).to_contain_text("That did not work")
    page.context.set_offline(False)
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog).to_contain_text("Maria Example")
