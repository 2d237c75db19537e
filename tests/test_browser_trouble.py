"""The network breaks, a second tab opens: no message is lost, none is sent twice, and the page says what is going on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browsing import ANSWER, Visits, asks_and_reads, say, stored
from tests.support.people import Patient
from tests.support.system import System

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]

QUESTION = "Is fever after the infusion a bad sign?"


@pytest.fixture
def page(visit: Visits, cordial: System) -> Page:
    """The chat page, open and greeted."""
    page = visit(f"{cordial.url}/chat")
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
    return page


@pytest.fixture
def said(new_patient: Callable[[], Patient]) -> Callable[[Page], list[str]]:
    """What the service has from the patient of a page."""
    onlooker = new_patient()

    def look(page: Page) -> list[str]:
        onlooker.http.headers["Authorization"] = f"Bearer {stored(page, ':session')['token']}"
        return onlooker.said()

    return look


def test_without_a_network_a_message_is_kept_and_sent_once_when_it_is_back(
    page: Page, said: Callable[[Page], list[str]]
) -> None:
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline.").first).to_be_visible()
    say(page, QUESTION)
    expect(page.locator(".delivery").last).to_contain_text("Not sent yet", timeout=ANSWER)
    expect(page.locator(".typing")).to_be_hidden()
    page.context.set_offline(False)
    expect(page.locator(".card blockquote").first).not_to_be_empty(timeout=ANSWER)
    expect(page.locator(".from-patient")).to_have_count(1)
    expect(page.locator(".connection")).to_be_hidden()
    assert said(page) == [QUESTION]


def test_a_message_that_was_not_sent_survives_a_reload(page: Page, said: Callable[[Page], list[str]]) -> None:
    page.route("**/api/chat/messages", lambda route: route.abort())
    say(page, QUESTION)
    expect(page.locator(".delivery").last).to_contain_text("Not sent yet", timeout=ANSWER)
    page.unroute_all()
    page.reload()
    expect(page.locator(".card blockquote").first).not_to_be_empty(timeout=ANSWER)
    assert said(page) == [QUESTION]


def test_a_reply_that_was_lost_on_its_way_is_fetched_and_nothing_is_sent_twice(
    page: Page, said: Callable[[Page], list[str]]
) -> None:
    lost: list[object] = []

    def lose_the_first_reply(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.route("**/api/chat/messages**", lose_the_first_reply)
    asks_and_reads(page, QUESTION)
    expect(page.locator(".typing")).to_be_hidden(timeout=ANSWER)
    expect(page.locator(".from-patient")).to_have_count(1)
    expect(page.locator(".kind-answer")).to_have_count(1)
    assert said(page) == [QUESTION]
    page.unroute_all()


def test_two_tabs_show_the_same_conversation(page: Page, said: Callable[[Page], list[str]]) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    say(page, QUESTION)
    for tab in (page, other):
        expect(tab.locator(".card blockquote").first).not_to_be_empty(timeout=ANSWER)
    asks_and_reads(other, "Does it work?")
    for tab in (page, other):
        expect(tab.locator(".from-patient")).to_have_count(2, timeout=ANSWER)
        expect(tab.locator(".kind-answer")).to_have_count(2, timeout=ANSWER)
    assert said(page) == [QUESTION, "Does it work?"]


def test_a_chat_that_is_refused_for_a_while_is_kept_and_goes_on(page: Page, said: Callable[[Page], list[str]]) -> None:
    asks_and_reads(page, QUESTION)
    session = stored(page, ":session")
    refusal = {"error": {"code": "token_expired", "message": "This chat has ended."}}
    page.route("**/api/chat/**", lambda route: route.fulfill(status=401, json=refusal))
    page.reload()
    connection = page.locator(".connection")
    expect(connection).to_contain_text("This conversation cannot be opened right now.")
    expect(connection.get_by_role("button", name="Start a new conversation")).to_be_visible()
    say(page, "Does it work?")
    expect(page.locator(".delivery").last).to_contain_text("Not sent yet")
    page.unroute_all(behavior="ignoreErrors")
    connection.get_by_role("button", name="Try now").click()
    expect(page.locator(".kind-answer")).to_have_count(2, timeout=ANSWER)
    expect(connection).to_be_hidden()
    assert said(page) == [QUESTION, "Does it work?"]
    assert stored(page, ":session") == session


def test_the_typing_dots_end_also_when_no_answer_comes(page: Page) -> None:
    page.clock.install()
    page.route("**/api/chat/messages", lambda route: None if route.request.method == "POST" else route.continue_())
    say(page, QUESTION)
    expect(page.locator(".typing")).to_be_visible()
    page.clock.run_for(20_000)
    expect(page.locator(".typing")).to_be_hidden()
    expect(page.locator(".delivery").last).to_contain_text("Your message is kept")
    page.unroute_all(behavior="ignoreErrors")
