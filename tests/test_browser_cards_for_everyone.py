"""The controls of the intake for everyone: by keyboard alone, with a screen reader, small, zoomed, dark; axe finds nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import SPOKEN, Visits, faults, is_asked, say, too_wide
from tests.support.system import System, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PERSON = "I am Maria Example, born 14.03.1961, maria@mail.example, I live in Lithuania"


def press(page: Page, name: str) -> None:
    """Press the newest button of that name."""
    page.get_by_role("button", name=name, exact=True).last.click()


def tells_of_herself(page: Page) -> None:
    """Come past the questions about the patient, in words."""
    say(page, PERSON)
    press(page, "Female")
    expect(page.get_by_label("Which condition")).to_be_visible()


def begins(page: Page) -> None:
    """Come to the card about the patient."""
    say(page, "Start the intake")
    press(page, "I agree")
    press(page, "Me")
    expect(page.get_by_label("full name")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_at_any_control(visit: Visits, cordial: System, scheme: str) -> None:
    page = visit(f"{cordial.url}/chat", color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)  # axe adds a style
    say(page, "Start the intake")
    is_asked(page, "Do you agree?")
    found = {"consent": faults(page)}
    press(page, "I agree")
    is_asked(page, "For whom is this?")
    found["choice"] = faults(page)
    press(page, "Me")
    press(page, "Continue")
    expect(page.get_by_text("Please fill this in.").first).to_be_visible()
    found["card with something open"] = faults(page)
    page.get_by_label("In which country").press_sequentially("li")
    expect(page.get_by_role("option", name="Lithuania")).to_be_visible()
    found["suggestions"] = faults(page)
    tells_of_herself(page)
    press(page, "Skip")
    medicine = page.get_by_role("group", name="Which medicines").get_by_role("combobox")
    medicine.fill("aspirin 100 mg")
    medicine.press("Enter")
    found["list"] = faults(page)
    press(page, "Skip the rest")
    page.get_by_role("group", name="blood clots").get_by_text("Yes", exact=True).click()
    found["yes or no"] = faults(page)
    press(page, "Skip the rest")
    page.get_by_label("travel plans").fill("none")
    press(page, "Continue")
    page.get_by_role("button", name="Change Born").click()
    found["read-back, changing a line"] = faults(page)
    press(page, "Send it")
    expect(page.get_by_role("button", name="Copy")).to_be_visible()
    found["sent"] = faults(page)
    assert {state: what for state, what in found.items() if what} == {}


def test_cards_are_filled_in_with_the_keyboard_alone(visit: Visits, cordial: System) -> None:
    page = visit(f"{cordial.url}/chat", viewport={"width": 1280, "height": 800})
    keys = page.keyboard
    say(page, "Start the intake")
    page.get_by_role("button", name="I agree", exact=True).focus()
    keys.press("Enter")
    expect(page.get_by_role("button", name="Me", exact=True)).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_label("full name")).to_be_focused()
    keys.type("Maria Example")
    for typed in ("14", "March", "1961"):
        keys.press("Tab")
        keys.type(typed)
    for _ in range(2):  # past the way to give the age, to the first of the options
        keys.press("Tab")
    keys.press("Space")
    keys.press("Tab")
    keys.type("lithu")
    expect(page.get_by_role("option", name="Lithuania")).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.get_by_label("In which country")).to_have_value("Lithuania")
    keys.press("Enter")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    sent = page.locator(".from-patient").last
    for line in ("Name: Maria Example", "Born: 14 March 1961", "Sex: Female", "Country: Lithuania"):
        expect(sent).to_contain_text(line)
    keys.type("maria@mail.example")
    keys.press("Enter")
    expect(page.get_by_label("Which condition")).to_be_focused()


def test_a_screen_reader_hears_each_question_once_and_in_order(visit: Visits, cordial: System) -> None:
    page = visit(f"{cordial.url}/chat")
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
    page.evaluate(SPOKEN)
    begins(page)
    tells_of_herself(page)
    page.wait_for_timeout(2_500)  # the stream brings the same messages once more
    asked = [line for line in page.evaluate("window.spoken") if "Question " in line]
    card = "To fill in below: Name, Born, Sex, Country"
    told = ["Do you agree?", "For whom is this?", card, "female or male?", "To fill in below: Condition"]
    assert [words in line for words, line in zip(told, asked, strict=True)] == [True] * len(told)
    assert all(line.count("Question ") == 1 for line in asked)
    card = page.get_by_role("form", name="The illness and its treatment")
    expect(card.get_by_role("textbox")).to_have_count(2)
    expect(card.get_by_role("textbox", name="Which condition is this about, and since when?")).to_be_visible()


@pytest.mark.parametrize("size", [(320, 640), (640, 400)], ids=["a small phone", "a desktop at 200 %"])
def test_no_card_runs_over_the_edge_with_the_largest_letters(visit: Visits, cordial: System, size: tuple[int, int]) -> None:
    page = visit(f"{cordial.url}/chat", viewport={"width": size[0], "height": size[1]})
    for _ in range(4):
        press(page, "Larger letters")
    begins(page)
    assert too_wide(page) == []
    tells_of_herself(page)
    press(page, "Skip")
    expect(page.get_by_role("group", name="Which medicines")).to_be_visible()
    assert too_wide(page) == []
    press(page, "Skip")
    page.get_by_role("group", name="blood clots").get_by_text("Yes", exact=True).click()
    assert too_wide(page) == []
    press(page, "Skip the rest")
    expect(page.get_by_label("travel plans")).to_be_visible()
    press(page, "Skip")
    expect(page.get_by_role("button", name="Send it")).to_be_in_viewport()
    assert too_wide(page) == []
    until(lambda: page.evaluate("document.documentElement.scrollWidth <= innerWidth"), 5, "the page does not run over")
