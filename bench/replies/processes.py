"""Processes that are measured: their start, their end, their processor time and their memory, as Linux counts them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_READY_SECONDS = 900.0
_END_SECONDS = 20.0


@dataclass(frozen=True)
class Memory:
    """Memory of some processes, in megabytes.

    Attributes:
        proportional: what they share is counted once, split between those who share it.
        resident: what each has in memory, added up.
    """

    proportional: float
    resident: float


class Running:
    """A program that was started here, with everything that it started."""

    def __init__(self, command: list[str], folder: Path, environment: Mapping[str, str], log: Path) -> None:
        """Start it in a group of its own."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.log = log

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Wait until it is ready.

        Raises:
            RuntimeError: with the end of its log, if it ends before or takes too long.
        """
        end = time.monotonic() + _READY_SECONDS
        while not ready():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"It did not start: {self.log.read_text('utf-8', 'replace')[-1000:]}")
            time.sleep(0.2)

    def processes(self) -> dict[int, str]:
        """The process and its descendants by number, each with its command."""
        found, open_ones = {}, [self._process.pid]
        while open_ones:
            number = open_ones.pop()
            found[number] = Path(f"/proc/{number}/cmdline").read_text("utf-8", "replace").replace("\0", " ")
            for thread in Path(f"/proc/{number}/task").iterdir():
                with suppress(OSError):  # it has ended since
                    open_ones += map(int, (thread / "children").read_text().split())
        return found

    def end(self) -> None:
        """End all of it."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def processor_seconds(number: int) -> float:
    """Processor time that a process has used so far, in its own code and in the system."""
    fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_of(numbers: list[int]) -> Memory:
    """What some processes hold together."""
    lines = [line.split() for number in numbers for line in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()]
    sizes = {name: sum(int(line[1]) for line in lines if line[0] == name) / 1024 for name in ("Pss:", "Rss:")}
    return Memory(sizes["Pss:"], sizes["Rss:"])


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def quiet_environment() -> dict[str, str]:
    """The environment of a Rasa command that prints little and reports to nobody."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CORDIAL_")}
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "LOG_LEVEL": "ERROR", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
    return {**inherited, **quiet, "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "PYTHONDONTWRITEBYTECODE": ""}
