"""The editors' desk in a real browser: from a draft to a published answer by two people, in few clicks and without a fault."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from knowledge.encoder import Encoder
from tests.support.browsing import Visits, faults
from tests.support.editors_desk import EditorsDesk, editors_desk
from tests.support.staff import Staff

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

OLD, NEW = "Fever mostly passes by itself.", "Fever mostly passes by itself within two days."
PICTURES = os.environ.get("PICTURES_OF_ARTICLES")  # a folder, for somebody who wants to look


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    """In the light and in the dark."""
    return str(request.param)


@pytest.fixture
def desk(tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Iterator[EditorsDesk]:
    """A shelf with people around it."""
    with editors_desk(tmp_path, encoder, monkeypatch) as desk:
        yield desk


class Hand:
    """Somebody at their browser, whose clicks are counted."""

    def __init__(self, visit: Visits, desk: EditorsDesk, staff: Staff, scheme: str) -> None:
        """Sit down at the list of articles."""
        self.page: Page = visit(
            f"{desk.web.url}/desk/login", color_scheme=scheme, viewport={"width": 1280, "height": 900}, bypass_csp=True
        )
        staff.sits_at(self.page, "/desk/articles")
        self.clicks, self.scheme, self.found = 0, scheme, list[str]()

    def clicks_on(self, what: Locator) -> None:
        """Click, and look at the page that comes."""
        what.click()
        self.clicks += 1
        self.page.wait_for_load_state()

    def looks(self, name: str) -> None:
        """Note what is wrong with the page, also on a telephone."""
        self.found += [f"{name}: {fault}" for fault in faults(self.page)]
        if PICTURES:
            self.page.screenshot(path=f"{PICTURES}/{name}-{self.scheme}.png", full_page=True)
        self.page.set_viewport_size({"width": 320, "height": 700})
        if self.page.evaluate("document.documentElement.scrollWidth") > 320:
            self.found.append(f"{name}: it sticks out at 320 px")
        self.page.set_viewport_size({"width": 1280, "height": 900})


def test_two_people_publish_a_changed_sentence_in_ten_clicks(visit: Visits, desk: EditorsDesk, scheme: str) -> None:
    editor = Hand(visit, desk, desk.editor, scheme)
    editor.looks("list")
    editor.clicks_on(editor.page.get_by_role("link", name="Fever after an infusion"))
    editor.looks("article")
    editor.clicks_on(editor.page.get_by_role("button", name="Change it"))
    text = editor.page.get_by_label("Text", exact=True)
    text.fill(text.input_value().replace(OLD, NEW))
    editor.page.get_by_label("Why it is changed").fill("Patients ask for how long")
    editor.clicks_on(editor.page.get_by_role("button", name="Save"))
    expect(editor.page.locator("ins").first).to_contain_text("within two days")
    editor.looks("draft")
    editor.clicks_on(editor.page.get_by_role("button", name="Send for review"))
    expect(editor.page.get_by_role("status").first).to_contain_text("Sent for review")

    physician = Hand(visit, desk, desk.physician, scheme)
    physician.clicks_on(physician.page.get_by_role("link", name="Draft"))
    physician.page.get_by_label("A question").fill("Does fever pass?")
    physician.clicks_on(physician.page.get_by_role("button", name="Ask both"))
    expect(physician.page.locator(".two")).to_contain_text(NEW)
    physician.clicks_on(physician.page.get_by_role("button", name="Look at the effect"))
    expect(physician.page.locator("#effect")).to_contain_text("would be another, none of them worse")
    physician.looks("review")
    physician.clicks_on(physician.page.get_by_role("button", name="Approve it as it stands"))
    physician.clicks_on(physician.page.get_by_role("button", name="Publish it"))
    expect(physician.page.get_by_role("status").first).to_contain_text("Published as version 2")
    physician.looks("published")
    assert editor.clicks + physician.clicks <= 10, "seven are needed; to try and to look at the effect are two more"
    assert NEW in desk.web.parts.library.explain("Does fever pass?")[0].answer.passages[0].quote
    assert editor.found + physician.found == []


def test_what_is_wrong_and_what_somebody_else_saved_is_shown_without_a_fault(
    visit: Visits, desk: EditorsDesk, scheme: str
) -> None:
    editor = Hand(visit, desk, desk.editor, scheme)
    editor.page.goto(f"{desk.web.url}/desk/articles/new")
    editor.page.get_by_label("Name in its address").fill("can-i-swim-afterwards")
    editor.page.get_by_label("The first question that it answers").fill("Can I swim afterwards?")
    editor.looks("new")
    editor.clicks_on(editor.page.get_by_role("button", name="Begin"))
    editor.clicks_on(editor.page.get_by_role("button", name="Check and preview"))
    expect(editor.page.locator("#look .findings")).to_contain_text("it has to have 400 to 900")
    editor.looks("preview")
    other = Hand(visit, desk, desk.another("editor"), scheme)
    other.page.goto(editor.page.url.partition("#")[0])
    other.page.get_by_label("Title").fill("Swimming afterwards")
    other.clicks_on(other.page.get_by_role("button", name="Save"))
    editor.page.get_by_label("Title").fill("Swimming again")
    editor.clicks_on(editor.page.get_by_role("button", name="Save"))
    expect(editor.page.get_by_role("alert").filter(has_text="Nothing is lost")).to_be_visible()
    expect(editor.page.get_by_label("Title")).to_have_value("Swimming again")
    editor.looks("conflict")
    assert editor.found + other.found == []
