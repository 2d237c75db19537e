"""What a start must have for itself: the data folder and the ports.

`cordial start` has a data folder alone, several `cordial serve` share one. The lock is the kernel's (flock), so it ends with
the process that holds it, however that ends.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from cordial.settings import Settings

_FILE = "running"  # in the data folder; a process id a line


class StartError(Exception):
    """Cordial cannot start; the message is one sentence for the person at the terminal."""


class AlreadyRuns(StartError):
    """Another Cordial works with the data folder; the message says which, and what to do."""


@contextmanager
def in_data_folder(settings: Settings, alone: bool) -> Iterator[bool]:
    """Hold the data folder while the body runs; gives whether the one before us was killed.

    Args:
        settings: of this run.
        alone: whether nobody else may hold it; otherwise only nobody who wants it alone.

    Raises:
        AlreadyRuns: if it is held in a way that does not go with this.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / _FILE).open("a+", encoding="ascii") as file:
        if not _locked(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH):
            raise AlreadyRuns(_refusal(settings, _process_in(file)))
        killed = alone and _process_in(file) is not None
        if alone:
            file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield killed
        finally:
            if _locked(file, fcntl.LOCK_EX):  # else others go on
                file.truncate(0)


def _locked(file: TextIO, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _process_in(file: TextIO) -> str | None:
    """The last process that wrote itself down."""
    file.seek(0)
    return next(reversed(file.read().split()), None)


def _refusal(settings: Settings, process: str | None) -> str:
    kill = f" or `kill {process}`" if process else ""
    return (
        f"Cordial already runs here (pid {process or 'unknown'}), with the data folder {settings.data}. End it with Ctrl-C in "
        f"its terminal{kill}, or give the second one its own CORDIAL_DATA, CORDIAL_PORT and CORDIAL_RASA_PORT."
    )


def check_ports(settings: Settings, patience: float) -> None:
    """Make sure that we can listen on our ports, at the latest after some seconds.

    Raises:
        StartError: if we cannot.
    """
    end = time.monotonic() + patience
    for name, port in (("CORDIAL_PORT", settings.port), ("CORDIAL_RASA_PORT", settings.rasa_port)):
        while problem := port_problem("127.0.0.1", port, name):
            if time.monotonic() >= end:
                raise StartError(problem)
            time.sleep(0.1)


def port_problem(host: str, port: int, setting: str) -> str | None:
    """Why we cannot listen on a port, as a sentence with what to do; nothing if we can."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            return (
                f"Port {port} needs rights that you do not have: set {setting} to a port above 1023, with a reverse proxy in "
                f"front of it if people are to reach port {port}."
            )
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"Port {port} is taken by another program: end it, or set {setting} to a free port."
            return f"Port {port} cannot be used ({error.strerror}): set {setting} to another one."
    return None
