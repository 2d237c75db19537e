"""Behind a proxy that web was not told of, all seem to be one address: that is told, and locks nobody of the clinic out."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from cordial.settings import Settings
from tests.support.small_web import NewWeb
from tests.support.staff import Staff, console_client
from web.throttling import RULES, Rule


@pytest.mark.parametrize(
    ("settings", "is_told"),
    [
        ({"public_url": "https://chat.clinic.example"}, True),
        ({"public_url": "https://chat.clinic.example", "trusted_proxies": 1}, False),
        ({"public_url": "http://127.0.0.1:8000"}, False),
        ({}, False),
    ],
)
def test_a_start_behind_https_without_a_named_proxy_says_what_to_set(settings: dict[str, str | int], is_told: bool) -> None:
    problem = Settings.model_validate(settings).proxy_problem
    assert (problem is not None and "CORDIAL_TRUSTED_PROXIES" in problem) is is_told


@pytest.mark.parametrize(("proxies", "times"), [(0, 1), (1, 0)])
def test_the_first_request_by_an_unknown_proxy_is_told_once(new_web: NewWeb, proxies: int, times: int) -> None:
    web = new_web(trusted_proxies=proxies)
    with capture_logs() as logged:
        for _ in range(3):
            httpx.get(f"{web.url}/healthz", headers={"X-Forwarded-For": "192.0.2.7"}, trust_env=False)
    assert sum("CORDIAL_TRUSTED_PROXIES is 0" in entry["event"] for entry in logged) == times


def test_a_stranger_at_the_same_address_keeps_nobody_out_who_was_here_before(
    new_web: NewWeb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RULES, "log_in", (Rule("address", 5, 60),))
    web = new_web()
    with Staff(web.url, tmp_path) as person, console_client(web.url) as stranger:
        guesses = [stranger.post("/desk/login", data={"email": "a@b.example", "password": "guess"}) for _ in range(5)]
        assert [answer.status_code for answer in guesses] == [401, 401, 401, 429, 429]
        person.http.post("/desk/logout")
        assert person.log_in().status_code == 200
