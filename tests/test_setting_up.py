"""Whatever keeps `make setup` from going on is one sentence and a non-zero exit, and leaves nothing half-made in use."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import certifi
import pytest

from cordial import bootstrap
from cordial.bootstrap import PROJECT, SetupError, changing
from cordial.failures import explain_failure, explain_os_error
from tests.support.clone import clone_into, set_up
from tests.support.registry import Registry
from tests.support.system import plain_environment, until

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there

# What the installers really printed on a full disk and without a network.
FULL_DISK = [
    "shutil.Error: [('/tmp/a/bin/uv', '/tmp/b/bin/uv', \"[Errno 28] No space left on device: '/tmp/a' -> '/tmp/b'\")]",
    "error: Failed to install: numpy-2.4.6-cp311-manylinux_2_28_x86_64.whl (numpy==2.4.6)\n  cause: failed to copy file from "
    "/home/someone/.cache/uv/numpy.libs/lib.so to /venv/numpy.libs/.tmpBPN184: No space left on device (os error 28)",
]
FETCH = "error: Failed to fetch: https://registry.example/simple/idna/\n  cause: client error (Connect)\n  cause: "
WHAT_FAILED = [
    (FETCH + "dns error\n  cause: failed to lookup address information: Name or service not known", "DNS"),
    (
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(': Failed to establish a new "
        "connection: [Errno -2] Name or service not known')': /simple/idna/\n"
        "ERROR: Could not find a version that satisfies the requirement idna==3.7 (from versions: none)",
        "DNS",
    ),
    (FETCH + "tcp connect error\n  cause: Connection refused (os error 111)", "cannot be reached: check the network"),
    (FETCH + "tunnel error: failed to create underlying connection\n  cause: Connection refused (os error 111)", "the proxy"),
    ("WARNING: Retrying after connection broken by 'ProxyError('Cannot connect to proxy.', …)'", "the proxy"),
    (FETCH + "invalid peer certificate: UnknownIssuer", "certificate of the package registry is not trusted"),
    (
        "Could not fetch URL https://registry.example/simple/uv/: There was a problem confirming the ssl certificate: …\n"
        "ERROR: Could not find a version that satisfies the requirement uv==0.11 (from versions: none)",
        "certificate of the package registry is not trusted",
    ),
    (
        "ERROR: Could not install packages due to an OSError: Could not find a suitable TLS CA certificate bundle, invalid "
        "path: /nosuch.pem",
        "certificate file that pip is set up with is not there",
    ),
    (
        "error: No solution found when resolving dependencies\n  cause: Because there is no version of torch==99.7 and you "
        "require torch==99.7, we can conclude that your requirements are unsatisfiable.",
        "does not have torch==99.7",
    ),
    (
        "  cause: Because idna was not found in the package registry and you require idna==3.7, we can conclude …",
        "does not have idna",
    ),
    (
        "ERROR: Could not find a version that satisfies the requirement uv==0.11 (from versions: none)\n"
        "ERROR: No matching distribution found for uv==0.11",
        "cannot be reached or does not have uv==0.11",
    ),
    (
        "ERROR: Could not find a version that satisfies the requirement uv==0.11 (from versions: 0.9, 0.10)\n"
        "ERROR: No matching distribution found for uv==0.11",
        "registry does not have uv==0.11",
    ),
    (
        "The virtual environment was not created successfully because ensurepip is not\navailable.  On Debian/Ubuntu systems, "
        "you need to install the python3-venv\npackage using the following command.",
        "sudo apt install python3.11-venv",
    ),
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
def test_what_ctrl_c_in_the_first_seconds_leaves_is_made_anew(clone: Path) -> None:
    command = [sys.executable, "-m", "cordial.bootstrap"]
    with subprocess.Popen(command, cwd=clone, env=plain_environment(), start_new_session=True) as running:
        until((clone / ".venv" / "bin" / "python").exists, 60, "it makes the environment")
        os.killpg(running.pid, signal.SIGINT)  # as the terminal does: to all of them
    assert running.returncode == 130
    assert not list(clone.glob(".venv/lib/python*/site-packages/pip-*")), "it was interrupted too late to test anything"
    done = set_up(clone, PIP_INDEX_URL=NOBODY, PIP_FIND_LINKS="", PIP_RETRIES="0", PIP_CONFIG_FILE=os.devnull)
    assert "registry cannot be reached" in sentence(done), "it had pip, so the environment was made anew"


@pytest.mark.slow
def test_a_debian_without_the_venv_package_is_told_its_name(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['ensurepip'] = None\n", "utf-8")
    done = set_up(clone, PYTHONPATH=str(tmp_path))
    assert "sudo apt install python3.11-venv" in sentence(done)
    assert not (clone / ".venv").exists()


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What make would do."""
    command = [str(shutil.which("make")), "--dry-run", *arguments]
    given = plain_environment(**environment)
    return subprocess.run(command, cwd=PROJECT, env=given, capture_output=True, text=True, timeout=30, check=False)


def test_without_python_3_11_make_itself_says_what_to_do(tmp_path: Path) -> None:
    done = make("run", PATH=str(tmp_path))
    assert done.returncode == 2
    [line] = done.stderr.strip().splitlines()
    for words in ("python3.11", "apt install", "make PYTHON=/path/to/python3.11 run"):
        assert words in line
    assert make("clean", PATH=str(tmp_path)).returncode == 0, "what needs no Python works without"


def test_a_python_with_another_name_is_taken(tmp_path: Path) -> None:
    done = make("setup", f"PYTHON={sys.executable}", PATH=str(tmp_path))
    assert f"{sys.executable} -m cordial.bootstrap" in done.stdout, done.stderr


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


