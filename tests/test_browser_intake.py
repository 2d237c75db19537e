"""The whole way of a patient in a browser: the intake with the page's controls, what can happen in it, the reference number."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsing import ANSWER, Visits, asks_and_reads, is_asked, say, stored
from tests.support.system import System

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]


@pytest.fixture
def page(visit: Visits, cordial: System) -> Page:
    """The chat page on a phone."""
    return visit(f"{cordial.url}/chat", permissions=["clipboard-read", "clipboard-write"])


def agrees(page: Page) -> None:
    """Begin the intake, with the agreement."""
    say(page, "Start the intake")
    press(page, "I agree")
    press(page, "Me")
    expect(field(page, "full name")).to_be_visible()


def press(page: Page, name: str) -> None:
    """Press the newest button of that name."""
    page.get_by_role("button", name=name, exact=True).last.click()


def field(page: Page, words: str) -> Locator:
    """What is filled in for the question with these words."""
    return page.get_by_label(words).last


def part(page: Page, words: str) -> Locator:
    """The group of the question with these words."""
    return page.get_by_role("group", name=words).last


def born(page: Page, day: str, month: str, year: str) -> None:
    """Fill in a date of birth."""
    page.get_by_label("Day", exact=True).last.fill(day)
    page.get_by_label("Month", exact=True).last.select_option(label=month)
    page.get_by_label("Year", exact=True).last.fill(year)


def chooses(page: Page, about: str, answer: str) -> None:
    """Choose one of the answers to a question of a card."""
    part(page, about).get_by_text(answer, exact=True).click()


def box(page: Page) -> str:
    """What the writing field asks for."""
    return page.get_by_role("textbox", name="Your message").get_attribute("placeholder") or ""


def answers(page: Page) -> dict[str, Any]:
    """What the service has understood."""
    token = stored(page, ":session")["token"]
    look = "async token => (await fetch('/api/chat/intake', {headers: {Authorization: `Bearer ${token}`}})).json()"
    return dict(page.evaluate(look, token)["answers"])


def fills_in_the_person(page: Page, country: str = "lith") -> None:
    """The card about the patient."""
    field(page, "full name").fill("Maria Example")
    born(page, "14", "March", "1961")
    chooses(page, "female or male", "Female")
    field(page, "which country").press_sequentially(country)
    page.get_by_role("option", name="Lithuania").click()
    press(page, "Continue")
    expect(page.get_by_label("E-mail address")).to_be_visible()


def test_a_patient_comes_from_a_question_to_a_reference_number_with_the_controls_of_the_page(page: Page) -> None:
    asks_and_reads(page, "Does it work?")
    agrees(page)
    fills_in_the_person(page)
    expect(page.locator(".from-patient").last).to_contain_text("Born: 14 March 1961")
    page.get_by_text("By phone", exact=True).click()
    field(page, "Phone number").fill("+370 612 34567")
    press(page, "Continue")
    field(page, "Which condition").fill("knee osteoarthritis, both knees, since 2019")
    press(page, "None so far")
    press(page, "Continue")
    medicine = part(page, "Which medicines").get_by_role("combobox")
    medicine.press_sequentially("metfor")
    page.get_by_role("option", name="metformin", exact=True).click()
    medicine.fill("aspirin 100 mg")
    medicine.press("Enter")
    chooses(page, "Which allergies", "None")
    press(page, "Continue")
    for about in ("immune system", "infection or a fever", "cancer"):
        chooses(page, about, "No")
    chooses(page, "blood clots", "Yes")
    field(page, "Where was the clot").fill("in the left leg in 2015")
    press(page, "Continue")
    field(page, "hope for").fill("to climb the stairs again")
    press(page, "Continue")
    press(page, "Send it")
    sent = page.get_by_role("group", name="Your reference number").last
    expect(sent).to_contain_text("C-", timeout=ANSWER)
    sent.get_by_role("button", name="Copy").click()
    expect(sent.get_by_role("button", name="Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") in sent.inner_text()
    sent.get_by_role("button", name="Add something").click()
    expect(page.get_by_role("textbox", name="Your message")).to_have_value("I would like to add: ")
    given = answers(page)
    assert given["full_name"] == "Maria Example"
    assert given["birth"]["date"] == "1961-03-14"
    assert given["country"]["code"] == "LT"
    assert given["contact"] == {"by": "phone", "value": "+37061234567"}
    assert [medicine["said"] for medicine in given["medicines"]] == ["metformin", "aspirin 100 mg"]
    assert given["allergies"] == []
    assert [given[name]["answer"] for name in ("immune_status", "infection", "cancer")] == ["no"] * 3
    assert given["clots"] == {"answer": "yes", "detail": "in the left leg in 2015"}
    assert (given["travel"], given["hopes"]) == (None, "to climb the stairs again")


def test_what_was_filled_in_is_still_there_after_a_question_in_between_and_after_it_was_answered_in_words(page: Page) -> None:
    agrees(page)
    field(page, "which country").fill("Lithuania")
    asks_and_reads(page, "Is fever after the infusion a bad sign?")
    expect(field(page, "which country")).to_have_value("Lithuania")
    last = "node => Boolean(node.querySelector('.ask')) && node === node.parentNode.lastElementChild"
    assert page.locator(".kind-question").last.evaluate(last)
    say(page, "Maria Example")
    field(page, "E-mail address").fill("maria@mail.example")
    press(page, "Continue")
    expect(part(page, "When were you born")).to_be_visible()
    expect(page.get_by_label("full name")).to_have_count(0)
    expect(field(page, "which country")).to_have_value("Lithuania")
    assert answers(page)["full_name"] == "Maria Example"


def test_a_card_says_what_is_open_and_leaves_out_only_what_somebody_skips(page: Page) -> None:
    agrees(page)
    before = page.locator(".from-patient").count()
    field(page, "full name").fill("Maria Example")
    page.get_by_label("Day", exact=True).fill("31")
    page.get_by_label("Month", exact=True).select_option(label="February")
    page.get_by_label("Year", exact=True).fill("1961")
    press(page, "Continue")
    expect(page.get_by_text("There is no such day in that month.").first).to_be_visible()
    expect(page.get_by_label("Day", exact=True)).to_be_focused()
    chooses(page, "female or male", "Female")
    press(page, "Give the age instead")
    page.get_by_label("Age in years").fill("64")
    press(page, "Continue")
    expect(page.get_by_text("This is still open").first).to_be_visible()
    expect(field(page, "which country")).to_be_focused()
    assert page.locator(".from-patient").count() == before, "nothing was sent"
    press(page, "Skip the rest")
    expect(page.locator(".from-patient").last).to_contain_text("Country: left out")
    expect(page.get_by_label("E-mail address")).to_be_visible()
    given = answers(page)
    assert (given["birth"]["age"], given["country"]) == (64, None)


def test_what_could_not_be_used_is_asked_again_by_itself_and_nothing_has_to_be_written_twice(page: Page) -> None:
    agrees(page)
    fills_in_the_person(page)
    field(page, "E-mail address").fill("maria@gmial.com")
    press(page, "Continue")
    is_asked(page, "Did you mean maria@gmail.com?")
    expect(field(page, "E-mail address")).to_have_value("maria@gmial.com")
    press(page, "maria@gmail.com")
    expect(field(page, "Which condition")).to_be_visible()
    assert answers(page)["contact"]["value"] == "maria@gmail.com"


def test_a_line_of_what_was_said_is_changed_in_its_place(page: Page) -> None:
    agrees(page)
    fills_in_the_person(page)
    press(page, "My answers")
    summary = page.locator(".kind-summary").last
    expect(summary.get_by_role("heading", name="The patient")).to_be_visible()
    summary.get_by_role("button", name="Change Name").click()
    expect(summary.get_by_label("Name", exact=True)).to_be_focused()
    summary.get_by_label("Name", exact=True).fill("Maria Sample")
    summary.get_by_role("button", name="Save").click()
    expect(page.locator(".from-patient").last).to_contain_text("Name: Maria Sample")
    expect(summary.get_by_role("button", name="Change Born")).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_text("I have changed this").last).to_be_visible()
    assert answers(page)["full_name"] == "Maria Sample"


def test_the_read_back_shows_what_was_said_and_understood_with_the_way_to_send_it_in_sight(page: Page) -> None:
    agrees(page)
    say(page, "I am Maria Example, born 14.03.1961, maria@mail.example, I live in Lithuania")
    press(page, "Female")
    for asked in ("Which condition", "Which medicines", "immune system", "travel plans"):
        expect(page.get_by_text(asked).last).to_be_visible()
        press(page, "Skip")
    summary = page.locator(".kind-summary").last
    line = summary.locator("dl > div", has_text="Born")
    expect(line).to_contain_text("14.03.1961")
    expect(line).to_contain_text("understood as 14 March 1961")
    expect(summary.locator("dl > div", has_text="Hopes")).to_contain_text("left out")
    page.locator(".log").evaluate("log => log.scrollTop = log.scrollHeight - log.clientHeight - 500")
    expect(page.get_by_role("button", name="Send it")).to_be_in_viewport()
    assert box(page) == "Write what should change…"


def test_the_intake_shows_how_far_it_is_and_the_way_back_and_out(page: Page) -> None:
    bar = page.get_by_role("region", name="Your progress in the intake")
    expect(bar).to_be_hidden()
    assert box(page) == "Ask a question…"
    agrees(page)
    expect(bar).to_contain_text("Question 3 of 1")
    fills_in_the_person(page)
    press(page, "Why do you ask?")
    expect(page.get_by_text("A person will answer you there").last).to_be_visible()
    expect(page.get_by_label("E-mail address").last).to_be_visible()
    bar.get_by_role("button", name="Back").click()
    expect(page.locator(".kind-question").last).to_contain_text("So far it says: Maria Example")
    press(page, "Keep it")
    expect(page.get_by_label("E-mail address").last).to_be_visible()
    bar.get_by_role("button", name="Stop for now").click()
    expect(bar).to_be_hidden(timeout=ANSWER)
    assert box(page) == "Ask a question…"


def test_on_a_phone_question_and_answers_stand_together_below_one_line(page: Page) -> None:
    head = page.get_by_role("region", name="Important")
    expect(head).to_contain_text("This is software")
    say(page, "Start the intake")
    for choice in ("I agree", "I do not agree"):
        expect(page.get_by_role("button", name=choice, exact=True)).to_be_in_viewport(ratio=1)
    expect(page.get_by_text("Do you agree?").last).to_be_in_viewport()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    size = head.bounding_box()
    assert size is not None
    assert size["y"] == 0
    assert size["height"] < 50
    expect(head.get_by_role("button", name="Talk to a person")).to_be_in_viewport()
    expect(head.get_by_role("link", name="Emergency: 112")).to_be_in_viewport()
    page.get_by_text("Read the whole text").click()
    expect(page.get_by_text("I can withdraw this at any time")).to_be_visible()


def test_a_phone_brings_the_right_keyboard_and_offers_what_it_knows(page: Page) -> None:
    agrees(page)
    expect(field(page, "full name")).to_have_attribute("autocomplete", "name")
    expect(page.get_by_label("Year", exact=True)).to_have_attribute("inputmode", "numeric")
    fills_in_the_person(page)
    address = page.get_by_label("E-mail address").last
    expect(address).to_have_attribute("inputmode", "email")
    expect(address).to_have_attribute("autocomplete", "email")
    page.get_by_text("By phone", exact=True).click()
    number = page.get_by_label("Phone number").last
    expect(number).to_have_attribute("inputmode", "tel")
    expect(number).to_have_attribute("autocomplete", "tel")


def test_a_card_that_was_filled_in_without_a_network_arrives_whole_when_it_is_back_also_after_a_reload(page: Page) -> None:
    agrees(page)
    fills_in_the_person(page)
    page.route("**/api/chat/messages", lambda route: route.abort())
    field(page, "E-mail address").fill("maria@mail.example")
    press(page, "Continue")
    expect(page.locator(".delivery").last).to_contain_text("Not sent yet", timeout=ANSWER)
    page.unroute_all()
    page.reload()
    expect(field(page, "Which condition")).to_be_visible()
    assert answers(page)["contact"] == {"by": "email", "value": "maria@mail.example"}


def test_what_stands_below_suggestions_can_be_pressed_while_they_are_open(page: Page) -> None:
    agrees(page)
    field(page, "full name").fill("Maria Example")
    born(page, "14", "March", "1961")
    chooses(page, "female or male", "Female")
    field(page, "which country").press_sequentially("li")
    expect(page.get_by_role("option", name="Lithuania")).to_be_visible()
    button = page.get_by_role("button", name="Continue")
    button.scroll_into_view_if_needed()
    place = button.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 20, place["y"] + 10)
    page.mouse.down()
    page.wait_for_timeout(300)  # a slow finger
    page.mouse.up()
    expect(page.locator(".from-patient").last).to_contain_text("Country: li")


def test_two_presses_send_a_card_once_and_starting_over_leaves_nothing_in_it(page: Page) -> None:
    agrees(page)
    fills_in_the_person(page)
    own = page.locator(".from-patient")
    before = own.count()
    field(page, "E-mail address").fill("maria@mail.example")
    page.get_by_role("button", name="Continue").evaluate("button => { button.click(); button.click(); }")
    expect(field(page, "Which condition")).to_be_visible()
    expect(own).to_have_count(before + 1)
    field(page, "Which condition").fill("a word that nobody else should see")
    press(page, "Start over")
    press(page, "Yes, start over")
    agrees(page)
    say(page, "I am Maria Example, born 14.03.1961, maria@mail.example, I live in Lithuania")
    press(page, "Female")
    expect(field(page, "Which condition")).to_have_value("")
