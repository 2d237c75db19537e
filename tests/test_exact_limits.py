"""Limits hold to the exact number and second: of what is counted, of how long a token opens, of who may call."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from limits.storage import MemoryStorage
from pydantic import ValidationError
from starlette.datastructures import Headers
from starlette.requests import Request

from cordial.bootstrap import PROJECT
from desk.models import Message
from turns import deadline
from turns.deadline import Deadline, longest_turn
from web import throttling
from web.csrf import same_site
from web.errors import ApiError
from web.headers import headers_for, is_preflight, preflight_headers
from web.inner import from_inside
from web.throttling import HOUR, MINUTE, OPEN_STREAMS, RULES, LimitReached, Limits, MemoryWindows, RedisWindows, Rule
from web.tokens import Tokens
from web.wire import Encode, SendFeedback, as_wire

SITE = "https://www.birchwood.example"
SITES = frozenset({SITE})
DAY = 24 * 60 * 60
POSTS = {"access-control-request-method": "POST"}


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now


@pytest.mark.parametrize(("seconds", "told"), [(0.1, 1), (1.0, 2), (7.2, 8), (59.4, 60)])
def test_nobody_is_told_to_come_back_too_early(seconds: float, told: int) -> None:
    assert seconds <= LimitReached(seconds).seconds == told


def test_a_window_takes_as_many_as_it_says_and_makes_room_at_the_second() -> None:
    clock, rule = Clock(), Rule("session", 2, 60)
    windows = MemoryWindows(clock)

    def hits(at: float) -> float:
        clock.now = at
        return asyncio.run(windows.hit("somebody", rule))

    assert [hits(0), hits(1), hits(2)] == [0, 0, 58]
    assert [hits(59.5), hits(60), hits(60.5), hits(61)] == [0.5, 0, 0.5, 0]


def test_a_count_is_kept_for_an_hour_and_looked_through_once_a_minute() -> None:
    clock, rule = Clock(), Rule("session", 1, HOUR)
    windows = MemoryWindows(clock)

    def remembered(who: str, at: float) -> int:
        clock.now = at
        asyncio.run(windows.hit(who, rule))
        return len(windows)

    assert remembered("first", 10) == 1
    assert remembered("second", HOUR + 9) == 2
    assert remembered("third", HOUR + MINUTE + 8) == 3, "a minute has not passed since it was last looked through"
    assert remembered("fourth", HOUR + MINUTE + 9) == 3, "the first is forgotten"


def test_what_is_counted_for_an_address_is_not_counted_for_a_chat() -> None:
    limits = Limits(MemoryWindows(Clock()))
    most = next(rule.most for rule in RULES["read"] if rule.whose == "session")

    async def reads(session: str, times: int) -> None:
        for _ in range(times):
            await limits.take("read", session, "192.0.2.1")

    asyncio.run(reads("one", most))
    asyncio.run(reads("other", most))
    with pytest.raises(LimitReached):
        asyncio.run(reads("one", 1))
    asyncio.run(limits.take("send", "one", "192.0.2.1"))


LIMITED: dict[str, throttling.Action] = {
    "new chats": "start",
    "messages": "send",
    "messages that are looked at for an emergency, in each process": "check",
    "reading messages and the intake": "read",
    "opening the stream": "stream",
    "export, withdrawal, deletion": "own_data",
    "“was this helpful?”": "feedback",
    "saying what was seen, or that somebody is typing": "seen",
    "coming back by the link of an e-mail": "come_back",
    "searching the library": "search",
    "giving a password or a code in the console": "log_in",
    "any page or read, and whatever is asked for that is not there, in each process": "look",
    "questions of browsers whether a page of another site may call us, in each process": "preflight",
}


def rules_of(whose: throttling.Whose, cell: str) -> list[Rule]:
    """What a cell of the table says, such as "30 a minute, 300 an hour"."""
    seconds = {"a minute": 60, "an hour": 60 * 60}
    said = [part.strip().partition(" ") for part in re.split(r", (?=\d)", cell) if cell != "–"]
    return [Rule(whose, int(most.replace(",", "")), seconds[each]) for most, _, each in said]


def test_the_limits_are_those_that_an_operator_reads_of() -> None:
    table = (
        (PROJECT / "docs" / "settings.md").read_text("utf-8").split("| what | each chat | each address |")[1].split("\n\n")[0]
    )
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    *limited, streams = rows
    promised = {
        LIMITED[re.sub(r'"(.*)"', r"“\1”", what)]: (*rules_of("session", chat), *rules_of("address", address))
        for what, chat, address in limited
    }
    assert promised == RULES
    assert [int(number) for number in streams[1:]] == [OPEN_STREAMS["session"], OPEN_STREAMS["address"]]


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> RedisWindows:
    """Windows that processes share, with memory in the place of a Redis that is there."""
    monkeypatch.setattr(throttling, "RedisStorage", lambda _address, **_options: MemoryStorage())
    return RedisWindows("redis://127.0.0.1:1/0")


def test_shared_windows_take_as_many_as_they_say_and_tell_how_long_to_wait(shared: RedisWindows) -> None:
    async def hits(who: str) -> list[float]:
        return [await shared.hit(who, Rule("session", 2, 60)) for _ in range(3)]

    first, second, third = asyncio.run(hits("somebody"))
    assert (first, second) == (0, 0)
    assert 55 < third <= 60
    assert asyncio.run(hits("somebody else"))[:2] == [0, 0]


def test_a_redis_that_fails_is_left_alone_for_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    windows, clock, asked = RedisWindows("redis://127.0.0.1:1/0"), Clock(), []

    def fails(key: str, _rule: Rule) -> float:
        asked.append(key)
        raise ConnectionError

    monkeypatch.setattr(windows, "_hit", fails)
    monkeypatch.setattr(throttling.time, "monotonic", clock)
    for at in (100, 101, 104.9, 105, 106):
        clock.now = at
        asyncio.run(windows.hit(f"at {at}", Rule("session", 9, 60)))
    assert asked == ["at 100", "at 105"]


def test_a_reply_is_there_within_ten_seconds_of_which_rasa_may_take_eight(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(deadline.time, "monotonic", clock)
    of_it = Deadline.of_a_message(8)
    assert (of_it.seconds_left, of_it.seconds_for_rasa, of_it.last_begin.seconds_left) == (9.5, 9, 7.5)
    assert longest_turn(8) == 10
    clock.now = 7.4
    assert not of_it.last_begin.has_passed
    clock.now = 7.5
    assert (of_it.last_begin.has_passed, of_it.has_passed) == (True, False)
    clock.now = 9.4
    assert of_it.seconds_for_rasa == 0.5, "a turn that was begun has that much at least"
    clock.now = 9.6
    assert (of_it.has_passed, of_it.seconds_left) == (True, 0)


def test_streams_of_one_address_are_counted_over_all_its_chats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPEN_STREAMS, "address", 3)
    limits = Limits(MemoryWindows())
    closing = [limits.open_stream(f"chat {number}", "192.0.2.1") for number in range(3)]
    with pytest.raises(LimitReached) as refused:
        limits.open_stream("chat 4", "192.0.2.1")
    assert refused.value.seconds >= 10
    limits.open_stream("chat 4", "192.0.2.2")()
    closing[0]()
    limits.open_stream("chat 4", "192.0.2.1")
    with pytest.raises(LimitReached):
        limits.open_stream("chat 5", "192.0.2.1")


def test_without_limits_any_number_of_streams_is_open() -> None:
    limits = throttling.make_limits(False, None)
    for _ in range(OPEN_STREAMS["session"] + 1):
        limits.open_stream("chat", "192.0.2.1")


def test_a_token_opens_its_days_and_the_hour_by_which_clocks_may_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = Tokens("k" * 40, days=2)
    end = time.time() - 2.0 * DAY - 3600
    monkeypatch.setattr(time, "time", lambda: end + 60)
    assert tokens.read(f"Bearer {tokens.make('abc')}") == "abc"
    monkeypatch.setattr(time, "time", lambda: end - 60)
    with pytest.raises(ApiError) as refused:
        tokens.read(f"Bearer {tokens.make('abc')}")
    assert (refused.value.status, refused.value.code) == (401, "token_expired")


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-site", "origin": SITE, "host": "www.birchwood.example"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"origin": "http://127.0.0.1:8080", "host": "127.0.0.1:8080"}, True),
        ({"origin": "http://127.0.0.1:8081", "host": "127.0.0.1:8080"}, False),
        ({"origin": SITE, "host": "127.0.0.1:8080"}, True),
        ({"origin": "null", "host": "127.0.0.1:8080"}, False),
        ({"host": "127.0.0.1:8080"}, False),
        ({}, False),
    ],
)
def test_a_change_comes_from_our_own_pages(headers: dict[str, str], ours: bool) -> None:
    assert same_site(Headers(headers), SITE) is ours


def test_without_an_address_of_ours_only_the_host_is_believed() -> None:
    assert not same_site(Headers({"origin": SITE, "host": "127.0.0.1:8080"}), None)
    assert not same_site(Headers({"origin": SITE}), None)


@pytest.mark.parametrize(
    ("method", "path", "headers", "asks"),
    [
        ("OPTIONS", "/api/chat/messages", POSTS, True),
        ("OPTIONS", "/widget.js", POSTS, True),
        ("GET", "/api/chat/messages", POSTS, False),
        ("OPTIONS", "/desk/login", POSTS, False),
        ("OPTIONS", "/api/chat/messages", {}, False),
    ],
)
def test_a_browser_asks_beforehand_only_about_the_chat(method: str, path: str, headers: dict[str, str], asks: bool) -> None:
    assert is_preflight(method, path, headers) is asks


def test_only_our_sites_are_told_what_they_may_call() -> None:
    assert preflight_headers(SITE, SITES)["access-control-max-age"] == str(2 * 60 * 60)
    assert preflight_headers("https://elsewhere.example", SITES) == {}


@pytest.mark.parametrize(
    ("path", "cache", "shared"),
    [
        ("/api/chat/messages", "no-store", "same-origin"),
        ("/static/chat/chat.js", "no-cache", "cross-origin"),
        ("/widget.js", None, "cross-origin"),
        ("/library", None, "same-origin"),
    ],
)
def test_each_part_is_kept_and_shared_as_it_may_be(path: str, cache: str | None, shared: str) -> None:
    headers = headers_for(path, "", frozenset(), by_tls=True)
    assert headers.get("cache-control") == cache
    assert headers["cross-origin-resource-policy"] == shared
    assert headers["strict-transport-security"] == f"max-age={365 * DAY}"
    assert "vary" not in headers


@pytest.mark.parametrize(("path", "styled"), [("/chat", True), ("/api/chat/export.html", True), ("/library", False)])
def test_the_style_of_the_printable_export_is_allowed_where_it_is_shown(path: str, styled: bool) -> None:
    policy = headers_for(path, "", frozenset(), by_tls=False)["content-security-policy"]
    assert ("style-src 'self' 'sha256-" in policy) is styled


@pytest.mark.parametrize(
    ("author", "role", "shown"),
    [
        (None, None, None),
        (None, "physician", None),
        ("Ana", "physician", {"name": "Ana", "role": "physician"}),
        ("Ana", None, {"name": "Ana", "role": "coordinator"}),
    ],
)
def test_only_what_a_person_wrote_has_an_author(author: str | None, role: str | None, shown: Any) -> None:
    at = datetime(2026, 11, 22, 9, 30, 5, tzinfo=UTC)
    message = Message(
        seq=3, at=at, sender="coordinator", kind="text", text="Hello", buttons=[], author=author, author_role=role
    )
    told = as_wire(message).model_dump(by_alias=True)
    assert (told["author"], told["at"], told["from"], told["seq"]) == (shown, "2026-11-22T09:30:05Z", "coordinator", 3)


@pytest.mark.parametrize(("seq", "taken"), [(0, False), (1, True), (2**31 - 1, True), (2**31, False), ("1", False)])
def test_feedback_is_about_a_message_that_can_exist(seq: Any, taken: bool) -> None:
    try:
        SendFeedback(seq=seq, helpful=True)
    except ValidationError:
        assert not taken
    else:
        assert taken


def test_so_many_texts_are_embedded_in_one_call() -> None:
    assert len(Encode(texts=["a"] * 512).texts) == 512
    with pytest.raises(ValidationError):
        Encode(texts=["a"] * 513)


@pytest.mark.parametrize(
    ("client", "server", "headers", "let_in"),
    [
        ("127.0.0.1", "127.0.0.1", {}, True),
        ("::1", "::1", {}, True),
        ("192.0.2.7", "192.0.2.7", {}, True),
        ("192.0.2.8", "192.0.2.7", {}, False),
        ("somebody", "127.0.0.1", {}, False),
        (None, "127.0.0.1", {}, False),
        ("192.0.2.8", None, {}, False),
        *(("127.0.0.1", "127.0.0.1", {name: "x"}, False) for name in ("x-forwarded-for", "forwarded", "x-real-ip", "via")),
    ],
)
def test_only_this_machine_uses_the_inner_doors(
    client: str | None, server: str | None, headers: dict[str, str], let_in: bool
) -> None:
    ends = {"client": client and (client, 5), "server": server and (server, 80)}
    request = Request({"type": "http", "headers": Headers(headers).raw, **ends})
    if let_in:
        from_inside(request)
        return
    with pytest.raises(ApiError) as refused:
        from_inside(request)
    assert (refused.value.status, refused.value.code) == (403, "forbidden")
