"""How web serves HTTP: with which options, and for how long it waits for somebody who sends no whole request."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20.0  # for the first line and the headers of a request
BODY_SECONDS = 30.0  # for what comes after them


class Impatient(HttpToolsProtocol):
    """Ends connections on which no whole head of a request comes; a thousand of them cost nothing but a little care."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has come."""
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        """A request begins; on a connection that stays, the next one."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """They have gone."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._waiting is None:  # whoever sends a line now and then wins no time
            self._waiting = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


OPTIONS: dict[str, Any] = {
    "http": Impatient,
    "log_config": None,
    "access_log": False,
    "proxy_headers": False,
    "server_header": False,
}
