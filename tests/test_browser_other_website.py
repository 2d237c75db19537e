"""The chat on the website of somebody else: one line puts it there, neither disturbs the other, and it needs no cookie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsing import ANSWER, Visits, Website, asks_and_reads, faults, say, shifts
from tests.support.system import System, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

HOSTILE = """
  html { font-size: 40%; }
  * { font-family: fantasy !important; color: hotpink !important; letter-spacing: 0.3em !important; }
  * { text-transform: uppercase !important; }
  button, p, dialog, textarea, div { background: lime !important; padding: 3em !important; display: inline !important; }
  body > * { transform: rotate(2deg); position: static !important; visibility: hidden; }
"""


@pytest.fixture(scope="module")
def website() -> Iterator[Website]:
    """A website of its own origin."""
    website = Website()
    yield website
    website.close()


@pytest.fixture(scope="module")
def service(new_data_folder: Callable[[str], Path], website: Website) -> Iterator[System]:
    """A service that lets this website show its chat. A test here also hurts it."""
    system = System(new_data_folder("service"), sites=website.url)
    try:
        yield system.start()
    finally:
        system.close()


@pytest.fixture
def page(visit: Visits, website: Website, service: System) -> Page:
    """The website with the chat closed."""
    page = visit(website.shows(service.url), also=service.url, viewport={"width": 1280, "height": 800})
    expect(launcher(page)).to_be_visible()
    return page


def launcher(page: Page) -> Locator:
    """The button of the chat."""
    return page.locator("cordial-launcher .open")


def test_a_visitor_asks_on_the_website_and_finds_the_chat_again_on_its_next_page(page: Page) -> None:
    launcher(page).click()
    panel = page.get_by_role("dialog", name="Chat with Birchwood Example Clinic")
    expect(panel).to_be_visible()
    asks_and_reads(page, "Is fever after the infusion a bad sign?")
    address = page.locator(".card figcaption a").first.get_attribute("href") or ""
    assert "/library/articles/" in address
    assert not address.startswith(page.url)
    page.reload()
    launcher(page).click()
    expect(page.locator(".card blockquote").first).not_to_be_empty(timeout=ANSWER)
    assert page.context.cookies() == []


def test_before_somebody_opens_it_no_conversation_begins(page: Page, service: System) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(launcher(page)).to_be_visible()
    page.wait_for_timeout(500)
    assert [url for url in asked if "/api/" in url] == []


def test_escape_closes_the_panel_and_gives_the_focus_back(page: Page) -> None:
    launcher(page).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Your message")).to_be_focused()
    expect(launcher(page)).to_have_attribute("aria-expanded", "true")
    page.get_by_role("button", name="Start over").click()
    page.keyboard.press("Escape")  # closes the question of the chat, not the panel
    expect(page.get_by_role("textbox", name="Your message")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="Your message")).to_be_hidden()
    expect(launcher(page)).to_be_focused()
    expect(launcher(page)).to_have_attribute("aria-expanded", "false")


def test_the_website_stays_usable_beside_the_open_panel_and_is_not_behind_a_full_one(
    visit: Visits, website: Website, service: System
) -> None:
    page = visit(website.shows(service.url), also=service.url, viewport={"width": 1280, "height": 800})
    launcher(page).click()
    page.locator("#own").click()
    expect(page.locator("#own")).to_be_focused()
    page.set_viewport_size({"width": 320, "height": 640})
    # The panel was in sight before too; that it is modal comes only with the browser's word about the new width.
    expect(page.locator("dialog.panel:modal")).to_be_visible()
    for _ in range(25):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") != "own"


def test_what_comes_while_it_is_closed_is_counted_on_the_button(page: Page) -> None:
    launcher(page).click()
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
    say(page, "Does it work?")
    page.keyboard.press("Escape")
    expect(launcher(page)).to_contain_text("1 new message", timeout=ANSWER)
    launcher(page).click()
    expect(launcher(page)).not_to_contain_text("new message")


def test_neither_disturbs_the_other_whatever_the_website_does_to_all_its_elements(
    visit: Visits, website: Website, service: System
) -> None:
    look = """() => {
      const inside = document.querySelector('cordial-launcher').shadowRoot.querySelector('cordial-chat').shadowRoot;
      const told = ['fontSize', 'fontFamily', 'color', 'letterSpacing', 'textTransform', 'display', 'visibility', 'padding'];
      const style = node => told.map(name => getComputedStyle(node)[name]);
      const box = node => { const {x, y, width, height} = node.getBoundingClientRect(); return [x, y, width, height]; };
      const send = inside.querySelector('.send');
      const open = document.querySelector('cordial-launcher').shadowRoot.querySelector('.open');
      return [style(send), style(open), box(send), box(open), getComputedStyle(document.querySelector('#own')).fontSize];
    }"""
    seen = []
    for css in ("", HOSTILE):
        page = visit(website.shows(service.url, css), also=service.url, viewport={"width": 1280, "height": 800})
        own = page.evaluate("getComputedStyle(document.querySelector('#own')).fontSize")
        launcher(page).click()
        expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
        page.wait_for_timeout(300)
        *chat, own_after = page.evaluate(look)
        assert own_after == own
        seen.append(chat)
    assert seen[0] == seen[1]


@pytest.mark.parametrize("accent", ["#ffd400", "#102a6b", "#808080", "no colour"])
def test_any_colour_of_a_clinic_can_be_read(visit: Visits, website: Website, service: System, accent: str) -> None:
    page = visit(website.shows(service.url, accent=accent, label="Ask us anything"), also=service.url, bypass_csp=True)
    expect(launcher(page)).to_contain_text("Ask us anything")
    launcher(page).click()
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize("profile", [{}, {"color_scheme": "dark"}, {"viewport": {"width": 320, "height": 640}}])
def test_axe_finds_nothing_closed_or_open(visit: Visits, website: Website, service: System, profile: dict[str, object]) -> None:
    page = visit(website.shows(service.url), also=service.url, reduced_motion="reduce", bypass_csp=True, **profile)
    expect(launcher(page)).to_be_visible()
    assert faults(page) == []
    launcher(page).click()
    asks_and_reads(page, "Does it work?")
    assert faults(page) == []


def test_it_stands_where_the_clinic_wants_it_and_is_open_from_the_start_without_taking_the_focus(
    visit: Visits, website: Website, service: System
) -> None:
    wide = {"width": 1280, "height": 800}
    page = visit(website.shows(service.url, position="bottom-left", open="true"), also=service.url, viewport=wide)
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible(timeout=ANSWER)
    assert (launcher(page).bounding_box() or {"x": 999})["x"] < 200
    assert page.evaluate("document.activeElement === document.body")


def test_with_remember_tab_nothing_is_left_on_the_device(visit: Visits, website: Website, service: System) -> None:
    page = visit(website.shows(service.url, remember="tab"), also=service.url)
    launcher(page).click()
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage)") == []
    assert page.evaluate("Object.keys(sessionStorage).some(key => key.endsWith(':session'))")


def test_the_button_does_not_wait_for_the_chat_and_opening_moves_nothing(
    visit: Visits, website: Website, service: System
) -> None:
    page = visit(website.shows(service.url), also=service.url)
    page.route("**/static/chat/chat.js*", lambda _route: None)  # it never comes
    page.reload()
    expect(launcher(page)).to_be_visible()
    page.unroute_all()
    page.reload()
    launcher(page).click()
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
    assert shifts(page) == []


def test_a_website_with_a_strict_content_policy_only_has_to_name_the_service(
    visit: Visits, website: Website, service: System
) -> None:
    policy = "; ".join(
        ["default-src 'none'", "img-src data:", *(f"{kind}-src {service.url}" for kind in ("script", "style", "connect"))]
    )
    page = visit(website.shows(service.url, policy=policy, accent="#102a6b"), also=service.url)
    launcher(page).click()
    asks_and_reads(page, "Does it work?")
    colour = page.locator(".send").last.evaluate("node => getComputedStyle(node).backgroundColor")
    assert colour == "rgb(16, 42, 107)"


def test_when_the_chat_cannot_be_loaded_the_ways_to_the_clinic_are_there(
    visit: Visits, website: Website, service: System
) -> None:
    page = visit(website.shows(service.url), also=service.url)
    page.route("**/static/chat/chat.js*", lambda route: route.abort())
    launcher(page).click()
    expect(page.get_by_role("dialog").get_by_text("The chat could not be loaded.")).to_be_visible()
    expect(page.get_by_role("link", name="Emergency in Lithuania: 112")).to_be_visible()
    expect(page.get_by_role("link", name="hello@birchwood.example")).to_be_visible()
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible(timeout=ANSWER)


def test_a_website_that_is_not_named_in_the_settings_gets_no_conversation(visit: Visits, service: System) -> None:
    stranger = Website()
    try:
        page = visit(stranger.shows(service.url), also=service.url)
        page.wait_for_timeout(1_000)
        if launcher(page).count():
            launcher(page).click()
            page.wait_for_timeout(1_000)
        expect(page.locator(".message")).to_have_count(0)
    finally:
        stranger.close()


def test_when_rasa_is_killed_the_visitor_is_told_and_the_chat_goes_on_when_it_is_back(page: Page, service: System) -> None:
    launcher(page).click()
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
    killed = service.kill("rasa")
    say(page, "Does it work?")
    expect(page.locator(".kind-notice").last).to_contain_text("Your message is kept", timeout=ANSWER)
    expect(page.locator(".typing")).to_be_hidden()
    until(lambda: killed not in service.processes(), 20, "the end was noticed")
    service.wait_until_ready()
    asks_and_reads(page, "Does it work?")
