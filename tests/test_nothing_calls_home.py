"""No part of Cordial tells its maker anything: nothing waits in the user's folders to be sent, and nothing is sent."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.start import rasa_environment
from cordial.bootstrap import PROJECT, RASA
from cordial.settings import Settings
from cordial.telemetry import OFF
from tests.support.system import plain_environment

# What Rasa can be trained with in seconds.
SMALLEST = {
    "config.yml": "{recipe: default.v1, language: en, pipeline: [name: KeywordIntentClassifier], policies: [name: RulePolicy]}",
    "domain.yml": 'version: "3.1"\nintents: [greet, bye]\nresponses: {utter_hello: [{text: Hello.}]}\n',
    "data.yml": r"""version: "3.1"
nlu: [{intent: greet, examples: "- hello\n- hi\n"}, {intent: bye, examples: "- bye\n- so long\n"}]
rules: [{rule: greets, steps: [{intent: greet}, {action: utter_hello}]}]
""",
}
APART = ["unshare", "--user", "--map-root-user", "--net"]
ENCODES = "import sys, pathlib; from knowledge.encoder import Encoder; Encoder(pathlib.Path(sys.argv[1])).encode(['hello'])"


def run_with_new_home(home: Path, *program: str) -> str:
    """Run a program of ours for somebody who has just come to this machine and has switched nothing off; what it printed."""
    home.mkdir()
    passed_on = {name: value for name, value in plain_environment().items() if name not in OFF and not name.startswith("XDG_")}
    done = subprocess.run(
        [*program], cwd=PROJECT, env={**passed_on, "HOME": str(home)}, capture_output=True, text=True, timeout=500, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_whoever_uses_the_library_alone_leaves_no_trace(prepared: Path, tmp_path: Path) -> None:
    run_with_new_home(tmp_path / "home", sys.executable, "-c", ENCODES, str(prepared / "encoder"))
    assert list((tmp_path / "home").rglob("*")) == []


@pytest.mark.e2e
@pytest.mark.timeout(600)
@pytest.mark.parametrize("command", ["serve", "start"])
def test_web_and_rasa_leave_no_trace_and_call_nobody(
    new_data_folder: Callable[[str], Path], tmp_path: Path, command: str
) -> None:
    life = [sys.executable, "-m", "tests.support.short_life", str(new_data_folder("short_life")), command]
    assert calls_outside(tmp_path / "home", life) == 0
    assert list((tmp_path / "home").rglob("*")) == []


@pytest.mark.e2e
@pytest.mark.timeout(600)
def test_the_training_of_rasa_leaves_no_trace_and_calls_nobody(tmp_path: Path) -> None:
    for name, text in SMALLEST.items():
        (tmp_path / name).write_text(text, "utf-8")
    environment = rasa_environment(Settings.model_validate({"data": tmp_path / "data"}))
    given = [f"{name}={environment[name]}" for name in ("HOME", "PYTHONPATH", *OFF)]
    files = [f"--{name.removesuffix('.yml')}={tmp_path / name}" for name in SMALLEST]
    train = ["env", *given, str(RASA / "bin" / "python"), "-m", "rasa", "train", *files, f"--out={tmp_path / 'made'}"]
    assert calls_outside(tmp_path / "home", train) == 0
    assert list((tmp_path / "made").glob("*.tar.gz"))
    assert list((tmp_path / "home").rglob("*")) == []


def calls_outside(home: Path, program: list[str]) -> int:
    """How often anything was addressed to the world outside while a program ran where there is none."""
    if subprocess.run([*APART, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine does not let us have a network of our own")
    printed = run_with_new_home(home, *APART, sys.executable, "-m", "tests.support.on_loopback", *program)
    return int(printed.split()[-1])
