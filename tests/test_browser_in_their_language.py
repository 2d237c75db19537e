"""In a chat in another language, alarms, the page's own card and troubles are read in it, and a press chooses it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, Route, expect

from cordial.bootstrap import PROJECT
from emergencies.every_language import EveryLanguage
from intake.clinic import read_clinic
from tests.support.browsing import SPOKEN, Visits, faults, say
from tests.support.small_web import NewWeb, SmallWeb
from tests.support.system import until
from web.their_words import their_words

CLINIC = read_clinic(PROJECT / "clinic.yml")
LANGUAGE = "Language of alarms and other fixed texts"


@pytest.fixture
def web(new_web: NewWeb, check: EveryLanguage) -> SmallWeb:
    """A web with it."""
    return new_web(red_flags=check, limits="off")


@pytest.fixture
def page(visit: Visits, web: SmallWeb) -> Page:
    """The chat page, open and greeted."""
    return greeted(visit(f"{web.url}/chat"))


def greeted(page: Page) -> Page:
    """The page, once it is greeted."""
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
    return page


def chosen(page: Page, language: str) -> Page:
    """The page, once a language was chosen in it and its words are there."""
    with page.expect_response(f"**/api/chat/words/{language}"):
        page.get_by_role("combobox", name=LANGUAGE).select_option(language)
    until(lambda: language_kept(page) == language, 30, "the words are kept")
    return page


def language_kept(page: Page) -> str | None:
    """The language of the words that the device keeps."""
    look = "Object.entries(localStorage).find(([key]) => key.endsWith(':words'))?.[1] ?? 'null'"
    kept = json.loads(page.evaluate(look))
    return kept and str(kept["language"])


def test_the_buttons_of_a_chinese_alarm_name_the_places(page: Page) -> None:
    chosen(page, "zh")
    say(page, "我住在美国。我胸口很痛，喘不过气来")
    calls = page.locator(".kind-emergency").last.get_by_role("link")
    expect(calls.first).to_have_text("诊所所在地（立陶宛）：112")
    expect(calls.first).to_have_attribute("href", "tel:112")


def test_a_language_is_chosen_kept_with_the_chat_and_shown_after_a_reload(page: Page) -> None:
    choice = page.get_by_role("combobox", name=LANGUAGE)
    expect(choice).to_have_value("en")
    page.evaluate(SPOKEN)
    chosen(page, "de")
    until(lambda: any("Deutsch" in line for line in page.evaluate("window.spoken")), 30, "the choice is said")
    say(page, "Hilfe")
    expect(page.locator(".kind-emergency, .kind-check").last.locator(".body")).to_have_attribute("lang", "de")
    page.reload()
    expect(choice).to_have_value("de")
    say(page, "Could you tell me whether the treatment works and what it costs?")
    expect(choice).to_have_value("en")


def test_a_language_that_was_chosen_last_stays_after_a_reload_whatever_was_written_before(page: Page) -> None:
    say(page, "Could you tell me whether the treatment works and what it costs?")
    expect(page.locator(".from-assistant")).to_have_count(2)
    chosen(page, "fr")
    page.reload()
    expect(page.locator(".from-assistant")).to_have_count(2)
    expect(page.get_by_role("combobox", name=LANGUAGE)).to_have_value("fr")


def test_a_choice_that_could_not_be_stored_is_taken_back_and_said_with_the_ways_to_help(page: Page) -> None:
    page.evaluate(SPOKEN)
    page.route("**/api/chat/language", lambda route: route.fulfill(status=503))
    choice = page.get_by_role("combobox", name=LANGUAGE)
    choice.select_option("de")
    expect(choice).to_have_value("en")
    [said] = page.evaluate("window.spoken")
    assert "did not work" in said
    assert "your local emergency number (at the clinic in Lithuania: 112)" in said
    assert CLINIC.email in said


def test_without_a_network_a_german_chat_says_in_german_what_is_wrong_and_whom_to_call(page: Page) -> None:
    chosen(page, "de")
    words = their_words("de", CLINIC)
    page.context.set_offline(True)
    line = page.locator(".connection p").first
    expect(line).to_have_text(words.connection["offline"])
    expect(line).to_have_attribute("lang", "de")
    say(page, "Was kostet die Behandlung?")
    expect(page.locator(".delivery-words")).to_have_text(words.status["unsent"])
    say(page, "Mein Vater ist bewusstlos")
    own = page.locator(".from-system.kind-emergency")
    expect(own.locator(".body")).to_have_attribute("lang", "de")
    expect(own).to_contain_text("Rufen Sie jetzt den Notruf an Ihrem Ort an.")
    expect(own.get_by_role("link")).to_have_text(["Am Ort der Klinik (Litauen): 112"])
    page.context.set_offline(False)


def test_the_words_are_still_there_when_the_page_is_loaded_again_without_the_service(page: Page) -> None:
    chosen(page, "es")
    page.route("**/api/**", lambda route: route.abort())
    page.reload()
    expect(page.locator(".connection")).to_contain_text(their_words("es", CLINIC).connection["reconnecting"])
    say(page, "No puedo respirar")
    expect(page.locator(".from-system.kind-emergency")).to_contain_text("En la clínica (Lituania): 112.")
    say(page, "my husband has chest pain")
    expect(page.locator(".from-system.kind-emergency").last).to_contain_text("Call your local emergency number")
    page.unroute_all(behavior="ignoreErrors")


def test_the_card_knows_the_language_of_the_browser_before_anybody_has_written(visit: Visits, web: SmallWeb) -> None:
    page = visit("about:blank", also=web.url, locale="pl-PL")
    with page.expect_response("**/api/chat/words/pl"):
        page.goto(f"{web.url}/chat")
    greeted(page)
    page.context.set_offline(True)
    expect(page.locator(".connection")).to_contain_text("You are offline.")
    say(page, "Mąż jest nieprzytomny")
    expect(page.locator(".from-system.kind-emergency")).to_contain_text("W klinice (Litwa): 112.")
    page.context.set_offline(False)


def test_words_that_could_not_be_fetched_leave_english_and_are_asked_for_again(page: Page) -> None:
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    page.route("**/api/chat/words/**", refuse)
    page.get_by_role("combobox", name=LANGUAGE).select_option("de")
    until(lambda: language_kept(page) == "de", 30, "the choice is kept")
    page.unroute_all(behavior="ignoreErrors")
    with page.expect_response("**/api/chat/words/de"):
        say(page, "Guten Tag, ich habe eine Frage zu der Behandlung")
    assert asked


def test_starting_over_forgets_the_language(page: Page) -> None:
    chosen(page, "de")
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("button", name="Yes, start over").click()
    expect(page.get_by_role("combobox", name=LANGUAGE)).to_have_value("en")
    assert language_kept(page) is None


@pytest.mark.parametrize("language", ["ar", "zh"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_an_alarm_and_a_trouble_in_another_language(
    visit: Visits, web: SmallWeb, language: str, scheme: str
) -> None:
    page = chosen(greeted(visit(f"{web.url}/chat", color_scheme=scheme, bypass_csp=True)), language)
    page.context.set_offline(True)
    say(page, their_words(language, CLINIC).alarm.words[0])
    expect(page.locator(".from-system.kind-emergency")).to_be_visible()
    assert faults(page) == []
    page.context.set_offline(False)
