"""Every fault that is tried: how it is made, and how the broken part returns."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from desk.keeping.backup import backups_in, make
from desk.sealed import new_key
from knowledge.generation import current_id
from tests.faults.scene import CONTACT, HANGS, READ_ONLY, AtThePage, Scene, Skipped
from tests.support.people import Patient
from tests.support.staff import open_records
from tests.support.system import until
from tests.test_a_wrong_clock import chats, left

_THREADS = 60  # more than web has
_NOISE = b"\xff\x00 not what it was "


@dataclass
class Try:
    """One time that something breaks, with a patient in the middle of the intake."""

    scene: Scene
    maria: AtThePage
    moment: float = 0.0  # seconds after the message was sent; for what is tried at several
    sent: bool = False
    notes: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

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

    def kills(self, *arguments: str) -> None:
        """Run a command, and kill it at this moment."""
        if not self.scene.kills(self.moment, *arguments):
            self.notes.append(f"the command had ended after {self.moment:.0f} s")

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
    made_up: bool  # whether what breaks is broken for our processes alone

    @property
    def name(self) -> str:
        """As the document names it."""
        return f"{self.what}: {self.how}"


ROWS: list[Row] = []


def row(what: str, how: str, moments: tuple[float, ...] = (0.0,), made_up: bool = False) -> Callable[[Play], Play]:
    """Put a fault on the list. What comes before its `yield` breaks something, what comes after mends it."""

    def note(play: Play) -> Play:
        ROWS.append(Row(what, how, contextmanager(play), moments, made_up))
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


@row("the data folder", "becomes read-only while everything runs, also for files that are open", made_up=True)
def _(this: Try) -> Iterator[None]:
    this.scene.breaks(folder=READ_ONLY)
    try:
        until(lambda: "folder_read_only" in _problems(this.scene), 20, "/readyz tells")
        yield
    finally:
        this.scene.breaks()


@row("the data folder", "gives nothing of the database, until all threads of web hang", made_up=True)
def _(this: Try) -> Iterator[None]:
    hanging = this.scene.system.pid_of("web")
    this.scene.breaks(folder=HANGS)
    try:
        with ExitStack() as lines:
            for _ in range(_THREADS):
                line = lines.enter_context(socket.create_connection(("127.0.0.1", this.scene.system.port), timeout=10))
                line.sendall(f"GET /api/chat/messages?after=0 HTTP/1.1\r\nHost: x\r\n{_bearer(this)}\r\n".encode("ascii"))
            yield
            until(lambda: hanging not in this.scene.system.processes(), 150, "it was noticed")
    finally:
        this.scene.breaks()


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
    @row("the clock", how, made_up=True)
    def _(this: Try) -> Iterator[None]:
        this.scene.breaks(clock=seconds)
        try:
            time.sleep(5)  # so that everything that looks at the clock now and then has done so
            yield
        finally:
            this.scene.breaks()


_clock("leaps 60 days ahead, and back", 60 * 86_400)
_clock("leaps 60 days back, and ahead again", -60 * 86_400)
_clock("is set two minutes back, and right again", -120)


@row("the clock", "is 60 days ahead at a start, with 25 chats and all older backups due", made_up=True)
def _(this: Try) -> Iterator[None]:
    records = open_records(this.scene.data)
    chats(records, 25, 29, datetime.now(UTC))
    for days in (3, 2, 1):
        make(records, records.keyring, this.scene.data, datetime.now(UTC) - timedelta(days=days))
    there = left(records), len(backups_in(this.scene.data))
    this.scene.ends()
    this.scene.breaks(clock=60 * 86_400)
    try:
        this.starts()
        until(lambda: "retention erased nothing" in this.scene.system.log("web"), 200, "the daily run has come")
        yield
    finally:
        this.scene.breaks()
    gone = [before - now for before, now in zip(there, (left(records), len(backups_in(this.scene.data))), strict=True)]
    this.lost += [f"{number} {what}" for number, what in zip(gone, ("chats", "backups"), strict=True) if number > 0]
    records.close()


# Commands, killed in the middle of their work and run again.


@row("`cordial backup make`", "killed at four moments, and run again", moments=(1.0, 2.0, 3.0, 4.0))
def _(this: Try) -> Iterator[None]:
    this.kills("backup", "make")
    yield
    this.scene.runs("backup", "make")


@row("`cordial keys rotate`", "killed at four moments, and `keys reseal` run", moments=(1.0, 4.0, 8.0, 9.0))
def _(this: Try) -> Iterator[None]:
    this.kills("keys", "rotate")
    yield
    this.scene.runs("keys", "reseal")


@row("`cordial backup restore`", "killed at four moments, and run again", moments=(1.0, 2.0, 3.0, 4.0))
def _(this: Try) -> Iterator[None]:
    this.scene.ends()
    this.scene.runs("backup", "make")
    newest = backups_in(this.scene.data)[0].file.name
    this.kills("backup", "restore", newest, "--yes")
    yield
    this.scene.runs("backup", "restore", newest, "--yes")
    this.scene.starts()


@row("`cordial kb build`", "killed at four moments, and run again", moments=(2.0, 6.0, 12.0, 20.0))
def _(this: Try) -> Iterator[None]:
    wordings = this.scene.home / "knowledge" / "wordings" / "cost-and-payment.yml"
    wordings.write_text(re.sub(r'(?m)^(  - ".*)"$', r'\1 now"', wordings.read_text("utf-8"), count=1), "utf-8")
    this.kills("kb", "build")
    yield
    this.scene.runs("kb", "build")


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
    this.scene.runs("backup", "restore", backups_in(this.scene.data)[0].file.name, "--yes")
    this.scene.starts()


@row("a damaged file", "the log of the database (`cordial.db-wal`) after a crash; the last backup is restored")
def _(this: Try) -> Iterator[None]:
    this.scene.runs("backup", "make")
    newest = backups_in(this.scene.data)[0].file.name
    for pid in this.scene.system.processes():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: this.scene.system.ended, 10, "it is gone")
    log = this.scene.data / "cordial.db-wal"
    log.write_bytes(_NOISE * (log.stat().st_size // len(_NOISE)))
    code, said = this.scene.tries("audit", "verify")
    this.notes.append("`cordial audit verify` tells" if code and "cut off" in said else "NOBODY TELLS")
    yield
    this.scene.runs("backup", "restore", newest, "--yes")
    this.scene.starts()


def _index(how: str, name: str) -> None:
    @row("a damaged file", f"{how}, with an older one beside it")
    def _(this: Try) -> Iterator[None]:
        this.scene.ends()
        folder = this.scene.data / "knowledge"
        generations = folder / "generations"
        newest = generations / str(current_id(folder))
        shutil.copytree(newest, generations / "older", dirs_exist_ok=True)
        (newest / name).write_bytes(_cut((newest / name).read_bytes()))
        this.starts()
        yield
        shutil.rmtree(generations / "older")


_index("the index", "passages.json")
_index("the vectors of the index (`dense.faiss`)", "dense.faiss")
_index("what the index has learned (`ranker.npz`)", "ranker.npz")


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


def _spoiled(how: str, name: str) -> None:
    @row("a damaged file", how)
    def _(this: Try) -> Iterator[None]:
        this.scene.ends()
        file = this.scene.data / name
        file.write_bytes(_scratched(file.read_bytes() if file.is_file() else b""))
        this.starts()
        yield


_spoiled("the seal that tells a wrong key (`key_check`)", "key_check")
_spoiled("the seal of the audit log's end (`audit_end`)", "audit_end")
_spoiled("the list of erasures (`erased`)", "erased")
_spoiled("the list of decisions (`decisions`)", "decisions")
_spoiled("when the clock was last believed (`clock`)", "clock")
_spoiled("which index is in use (`knowledge/current`)", "knowledge/current")
_spoiled("where Rasa finds web (`rasa/endpoints.yml`)", "rasa/endpoints.yml")


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


def _bearer(this: Try) -> str:
    return f"Authorization: Bearer {this.maria.token}\r\n"


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
