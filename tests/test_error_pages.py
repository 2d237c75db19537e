"""A browser that opens a wrong address gets a page to go on from; a program gets the same in the one shape of errors."""

from __future__ import annotations

import httpx
import pytest

from tests.support.people import error_of
from tests.support.system import System

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/nothing", "/library/articles/nothing", "/static/nothing.css", "/library/nothing"])
def test_a_browser_gets_a_page_that_leads_on(lonely_web: System, path: str) -> None:
    answer = httpx.get(f"{lonely_web.url}{path}", headers=BROWSER, trust_env=False)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'self'; ")
    for words in ("We cannot find this page", "There is nothing here.", 'href="/chat"', 'href="/library"', "112"):
        assert words in answer.text


@pytest.mark.parametrize("accept", ["application/json", "*/*", ""])
def test_a_program_gets_the_shape_of_all_errors(lonely_web: System, accept: str) -> None:
    answer = httpx.get(f"{lonely_web.url}/library/articles/nothing", headers={"Accept": accept}, trust_env=False)
    assert (answer.status_code, error_of(answer)) == (404, "not_found")


def test_the_api_speaks_json_to_everybody(lonely_web: System) -> None:
    answer = httpx.get(f"{lonely_web.url}/api/nothing", headers=BROWSER, trust_env=False)
    assert (answer.status_code, error_of(answer)) == (404, "not_found")


def test_a_page_asked_for_in_a_wrong_way_says_so_in_words(lonely_web: System) -> None:
    answer = httpx.delete(f"{lonely_web.url}/library", headers=BROWSER, trust_env=False)
    assert answer.status_code == 405
    assert "That cannot be done here." in answer.text


def test_a_form_that_is_too_large_is_refused_with_a_page(lonely_web: System) -> None:
    answer = httpx.post(f"{lonely_web.url}/library", content=b"q=" + b"a" * 100_000, headers=BROWSER, trust_env=False)
    assert answer.status_code == 413
    assert "too large" in answer.text
    assert "<h1>" in answer.text
