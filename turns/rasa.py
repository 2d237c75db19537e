"""Talking to Rasa: one message in, replies and effects out, or a plain failure."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import anyio.to_thread
import httpx
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from desk.conversations.log import Draft
from intake.beginning import beginning
from intake.record import Effect
from knowledge.answer import Answer
from turns.shapes import Kind, Question

# More turns at the same time end no sooner. Two hundred of them would take the processor from the check for emergencies.
AT_ONCE = 16

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]


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
    question: Question | None = None
    effects: list[Effect] = []


class _Item(BaseModel):
    """One item of what is said: a text, or what belongs to it."""

    text: str | None = None
    buttons: list[_Button] = []
    custom: _Custom | None = None


_ITEMS = TypeAdapter(list[_Item])


_STATES: dict[int, Literal["ready", "no_model"]] = {200: "ready", 503: "no_model"}  # of `bot/channel.py`


class RasaClient:
    """Our channel in one Rasa (`bot/channel.py`)."""

    def __init__(self, address: str, timeout: float, encode: Encode | None = None) -> None:
        """Prepare a client; nothing is sent yet.

        Args:
            address: Rasa's address without a trailing slash.
            timeout: seconds that a turn may take.
            encode: embeds texts, so that Rasa need not ask for a message's embedding. It gives rows of 32-bit numbers.
        """
        self._encode = encode
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=16)
        self.timeout = timeout
        self._room = asyncio.Semaphore(AT_ONCE)
        self._http = httpx.AsyncClient(base_url=address, timeout=timeout, limits=limits, trust_env=False)

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
            # httpx's own limit begins anew with each piece that comes
            async with asyncio.timeout(limit), self._room:
                body = {"message": _plain(text), "events": beginning(context), "vector": await self._vector(text)}
                response = await self._http.post("/webhooks/turn/webhook", json=body)
            response.raise_for_status()
        except (TimeoutError, httpx.TimeoutException):
            raise RasaAway("timeout") from None
        except httpx.HTTPStatusError as error:
            raise RasaAway(f"status {error.response.status_code}") from None
        except httpx.HTTPError as error:
            raise RasaAway(type(error).__name__) from None
        reply = read_reply(response.content)
        if not reply.drafts:
            raise RasaAway("empty reply")
        return reply

    async def _vector(self, text: str) -> str | None:
        """A message's embedding as base64 of 32-bit numbers; the check for emergencies has it made a moment ago."""
        if self._encode is None:
            return None
        vectors = await anyio.to_thread.run_sync(self._encode, [text])
        return base64.b64encode(vectors[0].astype("<f4").tobytes()).decode("ascii")

    async def ready(self) -> bool:
        """Whether Rasa runs with a model; without one it answers every message with nothing."""
        return await self.state() == "ready"

    async def state(self) -> Literal["ready", "away", "no_model"]:
        """How Rasa is."""
        try:
            response = await self._http.get("/webhooks/turn/ready", timeout=2.0)
        except httpx.HTTPError:
            return "away"
        return _STATES.get(response.status_code, "away")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def read_reply(content: bytes) -> Reply:
    """Turn what our channel answered, in the form of Rasa's REST channel, into messages and effects.

    An action sends a text, and after it what belongs to that text (kind, answer, question) and what it did (effects).

    Raises:
        RasaAway: if it is not in that form.
    """
    try:
        items = _ITEMS.validate_json(content)
    except ValidationError:
        raise RasaAway("malformed reply") from None
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
    return custom.model_dump(mode="json", exclude={"effects", "answer"}, exclude_unset=True) | answer


def _plain(text: str) -> str:
    """The text with a leading slash hidden: Rasa would take "/restart" for a command, not for a patient's words."""
    stripped = text.lstrip()
    return f"\u2060{stripped}" if stripped.startswith("/") else text
