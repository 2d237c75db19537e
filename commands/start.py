"""`cordial start`: build what is not current, start both processes, look after them, end them together."""

from __future__ import annotations

import ctypes
import fcntl
import gzip
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from types import FrameType
from urllib.request import ProxyHandler, build_opener

from commands.logs import Rotation, rotation_of
from commands.running import StartError, check_ports
from cordial.bootstrap import PROJECT, RASA, data_folder, step
from cordial.settings import Settings
from cordial.telemetry import OFF

_READY_SECONDS = 600.0
_END_SECONDS = 10.0
_RESTART_SECONDS = 2.0
_ASK_SECONDS = 5.0  # between two looks at whether a process answers; none between those at one that was started again
_ANSWER_SECONDS = 3.0  # in which it has to; nothing else is looked after meanwhile
# What web writes down while it seals the records of an earlier version, which may take hours.
_SEALING = re.compile(r"sealing stored messages +done=(\d+) of=(\d+)")
_US = os.getpid()
# What the trained model depends on; FAQ text is not among it.
_TRAINED_FROM = ("config.yml", "domain", "data", "bot")


class Child:
    """One of our two processes."""

    rotation = Rotation()

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        """Describe it; `start` starts it."""
        self.name = name
        self._command = command
        self._environment = {**environment, "PYTHONDONTWRITEBYTECODE": ""}  # else each start compiles for ten seconds
        self.log = log
        self._log_begins = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a group of its own, so that Ctrl-C reaches only us, and it ends with us even if we are killed."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.rotation.turn(self.log)
        with self.log.open("ab") as log:
            self._log_begins = log.tell()
            self.process = subprocess.Popen(
                self._command,
                cwd=PROJECT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 -- we have one thread
            )

    @property
    def running(self) -> bool:
        """Whether it is there."""
        return self.process is not None and self.process.poll() is None

    def ask_to_end(self) -> None:
        """Ask it to end in order, and do not wait for it."""
        if self.process is not None:
            _signal_group(self.process, signal.SIGTERM)

    def end_by(self, time_out: float) -> None:
        """Wait until it has ended, and from a time of the monotonic clock on make it."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, time_out - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal_group(self.process, signal.SIGKILL)
            self.process.wait()

    def kill(self) -> None:
        """End it at once: it would not hear that it is asked to."""
        if self.process is not None:
            _signal_group(self.process, signal.SIGKILL)
            self.process.wait()

    def progress(self) -> str:
        """How far it is with the records of an earlier version, if it tells."""
        with suppress(OSError), self.log.open("rb") as log:
            log.seek(max(self._log_begins, log.seek(0, os.SEEK_END) - 2_000))
            if told := _SEALING.findall(log.read().decode("utf-8", "replace")):
                done, of = map(int, told[-1])
                return f"sealing stored messages, {done:,} of {of:,}"
        return ""

    def last_words(self) -> str:
        """The end of its log, for the message that it did not start."""
        lines = self.log.read_text("utf-8", "replace").strip().splitlines() if self.log.is_file() else []
        return lines[-1].strip() if lines else "it printed nothing"


class Watch:
    """Whether one of our processes answers. One that hangs, or that has lost its model, runs on for the system."""

    def __init__(self, child: Child, address: str, patience: float) -> None:
        """Watch one that has answered.

        Args:
            child: which.
            address: where it says that it is well.
            patience: seconds without a good answer after which it hangs.
        """
        self.child = child
        self._address, self._patience = address, patience
        self._has_answered = True  # since its start, which takes longer than any answer
        self._silent_since: float | None = None  # as told by the first answer that did not come
        self._ask_at = 0.0

    def start(self) -> None:
        """Start it again."""
        self.child.start()
        self._has_answered, self._silent_since = False, None

    @property
    def has_answered(self) -> bool:
        """Whether it has answered since its start."""
        return self._has_answered

    def hangs(self) -> bool:
        """Whether it has not answered for too long; asks it now and then."""
        if time.monotonic() < self._ask_at:
            return False
        asked_at = time.monotonic()
        self._ask_at = asked_at + (min(_ASK_SECONDS, self._patience / 6) if self._has_answered else 0)
        if _answers(self._address, min(_ANSWER_SECONDS, self._patience / 2)):
            self._has_answered, self._silent_since = True, None
            return False
        self._silent_since = self._silent_since or asked_at
        return time.monotonic() - self._silent_since > (self._patience if self._has_answered else _READY_SECONDS)


def start(settings: Settings, say: Callable[[str], None], ready: Callable[[], None], after_a_kill: bool = False) -> None:
    """Run Cordial until a signal ends it. Whoever calls this holds the data folder (`commands.running`).

    Args:
        settings: of this run.
        say: prints a line.
        ready: called once, when everything runs.
        after_a_kill: whether the processes of one that was killed may still be ending.

    Raises:
        StartError: if it cannot start; nothing stays behind.
    """
    check_ports(settings, _END_SECONDS if after_a_kill else 0)
    Child.rotation = rotation_of(settings)
    _Stop.install()
    began = time.monotonic()
    preparing = preparing_process(settings)
    children = [preparing]
    try:
        _prepare_encoder(settings, preparing)
        # Only now: what the training is called depends on the embedding model.
        web, rasa, training = web_process(settings), rasa_process(settings), training_process(settings)
        children += [training, rasa, web]
        if model_file().is_file() and not _is_whole(model_file()):
            say(f"Rasa's model {_shown(model_file())} is damaged; it is trained anew.")
            model_file().unlink()
        # All at once: importing Rasa takes as long as building the index, and needs nothing of it.
        web.start()
        rasa.start()
        ours = _OurTurnToTrain()
        if not model_file().is_file() and ours.comes():
            training.start()
        with step("web: database, embedding model, index"):
            _wait_for(web_alive(settings), web, say, unless_failed=training)
        if training.process or not model_file().is_file():
            with step(f"training Rasa, begun {'beside it' if training.process else 'by another start'}"):
                _have_trained(training, ours)
        ours.ends()
        with step("Rasa: loading its model"):
            _wait_for(rasa_ready(settings), rasa, say)
        say(f"\nReady after {time.monotonic() - began:.0f} s.")
        say(f"  Chat      {settings.web_url}/chat")
        say(f"  Library   {settings.web_url}/library")
        say(f"  Console   {settings.web_url}/desk")
        say(f"  Handoffs  {_shown(Path(sys.executable).with_name('cordial'))} handoffs list")
        say(f"  Logs      {_shown(web.log.parent)}")
        if settings.proxy_problem:
            say(f"\n{settings.proxy_problem}")
        say("\nCtrl-C ends both processes.")
        ready()
        patience = settings.restart_seconds
        _look_after([Watch(web, web_alive(settings), patience), Watch(rasa, rasa_ready(settings), patience)], say)
    except _Stop.Stopped:
        say("\nEnding …")
    finally:
        _end(children)
        _clear_half_made()


def preparing_process(settings: Settings) -> Child:
    """What makes the embedding model ready."""
    command = [sys.executable, "-m", "commands", "prepare"]
    return Child("prepare", command, dict(os.environ), settings.data / "logs" / "prepare.log")


def web_alive(settings: Settings) -> str:
    """Where web says that it is alive."""
    return f"{settings.web_url}/healthz"


def rasa_ready(settings: Settings) -> str:
    """Where Rasa says that it has its model."""
    return f"http://127.0.0.1:{settings.rasa_port}/webhooks/turn/ready"


def web_process(settings: Settings) -> Child:
    """The web process."""
    command = [sys.executable, "-m", "commands", "serve", "--no-first-link"]
    return Child("web", command, dict(os.environ), settings.data / "logs" / "web.log")


def rasa_process(settings: Settings) -> Child:
    """The Rasa process, bound to loopback, quiet, on our model, for which it waits.

    Its own API stays off: by it anybody on the machine could unload the model or put another one in its place.
    """
    command = [
        str(RASA / "bin" / "python"),
        "-m",
        "bot.serve",
        "run",
        "--model",
        str(model_file()),
        "--interface",
        "127.0.0.1",
        "--port",
        str(settings.rasa_port),
        "--endpoints",
        str(endpoints_file(settings)),
        "--credentials",
        "credentials.yml",
    ]
    return Child("rasa", command, rasa_environment(settings), settings.data / "logs" / "rasa.log")


def rasa_environment(settings: Settings) -> dict[str, str]:
    """The environment of any Rasa command."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("CORDIAL_")},
        "CORDIAL_WEB_URL": settings.web_url,
        **OFF,
        "HOME": str(settings.data / "rasa"),  # Rasa writes an id for its telemetry there even when that is off
        "LOG_LEVEL": "CRITICAL",  # Rasa writes patients' words at INFO, and at ERROR when a turn is cut off
        "LOG_LEVEL_LIBRARIES": "ERROR",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONWARNINGS": "ignore",
        "PYTHONPATH": str(PROJECT),
        "NO_PROXY": "127.0.0.1,localhost",
    }


