"""The two systems that are compared: how each is started, and how a patient asks it."""

from __future__ import annotations

import http.client
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from bench.replies import stock
from bench.replies.processes import Running, free_port, quiet_environment
from cordial.bootstrap import PROJECT

_TIME_OUT = 60.0
_QUESTIONS_EACH = 8  # then another patient comes, whose conversation begins anew


class Failed(Exception):
    """There was no proper reply."""


class Patient(Protocol):
    """Somebody who writes to one of the systems."""

    def ask(self, text: str) -> list[dict[str, Any]]:
        """Send a message and wait for its replies.

        Raises:
            Failed: if there are none.
        """
        ...  # pragma: no cover


@dataclass(frozen=True)
class System:
    """A system that runs.

    Attributes:
        name: as it stands in the tables.
        running: its processes.
        patient: somebody new who writes to it.
        roles: a role for each process whose command has these words in it.
    """

    name: str
    running: Running
    patient: Callable[[], Patient]
    roles: dict[str, str]

    def processes(self) -> dict[int, str]:
        """The role of each process that takes part, by its number; what has no role is called "other"."""
        found = self.running.processes()
        return {number: self._role(command) for number, command in found.items()}

    def _role(self, command: str) -> str:
        return next((role for words, role in self.roles.items() if words in command), "other")


def start_stock(cache: Path) -> System:
    """Start stock Rasa; trains it if it must."""
    port = free_port()
    project = stock.trained(cache)
    running = stock.start(project, port, cache / "stock.log")
    running.wait_until(lambda: answers(StockPatient(port)))
    return System("stock Rasa", running, lambda: StockPatient(port), {"rasa run": "rasa"})


def start_ours(cache: Path, settings: dict[str, str] | None = None) -> System:
    """Start Cordial in a data folder of its own, with an empty database.

    Args:
        cache: a folder for it.
        settings: more settings of Cordial, by their full names.
    """
    data = cache / "data"
    data.mkdir(parents=True, exist_ok=True)
    for file in data.glob("cordial.db*"):
        file.unlink()
    port, rasa_port = free_port(), free_port()
    own = {"CORDIAL_DATA": str(data), "CORDIAL_PORT": str(port), "CORDIAL_RASA_PORT": str(rasa_port), "CORDIAL_LIMITS": "off"}
    command = [sys.executable, "-m", "commands", "start"]
    running = Running(command, PROJECT, {**quiet_environment(), **own, **(settings or {})}, cache / "ours.log")
    running.wait_until(lambda: b"Ready after" in running.log.read_bytes())
    return System("Cordial", running, lambda: OurPatient(port), {"commands serve": "web", "bot.serve": "rasa"})


class StockPatient:
    """Somebody who writes to the REST channel of a Rasa."""

    def __init__(self, port: int) -> None:
        """Nothing is sent yet."""
        self._connection = _Connection(port)
        self._asked = 0
        self._sender = uuid4().hex

    def ask(self, text: str) -> list[dict[str, Any]]:
        """Send a message and wait for its replies."""
        if self._asked == _QUESTIONS_EACH:
            self._asked, self._sender = 0, uuid4().hex
        self._asked += 1
        replies = self._connection.post("/webhooks/rest/webhook", {"sender": self._sender, "message": text})
        if not replies:
            raise Failed("nothing was said")
        return list(replies)


class OurPatient:
    """Somebody who writes in the chat of Cordial."""

    def __init__(self, port: int, each: int = _QUESTIONS_EACH) -> None:
        """Nothing is sent yet.

        Args:
            port: of web.
            each: after how many messages a new conversation begins.
        """
        self._connection = _Connection(port)
        self._asked = self._each = each
        self._token = ""

    def leave(self) -> None:
        """The next message begins a new conversation."""
        self._asked = self._each

    def ask(self, text: str) -> list[dict[str, Any]]:
        """Send a message and wait for its replies; one that says that the assistant is away counts as none."""
        if self._asked == self._each:
            self._token, self._asked = self._connection.post("/api/chat/sessions", {})["token"], 0
        self._asked += 1
        replies = self._connection.post("/api/chat/messages", {"id": str(uuid4()), "text": text}, self._token)["messages"]
        if not replies or any(reply["from"] == "system" for reply in replies):
            raise Failed("the assistant was away")
        return list(replies)

    def close(self) -> None:
        """End the connection; nothing more is asked."""
        self._connection.close()


class _Connection:
    """One connection that stays open, of the plainest kind: it runs on the processors that are measured."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIME_OUT)

    def close(self) -> None:
        self._http.close()

    def post(self, path: str, body: dict[str, Any], token: str = "") -> Any:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            self._http.request("POST", path, json.dumps(body).encode(), headers)
            response = self._http.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._http.close()
            raise Failed(type(error).__name__) from None
        if response.status not in {200, 201}:
            raise Failed(f"status {response.status}")
        return json.loads(content)


def answers(patient: Patient) -> bool:
    """Whether a system answers by now."""
    try:
        return bool(patient.ask("Is it safe?"))
    except Failed:
        time.sleep(0.5)
        return False
