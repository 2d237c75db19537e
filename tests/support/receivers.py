"""Those who are told about handoffs: a real mail server and a real HTTP server, which can misbehave in every usual way."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.system import free_port

Does = Callable[[], str | None]  # what happens at a step; an answer that takes the place of the usual one


class MailBox:
    """A mail server on this machine. A step is EHLO, MAIL, RCPT, DATA (the message is there) or QUIT."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        """Choose a port; nobody listens there yet."""
        self.port = free_port()
        self.tls = tls
        self.at: dict[str, Does] = {}
        self.steps: list[str] = []  # in the order in which they were reached
        self.taken: list[EmailMessage] = []
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """What the setting is."""
        return f"smtp://localhost:{self.port}"

    def opens(self) -> MailBox:
        """Listen."""
        self._controller = Controller(_MailHandler(self), hostname="127.0.0.1", port=self.port, tls_context=self.tls)
        self._controller.start()
        return self

    def closes(self) -> None:
        """Stop listening."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def behaves(self) -> None:
        """Do what a mail server does, from now on."""
        self.at.clear()

    def ids(self) -> list[str]:
        """The Message-IDs of everything that was taken."""
        return [str(message["Message-ID"]) for message in self.taken]


class _MailHandler:
    def __init__(self, box: MailBox) -> None:
        self.box = box

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, host: str, responses: list[str]
    ) -> list[str]:
        session.host_name = host
        told = await self._step("EHLO")
        return responses if told is None else [told]

    async def handle_MAIL(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        return await self._step("MAIL") or "250 OK"

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        envelope.rcpt_tos.append(address)
        return await self._step("RCPT") or "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        told = await self._step("DATA")
        if told is None or told == "TAKE AND HANG UP":
            self.box.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        if told in {"HANG UP", "TAKE AND HANG UP"}:
            server.transport.abort()
        return told or "250 OK"

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:
        return await self._step("QUIT") or "221 Bye"

    async def _step(self, name: str) -> str | None:
        self.box.steps.append(name)
        does = self.box.at.get(name)
        return await asyncio.to_thread(does) if does else None


class Program:
    """A program that takes webhooks."""

    def __init__(self) -> None:
        """Choose a port; nobody listens there yet."""
        self.port = free_port()
        self.does: Callable[[Any], None] = takes_it
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.asked = 0
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Where it takes them."""
        return f"http://127.0.0.1:{self.port}/cordial?clinic=1"

    def opens(self) -> Program:
        """Listen."""
        handler = type("Handler", (_WebhookHandler,), {"program": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def closes(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def ids(self) -> list[str]:
        """The ids of everything that was taken."""
        return [json.loads(body)["id"] for _, body in self.taken]


class _WebhookHandler(BaseHTTPRequestHandler):
    program: Program

    def do_POST(self) -> None:
        """Take a notice, or not."""
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.program.asked += 1
        with suppress(BrokenPipeError, ConnectionResetError):
            self.program.does(self)

    def keeps(self) -> None:
        """Remember what came."""
        self.program.taken.append((dict(self.headers), self.body))

    def says(self, status: int, **headers: str) -> None:
        """Answer."""
        self.send_response(status)
        for name, value in {**headers, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing."""


def takes_it(handler: _WebhookHandler) -> None:
    """Do what a receiver should."""
    handler.keeps()
    handler.says(204)


def refuses_it(handler: _WebhookHandler) -> None:
    """Fail in an orderly way."""
    handler.says(500)


def is_silent(handler: _WebhookHandler) -> None:
    """Take it, and say nothing for longer than anybody waits."""
    time.sleep(1.5)


def trickles(handler: _WebhookHandler) -> None:
    """Send a byte now and then, so that no single read takes long."""
    for _ in range(100):
        handler.wfile.write(b"H")
        handler.wfile.flush()
        time.sleep(0.05)


def dies_in_the_middle(handler: _WebhookHandler) -> None:
    """Take it, and die before the answer is complete."""
    handler.keeps()
    handler.wfile.write(b"HTTP/1.1 2")


def sends_elsewhere(handler: _WebhookHandler) -> None:
    """Answer with another address."""
    handler.says(307, Location=f"http://127.0.0.1:{handler.program.port}/elsewhere")
