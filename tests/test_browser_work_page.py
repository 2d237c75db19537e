"""At a real browser a coordinator helps in seconds: list, conversation and details on one page, and no word is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from desk.cases.taking_over import Colleague, take_over
from desk.models import Conversation, Message
from desk.people.logins import end_all
from intake.record import HandoffAsked
from tests.support.browsing import faults
from tests.support.console_alone import ConsoleAlone
from tests.support.desk_work import acts
from tests.support.handing_off import Turns
from tests.support.staff import Staff, desks

pytestmark = pytest.mark.timeout(240)

FIRST, SECOND, THIRD = "C-2345-1111", "C-2345-2222", "C-2345-3333"
SOON = 5_000  # ms
# Counts the clicks of a tab, over all the pages that it opens.
COUNT_CLICKS = """addEventListener('click', ({isTrusted, detail}) =>
  isTrusted && detail && sessionStorage.setItem('clicks', Number(sessionStorage.getItem('clicks')) + 1), true)"""


class Desk:
    """A web with three patients who wait: the first the longest."""

    def __init__(self, web: ConsoleAlone) -> None:
        self.web, self.turns = web, Turns(web.database)
        self.ids = {reference: self._waits(reference) for reference in (FIRST, SECOND, THIRD)}

    def _waits(self, reference: str) -> str:
        conversation = self.turns.starts()
        for number in range(12):
            self.turns.says(conversation, f"Line {number} of a longer story, which somebody has to read before they answer it.")
        self.turns.says(conversation, "Can I talk to somebody?", HandoffAsked(reference=reference, reason="asked"))
        return conversation

    def said(self, reference: str = FIRST) -> list[str]:
        """What people have said in a case."""
        with self.web.database.read() as session:
            theirs = select(Message).where(Message.conversation_id == self.ids[reference], Message.sender == "coordinator")
            return [message.text for message in session.scalars(theirs.order_by(Message.seq))]

    def is_taken_by(self, staff: Staff, reference: str = FIRST) -> None:
        """Let a colleague be quicker."""
        by = Colleague(staff.user_id, staff.name, staff.role, "Birchwood Example Clinic")
        with self.web.database.write() as session:
            conversation = session.get_one(Conversation, self.ids[reference])
            take_over(session, conversation.id, by, conversation.revision)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A web of its own for each test."""
    web = ConsoleAlone(tmp_path)
    yield Desk(web)
    web.closes()


@pytest.fixture
def joins(desk: Desk) -> Iterator[Callable[..., Staff]]:
    """Lets somebody of the clinic log in."""
    with ExitStack() as browsers:
        yield lambda name="Ana Example", role="coordinator": browsers.enter_context(
            Staff(desk.web.url, desk.web.database, role, name)
        )


@pytest.fixture
def ana(joins: Callable[..., Staff]) -> Staff:
    """A coordinator."""
    return joins()


