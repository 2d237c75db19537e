"""Whoever runs Cordial sees whether it is alive, whether it is ready, and what it has done."""

from __future__ import annotations

import httpx
import pytest

from tests.support.people import Patient
from tests.support.system import System

pytestmark = pytest.mark.e2e


def get(cordial: System, path: str) -> httpx.Response:
    """A request by nobody in particular."""
    return httpx.get(f"{cordial.url}{path}", trust_env=False)


def test_it_is_alive_and_ready(cordial: System) -> None:
    assert get(cordial, "/healthz").json() == {"status": "ok"}
    there = {"database": True, "index": True, "rasa": True, "disk": True}
    assert get(cordial, "/readyz").json() == {**there, "problems": []}


def test_every_request_is_counted_under_its_route(cordial: System, patient: Patient) -> None:
    patient.says("hello")
    patient.http.get(f"/marzipan/{patient.session}")
    text = get(cordial, "/metrics").text
    assert 'cordial_request_seconds_count{method="POST",route="/api/chat/messages",status="200"}' in text
    assert "marzipan" not in text
    assert patient.session not in text


def test_a_method_that_is_none_is_not_counted_under_its_name(cordial: System) -> None:
    httpx.request("MARZIPAN", f"{cordial.url}/healthz", trust_env=False)
    assert "MARZIPAN" not in get(cordial, "/metrics").text


@pytest.mark.parametrize("path", ["/chat", "/library", "/healthz", "/api/chat/messages", "/nothing", "/static/chat/chat.js"])
def test_every_answer_tells_the_browser_to_be_careful(cordial: System, path: str) -> None:
    headers = get(cordial, path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


def test_a_page_takes_nothing_from_anybody_else(cordial: System) -> None:
    for path in ("/chat", "/library", "/library/articles/does-it-work"):
        page = get(cordial, path).text
        for attribute in ('src="http', 'src="//', '<link rel="stylesheet" href="http', "url(http"):
            assert attribute not in page, path


def test_the_front_door_leads_to_the_chat(cordial: System) -> None:
    answer = get(cordial, "/")
    assert answer.status_code == 200
    assert 'href="/chat"' in answer.text
