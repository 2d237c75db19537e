"""Who asks too often is told to wait, kindly; nobody in an emergency is, and nobody can pass for somebody else."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack

import httpx
import pytest

from tests.support.people import Patient, error_of
from tests.support.small_web import NewWeb, SmallWeb
from web.throttling import HOUR, OPEN_STREAMS, RULES, LimitReached, Limits, MemoryWindows, RedisWindows, Rule

MOST = RULES["send"][0].most
EMERGENCY = "I cannot breathe and my chest hurts"


@pytest.fixture
def web(new_web: NewWeb) -> SmallWeb:
    """A web as it is by default."""
    return new_web()


def writes_until_refused(patient: Patient) -> httpx.Response:
    """Send messages until one is refused."""
    for number in range(MOST):
        assert patient.send(f"message {number}").status_code == 200
    return patient.send("one more")


def test_who_writes_too_much_is_told_how_long_to_wait_and_whom_to_call(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        refused = writes_until_refused(patient)
        assert (refused.status_code, error_of(refused)) == (429, "too_many_requests")
        seconds = int(refused.headers["Retry-After"])
        assert 0 < seconds <= RULES["send"][0].seconds + 1
        assert f"{seconds} seconds" in refused.json()["error"]["message"]
        assert "at the clinic in Lithuania: 112" in refused.json()["error"]["message"]
        assert "one more" not in patient.said()


def test_an_emergency_is_answered_also_above_the_limit(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        writes_until_refused(patient)
        assert [reply["kind"] for reply in patient.says(EMERGENCY)] == ["emergency"]
        assert patient.said()[-1] == EMERGENCY


def test_looking_for_emergencies_has_a_limit_too(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        writes_until_refused(patient)
        left = RULES["check"][0].most - MOST - 1
        statuses = [patient.send(EMERGENCY).status_code for _ in range(left + 1)]
        assert statuses == [200] * left + [429]
        assert "at the clinic in Lithuania: 112" in patient.send(EMERGENCY).json()["error"]["message"]


def test_who_reads_without_end_is_told_to_wait_and_files_and_health_go_on(
    web: SmallWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RULES, "look", (Rule("address", 5, 60),))
    with httpx.Client(base_url=web.url, trust_env=False) as stranger:
        paths = ("/", "/library", "/nothing", "/api/chat/messages", "/chat")
        assert [stranger.get(path).status_code for path in paths] == [200, 200, 404, 401, 200]
        refused = stranger.get("/library", headers={"Accept": "text/html"})
        assert (refused.status_code, "at the clinic in Lithuania: 112" in refused.text) == (429, True)
        assert 0 < int(refused.headers["Retry-After"]) <= 61
        assert [stranger.get(path).status_code for path in ("/static/chat/chat.js", "/healthz", "/metrics")] == [200] * 3
    with Patient(web.url) as patient:
        assert patient.send("hello").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/nothing"), ("PUT", "/chat"), ("OPTIONS", "/"), ("GET", "/static/nothing"), ("POST", "/static/x")],
)
def test_who_asks_without_end_for_what_is_not_there_is_told_to_wait_and_patients_write_on(
    web: SmallWeb, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    monkeypatch.setitem(RULES, "look", (Rule("address", 5, 60),))
    with httpx.Client(base_url=web.url, trust_env=False) as stranger:
        statuses = [stranger.request(method, path).status_code for _ in range(6)]
    assert set(statuses[:5]) <= {404, 405}
    assert statuses[5] == 429
    with Patient(web.url) as patient:
        assert patient.send("hello").status_code == 200


def test_who_asks_without_end_whether_a_site_may_call_us_is_told_to_wait(
    web: SmallWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RULES, "preflight", (Rule("address", 5, 60),))
    asks = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    with httpx.Client(base_url=web.url, trust_env=False) as stranger:
        assert [stranger.options("/api/chat/messages", headers=asks).status_code for _ in range(6)] == [204] * 5 + [429]
        assert stranger.get("/library").status_code == 200


def test_the_limit_of_one_patient_is_not_that_of_another(web: SmallWeb) -> None:
    with Patient(web.url) as one, Patient(web.url) as other:
        writes_until_refused(one)
        assert other.says("hello")


def test_one_address_opens_so_many_chats(web: SmallWeb) -> None:
    with httpx.Client(base_url=web.url, trust_env=False) as stranger:
        opened = [stranger.post("/api/chat/sessions").status_code for _ in range(RULES["start"][0].most + 1)]
        assert opened == [201] * RULES["start"][0].most + [429]


def test_own_data_has_a_limit_and_the_chat_goes_on(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        answers = [patient.http.get("/api/chat/export") for _ in range(RULES["own_data"][0].most + 1)]
        assert error_of(answers[-1]) == "too_many_requests"
        assert patient.says("hello")


def test_so_many_streams_of_one_chat_are_open_at_once_and_one_that_ends_makes_room(web: SmallWeb) -> None:
    with Patient(web.url) as patient, ExitStack() as open_streams:

        def opens() -> httpx.Response:
            return open_streams.enter_context(patient.http.stream("GET", "/api/chat/stream"))

        streams = [opens() for _ in range(OPEN_STREAMS["session"])]
        assert {stream.status_code for stream in streams} == {200}
        assert opens().status_code == 429
        streams[0].close()
        for _ in range(30):  # web notices a closed line when it next looks
            time.sleep(0.3)
            if opens().status_code == 200:
                return
        raise AssertionError("the closed stream made no room")


def test_without_limits_nobody_waits(new_web: NewWeb) -> None:
    with Patient(new_web(limits="off").url) as patient:
        assert writes_until_refused(patient).status_code == 200


def start_from(web: SmallWeb, forwarded: str) -> int:
    """Open a chat as a proxy passes it on; gives the status."""
    return httpx.post(f"{web.url}/api/chat/sessions", headers={"X-Forwarded-For": forwarded}, trust_env=False).status_code


def test_without_a_proxy_nobody_can_say_to_be_somebody_else(web: SmallWeb) -> None:
    statuses = [start_from(web, f"192.0.2.{number}") for number in range(RULES["start"][0].most + 1)]
    assert statuses[-1] == 429


def test_behind_proxies_each_caller_is_counted_and_what_the_caller_wrote_is_not_believed(new_web: NewWeb) -> None:
    web = new_web(trusted_proxies=2)
    for number in range(RULES["start"][0].most):
        assert start_from(web, f"203.0.113.{number}, 192.0.2.1, 198.51.100.7") == 201
    assert start_from(web, "203.0.113.200, 192.0.2.1, 198.51.100.7") == 429, "the first is the caller's own invention"
    assert start_from(web, "192.0.2.2, 198.51.100.7") == 201


def test_a_household_with_many_ipv6_addresses_is_one_caller(new_web: NewWeb) -> None:
    web = new_web(trusted_proxies=1)
    statuses = [start_from(web, f"2001:db8:1:2::{number:x}") for number in range(RULES["start"][0].most + 1)]
    assert statuses[-1] == 429
    assert start_from(web, "2001:db8:1:3::1") == 201


@pytest.mark.parametrize("forwarded", ["", "unknown", "192.0.2.1:443", "[2001:db8::1]:443", "x" * 5000, ",,,", "1.1.1.1," * 90])
def test_a_strange_forwarded_address_is_no_error(new_web: NewWeb, forwarded: str) -> None:
    assert start_from(new_web(trusted_proxies=1), forwarded) == 201


def test_a_window_moves_so_there_is_no_rush_when_a_minute_begins() -> None:
    now = 0.0
    windows, rule = MemoryWindows(lambda: now), Rule("session", 2, 60)

    def hits_at(moment: float) -> float:
        nonlocal now
        now = moment
        return asyncio.run(windows.hit("somebody", rule))

    assert [hits_at(moment) for moment in (50, 58, 61)] == [0, 0, 49]
    assert [hits_at(moment) for moment in (110, 111)] == [0, 7]


def test_what_was_counted_is_forgotten_after_its_time() -> None:
    now = 0.0
    windows, rule = MemoryWindows(lambda: now), Rule("session", 2, 60)
    for number in range(100):
        asyncio.run(windows.hit(f"somebody {number}", rule))
    now = HOUR + 100.0
    asyncio.run(windows.hit("another", rule))
    assert len(windows) == 1


def test_without_its_redis_a_process_counts_for_itself_and_nobody_waits_for_it(caplog: pytest.LogCaptureFixture) -> None:
    limits = Limits(RedisWindows("redis://127.0.0.1:1/0"))

    async def writes(times: int) -> None:
        for _ in range(times):
            await limits.take("send", "somebody", "192.0.2.1")

    asyncio.run(asyncio.wait_for(writes(MOST), 3))
    with pytest.raises(LimitReached):
        asyncio.run(writes(1))
