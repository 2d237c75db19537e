"""The question whether it happens now stands out in the chat, is read aloud at once, and is answered with one press."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from knowledge.encoder import Encoder
from knowledge.library import Library
from tests.support.browsing import Visits, faults, say
from tests.support.doubting import DOUBTED, Doubting
from tests.support.small_web import SmallWeb, small_web

pytestmark = pytest.mark.timeout(200)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, library: Library, encoder: Encoder) -> Iterator[SmallWeb]:
    """A web that is in doubt about some messages."""
    with small_web(tmp_path_factory.mktemp("doubting"), library, encoder, Doubting(), limits="off") as web:
        yield web


def is_asked_whether_now(page: Page) -> Page:
    """Let the patient of a page write something that may be an emergency."""
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
    say(page, f"Does it work? {DOUBTED} in my chest")
    expect(page.locator(".kind-check")).to_be_in_viewport()
    return page


@pytest.fixture(params=[(390, 800), (1280, 900)], ids=["phone", "desk"])
def page(visit: Visits, web: SmallWeb, request: pytest.FixtureRequest) -> Page:
    """The chat page, in which the patient has written something that may be an emergency."""
    width, height = request.param
    return is_asked_whether_now(visit(f"{web.url}/chat", viewport={"width": width, "height": height}))


def test_it_stands_out_with_two_large_buttons_and_the_number(page: Page) -> None:
    card = page.locator(".kind-check")
    expect(card).to_contain_text("Is this happening now?")
    expect(card.get_by_role("link", name="112")).to_be_visible()
    for name in ("Yes, now", "No"):
        box = card.get_by_role("button", name=name, exact=True).bounding_box()
        assert box is not None
        assert box["height"] >= 48
        assert box["width"] >= 120


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_it(visit: Visits, web: SmallWeb, scheme: str) -> None:
    page = visit(f"{web.url}/chat", color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)  # axe adds a style
    assert faults(is_asked_whether_now(page)) == []


def test_it_is_read_aloud_at_once(page: Page) -> None:
    expect(page.locator("[aria-live=assertive]")).to_contain_text("Is this happening now?")


def test_a_press_on_yes_shows_the_emergency(page: Page) -> None:
    page.locator(".kind-check").get_by_role("button", name="Yes, now").click()
    expect(page.locator(".kind-emergency")).to_be_in_viewport()
    expect(page.get_by_role("button", name="It is not an emergency")).to_be_visible()


def test_a_press_on_no_goes_on_with_what_was_written(page: Page) -> None:
    page.locator(".kind-check").get_by_role("button", name="No", exact=True).click()
    expect(page.locator(".from-assistant").last).to_contain_text("You said: Does it work?")
    expect(page.locator(".from-patient").last).to_contain_text("No")
