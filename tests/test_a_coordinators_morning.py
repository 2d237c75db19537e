"""A coordinator's whole morning at a real browser: who comes first, the case, the talk with the patient, the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.broken_rasa import BrokenRasa
from tests.support.browsing import faults
from tests.support.desk_work import ABSTAINED, acts, decides, finishes_intake, says, waits, writes
from tests.support.people import Patient
from tests.support.staff import Staff

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]


@pytest.fixture
def logged_in(browser: Browser, ana: Staff) -> Iterator[Callable[..., Page]]:
    """Opens browsers in which Ana is logged in; none may fail in a script or be refused something by the policy."""
    contexts: list[BrowserContext] = []
    failed: list[str] = []

    def open_browser(width: int = 1280, scheme: str = "light", bypass_csp: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=bypass_csp, base_url=ana.url
        )
        contexts.append(context)
        context.add_cookies([{"name": c.name, "value": c.value or "", "url": ana.url} for c in ana.http.cookies.jar])
        page = context.new_page()
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.on("console", lambda message: failed.append(message.text) if "Content Security" in message.text else None)
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert failed == []


def test_from_the_queue_to_a_patient_who_has_been_helped(
    logged_in: Callable[..., Page], broken_rasa: BrokenRasa, lonely_patient: Patient, reference: str
) -> None:
    page = logged_in()
    page.goto(f"/desk/queue?text={reference}")  # other open cases would push it to another page
    expect(page.get_by_role("link", name=reference)).to_have_count(0)
    finishes_intake(lonely_patient, broken_rasa, reference)
    row = page.locator("[data-row]", has_text=reference)
    expect(row).to_contain_text("Sent their details", timeout=15_000)  # it appears by itself
    row.get_by_role("link").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Maria Example")
    expect(page.get_by_text("Had a blood clot, or has a clotting disorder")).to_be_visible()
    page.get_by_role("button", name="Take over", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="You have this conversation")).to_be_visible()

    box = page.get_by_label("Write to the patient")
    box.press("/")
    page.get_by_role("option", name="First words").click()
    expect(box).to_have_value(
        "Hello Maria Example, this is a person from Birchwood Example Clinic. I have read what you told "
        "our assistant. Is there anything that you would like to add before I answer?"
    )
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#transcript li").last).to_contain_text("Ana Example, coordinator")
    expect(box).to_have_value("")
    assert lonely_patient.log()[-1]["author"] == {"name": "Ana Example", "role": "coordinator"}

    lonely_patient.says("Yes: my sister would come along.")
    expect(page.locator("#transcript li").last).to_contain_text("my sister would come along", timeout=15_000)
    page.get_by_label("A note for colleagues").fill("Comes with her sister.")
    page.get_by_role("button", name="Keep note").click()
    expect(page.locator("#notes")).to_contain_text("Comes with her sister.")

    page.get_by_text("Close", exact=True).click()
    page.get_by_role("button", name="Appointment made").click()
    expect(page.get_by_role("status").filter(has_text=f"{reference} is closed, and the patient was told")).to_be_visible()
    assert "closed this conversation" in lonely_patient.log()[-1]["text"]
    expect(row).to_have_count(0)
    page.get_by_role("link", name="Look in all cases, closed ones too").click()
    row.get_by_role("link").click()
    expect(page.get_by_role("button", name="Open again and take over")).to_be_visible()


def test_the_queue_is_walked_with_the_keyboard_and_the_keys_can_be_switched_off(
    logged_in: Callable[..., Page], broken_rasa: BrokenRasa, lonely_patient: Patient, reference: str
) -> None:
    waits(lonely_patient, broken_rasa, reference)
    page = logged_in()
    page.goto(f"/desk/queue?text={reference}")
    page.keyboard.press("j")
    expect(page.locator("[data-row] a")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Words, or a reference number")).to_be_focused()
    page.get_by_label("Keys").uncheck()
    page.get_by_role("heading", name="Queue").click()
    page.keyboard.press("j")
    expect(page.locator("[data-row] a")).not_to_be_focused()
    page.locator("[data-row] a").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{page.url.split('/desk')[0]}/desk/cases/{reference}?text={reference}")


def test_what_somebody_is_typing_is_not_swept_away_by_news(
    logged_in: Callable[..., Page], ana: Staff, broken_rasa: BrokenRasa, lonely_patient: Patient, reference: str
) -> None:
    waits(lonely_patient, broken_rasa, reference)
    acts(ana, reference, "take-over")
    page = logged_in()
    page.goto(f"/desk/cases/{reference}")
    page.get_by_label("Write to the patient").fill("Half a sentence")
    lonely_patient.says("Another question")
    expect(page.locator("#transcript li").last).to_contain_text("Another question", timeout=15_000)
    expect(page.get_by_label("Write to the patient")).to_have_value("Half a sentence")


def test_every_page_is_open_to_everybody(
    logged_in: Callable[..., Page], ana: Staff, broken_rasa: BrokenRasa, lonely_patient: Patient, reference: str
) -> None:
    broken_rasa.behaves(decides(says("I have no reviewed answer to that.", kind="answer", answer=ABSTAINED)))
    lonely_patient.says("What does it cost?")
    finishes_intake(lonely_patient, broken_rasa, reference)
    lonely_patient.says("I have crushing chest pain and cannot breathe")
    acts(ana, reference, "take-over")
    writes(ana, reference, "Please call 112 now.")
    seq = next(m["seq"] for m in lonely_patient.log() if m["answer"])
    ana.http.post(f"/desk/cases/{reference}/reviews", data={"seq": str(seq), "verdict": "right"})
    for width, scheme in ((1280, "light"), (1280, "dark"), (320, "light")):
        page = logged_in(width, scheme, bypass_csp=True)
        for path in ("/desk/queue", f"/desk/queue?text={reference}", f"/desk/cases/{reference}", "/desk/reviews"):
            page.goto(path)
            page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
            assert faults(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide for {width}"
