"""The whole way of a patient in a browser: a question, the intake and what can happen in it, the reference number."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import ANSWER, Visits, asks_and_reads, is_asked, say
from tests.support.system import System

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]

LEFT_OUT = ("condition", "treatments", "medicines", "immune", "clots", "infection", "cancer", "allergies", "travel", "hope")


@pytest.fixture
def page(visit: Visits, cordial: System) -> Page:
    """The chat page."""
    return visit(f"{cordial.url}/chat")


def agrees(page: Page) -> None:
    """Begin the intake, with the agreement."""
    say(page, "Start the intake")
    is_asked(page, "Do you agree?")
    page.get_by_role("button", name="I agree", exact=True).click()
    is_asked(page, "full name")


def box(page: Page) -> str:
    """What the writing field asks for."""
    return page.get_by_role("textbox", name="Your message").get_attribute("placeholder") or ""


def test_a_patient_comes_from_a_question_to_a_reference_number_with_a_reload_in_the_middle(page: Page) -> None:
    asks_and_reads(page, "Does it work?")
    agrees(page)
    for answer, asked in (("Maria Example", "reach you"), ("maria@mail.example", "born"), ("61", "which country")):
        say(page, answer)
        is_asked(page, asked)
    page.reload()
    is_asked(page, "which country")
    say(page, "Lithuania")
    for asked in LEFT_OUT:
        is_asked(page, asked)
        page.get_by_role("button", name="Skip", exact=True).last.click()
    is_asked(page, "ask the physician")
    say(page, "Can I swim afterwards?")
    is_asked(page, "Is everything right?")
    summary = page.locator(".kind-summary").last
    expect(summary.locator(".change")).to_have_count(15)
    expect(summary.locator("dl > div").first).to_contain_text("Maria Example")
    assert box(page) == "Write what should change…"
    page.get_by_role("button", name="Send it", exact=True).last.click()
    expect(page.locator(".kind-handoff").last).to_contain_text("C-", timeout=ANSWER)
    assert box(page) == "Ask a question…"


def test_a_line_of_the_read_back_is_changed_with_the_button_beside_it(page: Page) -> None:
    agrees(page)
    say(page, "Maria Example")
    is_asked(page, "reach you")
    say(page, "what have I told you so far?")
    change = page.locator(".kind-summary").last.get_by_role("button", name="Change Name")
    change.click(timeout=ANSWER)
    is_asked(page, "full name")
    expect(page.locator(".from-patient").last).to_contain_text("Change my name")
    expect(change).to_have_attribute("aria-disabled", "true")
    say(page, "Maria Sample")
    is_asked(page, "reach you")


def test_the_intake_shows_how_far_it_is_and_the_way_back_and_out(page: Page) -> None:
    bar = page.get_by_role("region", name="Your progress in the intake")
    expect(bar).to_be_hidden()
    assert box(page) == "Ask a question…"
    agrees(page)
    expect(bar).to_contain_text("Question 2 of 1")
    assert box(page) == "Write your answer…"
    say(page, "Maria Example")
    is_asked(page, "reach you")
    expect(bar).to_contain_text("Question 3 of 1")
    bar.get_by_role("button", name="Back").click()
    is_asked(page, "full name")
    bar.get_by_role("button", name="Stop for now").click()
    expect(bar).to_be_hidden(timeout=ANSWER)
    assert box(page) == "Ask a question…"


def test_a_question_in_the_middle_is_answered_and_the_writing_field_still_asks_for_the_answer(page: Page) -> None:
    agrees(page)
    asks_and_reads(page, "Is fever after the infusion a bad sign?")
    is_asked(page, "full name")
    assert box(page) == "Write your answer…"
