"""At a real browser somebody judges an answer: the form says what it needs, loses no word, and the page stays where it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from desk.conversations.log import Draft, store_patient_message, store_turn
from desk.models import Review
from desk.people.logins import end_all
from intake.record import HandoffAsked
from knowledge.answer import ABSTAINED
from tests.support.browsing import faults
from tests.support.console_alone import ConsoleAlone
from tests.support.handing_off import Turns
from tests.support.staff import Staff

pytestmark = pytest.mark.timeout(240)

REFERENCE = "C-2345-6789"
CASE = f"/desk/cases/{REFERENCE}"
ARTICLE = "fever-and-infusion-reactions"
QUESTION = "What does it cost to come from abroad?\nWith a child?"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[ConsoleAlone]:
    """A console with one case: the assistant had no answer to what was asked first, and much was said since."""
    shelf = SimpleNamespace(generation=SimpleNamespace(articles={}), article={ARTICLE: "there"}.get)
    web = ConsoleAlone(tmp_path, library=cast(Any, shelf))
    turns = Turns(web.database)
    conversation = turns.starts()
    with web.database.write() as session:
        asked = store_patient_message(session, conversation, "id-of-it", "What does it cost?")
        said = Draft("I have no reviewed answer to that.", kind="answer", answer=ABSTAINED)
        store_turn(session, conversation, asked.seq, [said], [])
    for number in range(12):
        turns.says(conversation, f"Line {number} of a longer story, which somebody has to read before they answer it.")
    turns.says(conversation, "Can I talk to somebody?", HandoffAsked(reference=REFERENCE, reason="asked"))
    yield web
    web.closes()


@pytest.fixture
def ana(web: ConsoleAlone) -> Iterator[Staff]:
    """A coordinator."""
    with Staff(web.url, web.database, "coordinator", "Ana Example") as staff:
        yield staff


def kept(web: ConsoleAlone) -> list[tuple[str, str | None, str | None]]:
    """The reviews: verdict, article and question."""
    with web.database.read() as session:
        return [(row.verdict, row.article, row.wording) for row in session.scalars(select(Review))]


def judges(page: Page) -> Locator:
    """Begin to judge the answer; gives the form."""
    page.get_by_text("Judge this answer").click()
    return page.locator(".review form")


def is_refused(form: Locator, why: str) -> None:
    """Expect the reason in the form, in sight, and what was filled in still there."""
    expect(form.get_by_role("alert")).to_contain_text(why)
    expect(form.get_by_role("alert")).to_be_in_viewport()
    expect(form.get_by_label("The question, for the editors")).to_have_value(QUESTION)


@pytest.mark.parametrize("scripts", [True, False])
def test_what_is_missing_is_said_in_the_form_and_nothing_typed_is_lost(
    web: ConsoleAlone, ana: Staff, opens: Callable[..., Page], scripts: bool
) -> None:
    page = opens(ana, CASE, java_script_enabled=scripts)
    form = judges(page)
    expect(form).to_contain_text("Needed where the answer is incomplete or missing.")
    form.get_by_label("It is").select_option("should_have_answered")
    form.get_by_label("The question, for the editors").fill(QUESTION)
    form.get_by_role("button", name="Keep").click()
    is_refused(form, "Please tick that the question tells nothing about the patient")
    expect(form.get_by_label("It is")).to_have_value("should_have_answered")
    form.get_by_label("The question tells nothing about the patient").check()
    form.get_by_role("button", name="Keep").click()
    is_refused(form, "Please choose the article that should have answered")
    expect(form.get_by_label("The question tells nothing about the patient")).to_be_checked()
    assert kept(web) == []
    form.get_by_label("Article that should answer").fill(ARTICLE)
    form.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Reviewed: missing")).to_be_in_viewport()
    assert kept(web) == [("should_have_answered", ARTICLE, " ".join(QUESTION.split()))]


def test_the_page_stays_where_it_is_and_forgets_the_draft(web: ConsoleAlone, ana: Staff, opens: Callable[..., Page]) -> None:
    page = opens(ana, CASE)
    page.evaluate("window.here = true")
    form = judges(page)
    form.get_by_label("It is").select_option("right")
    form.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Reviewed: right")).to_be_in_viewport()
    expect(page.get_by_text("Judge this answer")).to_be_focused()
    expect(form).to_be_hidden()
    assert page.evaluate("window.here === true")
    page.get_by_text("Judge this answer").press("Enter")
    form.get_by_label("It is").select_option("wrong")
    form.get_by_label("The question, for the editors").fill("What does it cost?")
    form.get_by_label("The question tells nothing about the patient").check()
    form.get_by_label("The question, for the editors").press("Control+Enter")
    expect(page.get_by_text("Reviewed: wrong")).to_be_visible()
    page.reload()
    expect(form).to_be_hidden()
    assert kept(web) == [("wrong", None, "What does it cost?")]


def test_a_login_that_ended_loses_no_word(web: ConsoleAlone, ana: Staff, opens: Callable[..., Page]) -> None:
    page = opens(ana, CASE)
    form = judges(page)
    form.get_by_label("The question, for the editors").fill(QUESTION)
    with web.database.write() as session:
        end_all(session, ana.user_id)
    form.get_by_role("button", name="Keep").click()
    is_refused(form, "You are logged out")
    page.context.clear_cookies()
    ana.log_in()
    ana.sits_at(page, CASE)
    expect(form.get_by_label("The question, for the editors")).to_have_value(QUESTION)
    expect(form.get_by_text("What you typed here before is back.")).to_be_visible()


def test_a_question_of_many_lines_may_be_as_long_as_the_box_allows(
    web: ConsoleAlone, ana: Staff, opens: Callable[..., Page]
) -> None:
    page = opens(ana, CASE, java_script_enabled=False)
    form = judges(page)
    long = "\n".join(["how much"] * 55)
    form.get_by_label("The question, for the editors").fill(long)
    form.get_by_label("The question tells nothing about the patient").check()
    form.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Reviewed: right")).to_be_visible()
    longer = {"seq": "3", "verdict": "right", "wording": "x" * 501, "confirmed": "true"}
    refused = ana.http.post(f"{CASE}/reviews", data=longer)
    assert refused.status_code == 422
    assert "The question may have 500 characters" in refused.text
    assert longer["wording"] in refused.text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_is_open_to_everybody(web: ConsoleAlone, ana: Staff, opens: Callable[..., Page], scheme: str) -> None:
    for width in (1280, 390):
        page = opens(ana, CASE, width, color_scheme=scheme, bypass_csp=True)
        judges(page).get_by_label("The question, for the editors").fill(QUESTION)
        page.get_by_role("button", name="Keep", exact=True).click()
        expect(page.locator(".review").get_by_role("alert")).to_be_visible()
        assert faults(page) == [], width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
