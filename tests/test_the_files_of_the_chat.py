"""What a website fetches for the chat: little, at once, never old beside new, and with the clinic's own details in it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

import httpx
import pytest

from cordial.bootstrap import PROJECT
from tests.support.system import System

FILES = PROJECT / "web" / "static" / "chat"


@pytest.fixture
def fetch(lonely_web: System) -> Callable[..., httpx.Response]:
    """Fetch something from the service."""
    return lambda path, **headers: httpx.get(f"{lonely_web.url}{path}", headers=headers, trust_env=False)


def test_all_of_it_together_is_small(fetch: Callable[..., httpx.Response]) -> None:
    parts = [fetch("/widget.js").content, fetch("/chat").content, *(file.read_bytes() for file in FILES.iterdir())]
    size = sum(len(gzip.compress(part)) for part in parts)
    assert size <= 66 * 1024


def test_the_script_for_websites_carries_the_ways_to_the_clinic(fetch: Callable[..., httpx.Response]) -> None:
    script = fetch("/widget.js")
    assert script.headers["content-type"].startswith("text/javascript")
    for detail in ('"emergencyNumber": "112"', '"email": "hello@birchwood.example"', '"name": "Birchwood Example Clinic"'):
        assert detail in script.text


@pytest.mark.parametrize(("page", "first"), [("/chat", "chat.js"), ("/widget.js", "launcher.js")])
def test_every_module_is_named_beforehand(fetch: Callable[..., httpx.Response], page: str, first: str) -> None:
    named = fetch(page).text
    needed, seen = [first], set()
    while needed:
        name = needed.pop()
        seen.add(name)
        needed += set(re.findall(r"from '\./(.+?)'", (FILES / name).read_text("utf-8"))) - seen
    assert [name for name in sorted(seen) if name not in named] == []


def test_after_an_update_no_old_file_is_used_beside_a_new_one(fetch: Callable[..., httpx.Response]) -> None:
    for name in ("chat.js", "chat.css"):
        file = fetch(f"/static/chat/{name}")
        assert file.headers["cache-control"] == "no-cache"
        again = fetch(f"/static/chat/{name}", **{"If-None-Match": file.headers["etag"]})
        assert again.status_code == 304
