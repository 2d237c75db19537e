"""Behind nginx and Caddy, set up as in `deploy/`: TLS, live replies, closed inner doors, and nobody locks others out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.front import FRONTS, ORIGIN, Front, NewFront
from tests.support.people import Patient
from tests.support.small_web import NewWeb, SmallWeb
from tests.support.system import free_port
from web.throttling import RULES, Rule

pytestmark = pytest.mark.slow
INSIDE = ["/encode", "/webhook", "/encode/", "/%65ncode", "//encode", "/./webhook", "/metrics", "/readyz"]


@pytest.fixture
def web(new_web: NewWeb, monkeypatch: pytest.MonkeyPatch) -> SmallWeb:
    """A web as it has to be set behind a proxy, with few tries to log in for each address."""
    monkeypatch.setitem(RULES, "log_in", (Rule("address", 5, 60),))
    return new_web(trusted_proxies=1, public_url=ORIGIN)


@pytest.fixture(params=FRONTS.values(), ids=FRONTS.keys())
def front(request: pytest.FixtureRequest, web: SmallWeb, tmp_path: Path) -> Iterator[Front]:
    """A proxy in front of it."""
    folder = tmp_path / "front"
    folder.mkdir()
    with request.param(folder, web.parts.settings.port) as running:
        yield running


def test_a_chat_goes_through_it_and_replies_arrive_while_the_stream_is_open(front: Front) -> None:
    with Patient(ORIGIN, front.client()) as patient:
        messages = patient.stream(after=0)
        assert next(messages)["text"] == patient.greeting[0]["text"]
        for text in ("hello", "and once more"):
            patient.says(text)
            assert next(messages)["text"] == text
            assert next(messages)["text"] == f"You said: {text}"


def test_without_tls_people_are_led_to_tls_and_then_stay_with_it(front: Front) -> None:
    plain = httpx.get(f"http://127.0.0.1:{front.plain_port}/chat", headers={"Host": ORIGIN[8:]}, trust_env=False)
    assert plain.status_code in {301, 308}
    assert plain.headers["Location"].startswith("https://")
    with front.client() as browser:
        assert "max-age" in browser.get("/chat").headers["Strict-Transport-Security"]


@pytest.mark.parametrize("path", INSIDE)
def test_what_is_for_this_machine_alone_is_closed(front: Front, path: str) -> None:
    with front.client(**{"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"}) as stranger:
        address = f"{stranger.base_url}{path}"  # whole, because "//encode" alone would be another host
        answers = [stranger.post(address, json={"texts": ["hello"]}), stranger.get(address)]
    assert {answer.status_code for answer in answers} <= {403, 404, 405}


def test_a_stranger_who_guesses_passwords_keeps_nobody_else_out_and_cannot_pass_for_others(front: Front) -> None:
    tries = {"email": "a@b.example", "password": "guess"}
    with front.client("127.0.0.2") as stranger, front.client("127.0.0.3") as other:
        codes = [
            stranger.post("/desk/login", data=tries, headers={"X-Forwarded-For": f"192.0.2.{number}"}).status_code
            for number in range(8)
        ]
        assert codes[-1] == 429, "each time another name for the same address"
        assert other.post("/desk/login", data=tries).status_code == 401


def test_a_body_that_is_too_large_is_refused_before_it_comes_to_web(front: Front) -> None:
    # A proxy may close the connection before the rest of the body has come, so that its page does not always arrive.
    with front.client() as stranger, stranger.stream("POST", "/api/chat/messages", content=b"x" * 200_000) as refused:
        assert refused.status_code == 413


@pytest.mark.parametrize("make", FRONTS.values(), ids=FRONTS.keys())
def test_while_web_is_away_people_are_told_what_to_do_in_an_emergency(make: NewFront, tmp_path: Path) -> None:
    with make(tmp_path, free_port()) as front, front.client() as browser:
        away = browser.get("/library")
    assert away.status_code == 503
    assert "call your local emergency number" in away.text
    assert away.headers["Retry-After"] == "5"
