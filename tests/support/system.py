"""A running Cordial, started the way people start it, on ports and with a data folder of its own."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from cordial.bootstrap import PROJECT

# A machine with much other work makes a healthy Rasa slow. Tests of a slow one have a web without it: `serve`.
_PATIENCE = {"start": {"rasa_timeout": "60"}}
CORDIAL = [sys.executable, "-m", "commands"]  # that of this checkout, whichever is installed


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def plain_environment(**changes: str) -> dict[str, str]:
    """This process's environment without any setting of Cordial, and with the changes."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CORDIAL_")}
    return {**inherited, **changes}


def until(what: Callable[[], bool], seconds: float, saying: str) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {saying}"
        time.sleep(0.05)


def prepare(data: Path) -> None:
    """Have the embedding model ready in a data folder, as set-up does; what exports it is not fit for our strict warnings."""
    done = subprocess.run(
        [*CORDIAL, "prepare"],
        cwd=PROJECT,
        env=plain_environment(CORDIAL_DATA=str(data)),
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr


class System:
    """One `cordial start` (or `cordial serve`) with everything that it started."""

    def __init__(self, data: Path, command: str = "start", **settings: str) -> None:
        """Describe it; `start` starts it. Settings are given without their prefix, in lower case."""
        self.data, self.command = data, command
        self.home = PROJECT  # where the command runs
        self.port, self.rasa_port = free_port(), free_port()
        usual = {"data": str(data), "port": str(self.port), "rasa_port": str(self.rasa_port), "limits": "off"}
        given = {**usual, **_PATIENCE.get(command, {}), **settings}
        self._mark = secrets.token_hex(8)
        named = {f"CORDIAL_{name.upper()}": value for name, value in given.items()}
        # No prefix: a name with ours would be refused as an unknown setting.
        self.environment = plain_environment(**named, TESTED_AS=self._mark)
        self.printed = data / "printed.txt"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where web answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def rasa_url(self) -> str:
        """Where Rasa answers."""
        return f"http://127.0.0.1:{self.rasa_port}"

    def launch(self) -> None:
        """Start it and go on at once."""
        command = [sys.executable, "-m", "commands", self.command]
        with self.printed.open("wb") as printed:
            self.process = subprocess.Popen(
                command,
                cwd=self.home,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=printed,
                start_new_session=True,
            )

    def start(self) -> System:
        """Start it and wait until it is ready."""
        self.launch()
        until(lambda: self.ended or self.is_ready(), 280, "ready")
        assert not self.ended, self.report()
        return self

    @property
    def ended(self) -> bool:
        """Whether the started command is no longer there."""
        return self.process is None or self.process.poll() is not None

    def is_ready(self) -> bool:
        """Whether all parts that this command starts are there."""
        return self.answers("/readyz" if self.command == "start" else "/healthz")

    def answers(self, path: str) -> bool:
        """Whether web answers a GET with 200."""
        try:
            return httpx.get(f"{self.url}{path}", timeout=5, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def wait_until_ready(self) -> None:
        """Wait until everything is there again, and `cordial start` has seen it."""
        time.sleep(1.2)  # web looks at the parts once a second: what it knows may be from before they were gone
        until(lambda: self.is_ready() and self.has_seen_all_again(), 180, "ready again")

    def has_seen_all_again(self) -> bool:
        """Whether every process that was started again has answered it since: only then is one that hangs found soon."""
        said = self.said()
        return said.count("started again") == said.count("answers again")

    def said(self) -> str:
        """What the command has printed."""
        return self.printed.read_text("utf-8", "replace")

    def log(self, name: str) -> str:
        """One log: web, rasa or train."""
        file = self.data / "logs" / f"{name}.log"
        return file.read_text("utf-8", "replace") if file.is_file() else ""

    def report(self) -> str:
        """Everything that helps to see why it did not start."""
        return "\n".join([self.said(), *(self.log(name)[-2000:] for name in ("web", "rasa", "train"))])

    def processes(self) -> dict[int, str]:
        """Every process that belongs to this system, by its id, with its command line; whoever its parent is now."""
        return {pid: line for pid, line in marked_processes(self._mark).items() if pid != os.getpid()}

    def pid_of(self, part: str) -> int:
        """The process of a part: web or rasa."""
        sign = {"web": "commands serve", "rasa": "bot.serve"}[part]
        return next(pid for pid, line in self.processes().items() if sign in line)

    def kill(self, part: str) -> int:
        """Kill a part without warning, and give the process id that it had."""
        pid = self.pid_of(part)
        os.kill(pid, signal.SIGKILL)
        return pid

    def send(self, number: signal.Signals) -> int:
        """Send the started command a signal and wait for its end; gives its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)

    def nothing_left(self) -> bool:
        """Whether every process of this system has gone."""
        return not self.processes()

    def close(self) -> None:
        """End it, whatever state it is in."""
        if not self.ended:
            self.send(signal.SIGTERM)
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)


def marked_processes(mark: str) -> dict[int, str]:
    """The running processes whose environment holds a mark, by process id, with their command lines."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes() and not _is_dead(folder):
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # it ended while we looked, or is not ours
    return found


def _is_dead(folder: Path) -> bool:
    return (folder / "stat").read_text().rpartition(")")[2].split()[0] in {"Z", "X"}
