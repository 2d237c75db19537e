"""The page of the chat and the widget name every file that they need, so that a browser fetches all of them at once."""

from __future__ import annotations

import json
import re

import httpx

from tests.support.small_web import NewWeb

IMPORT = re.compile(r"from '\./([\w.]+)'")
PRELOADED = re.compile(r'rel="modulepreload" href="/static/chat/([\w.]+)"')
HINTED = re.compile(r"for \(const name of (\[.*?\])\)")
STRINGS = "strings.en.js"  # fetched by its language, which no import names


def got(url: str) -> str:
    """What is at an address."""
    return httpx.get(url, trust_env=False).raise_for_status().text


def needed(url: str, name: str) -> set[str]:
    """A module with all that it imports, as the browser would find them one after the other."""
    found, left = {STRINGS}, [name]
    while left:
        module = left.pop()
        if module not in found:
            found.add(module)
            left += IMPORT.findall(got(f"{url}/static/chat/{module}"))
    return found


def test_the_page_and_the_widget_name_every_module_before_the_first_asks_for_the_next(new_web: NewWeb) -> None:
    url = new_web().url
    assert set(PRELOADED.findall(got(f"{url}/chat"))) == needed(url, "chat.js")
    hinted = HINTED.search(got(f"{url}/widget.js"))
    assert hinted
    assert set(json.loads(hinted.group(1))) == needed(url, "launcher.js")
