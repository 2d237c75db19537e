"""Every fault that is tried: how it is made, and how the broken part returns."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from desk.sealed import new_key
from knowledge.generation import current_id
from tests.faults.scene import CONTACT, AtThePage, Scene, Skipped
from tests.support.people import Patient
from tests.support.system import until

_NOISE = b"\xff\x00 not what it was "


@dataclass
class Try:
    """One time that something breaks, with a patient in the middle of the intake."""

    scene: Scene
    maria: AtThePage
    moment: float = 0.0  # seconds after the message was sent; for what is tried at several
    sent: bool = False
    notes: list[str] = field(default_factory=list)

    def maria_answers(self) -> None:
        """The patient answers the open question, once."""
        if not self.sent:
            self.sent = True
            self.maria.writes(CONTACT)

    def signal(self, part: str, number: signal.Signals) -> None:
        """Send a signal to web, rasa or the supervisor."""
        system = self.scene.system
        assert system.process is not None
        os.kill(system.process.pid if part == "supervisor" else system.pid_of(part), number)

    def starts(self) -> None:
        """Start it with what is broken, and give open pages the time to come back."""
        self.scene.starts()
        time.sleep(5)

    def refused(self) -> None:
        """Start it where that must be refused in one sentence, and note it."""
        said = self.scene.is_refused()
        self.notes.append(
            "the start is refused in one sentence"
            if said and "Traceback" not in self.scene.system.said()
            else f"STARTED: {said}"
        )


Play = Callable[[Try], Iterator[None]]


@dataclass(frozen=True)
class Row:
    """One fault."""

    what: str
    how: str
    play: Callable[[Try], AbstractContextManager[None]]
    moments: tuple[float, ...]

    @property
    def name(self) -> str:
        """As the document names it."""
        return f"{self.what}: {self.how}"


ROWS: list[Row] = []


def row(what: str, how: str, moments: tuple[float, ...] = (0.0,)) -> Callable[[Play], Play]:
    """Put a fault on the list. What comes before its `yield` breaks something, what comes after mends it."""

    def note(play: Play) -> Play:
        ROWS.append(Row(what, how, contextmanager(play), moments))
        return play

    return note


# Killed, at each step of a turn.


@row("web", "killed before it has read the message")
def _(this: Try) -> Iterator[None]:
    this.signal("web", signal.SIGSTOP)  # so that the message waits in the kernel
    this.maria_answers()
    time.sleep(1)
    this.signal("web", signal.SIGKILL)
    yield


@row("web", "killed after it has stored the message, before the reply")
def _(this: Try) -> Iterator[None]:
    rasa = this.scene.system.pid_of("rasa")
    os.kill(rasa, signal.SIGSTOP)  # so that web waits
    this.maria_answers()
    until(lambda: this.maria.is_stored(CONTACT), 20, "the message is stored")
    this.signal("web", signal.SIGKILL)
    os.kill(rasa, signal.SIGCONT)
    yield


@row("web", "killed after it has stored the reply, before the page has it")
def _(this: Try) -> Iterator[None]:
    this.maria.hears_nothing()
    this.maria_answers()
    until(this.maria.reply_is_stored, 20, "the reply is stored")
    this.signal("web", signal.SIGKILL)
    this.maria.hears_again()
    yield


@row("web", "killed at five moments within a turn", moments=(0.0, 0.02, 0.05, 0.1, 0.2))
def _(this: Try) -> Iterator[None]:
    this.maria_answers()
    time.sleep(this.moment)
    this.signal("web", signal.SIGKILL)
    yield


@row("Rasa", "killed before the turn")
def _(this: Try) -> Iterator[None]:
    this.signal("rasa", signal.SIGKILL)
    yield


@row("Rasa", "killed while it has the message")
def _(this: Try) -> Iterator[None]:
    this.signal("rasa", signal.SIGSTOP)
    this.maria_answers()
    until(lambda: this.maria.is_stored(CONTACT), 20, "the message is stored")
    time.sleep(0.5)
    this.signal("rasa", signal.SIGKILL)
    yield


@row("Rasa", "killed at three moments within a turn", moments=(0.02, 0.05, 0.1))
def _(this: Try) -> Iterator[None]:
    this.maria_answers()
    time.sleep(this.moment)
    this.signal("rasa", signal.SIGKILL)
    yield


@row("the supervisor (`cordial start`)", "killed; both processes end with it, and somebody starts it again")
def _(this: Try) -> Iterator[None]:
    this.signal("supervisor", signal.SIGKILL)
    until(lambda: this.scene.system.ended, 10, "it is gone")
    yield
    this.scene.starts()


@row("everything", "killed at once, and started again")
def _(this: Try) -> Iterator[None]:
    this.maria_answers()
    time.sleep(0.05)
    for pid in this.scene.system.processes():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: this.scene.system.ended, 10, "it is gone")
    yield
    this.scene.starts()


# Stands still.


@row("web", "stands still (SIGSTOP)")
def _(this: Try) -> Iterator[None]:
    still = this.scene.system.pid_of("web")
    os.kill(still, signal.SIGSTOP)
    yield
    until(lambda: still not in this.scene.system.processes(), 90, "it was noticed")


@row("Rasa", "stands still (SIGSTOP)")
def _(this: Try) -> Iterator[None]:
    still = this.scene.system.pid_of("rasa")
    os.kill(still, signal.SIGSTOP)
    yield
    until(lambda: still not in this.scene.system.processes(), 90, "it was noticed")


@row("the supervisor (`cordial start`)", "stands still (SIGSTOP) for ten seconds")
def _(this: Try) -> Iterator[None]:
    this.signal("supervisor", signal.SIGSTOP)
    yield
    time.sleep(10)
    this.signal("supervisor", signal.SIGCONT)


# Records and disk.


@row("the database", "locked by another program for 20 s")
def _(this: Try) -> Iterator[None]:
    with closing(sqlite3.connect(this.scene.data / "cordial.db", timeout=20, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        yield
        time.sleep(max(0.0, began + 20 - time.monotonic()))
        other.execute("ROLLBACK")


@row("the data folder", "cannot be written at a start")
def _(this: Try) -> Iterator[None]:
    this.scene.ends()
    with _read_only(this.scene.data):
        this.refused()
        yield
    this.scene.starts()


@row("the data folder", "becomes read-only while everything runs")
def _(this: Try) -> Iterator[None]:
    with _read_only(this.scene.data):
        until(lambda: "folder_read_only" in _problems(this.scene), 20, "/readyz tells")
        yield


@row("the disk", "full")
def _(this: Try) -> Iterator[None]:
    if not this.scene.on_a_disk_of_its_own:
        raise Skipped("this machine does not let us mount a small disk")
    filler = this.scene.data / "filler"
    try:
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        until(lambda: "disk_full" in _problems(this.scene), 20, "/readyz tells")
        yield
    finally:
        filler.unlink()


# Clocks.


def _clock(how: str, seconds: int) -> None:
    @row("the clock", how)
    def _(this: Try) -> Iterator[None]:
        this.scene.moves_the_clock(seconds)
        try:
            time.sleep(5)  # so that everything that looks at the clock now and then has done so
            yield
        finally:
            this.scene.moves_the_clock(0)


_clock("leaps 60 days ahead, and back", 60 * 86_400)
_clock("leaps 60 days back, and ahead again", -60 * 86_400)
_clock("is set two minutes back, and right again", -120)


# Damaged files, one by one, and keys.


@contextmanager
def _damaged(file: Path, how: Callable[[bytes], bytes]) -> Iterator[None]:
    whole = file.read_bytes()
    file.unlink()  # whoever shares it keeps it whole
    file.write_bytes(how(whole))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
        file.write_bytes(whole)
        file.chmod(0o600)


def _cut(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


def _scratched(whole: bytes) -> bytes:
    return _NOISE + whole[len(_NOISE) :]


@row("a damaged file", "the database, while everything runs; the last backup is restored")
def _(this: Try) -> Iterator[None]:
    this.scene.runs("backup", "make")
    file = this.scene.data / "cordial.db"
    with file.open("r+b") as records:
        for page in range(0, file.stat().st_size, 4096):
            records.seek(page)
            records.write(_NOISE)
    yield
    this.scene.ends()
    for part in ("cordial.db", "cordial.db-wal", "cordial.db-shm"):
        (this.scene.data / part).unlink(missing_ok=True)
    newest = max((this.scene.data / "backups").iterdir(), key=lambda each: each.stat().st_mtime)
    this.scene.runs("backup", "restore", newest.name, "--yes")
    this.scene.starts()


@row("a damaged file", "the index, with an older one beside it")
def _(this: Try) -> Iterator[None]:
    this.scene.ends()
    folder = this.scene.data / "knowledge"
    generations = folder / "generations"
    newest = generations / str(current_id(folder))
    shutil.copytree(newest, generations / "older", dirs_exist_ok=True)
    (newest / "passages.json").write_bytes(_cut((newest / "passages.json").read_bytes()))
    this.starts()
    yield
    shutil.rmtree(generations / "older")


@row("a damaged file", "the embedding model; it is exported anew at the start")
def _(this: Try) -> Iterator[None]:
    this.scene.ends()
    model = next((this.scene.data / "encoder" / "onnx").glob("*.onnx"))
    model.write_bytes(_cut(model.read_bytes()))
    this.scene.system.launch()
    yield
    until(lambda: this.scene.system.ended or this.scene.system.is_ready(), 600, "it is ready")  # all of this takes work


@row("a damaged file", "Rasa's model; it is trained anew at the start")
def _(this: Try) -> Iterator[None]:
    this.scene.ends()
    for model in (this.scene.home / "models").glob("*.tar.gz"):
        model.write_bytes(_cut(model.read_bytes()))
    this.scene.system.launch()
    yield
    until(lambda: this.scene.system.ended or this.scene.system.is_ready(), 600, "it is ready")  # all of this takes work


def _key(how: str, name: str, damage: Callable[[bytes], bytes]) -> None:
    @row("a damaged file" if damage is not _other else "a wrong key", how)
    def _(this: Try) -> Iterator[None]:
        this.scene.ends()
        with _damaged(this.scene.data / name, damage):
            this.refused()
            yield
        this.scene.ends()
        this.scene.starts()


def _other(_whole: bytes) -> bytes:
    return f"{new_key()}\n".encode("ascii")


_key("the encryption key; the copy is put back", "encryption_key", _cut)
_key("the key that signs tokens; the copy is put back", "secret_key", _scratched)
_key("in `encryption_key`; the right one is put back", "encryption_key", _other)


def _seal(how: str, name: str) -> None:
    @row("a damaged file", how)
    def _(this: Try) -> Iterator[None]:
        this.scene.ends()
        file = this.scene.data / name
        file.write_bytes(_scratched(file.read_bytes()))
        this.starts()
        yield


_seal("the seal that tells a wrong key (`key_check`)", "key_check")
_seal("the seal of the audit log's end (`audit_end`)", "audit_end")


@row("a damaged file", "an article; the last good version answers")
def _(this: Try) -> Iterator[None]:
    this.scene.ends()
    with _damaged(this.scene.home / "knowledge" / "articles" / "does-it-work.md", _scratched):
        this.starts()
        with Patient(this.scene.system.url) as asking:
            this.notes.append("quotes it" if asking.says("Does it work?")[0]["kind"] == "answer" else "QUOTES NOTHING")
        yield
    this.scene.ends()
    this.scene.starts()


# Crowds.


@row("100 half-open requests", "begun and not ended")
def _(this: Try) -> Iterator[None]:
    with ExitStack() as lines:
        for _ in range(100):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", this.scene.system.port), timeout=10))
            line.sendall(b"POST /api/chat/messages HTTP/1.1\r\nHost: clinic.example\r\n")
        yield


@row("200 open streams", "of as many chats")
def _(this: Try) -> Iterator[None]:
    with ExitStack() as lines:
        for _ in range(200):
            lines.enter_context(_stream(this.scene))
        yield


@contextmanager
def _stream(scene: Scene) -> Iterator[socket.socket]:
    with Patient(scene.system.url) as patient:
        token = patient.token
    with socket.create_connection(("127.0.0.1", scene.system.port), timeout=10) as line:
        head = f"GET /api/chat/stream?after=0 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
        line.sendall(head.encode("ascii"))
        assert line.recv(12).endswith(b"200")
        yield line


def _problems(scene: Scene) -> list[str]:
    with suppress(httpx.HTTPError):
        return list(httpx.get(f"{scene.system.url}/readyz", timeout=10, trust_env=False).json()["problems"])
    return []


@contextmanager
def _read_only(folder: Path) -> Iterator[None]:
    """Let nothing more be written there."""
    steps = (["mount", "--bind", str(folder), str(folder)], ["mount", "-o", "remount,ro,bind", str(folder)])
    if any(subprocess.run(step, check=False, capture_output=True).returncode for step in steps):
        raise Skipped("this machine does not let us make a folder read-only")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)
