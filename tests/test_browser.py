"""A patient at a real browser: asks, reads quotes with everything beside them, and finds the chat again after a reload."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import ANSWER, Visits, asks_and_reads, say
from tests.support.system import System

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]


@pytest.fixture
def page(visit: Visits, cordial: System) -> Page:
    """The chat page on a phone."""
    return visit(f"{cordial.url}/chat")


def test_a_patient_reads_a_quote_with_its_article_its_evidence_and_its_sources(page: Page) -> None:
    asks_and_reads(page, "Is fever after the infusion a bad sign?")
    card = page.locator(".card").last
    expect(card.locator(".card-about")).to_have_text("Safety")
    expect(card.locator(".card-note")).to_contain_text("It does not show that the treatment helps")
    expect(card.locator("figcaption").first).not_to_be_empty()
    expect(card.locator(".evidence-words")).to_contain_text("step")
    expect(card.locator(".sources cite").first).not_to_be_empty()
    expect(card.locator(".reviewed time")).not_to_be_empty()


def test_the_scale_of_evidence_is_explained_step_by_step_and_shows_the_answers_own(page: Page) -> None:
    asks_and_reads(page, "Does it work?")
    card = page.locator(".card").first
    card.get_by_text("What does this mean?").click()
    expect(card.locator(".ladder > li")).to_have_count(6)
    expect(card.locator(".ladder .here")).to_contain_text("this answer")
    expect(card.locator(".evidence")).to_contain_text("It does not tell how well a treatment works")


def test_the_link_of_a_quote_names_the_version_and_the_place_in_the_article(page: Page) -> None:
    asks_and_reads(page, "Is fever after the infusion a bad sign?")
    address = urlsplit(page.locator(".card figcaption a").first.get_attribute("href") or "")
    assert address.path.startswith("/library/articles/")
    assert set(parse_qs(address.query)) == {"version", "start", "end"}
    assert address.fragment == "passage"
    quote = page.locator(".card blockquote").first.inner_text()
    with page.context.expect_page() as opened:
        page.locator(".card figcaption a").first.click()
    expect(opened.value.locator("mark#passage")).to_contain_text(quote[:30])


def test_a_patient_says_whether_an_answer_was_helpful_and_may_change_their_mind(page: Page) -> None:
    asks_and_reads(page, "Does it work?")
    feedback = page.locator(".feedback").first
    for choice, other in (("Yes", "No"), ("No", "Yes")):
        with page.expect_response("**/api/chat/feedback") as answer:
            feedback.get_by_role("button", name=choice).click()
        assert answer.value.status == 204
        expect(feedback.get_by_role("button", name=choice)).to_have_attribute("aria-pressed", "true")
        expect(feedback.get_by_role("button", name=other)).to_have_attribute("aria-pressed", "false")
    expect(feedback).to_contain_text("Thank you")


def test_a_button_of_the_greeting_is_the_same_as_writing_and_says_afterwards_what_was_chosen(page: Page) -> None:
    button = page.get_by_role("button", name="Does it work?").first
    button.click()
    expect(page.locator(".card blockquote").first).not_to_be_empty(timeout=ANSWER)
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_contain_text("chosen")
    expect(button).to_be_focused()


def test_after_a_reload_everything_is_still_there(page: Page) -> None:
    asks_and_reads(page, "Does it work?")
    quote = page.locator(".card blockquote").first
    shown = quote.inner_text()
    page.reload()
    expect(page.locator(".card blockquote").first).to_have_text(shown, timeout=ANSWER)


def test_what_a_patient_writes_is_shown_as_they_wrote_it(page: Page) -> None:
    text = "<img src=x onerror=\"document.title='run'\"> <b>does it work?</b>"
    say(page, text)
    expect(page.get_by_text(text)).to_be_visible(timeout=ANSWER)
    assert page.title() != "run"


def test_an_emergency_stands_out_and_stays_one_press_away(page: Page) -> None:
    say(page, "My mother cannot breathe after the infusion")
    alarm = page.locator(".kind-emergency")
    expect(alarm).to_contain_text("This may be an emergency", timeout=ANSWER)
    expect(alarm).to_be_in_viewport()
    bar = page.get_by_role("region", name="This may be an emergency")
    expect(bar).to_be_hidden()
    for question in ("Does it work?", "Is fever after the infusion a bad sign?"):
        asks_and_reads(page, question)
    expect(alarm).not_to_be_in_viewport()
    bar.get_by_role("button", name="Show it").click()
    expect(alarm).to_be_in_viewport()
    expect(bar).to_be_hidden()


def test_each_number_of_an_emergency_can_be_pressed_and_says_where_it_is_right(page: Page) -> None:
    say(page, "My mother cannot breathe after the infusion")
    calls = page.locator(".kind-emergency").first.get_by_role("link")
    expect(calls).to_have_text(["At the clinic in Lithuania: 112"], timeout=ANSWER)
    say(page, "I live in Texas and I cannot breathe")
    calls = page.locator(".kind-emergency").nth(1).get_by_role("link")
    expect(calls).to_have_text(["At the clinic in Lithuania: 112", "In the United States: 911"], timeout=ANSWER)
    say(page, "We are in Thailand and she cannot breathe")
    calls = page.locator(".kind-emergency").nth(2).get_by_role("link")
    expect(calls).to_have_text(["Call 1669 now"], timeout=ANSWER)
    expect(calls).to_have_attribute("href", "tel:1669")


def test_starting_over_asks_first_and_then_begins_a_new_chat(page: Page) -> None:
    asks_and_reads(page, "Does it work?")
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".card")).not_to_have_count(0)
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("button", name="Yes, start over").click()
    expect(page.locator(".card")).to_have_count(0)
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
