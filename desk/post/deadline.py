"""A limit on a whole exchange. The usual timeout of a socket begins anew with each byte that comes."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer


@dataclass(frozen=True)
class Patience:
    """How long the other side may take, in seconds."""

    silence: float = 10.0  # between two pieces of what it says
    whole: float = 30.0  # for everything; far less than a claim of the outbox lasts


PATIENCE = Patience()


class NotDelivered(Exception):
    """A notice did not arrive, or nobody knows whether it did. The message holds nothing that the other side wrote."""


@contextmanager
def cut_off_after(seconds: float, connection: Callable[[], socket.socket | None]) -> Iterator[None]:
    """Cut a connection if what is done with it takes too long; then nothing can arrive late, after it was noted as failed.

    Args:
        seconds: for everything inside.
        connection: gives the socket in use at that time, if there is one.
    """

    def cut() -> None:
        open_one = connection()
        if open_one is not None:
            with suppress(OSError):
                socket.socket.shutdown(open_one, socket.SHUT_RDWR)  # of TLS too: its own would first stop to encrypt

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
