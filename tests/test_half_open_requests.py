"""Whoever begins a request and does not end it is not waited for, and keeps nobody else out."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack

import httpx
import pytest

from tests.support.people import Patient
from tests.support.small_web import NewWeb, SmallWeb
from tests.support.system import until

HALF = {
    "nothing": b"",
    "half a line": b"GET /healthz HT",
    "half a head": b"POST /api/chat/messages HTTP/1.1\r\nHost: clinic.example\r\n",
    "half a body": b"POST /api/chat/messages HTTP/1.1\r\nHost: clinic.example\r\nContent-Length: 100\r\n\r\n{",
    "half of a second one": b"GET /healthz HTTP/1.1\r\nHost: clinic.example\r\n\r\nGET /healthz HT",
}


@pytest.fixture
def web(new_web: NewWeb, monkeypatch: pytest.MonkeyPatch) -> SmallWeb:
    """A web that waits for a second."""
    monkeypatch.setattr("web.serving.HEAD_SECONDS", 1.0)
    monkeypatch.setattr("web.serving.BODY_SECONDS", 1.0)
    return new_web()


def connect(web: SmallWeb) -> socket.socket:
    """A connection that is looked at now and then."""
    line = socket.create_connection(("127.0.0.1", web.parts.settings.port), timeout=30)
    line.settimeout(0.05)
    return line


def is_closed(line: socket.socket) -> bool:
    """Whether the other side has ended it; what it said before is passed over."""
    try:
        return line.recv(65536) == b""
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("half", HALF)
def test_what_never_becomes_a_request_ends(web: SmallWeb, half: str) -> None:
    with connect(web) as line:
        line.sendall(HALF[half])
        until(lambda: is_closed(line), 8, "it was ended")


def test_a_line_now_and_then_wins_no_time(web: SmallWeb) -> None:
    with connect(web) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\n")
        for _ in range(200):
            try:
                line.sendall(b"X-And: so on\r\n")
            except (BrokenPipeError, ConnectionResetError):
                return
            time.sleep(0.1)
    raise AssertionError("it went on for 20 seconds")


def test_a_hundred_half_open_requests_keep_nobody_out_and_end(web: SmallWeb) -> None:
    with ExitStack() as open_lines:
        lines = [open_lines.enter_context(connect(web)) for _ in range(100)]
        for line in lines:
            line.sendall(HALF["half a line"])
        with Patient(web.url) as patient:
            assert patient.says("hello")
        for line in lines:
            until(lambda line=line: is_closed(line), 8, "each was ended")  # type: ignore[misc]


def test_a_stream_is_not_taken_for_a_request_that_hangs(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        messages = patient.stream(after=1)
        time.sleep(2)  # longer than web waits for a body
        patient.says("hello")
        assert next(messages)["text"] == "hello"
    assert httpx.get(f"{web.url}/healthz", trust_env=False).status_code == 200
