"""Continuous integration never goes on in silence without what tests need."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cordial.bootstrap import PROJECT
from tests.support.system import plain_environment

SKIPPED = "import pytest\n\n\ndef test_one():\n    pytest.skip('there is no Chromium')\n"
SKIPPED_AT_ONCE = "import pytest\n\n\n@pytest.mark.skipif(True, reason='there is no DejaVu')\ndef test_one():\n    pass\n"


@pytest.mark.parametrize(("test", "reason"), [(SKIPPED, "no Chromium"), (SKIPPED_AT_ONCE, "no DejaVu")])
@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_a_skipped_test_fails_where_ci_is_set(test: str, reason: str, ci: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "test_skipped.py").write_text(test, "utf-8")
    (tmp_path / "pytest.ini").touch()
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rs",
        "-p",
        "no:cacheprovider",
        "-p",
        "tests.support.skips",
        str(tmp_path),
    ]
    environment = plain_environment(CI=ci, PYTHONPATH=str(PROJECT))
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code, done.stdout
    assert reason in done.stdout


EVERYTHING = ("google-chrome", "nginx", "caddy", "initdb", "redis-server")


def runs_here(tmp_path: Path, *programs: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What `.ci/run` does on a machine that has these programs, and no way to install others."""
    for name in ("bash", "dirname", "grep", "mktemp", "rm", "tee"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    for name in ("make", *programs):
        script = tmp_path / name
        if not script.exists():
            script.write_text(f'#!{shutil.which("sh")}\necho {name} was called with "$@"\n', "utf-8")
        script.chmod(0o755)
    given = plain_environment(
        **{"CI": "", "ARGS": "", "SBIN": "/nowhere", "POSTGRESQL": "/nowhere", **environment}, PATH=str(tmp_path)
    )
    command = [str(shutil.which("bash")), str(PROJECT / ".ci" / "run")]
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture
def fonts(tmp_path: Path) -> Path:
    """A folder with the font."""
    (tmp_path / "truetype" / "dejavu").mkdir(parents=True)
    (tmp_path / "truetype" / "dejavu" / "DejaVuSans.ttf").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("browser", "named"),
    [((), "chromium"), (("chromium",), "fonts-dejavu-core"), (("nginx",), "caddy"), (("caddy",), "postgresql redis-server")],
)
def test_what_is_missing_is_named_and_ends_it_where_ci_is_set(browser: tuple[str, ...], named: str, tmp_path: Path) -> None:
    done = runs_here(tmp_path, *browser, CI="true", FONTS="/nowhere")
    assert done.returncode == 1
    assert named in done.stdout
    assert "make was called" not in done.stdout


def test_without_ci_it_says_what_is_skipped_and_goes_on(tmp_path: Path) -> None:
    done = runs_here(tmp_path, FONTS="/nowhere", ARGS="-x")
    assert done.returncode == 0, done.stderr
    assert "chromium fonts-dejavu-core nginx-light caddy postgresql redis-server" in done.stdout
    assert "skipped" in done.stdout
    assert "make was called with test ARGS=-x" in done.stdout


def test_where_everything_is_there_nothing_is_said(tmp_path: Path, fonts: Path) -> None:
    done = runs_here(tmp_path, *EVERYTHING, CI="true", FONTS=str(fonts))
    assert (done.returncode, done.stdout) == (0, "make was called with test ARGS=\n"), done.stderr


@pytest.mark.parametrize(
    ("printed", "ends", "code", "times"),
    [
        ("INTERNALERROR> a worker ended too early", (3, 0), 0, 2),
        ("INTERNALERROR> a worker ended too early", (3, 3), 3, 2),
        ("1 failed, and its message holds INTERNALERROR", (1, 0), 1, 1),
    ],
)
def test_only_a_fault_of_pytest_itself_is_tried_once_more(
    printed: str, ends: tuple[int, int], code: int, times: int, tmp_path: Path, fonts: Path
) -> None:
    first, second = ends
    again = tmp_path / "again"
    script = f'echo run; [ -e {again} ] && exit {second}; echo "{printed}"; : >{again}; exit {first}'
    (tmp_path / "make").write_text(f"#!{shutil.which('sh')}\n{script}\n", "utf-8")
    done = runs_here(tmp_path, *EVERYTHING, CI="true", FONTS=str(fonts))
    assert (done.returncode, done.stdout.count("run\n")) == (code, times), done.stderr
