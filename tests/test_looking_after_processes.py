"""`cordial start` looks after its processes: in order, until it is ended, and nothing stays behind.

Small programs stand for web, Rasa and its training, so all this takes seconds; tests/test_starting.py has the real ones.
"""

from __future__ import annotations

import gzip
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from cordial.bootstrap import PROJECT
from tests.support.small_start import GIVES_UP, IGNORES_TERM, SERVES
from tests.support.system import free_port, marked_processes, plain_environment, until


class Started:
    """One start."""

    def __init__(self, data: Path, programs: dict[str, str]) -> None:
        """Start it."""
        self.data, self.port, self.rasa_port, self._mark = data, free_port(), free_port(), secrets.token_hex(8)
        self._printed = data / "printed.txt"
        environment = plain_environment(TESTED_AS=self._mark, PYTHONUNBUFFERED="1", **programs)
        command = [sys.executable, "-m", "tests.support.small_start", str(data), str(self.port), str(self.rasa_port)]
        with self._printed.open("wb") as out:
            self.process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=out, stderr=out)

    def says(self, words: str) -> None:
        """Wait until it has said something."""
        until(lambda: words in self.said() or self.process.poll() is not None, 60, words)
        assert words in self.said()

    def said(self) -> str:
        """All that it has said."""
        return self._printed.read_text("utf-8")

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Let a signal end it; gives its exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def gives_up(self) -> str:
        """Wait for its end by itself; gives its last line."""
        assert self.process.wait(60) == 1
        assert "Traceback" not in self.said()
        return self.said().strip().splitlines()[-1]

    def pid_of(self, port: int) -> int:
        """The process that listens on one of its ports."""
        return next(pid for pid, line in self.running().items() if line.rstrip().endswith(str(port)) and " -c " in line)

    def running(self) -> dict[int, str]:
        """Its processes."""
        return marked_processes(self._mark)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """Starts it, with other small programs if wanted, in one data folder or another; the embedding model is there."""
    started: list[Started] = []

    def begin(data: str = "", **programs: str) -> Started:
        folder = tmp_path / data
        (folder / "encoder").mkdir(parents=True, exist_ok=True)
        (folder / "encoder" / "MODEL.json").touch()
        given = {f"SMALL_{name.upper()}": program for name, program in programs.items()}
        started.append(Started(folder, {"SMALL_MODELS": str(tmp_path / "models"), **given}))
        return started[-1]

    yield begin
    for one in started:
        one.process.kill()
        one.process.wait()
        for pid in one.running():
            os.kill(pid, signal.SIGKILL)


def test_it_trains_and_is_ready_and_says_where(start: Callable[..., Started], tmp_path: Path) -> None:
    started = start()
    started.says("Everything runs.")
    said = started.said()
    steps = [
        "web: database",
        "training Rasa",
        "Rasa: loading",
        "Ready after",
        f"127.0.0.1:{started.port}/chat",
        "handoffs list",
    ]
    assert sorted(steps, key=said.index) == steps
    assert [file.name for file in tmp_path.glob("models/*.tar.gz")] == ["cordial-today.tar.gz"]


def test_a_model_that_is_there_is_not_trained_again(start: Callable[..., Started], tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "cordial-today.tar.gz").write_bytes(gzip.compress(b"of yesterday", mtime=0))
    started = start(training=GIVES_UP)
    started.says("Everything runs.")
    assert "training" not in started.said()


@pytest.mark.parametrize("damaged", [gzip.compress(b"of yesterday" * 99, mtime=0)[:-20], b"", b"no archive at all"])
def test_a_damaged_model_is_named_and_trained_anew(start: Callable[..., Started], tmp_path: Path, damaged: bytes) -> None:
    model = tmp_path / "models" / "cordial-today.tar.gz"
    model.parent.mkdir()
    model.write_bytes(damaged)
    started = start()
    started.says("Everything runs.")
    assert "cordial-today.tar.gz is damaged; it is trained anew." in started.said()
    assert model.read_text("utf-8") == "a model"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order(start: Callable[..., Started], number: signal.Signals) -> None:
    started = start()
    started.says("Everything runs.")
    assert started.end(number) == 0
    assert "Ending" in started.said()
    assert started.running() == {}


def test_what_does_not_want_to_end_is_made_to(start: Callable[..., Started]) -> None:
    started = start(web=IGNORES_TERM + SERVES)
    started.says("Everything runs.")
    assert started.end() == 0
    assert started.running() == {}


def test_a_process_that_has_ended_is_started_again(start: Callable[..., Started]) -> None:
    started = start()
    started.says("Everything runs.")
    killed = started.pid_of(started.rasa_port)
    os.kill(killed, signal.SIGKILL)
    started.says("rasa has ended and is started again")
    started.says("rasa answers again.")
    assert answers(started.rasa_port)
    assert started.pid_of(started.rasa_port) != killed
    assert "web has ended" not in started.said()


@pytest.mark.parametrize("name", ["web", "rasa"])
def test_a_process_that_stands_still_is_ended_and_started_again(start: Callable[..., Started], name: str) -> None:
    started = start(patience="2")
    started.says("Everything runs.")
    port = {"web": started.port, "rasa": started.rasa_port}[name]
    still = started.pid_of(port)
    os.kill(still, signal.SIGSTOP)
    started.says(f"{name} runs and gives no answer; it is ended and started again.")
    until(lambda: answers(port), 30, "it answers again")
    assert still not in started.running()


