"""While a person has the conversation, the chat says who it is, and offers nothing of the intake that would be sent to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from desk.conversations.log import Draft, append
from desk.models import Conversation, Handoff
from intake.record import HandoffAsked
from knowledge.encoder import Encoder
from knowledge.library import Library
from tests.support.browsing import Visits, faults, say
from tests.support.desk_work import acts, writes
from tests.support.handing_off import Turns
from tests.support.small_web import SmallWeb, small_web
from tests.support.staff import Staff

pytestmark = pytest.mark.timeout(200)

REFERENCE = "C-2345-6789"
HERE = "Ana Example, coordinator (a person) is with you now"
YES_NO = {"kind": "yes_no", "options": [{"title": "Yes", "value": "yes"}, {"title": "No", "value": "no"}]}
QUESTION = {"field": "cancer", "step": 12, "steps": 20, "input": {**YES_NO, "multiple": False, "optional": True}}


@pytest.fixture
def web(tmp_path: Path, library: Library, encoder: Encoder) -> Iterator[SmallWeb]:
    """A web of its own."""
    with small_web(tmp_path, library, encoder, limits="off") as web:
        yield web


@pytest.fixture
def ana(web: SmallWeb) -> Iterator[Staff]:
    """A coordinator."""
    with Staff(web.url, web.parts.database, "coordinator", "Ana Example") as staff:
        yield staff


def is_in_the_intake(web: SmallWeb, page: Page) -> None:
    """Let the patient have asked for a person, and then be asked a question of the intake."""
    say(page, "Hello, I would like to talk to somebody")
    expect(page.locator(".from-assistant", has_text="I would like to talk to somebody")).to_be_visible()
    with web.parts.database.read() as session:
        conversation = session.scalars(select(Conversation.id)).one()
    Turns(web.parts.database).says(conversation, "A person, please", HandoffAsked(reference=REFERENCE, reason="asked"))
    buttons = [{"title": "Leave this out", "value": "I would rather not say"}]
    with web.parts.database.write() as session:
        assert session.get(Handoff, REFERENCE)
        append(session, conversation, [Draft("Have you had cancer?", "question", question=QUESTION, buttons=buttons)])


def test_the_chat_says_who_is_here_and_offers_nothing_of_the_intake(visit: Visits, web: SmallWeb, ana: Staff) -> None:
    page = visit(f"{web.url}/chat", bypass_csp=True)
    is_in_the_intake(web, page)
    bar, stop = page.get_by_role("region", name="Your progress in the intake"), page.get_by_role("button", name="Stop for now")
    expect(bar).to_be_visible()
    expect(stop).to_be_visible()
    expect(page.get_by_role("button", name="Leave this out")).to_be_visible()
    acts(ana, REFERENCE, "take-over")
    expect(page.get_by_text(HERE)).to_be_visible()
    expect(bar).to_be_hidden()
    expect(stop).to_be_hidden()
    expect(page.get_by_role("button", name="Skip")).to_be_hidden()
    expect(page.get_by_role("button", name="Leave this out")).to_have_attribute("aria-disabled", "true")
    writes(ana, REFERENCE, "Good morning.")
    expect(page.locator(".from-coordinator")).to_contain_text("Good morning.")
    say(page, "Good morning to you")
    expect(page.get_by_text(HERE)).to_be_visible()
    assert faults(page) == []
    page.reload()
    expect(page.get_by_text(HERE)).to_be_visible()


@pytest.mark.parametrize("act", ["hand-back", "close"])
def test_the_line_goes_when_the_assistant_has_the_chat_again(visit: Visits, web: SmallWeb, ana: Staff, act: str) -> None:
    page = visit(f"{web.url}/chat")
    is_in_the_intake(web, page)
    acts(ana, REFERENCE, "take-over")
    expect(page.get_by_text(HERE)).to_be_visible()
    writes(ana, REFERENCE, "Good morning.")
    acts(ana, REFERENCE, act, outcome="answered")
    expect(page.get_by_text(HERE)).to_be_hidden()
    say(page, "Thank you")
    expect(page.get_by_text("Thank you").first).to_be_visible()
    expect(page.get_by_text(HERE)).to_be_hidden()