def endpoints_file(settings: Settings) -> Path:
    """Rasa's endpoints with this web's address in them."""
    file = settings.data / "rasa" / "endpoints.yml"
    text = (PROJECT / "endpoints.yml").read_text("utf-8").replace("http://127.0.0.1:8000", settings.web_url)
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.is_file() or file.read_bytes() != text.encode():
        file.write_text(text, "utf-8")
    return file


def model_file() -> Path:
    """The model that belongs to today's training data; it is there or has to be trained."""
    encoder = data_folder() / "encoder" / "MODEL.json"  # features of another model mean something else
    digest = hashlib.sha256(encoder.read_bytes() if encoder.is_file() else b"")
    for name in _TRAINED_FROM:
        place = PROJECT / name
        files = [place] if place.is_file() else [file for file in place.rglob("*") if file.suffix in {".yml", ".py", ".txt"}]
        for file in sorted(files):
            digest.update(str(file.relative_to(PROJECT)).encode())
            digest.update(file.read_bytes())
    return PROJECT / "models" / f"cordial-{digest.hexdigest()[:12]}.tar.gz"


def _is_whole(model: Path) -> bool:
    """Whether a packed model can be read to its end; what it is packed with carries a checksum."""
    try:
        with gzip.open(model) as packed:
            something = bool(packed.read(1))
            while packed.read(1 << 20):
                pass
    except (OSError, EOFError, zlib.error):
        return False
    return something