@pytest.mark.parametrize(("output", "said"), WHAT_FAILED)
def test_what_failed_is_named(output: str, said: str) -> None:
    assert said in explain_failure(output)


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


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the environment of web, with one package in it."""
    monkeypatch.setattr(bootstrap, "WEB", tmp_path / ".venv")
    with changing(bootstrap.WEB):
        install("pip", bootstrap.WEB)
    return bootstrap.WEB


def install(package: str, environment: Path) -> None:
    """Put what tells of a package where installers put it."""
    (environment / "lib" / "python3.11" / "site-packages" / f"{package}-1.0.dist-info").mkdir(parents=True)
    (environment / "bin").mkdir(exist_ok=True)
    (environment / "bin" / "python").touch()


def installed(environment: Path) -> list[str]:
    """The packages in an environment."""
    return sorted(path.name.removesuffix("-1.0.dist-info") for path in environment.glob("lib/python*/site-packages/*"))


def change(environment: Path, package: str, ending: type[BaseException]) -> None:
    """Begin to install a package, and come to an end before everything is there."""
    with suppress(ending), changing(environment):
        if package:
            install(package, environment)
        raise ending


@pytest.mark.parametrize(("package", "ending"), [("half", KeyboardInterrupt), ("", KeyboardInterrupt), ("half", SetupError)])
def test_an_environment_that_was_left_unfinished_is_made_anew(
    environment: Path, package: str, ending: type[BaseException]
) -> None:
    change(environment, package, ending)
    with changing(environment):
        assert installed(environment) == []
        install("whole", environment)
    with changing(environment):
        assert installed(environment) == ["whole"], "what is finished stays"


def test_a_failure_that_changed_nothing_leaves_a_whole_environment_in_use(environment: Path) -> None:
    change(environment, "", SetupError)
    with changing(environment):
        assert installed(environment) == ["pip"]


def test_an_environment_without_pip_that_an_earlier_release_left_is_made_anew(environment: Path) -> None:
    shutil.rmtree(environment / "lib")
    (environment / "bin" / "left").touch()
    with changing(environment):
        assert not (environment / "bin" / "left").exists()
        install("pip", environment)


@pytest.fixture
def preparing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Lets a script stand for the command that prepares the model; gives where it may note what it was asked."""
    monkeypatch.setattr(bootstrap, "WEB", tmp_path)
    monkeypatch.setattr(bootstrap, "PROJECT", tmp_path)
    (tmp_path / "bin").mkdir()

    def write(script: str) -> Path:
        (tmp_path / "bin" / "cordial").write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        (tmp_path / "bin" / "cordial").chmod(0o755)
        return tmp_path / "asked"

    return write


@pytest.mark.parametrize(("index", "asked"), [(False, "prepare\n"), (True, "prepare --index\n")])
def test_a_run_also_builds_the_index_while_packages_come(preparing: Callable[[str], Path], index: bool, asked: str) -> None:
    noted = preparing('echo "$@" > asked')
    with bootstrap.embedding_model(index):
        until(noted.is_file, 20, "it has begun beside the body")
    assert noted.read_text("utf-8") == asked


def test_a_model_that_is_there_is_not_prepared_again(
    preparing: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = preparing('echo "$@" > asked')
    (tmp_path / "var" / "encoder").mkdir(parents=True)
    (tmp_path / "var" / "encoder" / "MODEL.json").touch()
    with bootstrap.embedding_model(index=True):
        pass
    assert not noted.exists()
    monkeypatch.setenv("CORDIAL_ENCODER", "another")
    with bootstrap.embedding_model(index=True):
        pass
    assert noted.exists(), "whether another model is prepared, only the command can tell"


def test_what_preparing_the_model_complains_about_is_said(preparing: Callable[[str], Path]) -> None:
    preparing("echo 'The weights are not the published ones.'; exit 1")
    with pytest.raises(SetupError, match="not the published ones"), bootstrap.embedding_model(index=False):
        pass


def test_preparing_ends_when_set_up_fails_beside_it(preparing: Callable[[str], Path]) -> None:
    preparing("exec sleep 100")
    began = time.monotonic()
    with suppress(SetupError), bootstrap.embedding_model(index=True):
        raise SetupError
    assert time.monotonic() - began < 90


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """A package registry on this machine, whose certificate nobody knows; nothing else is set up."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "PIP_CERT", "PIP_FIND_LINKS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UV_NO_CACHE", "1")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)  # and with it no file of this machine
    monkeypatch.setattr(bootstrap, "PROJECT", tmp_path)
    bootstrap._pip_settings.cache_clear()
    with Registry(tmp_path) as registry:
        monkeypatch.setenv("PIP_INDEX_URL", registry.url)
        yield registry
    bootstrap._pip_settings.cache_clear()


@pytest.mark.parametrize("name", ["PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_the_certificate_that_pip_trusts_is_trusted_by_uv(
    registry: Registry, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, str(registry.certificate))
    bootstrap._uv(registry.asked_for_its_package(tmp_path / "locked.txt"))
    assert "example-package==1.0" in (tmp_path / "locked.txt").read_text("utf-8")


def test_a_certificate_in_pips_own_file_of_settings_counts_most(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pip.conf").write_text(f"[global]\ncert = {registry.certificate}\n", "utf-8")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
    bootstrap._uv(registry.asked_for_its_package(tmp_path / "locked.txt"))
    assert "example-package==1.0" in (tmp_path / "locked.txt").read_text("utf-8")


def test_a_certificate_that_is_not_trusted_is_what_is_said(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"certificate.*not trusted.*PIP_CERT.*setup\.log"):
        bootstrap._uv(registry.asked_for_its_package(tmp_path / "locked.txt"))


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