@pytest.fixture
def opens(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages for people of the clinic."""
    with desks(browser, COUNT_CLICKS) as opens:
        yield opens


def case(reference: str) -> str:
    """The address of a case."""
    return f"/desk/cases/{reference}"


def box_of(page: Page) -> Locator:
    """The box for the reply."""
    return page.get_by_role("textbox", name="Write to the patient")


def message(page: Page, text: str) -> Locator:
    """A message in the conversation."""
    return page.locator("#transcript > li").filter(has_text=text)


def is_in_sight(page: Page, place: Locator) -> None:
    """Expect all of something to be in the window."""
    expect(place).to_be_in_viewport(ratio=0.99)


def stays(page: Page) -> None:
    """Remember this page, to see later that it was not loaded again."""
    page.evaluate("window.here = true")


def is_the_same(page: Page) -> bool:
    """Whether the page was not loaded again."""
    return bool(page.evaluate("window.here === true"))


def drafts(page: Page) -> list[str]:
    """The keys under which this browser keeps what was typed."""
    return list(page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('cordial-draft'))"))


@pytest.mark.parametrize(("width", "columns"), [(1920, 3), (1280, 3), (820, 2), (390, 1)])
def test_the_page_has_as_many_columns_as_there_is_room_for_and_the_reply_is_always_in_sight(
    desk: Desk, ana: Staff, opens: Callable[..., Page], width: int, columns: int
) -> None:
    page = opens(ana, case(FIRST), width)
    parts = [page.locator(f".{name}") for name in ("work-list", "work-talk", "work-facts")]
    assert [part.is_visible() for part in parts] == [columns > 1, True, columns > 2]
    is_in_sight(page, box_of(page))
    is_in_sight(page, page.get_by_role("button", name="Take over and send"))
    is_in_sight(page, page.locator("#transcript > li").last)
    assert page.evaluate(
        "document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"
    )
    if columns < 3:
        page.get_by_role("link", name="Details", exact=True).click()
        expect(page.get_by_role("heading", name="Summary")).to_be_in_viewport()
        page.get_by_role("link", name="Back to the conversation").click()
        is_in_sight(page, box_of(page))
    if columns == 1:
        page.get_by_role("main").get_by_role("link", name="Queue").click()
        expect(page.locator("[data-row]")).to_have_count(3)


def test_on_a_phone_whose_keyboard_is_open_the_last_message_and_the_reply_are_in_sight(
    desk: Desk, ana: Staff, opens: Callable[..., Page]
) -> None:
    page = opens(ana, case(FIRST), 390, 400)
    is_in_sight(page, box_of(page))
    box_of(page).click()
    for place in (box_of(page), page.get_by_role("button", name="Take over and send"), page.locator("#transcript > li").last):
        is_in_sight(page, place)


def test_a_row_opens_as_a_whole_and_the_list_stays_as_it_was(desk: Desk, ana: Staff, opens: Callable[..., Page]) -> None:
    page = opens(ana, "/desk/queue?view=unassigned")
    row = page.locator("[data-row]", has_text=SECOND)
    size = row.bounding_box()
    assert size
    page.mouse.click(size["x"] + size["width"] - 4, size["y"] + size["height"] - 4)  # far from any word
    expect(page).to_have_url(f"{desk.web.url}{case(SECOND)}?view=unassigned")
    expect(page.locator("[data-row]")).to_have_count(3)
    expect(page.locator("[data-row] [aria-current]")).to_have_count(1)
    expect(page.locator("[data-row]", has_text=SECOND).locator("[aria-current]")).to_be_visible()
    desk.turns.asks_for_a_person("C-2345-4444")
    expect(page.locator("[data-row]")).to_have_count(4, timeout=SOON)
    page.locator("[data-row]", has_text="C-2345-4444").click()
    expect(page).to_have_url(f"{desk.web.url}{case('C-2345-4444')}?view=unassigned")


def test_two_clicks_lie_between_the_queue_and_the_first_reply(desk: Desk, ana: Staff, opens: Callable[..., Page]) -> None:
    page = opens(ana, "/desk/queue")
    page.locator("[data-row]", has_text=FIRST).click()
    expect(page).to_have_url(f"{desk.web.url}{case(FIRST)}")
    expect(page.locator("[data-keys]")).to_be_visible()  # the scripts are there
    box_of(page).click()
    page.keyboard.type("Good morning, I am here.")
    page.keyboard.press("Control+Enter")
    expect(message(page, "Good morning, I am here.")).to_contain_text("Ana Example, coordinator")
    assert int(page.evaluate("sessionStorage.getItem('clicks')")) <= 2
    assert desk.said() == ["Good morning, I am here."]


def test_the_keyboard_alone_is_enough(desk: Desk, ana: Staff, opens: Callable[..., Page]) -> None:
    page = opens(ana, "/desk/queue")
    for keys, reference in (("j j Enter", SECOND), ("k", FIRST), ("j", SECOND)):
        expect(page.locator("[data-keys]")).to_be_visible()  # the scripts are there
        for key in keys.split():
            page.keyboard.press(key)
        expect(page).to_have_url(f"{desk.web.url}{case(reference)}")
    expect(page.locator("[data-keys]")).to_be_visible()
    page.keyboard.press("r")
    expect(box_of(page)).to_be_focused()
    page.keyboard.type("jjj")
    expect(box_of(page)).to_have_value("jjj")
    page.keyboard.press("Control+Enter")
    expect(message(page, "jjj")).to_be_visible()
    expect(box_of(page)).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page).to_have_url(f"{desk.web.url}{case(THIRD)}")
    assert desk.said(SECOND) == ["jjj"]


def test_a_reply_is_sent_and_a_note_is_kept_without_loading_the_page_again(
    desk: Desk, ana: Staff, opens: Callable[..., Page]
) -> None:
    page = opens(ana, case(FIRST))
    stays(page)
    box_of(page).fill("Good morning.")
    page.get_by_role("button", name="Take over and send").click()
    expect(message(page, "Good morning.")).to_be_in_viewport()
    expect(box_of(page)).to_have_value("")
    expect(page.locator(".badges")).to_contain_text("You have it")
    box_of(page).fill("How are you?")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(message(page, "How are you?")).to_be_in_viewport()
    page.get_by_label("A note for colleagues").fill("Comes with her sister.")
    page.get_by_role("button", name="Keep note").click()
    expect(page.locator("#notes")).to_contain_text("Comes with her sister.")
    expect(page.get_by_label("A note for colleagues")).to_have_value("")
    assert is_the_same(page)
    assert desk.said() == ["Good morning.", "How are you?"]
    assert drafts(page) == []


def test_a_refused_reply_stays_with_the_reason_beside_it(desk: Desk, ana: Staff, opens: Callable[..., Page]) -> None:
    page = opens(ana, case(FIRST))
    stays(page)
    box_of(page).fill("Hello {name}, this is a person.")
    page.get_by_role("button", name="Take over and send").click()
    expect(page.locator("#composer").get_by_role("alert")).to_contain_text("Please fill in {name} first")
    expect(box_of(page)).to_have_value("Hello {name}, this is a person.")
    box_of(page).fill("Hello Maria, this is a person.")
    page.get_by_role("button", name="Take over and send").click()
    expect(message(page, "Hello Maria, this is a person.")).to_be_visible()
    expect(page.locator("#composer").get_by_role("alert")).to_be_hidden()
    assert is_the_same(page)
    assert desk.said() == ["Hello Maria, this is a person."]


def test_who_was_slower_than_a_colleague_keeps_their_words(
    desk: Desk, ana: Staff, joins: Callable[..., Staff], opens: Callable[..., Page]
) -> None:
    page = opens(ana, case(FIRST))
    box_of(page).fill("A long and careful letter.")
    desk.is_taken_by(joins("Ben Example", "physician"))
    page.get_by_role("button", name="Take over and send").click()
    expect(page.locator("#composer").get_by_role("alert")).to_contain_text("Ben Example")
    expect(box_of(page)).to_have_value("A long and careful letter.")
    page.reload()
    expect(page.get_by_label("What you wrote was not sent")).to_have_value("A long and careful letter.")
    assert desk.said() == []


def test_a_reply_goes_out_although_the_patient_asked_for_a_person_meanwhile(
    desk: Desk, ana: Staff, opens: Callable[..., Page]
) -> None:
    acts(ana, FIRST, "take-over")
    acts(ana, FIRST, "hand-back")
    page = opens(ana, case(FIRST))
    box_of(page).fill("Good morning.")
    desk.turns.says(desk.ids[FIRST], "A person, please", HandoffAsked(reference=FIRST, reason="asked"))
    expect(page.locator(".badges")).to_contain_text("waiting for a person", timeout=SOON)
    box_of(page).press("Control+Enter")
    expect(message(page, "Good morning.")).to_be_visible()


def test_a_double_click_sends_once_and_an_answer_that_was_lost_is_made_up_for(
    desk: Desk, ana: Staff, opens: Callable[..., Page]
) -> None:
    page = opens(ana, case(FIRST))
    box_of(page).fill("Once.")
    page.get_by_role("button", name="Take over and send").dblclick()
    expect(message(page, "Once.")).to_be_visible()
    box_of(page).fill("Also once.")

    def loses_the_answer(route: Any) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    page.route("**/messages", loses_the_answer, times=1)
    box_of(page).press("Control+Enter")
    expect(page.locator("#composer").get_by_role("alert")).to_contain_text("it is said only once")
    expect(box_of(page)).to_have_value("Also once.")
    box_of(page).press("Control+Enter")
    expect(box_of(page)).to_have_value("")
    assert desk.said() == ["Once.", "Also once."]


def test_everybody_chooses_the_key_that_sends(desk: Desk, ana: Staff, opens: Callable[..., Page]) -> None:
    page = opens(ana, case(FIRST))
    box_of(page).fill("One line")
    box_of(page).press("Enter")
    expect(box_of(page)).to_have_value("One line\n")
    page.get_by_label("Send with").select_option("Enter")
    page.reload()
    expect(page.get_by_label("Send with")).to_have_value("enter")
    box_of(page).fill("One line")
    box_of(page).press("Shift+Enter")
    page.keyboard.type("and another")
    page.keyboard.press("Enter")
    expect(message(page, "and another")).to_be_visible()
    assert desk.said() == ["One line\nand another"]


def test_what_is_typed_survives_a_reload_and_another_case(desk: Desk, ana: Staff, opens: Callable[..., Page]) -> None:
    page = opens(ana, case(FIRST))
    box_of(page).fill("Half a sentence")
    page.get_by_label("A note for colleagues").fill("Half a note")
    page.reload()
    expect(box_of(page)).to_have_value("Half a sentence")
    expect(page.get_by_text("What you typed here before is back.").first).to_be_visible()
    expect(page.get_by_label("A note for colleagues")).to_have_value("Half a note")
    page.locator("[data-row]", has_text=SECOND).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(SECOND)
    expect(box_of(page)).to_have_value("")
    page.locator("[data-row]", has_text=FIRST).click()
    expect(box_of(page)).to_have_value("Half a sentence")
    box_of(page).fill("")
    page.reload()
    expect(box_of(page)).to_have_value("")


def test_what_is_typed_survives_a_login_that_ended_and_nobody_else_sees_it(
    desk: Desk, ana: Staff, joins: Callable[..., Staff], opens: Callable[..., Page]
) -> None:
    page = opens(ana, case(FIRST))
    box_of(page).fill("Half a sentence")
    with desk.web.database.write() as session:
        end_all(session, ana.user_id)
    box_of(page).press("Control+Enter")
    expect(page.locator("#composer").get_by_role("alert")).to_contain_text("You are logged out")
    expect(box_of(page)).to_have_value("Half a sentence")
    joins("Ben Example", "physician").sits_at(page, case(FIRST))
    expect(box_of(page)).to_have_value("")
    page.context.clear_cookies()
    ana.log_in()
    ana.sits_at(page, case(FIRST))
    expect(box_of(page)).to_have_value("Half a sentence")
    assert desk.said() == []


def test_of_two_tabs_the_newest_words_win(desk: Desk, ana: Staff, opens: Callable[..., Page]) -> None:
    page = opens(ana, case(FIRST))
    box_of(page).fill("Older words")
    other = page.context.new_page()
    other.goto(f"{desk.web.url}{case(FIRST)}")
    expect(box_of(other)).to_have_value("Older words")
    box_of(other).fill("Newer words")
    expect(box_of(page)).to_have_value("Newer words")
    expect(page.get_by_text("These are your newer words, from another tab.")).to_be_visible()
    box_of(other).press("Control+Enter")
    expect(message(other, "Newer words")).to_be_visible()
    expect(box_of(page)).to_have_value("")
    assert drafts(page) == []


def test_who_logs_out_leaves_no_draft_behind(
    desk: Desk, ana: Staff, joins: Callable[..., Staff], opens: Callable[..., Page]
) -> None:
    ben = joins("Ben Example", "physician")
    page = opens(ben, case(SECOND))
    box_of(page).fill("Of Ben")
    page.context.clear_cookies()
    ana.sits_at(page, case(FIRST))
    box_of(page).fill("Half a sentence")
    page.get_by_label("A note for colleagues").fill("Half a note")
    assert len(drafts(page)) == 3
    page.goto(f"{desk.web.url}/desk/account")
    page.get_by_role("button", name="Log out", exact=True).click()
    expect(page.get_by_text("You are logged out.", exact=True)).to_be_visible()
    assert [ben.user_id in key for key in drafts(page)] == [True]


def test_a_slash_opens_the_canned_replies(desk: Desk, ana: Staff, opens: Callable[..., Page]) -> None:
    page = opens(ana, case(FIRST))
    replies = page.get_by_role("listbox", name="Canned replies")
    box_of(page).press("/")
    expect(replies.get_by_role("option")).to_have_count(6)
    page.keyboard.type("docu safe")
    expect(replies.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(box_of(page)).to_have_value(re.compile(rf"^To prepare the conversation .* {FIRST}\.$"))
    expect(replies).to_be_hidden()
    box_of(page).fill("")
    page.keyboard.type("/")
    page.keyboard.press("ArrowDown")
    expect(box_of(page)).to_have_attribute("aria-activedescendant", "canned-2")
    page.keyboard.press("Escape")
    expect(replies).to_be_hidden()
    expect(box_of(page)).to_be_focused()
    box_of(page).fill("Dear patient,")
    page.get_by_role("button", name="Canned replies").click()
    replies.get_by_role("option", name="No answer about suitability here").click()
    expect(box_of(page)).to_have_value(re.compile(r"^Dear patient,\n\nWhether a treatment is suitable"))
    box_of(page).fill("1/2 of it")
    expect(replies).to_be_hidden()
    assert desk.said() == []


def test_filters_apply_at_once_and_stay_in_the_address(desk: Desk, ana: Staff, opens: Callable[..., Page]) -> None:
    acts(ana, THIRD, "take-over")
    page = opens(ana, "/desk/queue")
    stays(page)
    page.get_by_label("State").select_option("with a person")
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page).to_have_url(f"{desk.web.url}/desk/queue?state=human")
    page.get_by_label("State").select_option("any")
    expect(page.locator("[data-row]")).to_have_count(3)
    page.get_by_label("Words, or a reference number").press_sequentially(SECOND)
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("[data-row]")).to_contain_text(SECOND)
    expect(page).to_have_url(f"{desk.web.url}/desk/queue?text={SECOND}")
    assert is_the_same(page)
    page.locator("[data-row]").click()
    expect(page).to_have_url(f"{desk.web.url}{case(SECOND)}?text={SECOND}")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.get_by_role("link", name="Reset").click()
    expect(page.locator("[data-row]")).to_have_count(3)
    expect(page).to_have_url(f"{desk.web.url}{case(SECOND)}")


def test_a_row_is_opened_although_the_list_changes_while_it_is_pressed(
    desk: Desk, ana: Staff, opens: Callable[..., Page]
) -> None:
    page = opens(ana, "/desk/queue")
    page.locator("[data-row]", has_text=SECOND).hover()
    page.mouse.down()
    acts(ana, THIRD, "take-over")
    for _ in range(2):  # the first answer may have been under way before
        page.wait_for_event("response", lambda response: "/desk/queue" in response.url)
    page.mouse.up()
    expect(page).to_have_url(f"{desk.web.url}{case(SECOND)}")


def test_everything_works_without_scripts(desk: Desk, ana: Staff, opens: Callable[..., Page]) -> None:
    page = opens(ana, "/desk/queue", java_script_enabled=False)
    page.get_by_label("State").select_option("waiting")
    page.get_by_role("button", name="Find").click()
    page.locator("[data-row]", has_text=FIRST).click()
    expect(page.locator("[data-row]")).to_have_count(3)
    is_in_sight(page, page.locator("#transcript > li").last)
    box_of(page).fill("Hello {name}.")
    page.get_by_role("button", name="Take over and send").click()
    expect(page.locator("#composer").get_by_role("alert")).to_contain_text("Please fill in {name}")
    box_of(page).fill("Good morning.")
    page.get_by_role("button", name="Take over and send").click()
    is_in_sight(page, message(page, "Good morning."))
    page.get_by_text("Close", exact=True).click()
    page.get_by_label("Then open the next case").uncheck()
    page.get_by_role("button", name="Appointment made").click()
    expect(page.get_by_role("button", name="Open again and take over")).to_be_visible()
    assert desk.said() == ["Good morning."]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_work_page_is_open_to_everybody(desk: Desk, ana: Staff, opens: Callable[..., Page], scheme: str) -> None:
    desk.turns.says(desk.ids[FIRST], "chest pain", HandoffAsked(reference=FIRST, reason="red_flag", urgent=None))
    for width in (1280, 820, 390, 320):
        page = opens(ana, case(FIRST), width, color_scheme=scheme, bypass_csp=True)
        assert faults(page) == [], width
        box_of(page).press("/")
        expect(page.get_by_role("listbox")).to_be_visible()
        assert faults(page) == [], width
        page.keyboard.press("Escape")
        page.get_by_text("Assign", exact=True).click()
        assert faults(page) == [], width
        page.goto(f"{desk.web.url}{case(FIRST)}#facts")
        assert faults(page) == [], width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
