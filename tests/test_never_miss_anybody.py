"""At a real browser a coordinator misses nobody: no page looks live and is not, and emergencies are seen and heard."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from desk.cases.notes import add_note
from desk.cases.taking_over import Colleague, assign, take_over
from desk.models import Conversation, Handoff
from desk.people.logins import end_all
from desk.people.roles import Permission, may
from intake.record import HandoffAsked, RestsOn, Urgent
from knowledge.encoder import Encoder
from knowledge.library import Library
from tests.support.browsing import faults
from tests.support.console_routes import CONSOLE
from tests.support.desk_work import acts, new_reference, writes
from tests.support.editors_desk import begins
from tests.support.handing_off import Turns
from tests.support.small_web import SmallWeb, small_web
from tests.support.staff import Staff, desks
from tests.support.system import free_port

pytestmark = pytest.mark.timeout(240)

BAR = 3_000  # ms within which an emergency is seen and heard
LATE = 10_000  # ms within which a page that is not up to date says so
# Notes what a page sounds and shows on the desktop.
HEARD = """
  window.rung = []; window.shown = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) {
    if (this.context.state === 'running') window.rung.push(this.frequency.value);
    return start.call(this, at);
  };
  window.Notification = class {
    constructor(title) { window.shown.push(title); }
    static permission = 'granted';
    static requestPermission() { return Promise.resolve('granted'); }
  };
"""
ALARM = 1175  # Hz, in the sound of an emergency alone


class Clinic:
    """A web that can be stopped and started again, with its records."""

    def __init__(self, folder: Path, library: Library, encoder: Encoder) -> None:
        self._given, self._port = (folder, library, encoder), free_port()
        self._running = ExitStack()
        self.web: SmallWeb
        self.starts()
        self.turns = Turns(self.web.parts.database)

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.web.url

    def starts(self) -> None:
        """Let it answer."""
        self.web = self._running.enter_context(small_web(*self._given, port=self._port, limits="off"))

    def stops(self) -> None:
        """Let nothing answer there."""
        self._running.close()

    def revision(self, conversation: str) -> int:
        """The revision of a conversation."""
        with self.turns.database.read() as session:
            return session.get_one(Conversation, conversation).revision


@pytest.fixture
def clinic(tmp_path: Path, library: Library, encoder: Encoder) -> Iterator[Clinic]:
    """A web of its own for each test."""
    clinic = Clinic(tmp_path, library, encoder)
    yield clinic
    clinic.stops()


@pytest.fixture
def ana(clinic: Clinic) -> Iterator[Staff]:
    """A coordinator."""
    with Staff(clinic.url, clinic.turns.database, "coordinator", "Ana Example") as staff:
        yield staff


@pytest.fixture
def opens(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages for people of the clinic."""
    with desks(browser, HEARD) as opens:
        yield opens


def wants_calls(page: Page) -> None:
    """Say yes to being called."""
    page.get_by_role("button", name="Yes, call me").click()
    expect(page.locator("[data-alerts] summary")).to_have_text("Alerts: on", use_inner_text=True)


def goes_on_to(page: Page, path: str) -> None:
    """Go to another page as by a link, after which a browser lets it sound."""
    with page.expect_navigation():
        page.evaluate("path => location.assign(path)", path)


def an_emergency(clinic: Clinic, page: Page, words: str = "Emergency since") -> str:
    """Let one come, and expect it to be seen and heard in time; gives its reference."""
    reference, begun = new_reference(), time.monotonic()
    page.evaluate("window.rung = []")
    clinic.turns.asks_for_a_person(reference, "emergency")
    expect(page.locator("[data-alarm]")).to_contain_text(reference if words == "Emergency since" else words, timeout=BAR)
    left = max(1, BAR - (time.monotonic() - begun) * 1000)
    page.wait_for_function("tone => window.rung.includes(tone)", arg=ALARM, timeout=left)
    return reference


def is_stale(page: Page, words: str, timeout: float = LATE) -> None:
    """Expect the page to say, across its width and in its title, that it is not up to date."""
    bar = page.locator("[data-stale]")
    expect(bar).to_contain_text(
        re.compile(rf"Not up to date since [^:]*\d\d:\d\d:.*{words}"), timeout=timeout, use_inner_text=True
    )
    expect(bar).to_be_visible()
    assert "Not up to date" in page.title()
    assert bar.evaluate("bar => bar.getBoundingClientRect().width >= document.documentElement.clientWidth")


