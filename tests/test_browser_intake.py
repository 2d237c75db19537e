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
    expect(page.locator(".kind-question").last).to_contain_text("So far it says: Lithuania")
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
    expect(head.get_by_role("link", name="Emergency in Lithuania: 112")).to_be_in_viewport()
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


def goes_back(page: Page) -> None:
    """Press "Back" above the writing field."""
    page.get_by_role("region", name="Your progress in the intake").get_by_role("button", name="Back").click()


def kept_here(page: Page) -> str:
    """What was filled in and not sent, as it lies in this tab of the browser."""
    look = "sessionStorage.getItem(Object.keys(sessionStorage).find(key => key.endsWith(':filled')))"
    return page.evaluate(look) or ""


def test_going_back_shows_the_answer_in_its_control_to_be_changed_or_kept(page: Page) -> None:
    agrees(page)
    fills_in_the_person(page)
    field(page, "E-mail address").fill("maria@mail.example")
    press(page, "Continue")
    expect(field(page, "Which condition")).to_be_visible()
    goes_back(page)
    expect(field(page, "E-mail address")).to_have_value("maria@mail.example")
    field(page, "E-mail address").fill("maria.example@mail.example")
    press(page, "Continue")
    expect(field(page, "Which condition")).to_be_visible()
    assert answers(page)["contact"]["value"] == "maria.example@mail.example"
    field(page, "Which condition").fill("knees, since 2019")
    press(page, "None so far")
    press(page, "Continue")
    part(page, "Which medicines").get_by_role("combobox").fill("ramipril 5 mg")
    chooses(page, "Which allergies", "None")
    press(page, "Continue")
    expect(page.get_by_text("immune system").last).to_be_visible()
    goes_back(page)
    goes_back(page)
    expect(page.locator(".items").last).to_contain_text("ramipril 5 mg")
    press(page, "Continue")
    expect(page.get_by_text("immune system").last).to_be_visible()
    assert [medicine["said"] for medicine in answers(page)["medicines"]] == ["ramipril 5 mg"]


def test_a_half_filled_card_is_there_again_after_a_reload_until_it_is_sent(page: Page) -> None:
    agrees(page)
    field(page, "full name").fill("Maria Exam")
    page.get_by_label("Day", exact=True).fill("14")
    page.get_by_label("Month", exact=True).select_option(label="March")
    chooses(page, "female or male", "Female")
    page.reload()
    expect(field(page, "full name")).to_have_value("Maria Exam")
    expect(page.get_by_label("Day", exact=True)).to_have_value("14")
    expect(page.get_by_label("Month", exact=True)).to_have_value("3")
    expect(part(page, "female or male").get_by_label("Female", exact=True)).to_be_checked()
    field(page, "full name").fill("Maria Example")
    page.get_by_label("Year", exact=True).fill("1961")
    press(page, "Skip the rest")
    expect(page.get_by_label("E-mail address")).to_be_visible()
    assert (answers(page)["full_name"], answers(page)["birth"]["date"]) == ("Maria Example", "1961-03-14")
    assert kept_here(page) == ""


def test_a_half_filled_list_and_an_age_are_there_again_after_a_reload(page: Page) -> None:
    agrees(page)
    press(page, "Give the age instead")
    page.get_by_label("Age in years").fill("61")
    page.reload()
    expect(page.get_by_label("Age in years")).to_have_value("61")
    say(page, "I am Maria Example, 61, maria@mail.example, I live in Lithuania")
    press(page, "Female")
    press(page, "Skip")
    medicine = part(page, "Which medicines").get_by_role("combobox")
    medicine.fill("ramipril 5 mg")
    medicine.press("Enter")
    medicine.fill("aspi")
    page.reload()
    expect(part(page, "Which medicines").locator(".items")).to_contain_text("ramipril 5 mg")
    expect(part(page, "Which medicines").get_by_role("combobox")).to_have_value("aspi")


@pytest.mark.parametrize("way", ["in words", "under my data", "the consent alone", "start over"])
def test_nothing_that_was_filled_in_stays_in_the_browser_when_it_is_deleted(page: Page, way: str) -> None:
    agrees(page)
    field(page, "full name").fill("Maria Example")
    assert "Maria Example" in kept_here(page)
    if way == "in words":
        say(page, "delete my data")
        press(page, "Yes, delete everything")
        expect(page.get_by_text("Everything in this chat has been deleted").last).to_be_visible()
    elif way == "start over":
        press(page, "Start over")
        press(page, "Yes, start over")
    else:
        page.get_by_role("button", name="My data").click()
        dialog = page.get_by_role("dialog", name="My data")
        for words in ("Delete everything", "Yes, delete") if way == "under my data" else ("Withdraw consent", "Yes, withdraw"):
            dialog.get_by_role("button", name=words).click()
        expect(dialog).to_be_hidden()
    page.wait_for_function("() => !Object.keys(sessionStorage).some(key => key.endsWith(':filled'))")
    page.reload()
    expect(page.locator("cordial-chat")).to_be_visible()
    assert kept_here(page) == ""


def test_little_has_to_be_typed(visit: Visits, cordial: System) -> None:
    page = visit(f"{cordial.url}/chat", locale="lt-LT")
    agrees(page)
    field(page, "full name").fill("Rasa Example")
    born(page, "14", "March", "1961")
    chooses(page, "female or male", "Female")
    press(page, "Lithuania")
    press(page, "Continue")
    address = field(page, "E-mail address")
    address.press_sequentially("rasa@gm")
    page.get_by_role("option", name="rasa@gmail.com").click()
    expect(address).to_have_value("rasa@gmail.com")
    address.fill("")
    page.get_by_text("By phone", exact=True).click()
    expect(field(page, "Phone number")).to_have_value("+370 ")
    field(page, "Phone number").press_sequentially("612 34567")
    press(page, "Continue")
    field(page, "Which condition").press_sequentially("kn")
    press(page, "knee osteoarthritis")
    field(page, "Which condition").press_sequentially("since 2019")
    press(page, "physiotherapy")
    press(page, "Continue")
    expect(page.get_by_text("Which medicines").last).to_be_visible()
    given = answers(page)
    assert given["country"] == {"code": "LT", "name": "Lithuania"}
    assert given["contact"] == {"by": "phone", "value": "+37061234567"}
    assert (given["condition"], given["treatments"]) == ("knee osteoarthritis, since 2019", "physiotherapy")


def test_a_parent_answers_for_a_child_with_the_controls_of_the_page(page: Page) -> None:
    say(page, "Start the intake")
    press(page, "I agree")
    press(page, "My child")
    field(page, "name of your child").fill("Theo Example")
    born(page, "5", "September", "2014")
    chooses(page, "female or male", "Male")
    field(page, "which country").press_sequentially("latv")
    page.get_by_role("option", name="Latvia").click()
    press(page, "Continue")
    field(page, "E-mail address").fill("anna@mail.example")
    press(page, "Continue")
    press(page, "I am the parent or guardian")
    is_asked(page, "your own name")
    page.locator("form.ask input").fill("Anna Example")
    press(page, "Continue")
    expect(page.get_by_text("Which condition").last).to_be_visible()
    given = answers(page)
    assert (given["full_name"], given["guardian"], given["guardian_name"]) == ("Theo Example", True, "Anna Example")
    assert given["for_whom"] == "my_child"