def test_a_process_that_stands_still_as_soon_as_it_is_back_is_ended_again(start: Callable[..., Started]) -> None:
    started = start(patience="2")
    started.says("Everything runs.")
    os.kill(started.pid_of(started.rasa_port), signal.SIGKILL)
    started.says("rasa answers again.")
    os.kill(started.pid_of(started.rasa_port), signal.SIGSTOP)
    started.says("rasa runs and gives no answer; it is ended and started again.")
    until(lambda: started.said().count("rasa answers again.") == 2, 30, "it answers again")


def test_a_rasa_that_has_lost_its_model_is_started_again(start: Callable[..., Started]) -> None:
    started = start(patience="2")
    started.says("Everything runs.")
    httpx.get(f"http://127.0.0.1:{started.rasa_port}/lose", trust_env=False)
    started.says("rasa runs and gives no answer; it is ended and started again.")
    until(lambda: answers(started.rasa_port), 30, "it is well again")


def test_a_process_that_stands_still_does_not_keep_cordial_from_ending(start: Callable[..., Started]) -> None:
    started = start()
    started.says("Everything runs.")
    os.kill(started.pid_of(started.port), signal.SIGSTOP)
    assert started.end() == 0
    assert started.running() == {}


def answers(port: int) -> bool:
    """Whether something answers on a port."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.mark.parametrize("name", ["web", "rasa"])
def test_a_process_that_does_not_start_is_named_with_its_last_words(start: Callable[..., Started], name: str) -> None:
    started = start(**{name: GIVES_UP})
    assert f"{name} did not start: There is no such clinic. (log: " in started.gives_up()
    assert started.running() == {}


@pytest.mark.parametrize("program", [GIVES_UP, "print('There is no such clinic.')"], ids=["fails", "makes no model"])
def test_training_that_fails_is_said_and_leaves_no_model(start: Callable[..., Started], tmp_path: Path, program: str) -> None:
    started = start(training=program)
    assert "Training Rasa failed: There is no such clinic. (log: " in started.gives_up()
    assert started.running() == {}
    assert list(tmp_path.glob("models/*")) == []


WHEN_TOLD = """
import pathlib, sys, time
made = pathlib.Path(sys.argv[1])
while not (made.parent.parent / "go on").exists():
    time.sleep(0.05)
made.parent.mkdir(parents=True)
made.write_text("a model")
"""


def test_of_two_starts_at_once_one_trains_and_both_run(start: Callable[..., Started], tmp_path: Path) -> None:
    both = [start(training=WHEN_TOLD), start(training=WHEN_TOLD, data="second")]
    for each in both:
        each.says("training Rasa, begun")
    (tmp_path / "models" / "go on").touch()
    for each in both:
        each.says("Everything runs.")
    assert sum("begun beside it" in each.said() for each in both) == 1
    assert sum("begun by another start" in each.said() for each in both) == 1


def test_a_training_that_was_given_up_is_taken_over(start: Callable[..., Started], tmp_path: Path) -> None:
    first = start(training=WHEN_TOLD)
    first.says("training Rasa, begun beside it")
    second = start(training=WHEN_TOLD, data="second")
    second.says("training Rasa, begun by another start")
    first.end()
    (tmp_path / "models" / "go on").touch()
    second.says("Everything runs.")


def test_what_killed_trainings_left_is_removed_and_a_running_one_is_left_alone(
    start: Callable[..., Started], tmp_path: Path
) -> None:
    for number in ("99999999", "nonsense", str(os.getpid())):
        (tmp_path / "models" / f".part-{number}").mkdir(parents=True)
    started = start()
    started.says("Everything runs.")
    started.end()
    assert [file.name for file in tmp_path.glob("models/.part-*")] == [f".part-{os.getpid()}"]


TALKS = (
    """
import threading, time
def talk():
    while True:
        print("and so on", flush=True)
        time.sleep(0.02)
threading.Thread(target=talk, daemon=True).start()
"""
    + SERVES
)


def test_logs_stay_small_while_they_are_written(start: Callable[..., Started], tmp_path: Path) -> None:
    start(web=TALKS).says("Everything runs.")
    logs = tmp_path / "logs"
    until((logs / "web.2.log").is_file, 60, "it was put aside twice")
    until(lambda: "and so on" in (logs / "web.log").read_text("utf-8", "replace"), 60, "what comes then goes on in the log")
    assert "\0" not in (logs / "web.log").read_text("utf-8", "replace"), "it begins anew"
    assert not (logs / "web.3.log").exists()


def test_a_long_log_is_put_aside(start: Callable[..., Started], tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    for name, length in (("web", 101), ("rasa", 100)):
        (tmp_path / "logs" / f"{name}.log").write_text("x" * length, "utf-8")
    start().says("Everything runs.")
    assert (tmp_path / "logs" / "web.1.log").read_text("utf-8") == "x" * 101
    assert not (tmp_path / "logs" / "rasa.1.log").exists()
