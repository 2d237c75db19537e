"""A small real HTTP server in Rasa's place, for the ways in which Rasa can be broken.

It is not a Rasa that works: where a working one is needed, it passes the request on to the real one.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from tests.support.system import free_port

Behaviour = Callable[["_Handler", bytes], None]


class BrokenRasa:
    """Listens on one port, or does not, and misbehaves as it is told."""

    def __init__(self) -> None:
        """Choose a port; nobody listens there yet."""
        self.port = free_port()
        self.behaviour: Behaviour = answers(500, b"")
        self.has_model = True  # as of a Rasa that fails later
        self.asked = threading.Event()  # set when a message has arrived
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def behaves(self, behaviour: Behaviour) -> None:
        """Listen, and deal with every message like this from now on."""
        self.behaviour = behaviour
        self.asked.clear()
        if self._server is None:
            handler = type("Handler", (_Handler,), {"rasa": self})
            self._server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
            self._server.daemon_threads = True
            threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def goes_away(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Handler(BaseHTTPRequestHandler):
    rasa: BrokenRasa

    def do_GET(self) -> None:
        """Say whether a model is loaded, as our channel does."""
        self.reply(200 if self.rasa.has_model else 503, b"{}")

    def do_POST(self) -> None:
        """Deal with a message."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.rasa.asked.set()
        with suppress(BrokenPipeError, ConnectionResetError):  # the other side may not wait
            self.rasa.behaviour(self, body)

    def reply(self, status: int, body: bytes) -> None:
        """Answer at once."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing."""


def answers(status: int, body: bytes) -> Behaviour:
    """Always say the same."""
    return lambda handler, _body: handler.reply(status, body)


def takes(seconds: float) -> Behaviour:
    """Think for a long time, and then say something that comes too late."""

    def behave(handler: _Handler, _body: bytes) -> None:
        time.sleep(seconds)
        handler.reply(200, b'[{"text": "too late"}]')

    return behave


def after(seconds: float, items: list[dict[str, object]]) -> Behaviour:
    """Think for a while, and then reply with these items."""

    def behave(handler: _Handler, _body: bytes) -> None:
        time.sleep(seconds)
        handler.reply(200, json.dumps(items).encode())

    return behave


def trickles(handler: _Handler, _body: bytes) -> None:
    """Send one byte now and then, so that no single read takes long."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(60):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.5)


def hangs_up(handler: _Handler, _body: bytes) -> None:
    """Close the connection without a word."""
    handler.close_connection = True


def passes_on_to(url: str) -> Behaviour:
    """Let the real Rasa answer."""

    def behave(handler: _Handler, body: bytes) -> None:
        real = httpx.post(f"{url}{handler.path}", content=body, headers={"Content-Type": "application/json"}, timeout=30)
        handler.reply(real.status_code, real.content)

    return behave


def repeats_what_was_said(seconds: float = 0.0) -> Behaviour:
    """Reply with the message itself, after a while."""

    def behave(handler: _Handler, body: bytes) -> None:
        time.sleep(seconds)
        said = json.loads(body)["message"]
        handler.reply(200, json.dumps([{"text": f"You said: {said}"}]).encode())

    return behave