def training_process(settings: Settings) -> Child:
    """Rasa's training, which needs web for its features and waits for it."""
    command = [
        str(RASA / "bin" / "python"),
        "-m",
        "rasa",
        "train",
        "--fixed-model-name",
        model_file().name,
        "--out",
        str(_half_made()),
        "--domain",
        "domain",
        "--data",
        "data",
        "--config",
        "config.yml",
    ]
    environment = {**rasa_environment(settings), "CORDIAL_WAIT_FOR_WEB": str(_READY_SECONDS)}
    return Child("training", command, environment, settings.data / "logs" / "train.log")


class _OurTurnToTrain:
    """Whether no other start trains in this folder: two trainings of one model at once take four times as long as one."""

    def __init__(self) -> None:
        """Look for nothing yet."""
        place = model_file().parent
        place.mkdir(exist_ok=True)
        self._folder = os.open(place, os.O_RDONLY)  # its lock is the kernel's, so that it ends with us

    def comes(self) -> bool:
        """Whether it is ours now; it stays so until this start ends."""
        try:
            fcntl.flock(self._folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def ends(self) -> None:
        """Let others train."""
        os.close(self._folder)


def _have_trained(training: Child, ours: _OurTurnToTrain) -> None:
    """Wait for the model: ours, or that of another start; should that one end without, train."""
    while not training.process and not model_file().is_file():
        if ours.comes() and not model_file().is_file():
            training.start()
        _pause(0.2)
    if training.process:
        _finish(training)


def _finish(training: Child) -> None:
    """Wait for the training and put its model where it is looked for, whole or not at all."""
    assert training.process  # noqa: S101
    code = _end_of(training)
    made = _half_made() / model_file().name
    if code != 0 or not made.is_file():
        raise StartError(f"Training Rasa failed: {training.last_words()} (log: {_shown(training.log)}).")
    made.replace(model_file())


def _end_of(child: Child) -> int:
    """Wait for a process to end by itself; its exit code."""
    assert child.process  # noqa: S101
    while (code := child.process.poll()) is None:
        _pause(0.1)
    return code


def _end(children: list[Child]) -> None:
    """End all at once, so that what one is slow with the next is not kept waiting for."""
    for child in children:
        child.ask_to_end()
    time_out = time.monotonic() + _END_SECONDS
    for child in children:
        child.end_by(time_out)


def _half_made() -> Path:
    """Where our training puts its model; another process may be training the same one."""
    return model_file().parent / f".part-{_US}"


def _clear_half_made() -> None:
    """Remove what trainings have left whose process is gone, and ours."""
    for left in model_file().parent.glob(".part-*"):
        number = left.name.removeprefix(".part-")
        if number == str(_US) or not _exists(number):
            shutil.rmtree(left, ignore_errors=True)


def _exists(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        pass
    return True


def _look_after(watches: list[Watch], say: Callable[[str], None]) -> None:
    while True:
        _pause(0.5)
        for watch in watches:
            child, was_there = watch.child, watch.has_answered
            child.rotation.turn(child.log)
            if not child.running:
                say(f"{child.name} has ended and is started again; why is at the end of {_shown(child.log)}.")
                _pause(_RESTART_SECONDS)
                watch.start()
            elif watch.hangs():
                say(f"{child.name} runs and gives no answer; it is ended and started again. Its log: {_shown(child.log)}.")
                child.kill()
                watch.start()
            elif watch.has_answered > was_there:
                say(f"{child.name} answers again.")


def _prepare_encoder(settings: Settings, preparing: Child) -> None:
    """Have the embedding model ready: what Rasa is trained from depends on which it is."""
    if (settings.data / "encoder" / "MODEL.json").is_file() and not settings.encoder:
        return
    preparing.start()
    if _end_of(preparing) != 0:
        raise StartError(preparing.last_words())


def _wait_for(address: str, child: Child, say: Callable[[str], None], unless_failed: Child | None = None) -> None:
    """Wait until one of our processes says that it is well, as long as it takes if it tells that it goes on."""
    end, told = time.monotonic() + _READY_SECONDS, ""
    while time.monotonic() < end:
        if (progress := child.progress()) != told:
            end, told = time.monotonic() + _READY_SECONDS, progress
            say(f"{progress} …")
        if not child.running:
            raise StartError(f"{child.name} did not start: {child.last_words()} (log: {_shown(child.log)})")
        if unless_failed and unless_failed.process and unless_failed.process.poll():
            _finish(unless_failed)
        if _answers(address, 2.0):
            return
        _pause(0.1)
    raise StartError(f"{child.name} was not ready after {_READY_SECONDS:.0f} s (log: {_shown(child.log)}).")


def _answers(address: str, seconds: float) -> bool:
    """Whether something says there within this time that it is well."""
    try:
        with build_opener(ProxyHandler({})).open(address, timeout=seconds) as response:
            return bool(response.status == 200)
    except (OSError, HTTPException):
        return False


def _shown(path: Path) -> str:
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
        if os.getppid() != _US:  # the parent was gone before that
            os._exit(1)


class _Stop:
    """SIGINT, SIGTERM and a closed terminal all end Cordial in the same orderly way.

    The handler only notes the wish, and `_pause` acts on it: an exception raised by a handler, wherever the program happens to
    be, is lost where exceptions are ignored, as in what Python runs after each fork.
    """

    asked = False

    class Stopped(BaseException):
        """The wish was noticed."""

    @classmethod
    def install(cls) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, cls._note)

    @classmethod
    def _note(cls, _number: int, _frame: FrameType | None) -> None:
        cls.asked = True


def _pause(seconds: float) -> None:
    """Sleep; everything that waits does it with this.

    Raises:
        _Stop.Stopped: if somebody wants Cordial to end.
    """
    time.sleep(seconds)
    if _Stop.asked:
        raise _Stop.Stopped
