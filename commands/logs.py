"""The logs of our processes, kept small while they are written."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cordial.settings import Settings


@dataclass(frozen=True)
class Rotation:
    """How long a log may grow, in bytes, and how many earlier ones are kept beside it."""

    longest: int = 20_000_000
    kept: int = 4

    def turn(self, log: Path) -> None:
        """Put a log aside as `.1.log` if it is too long, and begin it anew; the process that writes it need not know.

        It writes at the end of the file, wherever that is, so the file is copied and then emptied. A full disk has no room for
        the copy; then what was written is lost rather than all that is still to come.
        """
        if not log.is_file() or log.stat().st_size <= self.longest:
            return
        for number in range(self.kept, 1, -1):
            if _aside(log, number - 1).is_file():
                _aside(log, number - 1).replace(_aside(log, number))
        with suppress(OSError):
            shutil.copyfile(log, _aside(log, 1))
        os.truncate(log, 0)


def rotation_of(settings: Settings) -> Rotation:
    """As the settings want it."""
    return Rotation(settings.log_megabytes * 1_000_000, settings.log_files)


def _aside(log: Path, number: int) -> Path:
    return log.with_suffix(f".{number}.log")
