"""One Cordial works with a data folder, whoever starts it twice; and a port that cannot be had is named with its reason."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from commands.running import AlreadyRuns, StartError, check_ports, in_data_folder, port_problem
from cordial.bootstrap import PROJECT
from cordial.settings import Settings
from tests.support.system import CORDIAL, free_port, plain_environment


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With a data folder and ports of their own."""
    return Settings(data=tmp_path / "data", port=free_port(), rasa_port=free_port())


@contextmanager
def one_that_runs(settings: Settings, alone: bool = True) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the data folder."""
    holds = (
        "import sys; from cordial.settings import Settings; from commands.running import in_data_folder\n"
        f"with in_data_folder(Settings(data={str(settings.data)!r}), alone={alone}):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", holds], cwd=PROJECT, env=plain_environment(), stdin=pipe, stdout=pipe, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def refusal(settings: Settings, alone: bool) -> str:
    """What whoever comes second is told."""
    with pytest.raises(AlreadyRuns) as refused, in_data_folder(settings, alone):
        pass
    return str(refused.value)


def test_a_second_start_is_told_which_process_runs_and_what_to_do(settings: Settings) -> None:
    with one_that_runs(settings) as first:
        said = refusal(settings, alone=True)
    for words in (f"(pid {first.pid})", f"kill {first.pid}", str(settings.data), "CORDIAL_DATA", "CORDIAL_PORT"):
        assert words in said


def test_another_data_folder_is_nobodys_business(settings: Settings, tmp_path: Path) -> None:
    with one_that_runs(settings), in_data_folder(Settings(data=tmp_path / "another"), alone=True) as killed:
        assert not killed


def test_several_webs_share_a_data_folder_and_none_does_with_a_start(settings: Settings) -> None:
    with one_that_runs(settings, alone=False), in_data_folder(settings, alone=False):
        assert "already runs" in refusal(settings, alone=True)
    with one_that_runs(settings) as start:
        assert f"(pid {start.pid})" in refusal(settings, alone=False)


def test_a_web_that_ends_leaves_the_folder_to_the_others(settings: Settings) -> None:
    with one_that_runs(settings, alone=False):
        with in_data_folder(settings, alone=False):
            pass
        assert "already runs" in refusal(settings, alone=True)


def test_what_was_killed_holds_nothing_and_is_noticed_once(settings: Settings) -> None:
    with one_that_runs(settings) as first:
        first.send_signal(signal.SIGKILL)
        first.wait(10)
        with in_data_folder(settings, alone=True) as after_a_kill:
            assert after_a_kill
        with in_data_folder(settings, alone=True) as after_a_kill:
            assert not after_a_kill


@pytest.mark.slow
def test_commands_work_beside_what_runs(settings: Settings) -> None:
    environment = plain_environment(CORDIAL_DATA=str(settings.data))
    with one_that_runs(settings):
        for command in (["handoffs", "list"], ["backup", "make"], ["users", "list"]):
            done = subprocess.run(
                [*CORDIAL, *command], cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60, check=False
            )
            assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["port", "rasa_port"])
def test_a_taken_port_is_named_with_its_setting(settings: Settings, name: str) -> None:
    port = getattr(settings, name)
    said = rf"Port {port} is taken by another program.* CORDIAL_{name.upper()} "
    with socket.create_server(("127.0.0.1", port)), pytest.raises(StartError, match=said):
        check_ports(settings, patience=0)
    check_ports(settings, patience=0)


def test_the_ports_of_one_that_was_killed_are_waited_for(settings: Settings) -> None:
    ending = socket.create_server(("127.0.0.1", settings.port))
    timer = threading.Timer(0.5, ending.close)
    timer.start()
    check_ports(settings, patience=60)
    timer.join()


@contextmanager
def without_rights() -> Iterator[None]:
    """We are nobody for a while, if we were root. No longer than that: what measures the tests writes files between them."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(was)


def test_a_port_that_needs_rights_is_not_called_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    if int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 80:  # here nobody needs rights

        def refuse(*_: object) -> None:
            raise PermissionError

        monkeypatch.setattr("commands.running.socket.socket.bind", refuse)
    with without_rights():
        said = port_problem("127.0.0.1", 80, "CORDIAL_PORT") or ""
    for words in ("needs rights", "CORDIAL_PORT", "above 1023", "reverse proxy"):
        assert words in said
    assert "taken" not in said
