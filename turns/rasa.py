"""Talking to Rasa: one message in, replies and effects out, or a plain failure."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import aiohttp
import anyio.to_thread
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from desk.conversations.log import Draft
from intake.beginning import before_in, beginning
from intake.record import Effect
from knowledge.answer import Answer
from turns.shapes import Kind, QuestionOrReview

# More turns at the same time end no sooner. Two hundred of them would take the processor from the check for emergencies.
AT_ONCE = 16

_OK = 200
_KEPT_OPEN = 4.0  # seconds; Rasa closes a connection on which nothing came for five
_CONNECTIONS = 64
_STATE_SECONDS = 2.0
_AT_MOST_INSTEAD = 2  # times that something is dealt with in the place of a message: what it asks, and what that takes

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]
Run = Callable[[dict[str, Any]], Awaitable[list[dict[str, Any]] | None]]


@dataclass(frozen=True)
class Ours:
    """What Rasa need not call web for.

    Attributes:
        encode: embeds texts; it gives rows of 32-bit numbers.
        run: runs an action of which Rasa handed back the call; gives what it says in the form of Rasa's channels, or nothing if
            Rasa has to call for it after all.
        actions: those that may be handed back.
    """

    encode: Encode
    run: Run
    actions: Sequence[str]


class RasaAway(Exception):
    """Rasa did not give a usable reply; `reason` is for the log."""

    def __init__(self, reason: str) -> None:
        """Say why."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Reply:
    """What Rasa decided in one turn."""

    drafts: list[Draft]
    effects: list[Effect]


class _Button(BaseModel):
    title: str
    payload: str


class _Custom(BaseModel):
    """What belongs to the text before it, and what the turn did."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = "text"
    answer: Answer | None = None
    question: QuestionOrReview | None = None
    effects: list[Effect] = []
    instead: str | None = None  # the words of what a message takes: they are dealt with in its place
    asks: str | None = None  # or the part of it that asks something, which is seen in its place, after what was said before


class _Item(BaseModel):
    """One item of what is said: a text, or what belongs to it; or an action that says something here."""

    text: str | None = None
    buttons: list[_Button] = []
    custom: _Custom | None = None
    run: dict[str, Any] | None = None  # the call of an action that was handed back


class _NotOurs(Exception):
    """An action that was handed back is Rasa's matter after all."""


_ITEMS = TypeAdapter(list[_Item])


_STATES: dict[int, Literal["ready", "no_model"]] = {200: "ready", 503: "no_model"}  # of `bot/channel.py`


