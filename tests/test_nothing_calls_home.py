"""No part of Cordial tells its maker anything: nothing waits in the user's folders to be sent, and nothing is sent."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cordial.bootstrap import PROJECT
from cordial.telemetry import OFF
from tests.support.system import plain_environment

APART = ["unshare", "--user", "--map-root-user", "--net"]
ENCODES = "import sys, pathlib; from knowledge.encoder import Encoder; Encoder(pathlib.Path(sys.argv[1])).encode(['hello'])"


def run_with_new_home(home: Path, *program: str) -> str:
    """Run a program of ours for somebody who has just come to this machine and has switched nothing off; what it printed."""
    home.mkdir()
    passed_on = {name: value for name, value in plain_environment().items() if name not in OFF and not name.startswith("XDG_")}
    done = subprocess.run(
        [*program], cwd=PROJECT, env={**passed_on, "HOME": str(home)}, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_whoever_uses_the_library_alone_leaves_no_trace(prepared: Path, tmp_path: Path) -> None:
    run_with_new_home(tmp_path / "home", sys.executable, "-c", ENCODES, str(prepared / "encoder"))
    assert list((tmp_path / "home").rglob("*")) == []


@pytest.mark.e2e
@pytest.mark.timeout(300)
def test_web_leaves_no_trace_and_calls_nobody(new_data_folder: Callable[[str], Path], tmp_path: Path) -> None:
    if subprocess.run([*APART, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine does not let us have a network of our own")
    life = [sys.executable, "-m", "tests.support.short_life", str(new_data_folder("short_life"))]
    printed = run_with_new_home(tmp_path / "home", *APART, sys.executable, "-m", "tests.support.on_loopback", *life)
    assert list((tmp_path / "home").rglob("*")) == []
    assert printed.split()[-1] == "0", "something was addressed to the world outside"
