"""Throttles requests: how often somebody may do something.

Every rate limit is in `RULES`; all are moving windows, so that no minute begins anew.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Protocol

import anyio.to_thread
import structlog
from limits import RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

logger = structlog.get_logger(__name__)

Whose = Literal["session", "address"]
Action = Literal[
    "start",
    "send",
    "check",
    "read",
    "stream",
    "own_data",
    "feedback",
    "search",
    "look",
    "preflight",
    "log_in",
    "come_back",
    "seen",
]


@dataclass(frozen=True)
class Rule:
    """At most so many in so many seconds, for each session or each address."""

    whose: Whose
    most: int
    seconds: int


MINUTE, HOUR = 60, 3600

# One address can be a whole hospital or a mobile network, so its limits are far above those of one session.
RULES: dict[Action, tuple[Rule, ...]] = {
    "start": (Rule("address", 30, MINUTE), Rule("address", 300, HOUR)),
    "send": (Rule("session", 30, MINUTE), Rule("session", 300, HOUR), Rule("address", 300, MINUTE)),
    # Every message is looked at for an emergency before anything else is counted: in each process so often, far above "send".
    "check": (Rule("session", 50, MINUTE), Rule("address", 400, MINUTE)),
    "read": (Rule("session", 240, MINUTE), Rule("address", 2400, MINUTE)),
    "stream": (Rule("session", 60, MINUTE), Rule("address", 600, MINUTE)),
    "own_data": (Rule("session", 20, MINUTE), Rule("address", 120, MINUTE)),
    "feedback": (Rule("session", 60, MINUTE), Rule("address", 600, MINUTE)),
    "seen": (Rule("session", 60, MINUTE), Rule("address", 600, MINUTE)),
    "search": (Rule("address", 120, MINUTE),),  # of the library: nobody has a session there
    # Any page and any read, and whatever is asked for that is not there; but files, health and the console's pulse.
    "look": (Rule("address", 3000, MINUTE),),
    "preflight": (Rule("address", 3000, MINUTE),),  # apart, so that nobody's looking keeps a chat from being asked for
    # Judging a password costs much; what guessing one person's costs is in desk/people/lockout.py.
    "log_in": (Rule("address", 30, MINUTE), Rule("address", 300, HOUR)),
    # By the link of an e-mail. The tries with one link are counted in desk/reaching/coming_back.py.
    "come_back": (Rule("address", 20, MINUTE), Rule("address", 120, HOUR)),
}
OPEN_STREAMS: dict[Whose, int] = {"session": 10, "address": 500}  # at the same time, in one process
_REDIS_SECONDS = 0.5
_REDIS_PAUSE = 5.0  # after a failure, so that not every request waits for it


class LimitReached(Exception):
    """Too often; `seconds` is how long to wait."""

    def __init__(self, seconds: float) -> None:
        """Say how long."""
        super().__init__(seconds)
        self.seconds = max(1, round(seconds + 0.5))


class Windows(Protocol):
    """Counts in moving windows."""

    async def hit(self, key: str, rule: Rule) -> float:
        """Count one; gives 0, or the seconds to wait, and then nothing was counted."""
        ...  # pragma: no cover


class MemoryWindows:
    """Windows of one process. That of the `limits` library keeps every key for good and walks all of them all the time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing has been counted yet."""
        self._clock = clock
        self._hits: dict[str, deque[float]] = {}
        self._tidied = clock()

    async def hit(self, key: str, rule: Rule) -> float:
        """Count one; gives 0, or the seconds to wait, and then nothing was counted."""
        now = self._clock()
        self._tidy(now)
        hits = self._hits.setdefault(key, deque())
        while hits and hits[0] <= now - rule.seconds:
            hits.popleft()
        if len(hits) >= rule.most:
            return hits[0] + rule.seconds - now
        hits.append(now)
        return 0.0

    def _tidy(self, now: float) -> None:
        if now - self._tidied < MINUTE:
            return
        self._tidied = now
        self._hits = {key: hits for key, hits in self._hits.items() if hits and hits[-1] > now - HOUR}

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._hits)


class RedisWindows:
    """Windows that several processes share. While Redis is away, each process counts for itself."""

    def __init__(self, address: str) -> None:
        """Prepare; Redis need not be there yet."""
        times: dict[str, Any] = {"socket_timeout": _REDIS_SECONDS, "socket_connect_timeout": _REDIS_SECONDS}
        self._limiter = MovingWindowRateLimiter(RedisStorage(address, key_prefix="cordial", **times))
        self._meanwhile = MemoryWindows()
        self._away_until = 0.0

    async def hit(self, key: str, rule: Rule) -> float:
        """Count one; gives 0, or the seconds to wait, and then nothing was counted."""
        if time.monotonic() < self._away_until:
            return await self._meanwhile.hit(key, rule)
        try:
            return await anyio.to_thread.run_sync(partial(self._hit, key, rule))
        except Exception as error:  # whatever Redis does, nobody may be kept from a reply by it
            logger.error("redis cannot count; this process counts for itself", error=type(error).__name__)
            self._away_until = time.monotonic() + _REDIS_PAUSE
            return await self._meanwhile.hit(key, rule)

    def _hit(self, key: str, rule: Rule) -> float:
        item = RateLimitItemPerSecond(rule.most, rule.seconds)
        if self._limiter.hit(item, key):
            return 0.0
        return max(self._limiter.get_window_stats(item, key).reset_time - time.time(), 0.1)


class Limits:
    """Whether somebody may do something now."""

    def __init__(self, windows: Windows | None) -> None:
        """Count in these windows; without them, nothing is limited."""
        self._windows = windows
        self._checks, self._looks = MemoryWindows(), MemoryWindows()
        self._streams: Counter[str] = Counter()

    async def take(self, action: Action, session: str, address: str) -> None:
        """Count that somebody does something.

        Args:
            action: what.
            session: the conversation; empty, if there is none yet.
            address: where the request comes from.

        Raises:
            LimitReached: if it was done too often.
        """
        if self._windows is not None:
            await _count(self._windows, action, {"session": session, "address": address})

    async def take_check(self, session: str | None, address: str) -> None:
        """Count a check for an emergency, in this process alone: nothing else is asked, which may be away.

        Args:
            session: the conversation, if it is known.
            address: where the request comes from.

        Raises:
            LimitReached: if it was done too often.
        """
        who: dict[Whose, str] = {"session": session, "address": address} if session else {"address": address}
        if self._windows is not None:
            await _count(self._checks, "check", who)

    async def take_look(self, address: str, action: Action = "look") -> None:
        """Count that something is read, in this process alone: a page must not wait for Redis.

        Args:
            address: where the request comes from.
            action: look or preflight.

        Raises:
            LimitReached: if it was done too often.
        """
        if self._windows is not None:
            await _count(self._looks, action, {"address": address})

    def open_stream(self, session: str, address: str) -> Callable[[], None]:
        """Count a stream as open; gives what to call when it ends.

        Raises:
            LimitReached: if too many are open.
        """
        keys: list[tuple[Whose, str]] = [("session", session), ("address", address)]
        if self._windows is not None and any(self._streams[who] >= OPEN_STREAMS[whose] for whose, who in keys):
            raise LimitReached(10)
        self._streams.update(who for _, who in keys)

        def close() -> None:
            for _, who in keys:
                self._streams[who] -= 1
                if self._streams[who] <= 0:
                    del self._streams[who]

        return close


async def _count(windows: Windows, action: Action, who: Mapping[Whose, str]) -> None:
    for rule in RULES[action]:
        if rule.whose not in who:
            continue
        seconds = await windows.hit(f"{action}/{rule.seconds}/{rule.whose}/{who[rule.whose]}", rule)
        if seconds > 0:
            raise LimitReached(seconds)


def make_limits(on: bool, redis_url: str | None) -> Limits:
    """The limits as the settings want them."""
    if not on:
        return Limits(None)
    return Limits(RedisWindows(redis_url) if redis_url else MemoryWindows())