class RasaClient:
    """Our channel in one Rasa (`bot/channel.py`)."""

    def __init__(self, address: str, timeout: float, ours: Ours | None = None) -> None:
        """Prepare a client; nothing is sent yet.

        Args:
            address: Rasa's address without a trailing slash.
            timeout: seconds that a turn may take.
            ours: what Rasa need not call web for; without it, it calls.
        """
        self._address, self._ours = address, ours
        self.timeout = timeout
        self._room = asyncio.Semaphore(AT_ONCE)
        self._opened: aiohttp.ClientSession | None = None

    @property
    def _http(self) -> aiohttp.ClientSession:
        """The connections; they belong to the loop that runs when they are first needed."""
        if self._opened is None:
            connector = aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_KEPT_OPEN)
            cookies = aiohttp.DummyCookieJar()
            self._opened = aiohttp.ClientSession(self._address, connector=connector, cookie_jar=cookies, trust_env=False)
        return self._opened

    async def turn(self, text: str, context: dict[str, Any], seconds: float | None = None) -> Reply:
        """Let Rasa handle one message.

        Each message comes with all that its turn begins with. Rasa's tracker lives for one message and says nothing about the
        person.

        Args:
            text: what the patient wrote.
            context: where the patient is, as `intake.beginning` takes it.
            seconds: that are left for it, if these are fewer than it may take.

        Raises:
            RasaAway: if it cannot be reached, is too slow, or has nothing to say.
        """
        limit = min(self.timeout, seconds or self.timeout)
        try:
            async with asyncio.timeout(limit), self._room:
                items = await self._items(text, context)
                for _ in range(_AT_MOST_INSTEAD):
                    anew = _instead(items, context)
                    if anew is None:
                        break
                    items = await self._items(anew["text"], anew)
        except TimeoutError:
            raise RasaAway("timeout") from None
        except aiohttp.ClientError as error:
            raise RasaAway(type(error).__name__) from None
        reply = _reply_of(items)
        if not reply.drafts:
            raise RasaAway("empty reply")
        return reply

    async def _items(self, text: str, context: dict[str, Any]) -> list[_Item]:
        body = {"message": _plain(text), "events": beginning(context), "before": before_in(context)}
        if self._ours is None:
            return await self._asked(body)
        body["vector"] = await self._vector(self._ours.encode, text)
        items = await self._asked({**body, "hand_back": list(self._ours.actions)})
        try:
            return [item for each in items for item in await self._run(self._ours.run, each)]
        except _NotOurs:  # nothing has happened yet: actions write nothing
            return await self._asked(body)

    async def _asked(self, body: dict[str, Any]) -> list[_Item]:
        """What Rasa says to a turn."""
        sent = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        async with self._http.post("/webhooks/turn/webhook", data=sent, headers=headers, allow_redirects=False) as response:
            content = await response.read()
        if response.status != _OK:
            raise RasaAway(f"status {response.status}")
        return _items_of(content)

    @staticmethod
    async def _run(run: Run, item: _Item) -> list[_Item]:
        """An item; in the place of an action that was handed back, what that says."""
        if item.run is None:
            return [item]
        said = await run(item.run)
        if said is None:
            raise _NotOurs
        return _ITEMS.validate_python(said)

    @staticmethod
    async def _vector(encode: Encode, text: str) -> str:
        """A message's embedding as base64 of 32-bit numbers; the search for an answer needs it as well."""
        vectors = await anyio.to_thread.run_sync(encode, [text])
        return base64.b64encode(vectors[0].astype("<f4").tobytes()).decode("ascii")

    async def ready(self) -> bool:
        """Whether Rasa runs with a model; without one it answers every message with nothing."""
        return await self.state() == "ready"

    async def state(self) -> Literal["ready", "away", "no_model"]:
        """How Rasa is."""
        try:
            async with asyncio.timeout(_STATE_SECONDS), self._http.get("/webhooks/turn/ready") as response:
                return _STATES.get(response.status, "away")
        except (TimeoutError, aiohttp.ClientError):
            return "away"

    async def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            await self._opened.close()


def _instead(items: Sequence[_Item], context: dict[str, Any]) -> dict[str, Any] | None:
    """What is dealt with in the place of a message, as `turn` takes it; nothing, if the message itself was."""
    said = [item.custom for item in items if item.custom]
    taken = next((each.instead for each in said if each.instead), None)
    if taken is not None:
        return {**context, "text": taken, "before": None}
    asked = next((each.asks for each in said if each.asks), None)
    return None if asked is None else {**context, "text": asked}


def _items_of(content: bytes) -> list[_Item]:
    """What our channel answered.

    Raises:
        RasaAway: if it is not in that form.
    """
    try:
        return _ITEMS.validate_json(content)
    except ValidationError:
        raise RasaAway("malformed reply") from None


def _reply_of(items: Sequence[_Item]) -> Reply:
    """Turn items of our channel, in the form of Rasa's REST channel, into messages and effects.

    An action sends a text, and after it what belongs to that text (kind, answer, question) and what it did (effects).
    """
    drafts: list[Draft] = []
    effects: list[Effect] = []
    for item in items:
        if item.text is not None:
            buttons = [{"title": button.title, "value": button.payload} for button in item.buttons]
            drafts.append(Draft(item.text, buttons=buttons))
        if item.custom is not None:
            effects += item.custom.effects
            if drafts:
                drafts[-1] = replace(drafts[-1], **_fields(item.custom))
    return Reply(drafts, effects)


def _fields(custom: _Custom) -> dict[str, Any]:
    """What a custom part says of its message, and nothing of what it leaves open."""
    answer = {"answer": custom.answer} if "answer" in custom.model_fields_set else {}
    return custom.model_dump(mode="json", exclude={"effects", "answer", "instead", "asks"}, exclude_unset=True) | answer


def _plain(text: str) -> str:
    """The text with a leading slash hidden: Rasa would take "/restart" for a command, not for a patient's words."""
    stripped = text.lstrip()
    return f"\u2060{stripped}" if stripped.startswith("/") else text
