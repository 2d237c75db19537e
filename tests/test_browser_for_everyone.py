"""The chat for everyone: by keyboard alone, with a screen reader, small, large, dark, from the right; axe finds nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import ANSWER, SPOKEN, Visits, asks_and_reads, faults, is_asked, say, too_wide
from tests.support.system import System, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]


@pytest.fixture
def page(visit: Visits, cordial: System) -> Page:
    """The chat page, greeted."""
    page = visit(f"{cordial.url}/chat")
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(visit: Visits, cordial: System, scheme: str) -> None:
    page = visit(f"{cordial.url}/chat", color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)  # axe adds a style
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
    found = {"greeting": faults(page)}
    asks_and_reads(page, "Does it work?")
    page.get_by_text("What does this mean?").first.click()
    page.locator(".feedback button").first.click()
    found["answer"] = faults(page)
    say(page, "zzzz qqqq")
    expect(page.locator(".message").last).not_to_have_class("from-patient", timeout=ANSWER)
    say(page, "Start the intake")
    is_asked(page, "Do you agree?")
    page.get_by_role("button", name="I agree", exact=True).click()
    page.get_by_role("button", name="Me", exact=True).click()
    say(page, "Maria Example")
    is_asked(page, "reach you")
    say(page, "what have I told you so far?")
    expect(page.get_by_role("button", name="Change Name")).to_be_visible(timeout=ANSWER)
    found["summary"] = faults(page)
    page.get_by_role("button", name="My data").click()
    page.get_by_role("button", name="Delete everything…").click()
    found["my data"] = faults(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Start over").click()
    found["start over"] = faults(page)
    page.keyboard.press("Escape")
    say(page, "My mother cannot breathe after the infusion")
    expect(page.locator(".kind-emergency")).to_be_visible(timeout=ANSWER)
    found["emergency"] = faults(page)
    page.locator(".log").evaluate("log => log.scrollTop = 0")
    expect(page.get_by_role("region", name="This may be an emergency")).to_be_visible()
    page.context.set_offline(True)
    say(page, "Does it work?")
    expect(page.locator(".delivery").last).to_contain_text("Not sent yet", timeout=ANSWER)
    found["offline"] = faults(page)
    assert {state: what for state, what in found.items() if what} == {}


def test_everything_is_done_with_the_keyboard_alone(page: Page) -> None:
    def tab_to(name: str) -> None:
        focused = "document.querySelector('cordial-chat').shadowRoot.activeElement"
        for _ in range(60):
            page.keyboard.press("Tab")
            # Whatever has the focus is seen: no bar or edge covers it.
            seen = f"""(() => {{
              const node = {focused};
              if (!node) return true;
              const box = node.getBoundingClientRect();
              const over = node.getRootNode().elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 12));
              return node === over || node.contains(over) || over?.contains(node);
            }})()"""
            assert page.evaluate(seen), page.evaluate(f"{focused}.outerHTML")
            if page.evaluate(f"({focused}?.innerText || '').trim()").startswith(name):
                return
        raise AssertionError(f"the Tab key never reached {name}")

    tab_to("Does it work?")
    page.keyboard.press("Enter")
    expect(page.locator(".card blockquote").first).not_to_be_empty(timeout=ANSWER)
    tab_to("What does this mean?")
    page.keyboard.press("Enter")
    expect(page.locator(".ladder").first).to_be_visible()
    tab_to("My data")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="My data")).to_contain_text("Take a copy")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="My data")).to_be_focused()
    page.get_by_role("textbox", name="Your message").focus()
    page.keyboard.type("Start the intake")
    page.keyboard.press("Enter")
    is_asked(page, "Do you agree?")
    expect(page.get_by_role("textbox", name="Your message")).to_be_focused()


def test_a_screen_reader_hears_each_new_message_once_and_an_old_one_not_again(page: Page) -> None:
    page.evaluate(SPOKEN)
    asks_and_reads(page, "Is fever after the infusion a bad sign?")
    page.wait_for_timeout(2_500)  # the stream brings the same messages once more
    heard = page.evaluate("window.spoken")
    quote = page.locator(".card blockquote").first.inner_text()[:40]
    assert len([line for line in heard if quote in line]) == 1
    page.reload()
    expect(page.locator("cordial-chat").get_by_role("log")).to_be_visible()
    page.evaluate(SPOKEN)
    expect(page.locator(".card blockquote").first).not_to_be_empty(timeout=ANSWER)
    page.get_by_role("textbox", name="Your message").fill("I want to talk to a person")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("C-", timeout=ANSWER)
    until(lambda: any("C-" in line for line in page.evaluate("window.spoken")), 10, "what is new is heard")
    assert [line for line in page.evaluate("window.spoken") if quote in line] == []
    assert page.get_by_role("log").get_attribute("aria-live") == "off"


@pytest.mark.parametrize("size", [(320, 640), (320, 256), (1280, 800)])
def test_nothing_runs_over_the_edge_of_a_window(visit: Visits, cordial: System, size: tuple[int, int]) -> None:
    page = visit(f"{cordial.url}/chat", viewport={"width": size[0], "height": size[1]})
    expect(page.get_by_role("button", name="Does it work?")).to_be_attached()
    asks_and_reads(page, "Is fever after the infusion a bad sign? " + "Donaudampfschifffahrtsgesellschaft" * 5)
    page.get_by_text("What does this mean?").first.click()
    for _ in range(4):
        page.get_by_role("button", name="Larger letters").click()
    assert too_wide(page) == []


def test_the_largest_letters_leave_room_to_read_in_a_low_window(visit: Visits, cordial: System) -> None:
    page = visit(f"{cordial.url}/chat", viewport={"width": 390, "height": 500})
    for _ in range(4):
        page.get_by_role("button", name="Larger letters").click()
    room = page.get_by_role("log").bounding_box()
    assert room is not None
    assert room["height"] > 200
    page.get_by_role("textbox", name="Your message").focus()
    expect(page.get_by_role("textbox", name="Your message")).to_be_in_viewport()


def test_letters_grow_and_stay_grown(page: Page) -> None:
    size = "parseFloat(getComputedStyle(document.querySelector('cordial-chat').view.log).fontSize)"
    before = page.evaluate(size)
    page.get_by_role("button", name="Larger letters").click()
    grown = page.evaluate(size)
    assert grown > before
    page.reload()
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
    assert page.evaluate(size) == grown


def test_what_can_be_pressed_is_large_enough(page: Page) -> None:
    asks_and_reads(page, "Does it work?")
    small = """() => [...document.querySelector('cordial-chat').shadowRoot.querySelectorAll('button, summary, a[href]')]
      .filter(node => node.checkVisibility() && !node.closest('dialog'))
      .map(node => [node.textContent, node.getBoundingClientRect()])
      .filter(([, box]) => box.width < 24 || box.height < 24).map(([text]) => text)"""
    assert page.evaluate(small) == []


def test_from_the_right_everything_is_mirrored(page: Page) -> None:
    place = """name => {
      const node = document.querySelector('cordial-chat').shadowRoot.querySelector(name);
      return node.getBoundingClientRect().left / innerWidth;
    }"""
    assert page.evaluate(place, ".send") > 0.5
    page.evaluate("document.querySelector('cordial-chat').view.node.dir = 'rtl'")
    assert page.evaluate(place, ".send") < 0.5
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_paper_there_is_the_whole_conversation_and_nothing_to_press(page: Page) -> None:
    asks_and_reads(page, "Does it work?")
    page.emulate_media(media="print")
    expect(page.get_by_role("textbox")).to_be_hidden()
    expect(page.locator(".card blockquote").first).to_be_visible()
    look = "log => log.scrollHeight <= log.clientHeight + 1"
    assert page.locator(".log").evaluate(look), "nothing is cut off"
