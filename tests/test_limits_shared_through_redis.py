"""Web processes with one Redis count requests together; while it is away each counts for itself, and nobody waits for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers import Redis, redis_server
from web.throttling import LimitReached, Limits, RedisWindows, make_limits

SENDS = 30  # of one session in a minute


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Redis]:
    """A Redis that may be ended."""
    with redis_server(tmp_path) as server:
        yield server


def taken(limits: list[Limits], number: int, session: str = "one") -> int:
    """How many of so many messages are let through, by processes in turn."""

    async def send() -> int:
        through = 0
        for each in range(number):
            try:
                await limits[each % len(limits)].take("send", session, "192.0.2.7")
                through += 1
            except LimitReached:
                pass
        return through

    return asyncio.run(send())


def test_two_processes_count_together(shared: Redis) -> None:
    two = [make_limits(True, shared.address) for _ in range(2)]
    assert taken(two, 2 * SENDS) == SENDS


def test_each_session_is_counted_by_itself(shared: Redis) -> None:
    two = [make_limits(True, shared.address) for _ in range(2)]
    assert taken(two, SENDS) == taken(two, SENDS, "another") == SENDS


def test_what_redis_holds_goes_by_itself(shared: Redis) -> None:
    taken([make_limits(True, shared.address)], 3)
    assert shared.names()
    assert all(0 < seconds <= 3_600 for seconds in shared.seconds_left())


def test_while_it_is_away_each_counts_for_itself_and_afterwards_together_again(
    shared: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = [make_limits(True, shared.address) for _ in range(2)]
    monkeypatch.setattr("web.throttling._REDIS_PAUSE", 0.5)
    shared.end()
    began = time.monotonic()
    assert taken(two, 2 * SENDS + 2) == 2 * SENDS, "as many as each lets through by itself"
    assert time.monotonic() - began < 5, "nobody waits for it"
    shared.start()
    time.sleep(0.6)
    assert taken(two, 2 * SENDS, "another") == SENDS


def test_a_check_for_an_emergency_never_asks_redis(shared: Redis) -> None:
    limits = Limits(RedisWindows(shared.address))
    asyncio.run(limits.take_check("one", "192.0.2.7"))
    assert shared.names() == []
