"""A patient at a real browser: asks, reads quotes with everything beside them, and finds the chat again after a reload."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.system import System

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, cordial: System) -> Iterator[Page]:
    """The chat page; the test fails if it asks anybody else for anything, or if a script fails."""
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    asked: list[str] = []
    failed: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(f"{cordial.url}/chat")
    yield page
    context.close()
    assert [url for url in asked if not url.startswith((cordial.url, "data:", "blob:"))] == []
    assert failed == []


def say(page: Page, text: str) -> None:
    """Write a message and send it with the keyboard."""
    box = page.get_by_role("textbox")
    box.fill(text)
    box.press("Enter")


def test_a_patient_reads_a_quote_with_its_article_its_evidence_and_its_sources(page: Page) -> None:
    say(page, "Is fever after the infusion a bad sign?")
    card = page.locator(".card").last
    expect(card.locator("blockquote").first).not_to_be_empty(timeout=15_000)
    expect(card.locator("figcaption").first).not_to_be_empty()
    expect(card.locator(".evidence-words")).not_to_be_empty()
    expect(card.locator(".sources cite").first).not_to_be_empty()


def test_a_button_of_the_greeting_is_the_same_as_writing(page: Page) -> None:
    page.get_by_role("button", name="Does it work?").first.click()
    expect(page.locator(".card blockquote").first).not_to_be_empty(timeout=15_000)


def test_after_a_reload_everything_is_still_there(page: Page) -> None:
    say(page, "Does it work?")
    quote = page.locator(".card blockquote").first
    expect(quote).not_to_be_empty(timeout=15_000)
    shown = quote.inner_text()
    page.reload()
    expect(page.locator(".card blockquote").first).to_have_text(shown, timeout=15_000)


def test_what_a_patient_writes_is_shown_as_they_wrote_it(page: Page) -> None:
    text = "<img src=x onerror=\"document.title='run'\"> <b>does it work?</b>"
    say(page, text)
    expect(page.get_by_text(text)).to_be_visible(timeout=15_000)
    assert page.title() != "run"


def test_a_patient_gives_their_details_and_gets_a_reference_number(page: Page) -> None:
    say(page, "Start the intake")
    page.get_by_role("button", name="I agree", exact=True).click(timeout=15_000)
    given = {"full name": "Maria Example", "reach you": "maria@mail.example", "born": "61", "which country": "Lithuania"}
    for asked, answer in given.items():
        expect(page.locator(".log").get_by_text(asked).last).to_be_visible(timeout=15_000)
        say(page, answer)
    for left_out in (
        "condition",
        "treatments",
        "medicines",
        "immune",
        "clots",
        "infection",
        "cancer",
        "allergies",
        "travel",
        "hope",
    ):
        expect(page.locator(".log").get_by_text(left_out).last).to_be_visible(timeout=15_000)
        page.get_by_role("button", name="Skip", exact=True).last.click()
    expect(page.locator(".log").get_by_text("ask the physician").last).to_be_visible(timeout=15_000)
    say(page, "Can I swim afterwards?")
    page.get_by_role("button", name="Send it", exact=True).last.click(timeout=15_000)
    expect(page.locator(".log").get_by_text("C-").last).to_be_visible(timeout=15_000)