def test_an_emergency_is_seen_and_heard_on_every_page_and_on_a_phone(
    clinic: Clinic, ana: Staff, opens: Callable[..., Page]
) -> None:
    clinic.turns.asks_for_a_person("C-2345-6789")
    for width in (1280, 390):
        page = opens(ana, "/desk/queue", width)
        wants_calls(page)
        for path in ("/desk/queue", "/desk/cases/C-2345-6789", "/desk/account", "/desk/reviews"):
            goes_on_to(page, path)
            reference = an_emergency(clinic, page)
            assert "‼" in page.title()
            assert acts(ana, reference, "take-over").status_code == 200
            assert "Maria" not in "".join(page.evaluate("window.shown")), "a notification names nobody"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_emergency_is_heard_in_a_tab_that_nobody_looks_at(clinic: Clinic, ana: Staff, opens: Callable[..., Page]) -> None:
    page = opens(ana, "/desk/queue")
    wants_calls(page)
    other = page.context.new_page()
    other.goto("about:blank")
    other.bring_to_front()
    reference = an_emergency(clinic, page)
    assert page.evaluate("window.shown") == [f"Emergency: {reference}"]


def test_an_emergency_is_seen_and_heard_by_who_was_logged_out(clinic: Clinic, ana: Staff, opens: Callable[..., Page]) -> None:
    page = opens(ana, "/desk/queue")
    wants_calls(page)
    with clinic.turns.database.write() as session:
        end_all(session, ana.user_id)
    is_stale(page, "you are logged out")
    an_emergency(clinic, page, "An emergency waits for a person. Please log in.")
    page.goto(f"{clinic.url}/desk/login")
    expect(page.locator("[data-alarm]")).to_contain_text("An emergency waits", timeout=BAR)


def test_an_emergency_in_the_case_of_a_colleague_who_went_home_is_seen_and_heard(
    clinic: Clinic, ana: Staff, opens: Callable[..., Page]
) -> None:
    conversation = clinic.turns.asks_for_a_person("C-2345-6789")
    acts(ana, "C-2345-6789", "take-over")
    writes(ana, "C-2345-6789", "Good evening, until tomorrow.")
    with Staff(clinic.url, clinic.turns.database, name="Ben Example") as ben:
        page = opens(ben, "/desk/queue")
        wants_calls(page)
        ana.http.post("/desk/logout")
        chest = HandoffAsked(reference="C-2345-6789", reason="red_flag", urgent=Urgent(group="chest", level="emergency"))
        clinic.turns.says(conversation, "chest pain", chest)
        alarm = page.locator("[data-alarm]")
        expect(alarm).to_contain_text("Ana Example, who has the case, has not answered", timeout=BAR)
        page.wait_for_function("tone => window.rung.includes(tone)", arg=ALARM, timeout=BAR)
        assert "Emergency: C-2345-6789" in page.evaluate("window.shown")


def test_a_browser_in_which_nobody_has_worked_learns_nothing(clinic: Clinic, ana: Staff, browser: Browser) -> None:
    clinic.turns.asks_for_a_person(new_reference(), "emergency")
    context = browser.new_context()
    answer = context.request.get(f"{clinic.url}/desk/login/pulse")
    assert answer.json() == {"emergency": False}
    assert context.request.get(f"{clinic.url}/desk/pulse", headers={"Accept": "application/json"}).status == 401
    context.close()


