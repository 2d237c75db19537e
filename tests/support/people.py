"""The standing cast: a patient, who writes in the chat, and a coordinator, who works on the command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Generator
from types import TracebackType
from typing import Any
from uuid import uuid4

import httpx

from cordial.bootstrap import PROJECT
from intake.fields import REVIEW
from tests.support.system import CORDIAL

Message = dict[str, Any]

# What our patient answers when asked, by field. Made up, like everybody here.
ANSWERS = {
    "consent": "I agree",
    "for_whom": "Me",
    "full_name": "Maria Example",
    "contact": "maria@mail.example",
    "birth": "14 March 1961",
    "sex": "Female",
    "country": "Lithuania",
    "condition": "knee osteoarthritis, both knees, since 2019",
    "treatments": "physiotherapy",
    "medicines": "ramipril 5 mg and aspirin",
    "immune_status": "No",
    "clots": "yes, in the left leg in 2015",
    "infection": "No",
    "cancer": "No",
    "allergies": "penicillin",
    "travel": "None",
    "hopes": "to climb the stairs without pain",
    "questions": "Can I go on with swimming?",
}
USUAL = ("for_whom", "sex")  # fields that most conversations are not about, and that are answered by the way
ASKED = list(ANSWERS)  # the fields that our patient is asked, in this order


class Patient:
    """Somebody in the chat, over real HTTP."""

    def __init__(self, url: str, http: httpx.Client | None = None) -> None:
        """Open a chat; with another client if there is a special way to web."""
        self.http = http or httpx.Client(base_url=url, timeout=90, trust_env=False)
        started = self.http.post("/api/chat/sessions")
        assert started.status_code == 201, started.text
        self.session: str = started.json()["session"]
        self.greeting: list[Message] = started.json()["messages"]
        self.token: str = started.json()["token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def __enter__(self) -> Patient:
        """Use it in a with statement."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the connection; the chat stays."""
        self.http.close()

    def send(self, text: str, message_id: str | None = None) -> httpx.Response:
        """Send a message; gives the whole response."""
        return self.http.post("/api/chat/messages", json={"id": message_id or str(uuid4()), "text": text})

    def send_raw(self, body: bytes) -> httpx.Response:
        """Send whatever bytes."""
        return self.http.post("/api/chat/messages", content=body, headers={"Content-Type": "application/json"})

    def says(self, text: str) -> list[Message]:
        """Send a message that must be taken; gives the replies."""
        response = self.send(text)
        assert response.status_code == 200, response.text
        return list(response.json()["messages"])

    def log(self, after: int = 0) -> list[Message]:
        """Every message after a number, both sides."""
        response = self.http.get("/api/chat/messages", params={"after": after})
        assert response.status_code == 200, response.text
        return list(response.json()["messages"])

    def said(self) -> list[str]:
        """The texts of this patient's own messages, in order."""
        return [message["text"] for message in self.log() if message["from"] == "patient"]

    def intake(self) -> Message:
        """Where the intake stands."""
        return dict(self.http.get("/api/chat/intake").json())

    def stream(self, headers: dict[str, str] | None = None, **params: int) -> Generator[Message, None, None]:
        """The messages of the event stream, as they come."""
        with self.http.stream("GET", "/api/chat/stream", params=params, headers=headers, timeout=20) as response:
            assert response.status_code == 200
            for line in response.iter_lines():
                if line.startswith("data:"):
                    yield json.loads(line.removeprefix("data:"))

    def answers_until(self, field: str) -> list[Message]:
        """Start the intake and answer until a field is asked; gives the replies of the last turn."""
        replies = self.says("Start the intake")
        while open_field(replies) != field:
            replies = self.says(ANSWERS[open_field(replies) or "nothing was asked"])
        return replies

    def finishes(self) -> list[Message]:
        """Answer every field and send it; gives the replies of the last turn."""
        self.answers_until(ASKED[-1])
        self.says(ANSWERS[ASKED[-1]])
        return self.says("Send it")


class Coordinator:
    """Somebody who uses the `cordial` command."""

    def __init__(self, environment: dict[str, str]) -> None:
        """Work with the settings in this environment."""
        self.environment = environment

    def runs(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command, whatever comes of it."""
        return subprocess.run(
            [*CORDIAL, *arguments], cwd=PROJECT, env=self.environment, capture_output=True, text=True, timeout=110, check=False
        )

    def reads(self, *arguments: str) -> Any:
        """Run a command that must work, and read the JSON that it prints."""
        done = self.runs(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def open_field(replies: list[Message]) -> str | None:
    """The field of the intake that the replies ask for, if any; none while everything is read back."""
    asked = [message["question"]["field"] for message in replies if message["question"]]
    return asked[-1] if asked and asked[-1] != REVIEW else None


def answers_in(replies: list[Message]) -> list[Message]:
    """The answers from the library among the replies."""
    return [message["answer"] for message in replies if message["answer"]]


def reference_in(replies: list[Message]) -> str:
    """The reference number that a reply names."""
    text = next(message["text"] for message in replies if message["kind"] == "handoff")
    return str(next(word.strip(".,") for word in text.split() if word.startswith("C-")))


def error_of(response: httpx.Response) -> str:
    """The code of an error, after a look at the one shape that every error has."""
    body = response.json()
    assert response.status_code >= 400
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    assert body["error"]["message"]
    assert "Traceback" not in response.text
    return str(body["error"]["code"])
