"""Whatever keeps `make setup` from going on is one sentence and a non-zero exit, and leaves nothing half-made in use."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cordial import bootstrap
from cordial.bootstrap import PROJECT, SetupError, explain_failure, explain_os_error
from tests.support.clone import clone_into, set_up

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there

# What the installers really printed on a full disk and without a network.
FULL_DISK = [
    "shutil.Error: [('/tmp/a/bin/uv', '/tmp/b/bin/uv', \"[Errno 28] No space left on device: '/tmp/a' -> '/tmp/b'\")]",
    "error: Failed to install: numpy-2.4.6-cp311-manylinux_2_28_x86_64.whl (numpy==2.4.6)\n  cause: failed to copy file from "
    "/home/someone/.cache/uv/numpy.libs/lib.so to /venv/numpy.libs/.tmpBPN184: No space left on device (os error 28)",
]
NO_NETWORK = [
    "error: Failed to fetch: http://nosuch.invalid/simple/idna/\n  cause: error sending request for url\n  cause: client error "
    "(Connect)\n  cause: dns error\n  cause: failed to lookup address information: Name or service not known",
    "  cause: tcp connect error\n  cause: Connection refused (os error 111)",
    "ERROR: Could not find a version that satisfies the requirement uv==0.11 (from versions: none)\n"
    "ERROR: No matching distribution found for uv==0.11",
]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The project as it is after `git clone`."""
    return clone_into(tmp_path)


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence that a failed set-up ends with."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    [line] = done.stderr.strip().splitlines()
    return line


@pytest.mark.slow
def test_without_a_network_set_up_says_so(clone: Path) -> None:
    done = set_up(clone, PIP_INDEX_URL=NOBODY, PIP_FIND_LINKS="", PIP_RETRIES="0", PIP_CONFIG_FILE=os.devnull)
    assert "registry cannot be reached" in sentence(done)
    assert "failed" in done.stdout
    assert not (clone / ".venv" / ".cordial").exists(), "a half-made environment must not pass for a whole one"


@pytest.mark.slow
def test_without_python_3_10_set_up_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "RASA", tmp_path / "rasa")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "UV_PYTHON_INSTALL_MIRROR"):
        monkeypatch.setenv(name, NOBODY)
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "pythons"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match=r"3\.10.*CORDIAL_PYTHON310"):
        bootstrap.rasa_environment()


@pytest.mark.slow
def test_another_python_is_refused_before_anything_is_made(clone: Path) -> None:
    done = set_up(clone, python=PROJECT / ".venv-rasa" / "bin" / "python")
    assert "3.11" in sentence(done)
    assert not (clone / ".venv").exists()


def on_a_small_disk(folder: Path) -> list[str]:
    """The beginning of a command that sees an almost full disk at a folder."""
    mount = 'cp -r "$0" "$0.whole" && mount -t tmpfs -o size=6m none "$0" && cp -r "$0.whole/." "$0" && cd "$0" && exec "$@"'
    command = ["unshare", "--mount", "sh", "-c", mount, str(folder)]
    try:
        subprocess.run([*command, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this machine does not let us mount a small disk")
    return command


@pytest.mark.slow
def test_too_little_space_is_said_before_anything_is_downloaded(clone: Path) -> None:
    small = clone_part(clone)
    done = set_up(small, *on_a_small_disk(small))
    assert "disk space" in sentence(done)


@pytest.mark.slow
def test_a_disk_that_gets_full_on_the_way_is_said(clone: Path) -> None:
    small = clone_part(clone)
    file = small / "cordial" / "bootstrap.py"
    file.write_text(file.read_text("utf-8").replace("NEEDED_BYTES = 6_000_000_000", "NEEDED_BYTES = 0"), "utf-8")
    done = set_up(small, *on_a_small_disk(small))
    assert "disk is full" in sentence(done)


def clone_part(clone: Path) -> Path:
    """Only what set-up itself reads, which fits on a small disk."""
    part = clone / "part"
    for name in ("cordial", "requirements", "bot"):
        (part / name).mkdir(parents=True)
        for file in (clone / name).glob("*.*"):
            (part / name / file.name).write_bytes(file.read_bytes())
    (part / "pyproject.toml").write_bytes((clone / "pyproject.toml").read_bytes())
    return part


@pytest.mark.parametrize("output", FULL_DISK)
def test_a_full_disk_is_recognised(output: str) -> None:
    assert "disk is full" in explain_failure(output)


@pytest.mark.parametrize("output", NO_NETWORK)
def test_a_missing_network_is_recognised(output: str) -> None:
    assert "registry cannot be reached" in explain_failure(output)


def test_any_other_failure_shows_the_last_line() -> None:
    assert explain_failure("one\nerror: No solution found\n\n") == "A step failed: error: No solution found."
    assert "nothing" in explain_failure("")


@pytest.mark.parametrize(
    ("number", "said"), [(28, "disk is full"), (13, "permissions"), (30, "permissions"), (2, "No such file")]
)
def test_an_error_of_the_system_says_where_and_what_to_do(number: int, said: str) -> None:
    sentence = explain_os_error(OSError(number, os.strerror(number), "/srv/cordial"))
    assert "/srv/cordial" in sentence
    assert said in sentence


def test_no_gpu_package_is_installed() -> None:
    for name in (".venv", ".venv-rasa"):
        packages = [path.name for path in (PROJECT / name).glob("lib/python*/site-packages/*")]
        assert packages, name
        assert [package for package in packages if package.startswith("nvidia")] == []


@pytest.mark.parametrize("lock", ["requirements/web.txt", "requirements/dev.txt", "bot/requirements.txt"])
def test_every_package_is_pinned_and_no_address_is_written_down(lock: str) -> None:
    lines = (PROJECT / lock).read_text("utf-8").splitlines()
    packages = [line for line in lines if line and not line.lstrip().startswith("#")]
    assert packages
    assert [line for line in packages if "==" not in line or "://" in line] == []