def test_an_emergency_is_seen_and_heard_after_a_refused_form(clinic: Clinic, ana: Staff, opens: Callable[..., Page]) -> None:
    conversation = clinic.turns.asks_for_a_person("C-2345-6789")
    page = opens(ana, "/desk/queue")
    wants_calls(page)
    goes_on_to(page, "/desk/cases/C-2345-6789")
    page.get_by_role("button", name="Take over", exact=True).click()
    page.get_by_label("Write to the patient").fill("Hello {name}, a long letter.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="Please fill in")).to_be_visible()
    expect(page).to_have_url(f"{clinic.url}/desk/cases/C-2345-6789")
    expect(page.get_by_label("Write to the patient")).to_have_value("Hello {name}, a long letter.")
    clinic.turns.says(conversation, "One more word")
    expect(page.locator("#transcript")).to_contain_text("One more word", timeout=BAR)
    an_emergency(clinic, page)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_an_emergency_is_seen_and_heard_after_web_was_away(clinic: Clinic, ana: Staff, opens: Callable[..., Page]) -> None:
    page = opens(ana, "/desk/queue")
    wants_calls(page)
    page.evaluate("window.rung = []")
    clinic.stops()
    is_stale(page, "nothing comes from the service")
    assert page.evaluate("window.rung") != [], "it is heard, too"
    assert len(page.evaluate("window.rung")) == 2, "once"
    clinic.starts()
    expect(page.locator("[data-stale]")).to_be_hidden(timeout=BAR + 2_000)
    assert "Not up to date" not in page.title()
    an_emergency(clinic, page)


def test_what_colleagues_noted_appears_beside_a_note_that_is_not_kept_yet(
    clinic: Clinic, ana: Staff, opens: Callable[..., Page]
) -> None:
    clinic.turns.asks_for_a_person("C-2345-6789")
    page = opens(ana, "/desk/cases/C-2345-6789")
    page.get_by_label("A note for colleagues").fill("Half a thought")
    with Staff(clinic.url, clinic.turns.database, name="Ben Example") as ben:
        acts(ben, "C-2345-6789", "notes", text="Comes with her sister.")
        expect(page.locator("#notes")).to_contain_text("Comes with her sister.", timeout=BAR)
        page.reload()  # the draft is there again, as it is for a week
        expect(page.get_by_label("A note for colleagues")).to_have_value("Half a thought")
        acts(ben, "C-2345-6789", "notes", text="Her sister speaks English.")
        expect(page.locator("#notes")).to_contain_text("Her sister speaks English.", timeout=BAR)
    expect(page.get_by_label("A note for colleagues")).to_have_value("Half a thought")


def test_a_case_stays_up_to_date_while_its_other_alarms_are_unfolded(
    clinic: Clinic, ana: Staff, opens: Callable[..., Page]
) -> None:
    conversation = clinic.turns.asks_for_a_person("C-2345-6789")
    for group, words in (("breathing", "cannot breathe"), ("chest", "chest pain")):
        why = RestsOn(words=[words], rule="now", how="at_once")
        urgent = Urgent(group=group, level="emergency", rests_on=why)
        clinic.turns.says(conversation, words, HandoffAsked(reference="C-2345-6789", reason="red_flag", urgent=urgent))
    page = opens(ana, "/desk/cases/C-2345-6789")
    others = page.get_by_text("Other alarms (1)")
    others.click()
    with Staff(clinic.url, clinic.turns.database, name="Ben Example") as ben:
        acts(ben, "C-2345-6789", "take-over")
    expect(page.locator("#head .badges")).to_contain_text("Ben Example", timeout=BAR)
    expect(page.locator("#other-alarms")).to_have_attribute("open", "")
    expect(others).to_be_focused()


# Who opens each page in the walk: of several, the first.
WALKERS = ("coordinator", "editor", "administrator")
CLOSED_TO_THEM = {"coordinator": "/desk/audit", "editor": "/desk/queue", "administrator": "/desk/reviews"}
# What is drawn anew only when nobody is at work in it, and tells something beside the form in which they are.
HELD_UP = """[...document.querySelectorAll('[data-live]:not([data-live="append"])')]
  .filter((part) => part.querySelector('textarea, details form') && !part.matches('form'))
  .map((part) => part.cloneNode(true))
  .filter((copy) => { for (const own of copy.querySelectorAll('form, details')) own.remove(); return copy.textContent.trim() })
  .map(({ id }) => id)"""


def walker(permission: Permission) -> str:
    """Who walks over the pages that need a permission."""
    return next(role for role in WALKERS if may(role, permission))


def pages_of(role: str, **known: str) -> list[str]:
    """The address of every page that is this role's in the walk, and of one that is closed to it."""
    opened = {name.removeprefix("GET "): needs for name, needs in CONSOLE.items() if name.startswith("GET ")}
    paths = [path for path, needs in opened.items() if walker(needs) == role]
    pages = [path for path in paths if not re.search(r"\.\w+$|/pulse$", path)]
    return [*(path.format_map(known) for path in pages), CLOSED_TO_THEM[role]]


def cut_off(clinic: Clinic, pages: list[Page]) -> None:
    """Cut the network, and expect every page to say so, until it is there again."""
    for page in pages:
        expect(page.locator("[data-stale]")).to_be_hidden()
    clinic.stops()
    for page in pages:
        is_stale(page, "nothing comes from the service")
    clinic.starts()
    for page in pages:
        expect(page.locator("[data-stale]")).to_be_hidden(timeout=LATE)


@pytest.mark.parametrize("role", WALKERS)
def test_no_page_looks_live_and_is_not(clinic: Clinic, opens: Callable[..., Page], role: str) -> None:
    clinic.turns.asks_for_a_person("C-2345-6789", "emergency")
    with Staff(clinic.url, clinic.turns.database, role) as person:
        slug = "cord-blood-banking"
        draft = begins(person, slug).rpartition("/")[2] if role == "editor" else ""
        paths = pages_of(role, reference="C-2345-6789", slug=slug, draft_id=draft, user_id=person.user_id)
        pages = [opens(person, paths[0])]
        for path in paths[1:]:
            pages.append(pages[0].context.new_page())
            pages[-1].goto(f"{clinic.url}{path}")
        assert {url: held for page, url in zip(pages, paths, strict=True) if (held := page.evaluate(HELD_UP))} == {}
        cut_off(clinic, pages)
        with clinic.turns.database.write() as session:
            end_all(session, person.user_id)
        for page in pages:
            is_stale(page, "you are logged out")
            assert page.get_by_role("link", name="Log in").get_attribute("href", timeout=1_000)


def test_no_page_before_the_login_looks_live_and_is_not(clinic: Clinic, ana: Staff, browser: Browser) -> None:
    context = browser.new_context()
    pages = [context.new_page() for _ in range(4)]
    for page, path in zip(pages, ("/desk/login", "/desk/login", "/desk/login/recovery", "/desk/invitation/none"), strict=True):
        page.goto(f"{clinic.url}{path}")
    pages[0].get_by_label("E-mail address").fill(ana.email)
    pages[0].get_by_label("Password").fill(ana.password)
    pages[0].get_by_role("button", name="Log in").click()
    expect(pages[0].get_by_label("Six digits")).to_be_visible()
    cut_off(clinic, pages)
    context.close()


def test_a_page_whose_scripts_do_not_come_says_so(clinic: Clinic, ana: Staff, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*.js", lambda route: route.abort())
    ana.sits_at(page, "/desk/queue")
    bar = page.get_by_text("This page does not keep itself up to date.")
    expect(bar).to_be_visible(timeout=LATE + 2_000)
    context.close()


def test_who_logs_in_again_in_another_tab_goes_on_where_they_were(
    clinic: Clinic, ana: Staff, opens: Callable[..., Page]
) -> None:
    clinic.turns.asks_for_a_person("C-2345-6789")
    acts(ana, "C-2345-6789", "take-over")
    page = opens(ana, "/desk/cases/C-2345-6789")
    page.get_by_label("Write to the patient").fill("Half a sentence")
    with clinic.turns.database.write() as session:
        end_all(session, ana.user_id)
    is_stale(page, "you are logged out")
    with page.expect_popup() as popup:
        page.locator("[data-stale]").get_by_role("link", name="Log in").click()
    other = popup.value
    other.get_by_label("E-mail address").fill(ana.email)
    other.get_by_label("Password").fill(ana.password)
    other.get_by_role("button", name="Log in").click()
    other.get_by_label("Six digits").fill(ana.code())
    other.keyboard.press("Enter")
    expect(other).to_have_url(f"{clinic.url}/desk/cases/C-2345-6789")
    expect(page.locator("[data-stale]")).to_be_hidden()
    expect(page.get_by_label("Write to the patient")).to_have_value("Half a sentence")


def test_a_page_of_somebody_else_says_so(clinic: Clinic, ana: Staff, opens: Callable[..., Page]) -> None:
    page = opens(ana, "/desk/queue")
    with Staff(clinic.url, clinic.turns.database, "physician") as ben:
        other = page.context.new_page()
        ben.sits_at(other, "/desk/account")
        is_stale(page, "somebody else is logged in")


def test_somebody_is_called_for_what_is_new_in_their_work(clinic: Clinic, ana: Staff, opens: Callable[..., Page]) -> None:
    conversation = clinic.turns.asks_for_a_person("C-2345-6789")
    with clinic.turns.database.write() as session:
        session.get_one(Handoff, "C-2345-6789").called_at = datetime.now(UTC) - timedelta(hours=1)
    with Staff(clinic.url, clinic.turns.database, "physician", "Ben Example") as ben:
        by = Colleague(ben.user_id, ben.name, "physician", "Birchwood Example Clinic")
        page = opens(ana, "/desk/queue")
        wants_calls(page)
        goes_on_to(page, "/desk/account")
        expect(page).to_have_title(re.compile(r"^\(1\) "))
        told = page.get_by_role("status", name="News")

        clinic.turns.asks_for_a_person("C-2345-7777")
        expect(told).to_contain_text("New case: C-2345-7777", timeout=BAR)
        expect(page).to_have_title(re.compile(r"^\(2\) "))
        with clinic.turns.database.write() as session:
            assign(session, conversation, by, clinic.revision(conversation), ana.user_id)
        expect(told).to_contain_text("A case was assigned to you: C-2345-6789", timeout=BAR)
        with clinic.turns.database.write() as session:
            add_note(session, conversation, ben.user_id, "Can you look at the letter, @Ana?")
        expect(told).to_contain_text("A note names you: C-2345-6789", timeout=BAR)
        clinic.turns.says(conversation, "Here I am again")
        expect(told).to_contain_text("Your patient has written: C-2345-6789", timeout=BAR)
        shown = page.evaluate("window.shown")
        assert [text.partition(":")[0] for text in shown] == [
            "New case",
            "A case was assigned to you",
            "A note names you",
            "Your patient has written",
        ]
        assert page.evaluate("window.rung").count(660) == 4
        told.get_by_role("button", name="Seen").first.click()
        expect(told.locator(".told-line")).to_have_count(2)

        with clinic.turns.database.write() as session:  # what they do themselves is no news to them
            me = Colleague(ana.user_id, ana.name, "coordinator", "Birchwood Example Clinic")
            take_over(session, conversation, me, clinic.revision(conversation))
            add_note(session, conversation, ana.user_id, "@Ana, do not forget the letter")
        page.wait_for_timeout(BAR)
        assert len(page.evaluate("window.shown")) == 4


def test_somebody_is_called_for_a_case_that_comes_again_and_for_an_alarm_of_the_day(
    clinic: Clinic, ana: Staff, opens: Callable[..., Page]
) -> None:
    conversation = clinic.turns.asks_for_a_person("C-2345-6789")
    with Staff(clinic.url, clinic.turns.database, name="Ben Example") as ben:
        acts(ben, "C-2345-6789", "close", outcome="answered")
    with clinic.turns.database.write() as session:
        session.get_one(Handoff, "C-2345-6789").called_at = None  # longer ago
    page = opens(ana, "/desk/queue")
    wants_calls(page)
    goes_on_to(page, "/desk/account")
    expect(page.locator("[data-alerts] summary")).to_have_text("Alerts: on", use_inner_text=True)
    told = page.get_by_role("status", name="News")
    clinic.turns.says(conversation, "Once more, please", HandoffAsked(reference="C-2345-6789", reason="asked"))
    expect(told).to_contain_text("A case is waiting again: C-2345-6789", timeout=BAR)
    harm = HandoffAsked(reference="C-2345-6789", reason="harm", urgent=Urgent(group="harm", level="urgent"))
    clinic.turns.says(conversation, "My arm is red since the infusion", harm)
    expect(told).to_contain_text("To be looked at today: C-2345-6789", timeout=BAR)
    shown = page.evaluate("window.shown")
    assert shown == ["A case is waiting again: C-2345-6789", "To be looked at today: C-2345-6789"]
    assert page.evaluate("window.rung").count(660) == 2


def test_nobody_is_called_who_does_not_want_it(clinic: Clinic, ana: Staff, opens: Callable[..., Page]) -> None:
    page = opens(ana, "/desk/queue")
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.locator("[data-alerts] summary")).to_have_text("Alerts: off", use_inner_text=True)
    clinic.turns.asks_for_a_person("C-2345-6789", "emergency")
    expect(page.locator("[data-alarm]")).to_contain_text("C-2345-6789", timeout=BAR)
    assert page.evaluate("[window.rung, window.shown]") == [[], []]
    page.reload()
    expect(page.get_by_role("button", name="Yes, call me")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_bars_and_the_menu_are_open_to_everybody(
    clinic: Clinic, ana: Staff, opens: Callable[..., Page], scheme: str
) -> None:
    clinic.turns.asks_for_a_person("C-2345-6789", "emergency")
    page = opens(ana, "/desk/queue", color_scheme=scheme, bypass_csp=True)
    expect(page.locator("[data-alarm]")).to_be_visible()
    page.locator("[data-alerts] summary").press("Enter")
    expect(page.get_by_label("Sound")).to_be_visible()
    with clinic.turns.database.write() as session:
        end_all(session, ana.user_id)
    is_stale(page, "you are logged out")
    assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
