"""Before they write, patients read what is stored, for how long and who reads it; and it is what the rules say."""

from __future__ import annotations

from html import unescape

import httpx
import pytest
from playwright.sync_api import expect

from desk.keeping.retention import the_rules
from tests.support.browsing import Visits
from tests.support.small_web import NewWeb
from tests.support.system import System


def test_the_page_names_every_rule_with_its_days(new_web: NewWeb) -> None:
    text = unescape(httpx.get(f"{new_web().url}/privacy").raise_for_status().text)
    rules = the_rules()
    for rule in rules.conversations:
        assert rule.text in text
        assert f"{rule.days} days after" in text
    assert f"{rules.other.backups} days" in text
    assert "consent" in text
    assert "delete my data" in text
    assert "{" not in text.split("<main")[1].split("</main>")[0], "everything is filled in"


@pytest.mark.parametrize("path", ["/chat", "/widget.js"])
def test_the_chat_is_given_the_line_with_the_days_of_a_chat_with_questions_only(new_web: NewWeb, path: str) -> None:
    text = unescape(httpx.get(f"{new_web().url}{path}").raise_for_status().text)
    [days] = [rule.days for rule in the_rules().conversations if rule.name == "questions_only"]
    assert f"up to {days} days if you only ask questions" in text
    assert "your health" in text
    assert "What we keep" in text


@pytest.mark.e2e
def test_the_line_is_there_before_the_first_message_and_not_after_it(visit: Visits, cordial: System) -> None:
    page = visit(f"{cordial.url}/chat")
    line = page.get_by_text("What you write here is stored")
    expect(line).to_be_visible()
    expect(page.get_by_role("link", name="What we keep")).to_have_attribute("href", f"{cordial.url}/privacy")
    page.get_by_role("textbox", name="Your message").fill("Does it work?")
    page.get_by_role("button", name="Send").click()
    expect(line).to_be_hidden()
