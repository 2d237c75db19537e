"""By what a file that was changed is known without reading it."""

from __future__ import annotations

from pathlib import Path

Stamp = tuple[int, int]
"""When a file was last written, in nanoseconds, and how many bytes it has."""


def stamp_of(file: Path) -> Stamp:
    """The stamp of a file; of one that is not there, that of nothing."""
    try:
        state = file.stat()
    except OSError:
        return 0, 0
    return state.st_mtime_ns, state.st_size
