"""The library in a real browser: readable by everybody, by keyboard, on a phone, in the dark, and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, BrowserContext, Page, expect

from cordial.bootstrap import PROJECT
from knowledge.article import read_article
from tests.support.browsing import faults
from tests.support.system import System

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

ARTICLE = "/library/articles/evidence-diabetes"
WORDS = "Nobody knows yet whether cord cells work for type 2 diabetes."
START = read_article(PROJECT / "knowledge" / "articles" / "evidence-diabetes.md").body.index(WORDS)
STUDIES = len(yaml.safe_load((PROJECT / "knowledge" / "studies.yml").read_text("utf-8")))
QUOTED = f"{ARTICLE}?start={START}&end={START + 200}#passage"
# The table with few rows: more of the same rows make the checker slow and tell nothing new.
PAGES = ["/", "/library", QUOTED, "/library/research?condition=sepsis", "/nothing"]


@contextmanager
def looking(browser: Browser, web: System, width: int = 1280, **options: Any) -> Iterator[Page]:
    """A browser window; fails if a page asks anybody else for anything, breaks the content policy, or a script fails."""
    context: BrowserContext = browser.new_context(base_url=web.url, viewport={"width": width, "height": 800}, **options)
    page = context.new_page()
    wrong: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(web.url) else wrong.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if "Content Security Policy" in message.text else None)
    try:
        yield page
    finally:
        context.close()
    assert wrong == []


def too_wide(page: Page) -> int:
    """By how many pixels the page has to be scrolled sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


# Colours do not depend on the width, and the layout does not depend on the colours.
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_no_page_shuts_anybody_out(browser: Browser, lonely_web: System, width: int, scheme: str) -> None:
    with looking(browser, lonely_web, width, color_scheme=scheme, bypass_csp=True) as page:
        for path in PAGES:
            page.goto(path)
            assert faults(page) == [], path
            assert too_wide(page) <= 0, path


def test_what_was_found_and_what_unfolds_shuts_nobody_out(browser: Browser, lonely_web: System) -> None:
    with looking(browser, lonely_web, 320, color_scheme="dark", bypass_csp=True) as page:
        for words in ("Does it help, and is it safe?", "I have chest pain and cannot breathe"):
            page.goto("/library")
            page.get_by_label("Search in your own words").fill(words)
            page.get_by_role("button", name="Search").click()
            expect(page.get_by_role("heading", name="What we found")).to_be_visible()
            assert faults(page, ".found") == [], words
            assert too_wide(page) <= 0, words
        page.goto("/library/research?words=unicorn")
        page.get_by_text("Other subjects: harms").click()
        assert faults(page, "details") == []
        page.goto(ARTICLE)
        page.get_by_text("On this page").click()
        assert faults(page, ".contents") == []


def test_the_quoted_words_are_brought_into_view(browser: Browser, lonely_web: System) -> None:
    with looking(browser, lonely_web, 390) as page:
        page.goto(QUOTED)
        mark = page.locator("mark#passage")
        expect(mark).to_be_in_viewport()
        assert mark.inner_text().startswith(WORDS)
        page.get_by_role("link", name="Go to them").focus()
        page.keyboard.press("Enter")
        expect(mark).to_be_in_viewport()


def test_everything_works_without_scripts(browser: Browser, lonely_web: System) -> None:
    with looking(browser, lonely_web, java_script_enabled=False) as page:
        page.goto("/library")
        page.get_by_label("Search in your own words").fill("Is fever a bad sign?")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Show in the article").first.click()
        expect(page.locator("mark").first).to_be_visible()
        page.get_by_text("On this page").click()
        page.get_by_role("navigation", name="On this page").get_by_role("link").last.click()
        page.goto("/library/research")
        page.get_by_label("Condition or subject").select_option("lupus")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("#count")).to_have_text(f"2 of {STUDIES} studies.")


def test_the_table_follows_while_somebody_chooses_and_says_how_many(browser: Browser, lonely_web: System) -> None:
    with looking(browser, lonely_web) as page:
        page.goto("/library/research")
        page.get_by_label("Condition or subject").select_option("lupus")
        expect(page.get_by_role("status")).to_have_text(f"2 of {STUDIES} studies.")
        expect(page.locator(".studies tbody tr")).to_have_count(2)
        words = page.get_by_label("Words in title or finding")
        words.press_sequentially("unicorn")
        expect(page.get_by_role("status")).to_have_text("No study fits. Try fewer choices.")
        expect(words).to_be_focused()
        assert page.url.endswith("?condition=lupus&words=unicorn")
        page.reload()
        expect(page.get_by_role("status")).to_have_text("No study fits. Try fewer choices.")


def test_when_the_line_is_cut_the_table_stays_and_it_is_said(browser: Browser, lonely_web: System) -> None:
    with looking(browser, lonely_web) as page:
        page.goto("/library/research")
        page.context.set_offline(True)
        page.get_by_label("Condition or subject").select_option("lupus")
        expect(page.get_by_role("status")).to_contain_text("could not be loaded")
        expect(page.locator(".studies tbody tr")).to_have_count(STUDIES)


def test_the_keyboard_alone_is_enough(browser: Browser, lonely_web: System) -> None:
    with looking(browser, lonely_web) as page:
        page.goto("/library")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the text")).to_be_in_viewport()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_label("Search in your own words")).to_be_focused()
        page.keyboard.type("How much does it cost?")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="What we found")).to_be_visible()


def test_on_paper_there_is_the_text_and_nothing_to_press(browser: Browser, lonely_web: System) -> None:
    with looking(browser, lonely_web) as page:
        page.goto(QUOTED)
        page.emulate_media(media="print")
        expect(page.locator("mark#passage")).to_be_visible()
        for gone in (".contents", ".top nav", ".after"):
            expect(page.locator(gone)).to_be_hidden()


def test_the_page_stays_where_it_is_while_it_loads(browser: Browser, lonely_web: System) -> None:
    with looking(browser, lonely_web) as page:
        page.add_init_script(
            "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(e => { window.shift += e.value; }))"
            ".observe({type: 'layout-shift', buffered: true})"
        )
        for path in ("/library", ARTICLE, "/library/research"):
            page.goto(path, wait_until="networkidle")
            assert page.evaluate("window.shift") < 0.02, path
