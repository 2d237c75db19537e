"""Who works with a data folder: `cordial start` has it alone, several `cordial serve` share it.

The lock is the kernel's (flock), so it ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from cordial.settings import Settings

_FILE = "running"  # in the data folder; a process id a line


class AlreadyRuns(Exception):
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
