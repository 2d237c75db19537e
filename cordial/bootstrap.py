"""Set-up: both environments from their locks, and the embedding model. Standard library only; runs before anything exists.

``python3.11 -m cordial.bootstrap [--dev] [--lock]``. What is current is skipped; a step that fails leaves one sentence and a
non-zero exit, and the next run goes on where this one stopped.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
WEB = PROJECT / ".venv"
RASA = PROJECT / ".venv-rasa"
LOCKS = PROJECT / "requirements"
NEEDED_BYTES = 6_000_000_000  # both environments, the model, and what unpacking takes in between
_TORCH = "torch-2.13.0+cpu"


class SetupError(Exception):
    """Set-up cannot go on; the message is one sentence for the person at the terminal."""


def main(arguments: Sequence[str]) -> int:
    """Do what is asked; gives the exit code."""
    try:
        if "--lock" in arguments:
            web_environment(dev=True)
            lock()
        else:
            web_environment(dev="--dev" in arguments)
            with embedding_model():
                rasa_environment()
    except SetupError as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"\n{explain_os_error(error)}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. The next run goes on from here.\n")
        return 130
    return 0


def web_environment(dev: bool) -> None:
    """Make `.venv` what the locks say, with this project installed in it."""
    if sys.version_info[:2] != (3, 11):
        found = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupError(f"Cordial's locks are for Python 3.11, and this is {found}: run `make PYTHON=/path/to/python3.11 …`.")
    locks = [LOCKS / "web.txt", *([LOCKS / "dev.txt"] if dev else [])]
    # A run without the developer's tools keeps them when they are there.
    if not dev and _is_current(WEB, [LOCKS / "web.txt", LOCKS / "dev.txt"]):
        return
    if _is_current(WEB, locks):
        return
    _check_space()
    with step("Python packages of the web process"):
        if not (WEB / "bin" / "python").exists():
            _run([sys.executable, "-m", "venv", str(WEB)])
        uv = _pinned("uv", LOCKS / "web.txt")
        _run([str(WEB / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", uv])
        requirements = [argument for lock_file in locks for argument in ("-r", str(lock_file))]
        _uv(["pip", "install", "--quiet", "--python", str(WEB), *_torch_options(), *requirements])
        _uv(["pip", "install", "--quiet", "--python", str(WEB), "--no-deps", "--no-build-isolation", "-e", str(PROJECT)])
        _refuse_cuda(WEB)
        _mark(WEB, locks)


def rasa_environment() -> None:
    """Make `.venv-rasa` what its lock says, on Python 3.10."""
    locks = [PROJECT / "bot" / "requirements.txt"]
    if _is_current(RASA, locks):
        return
    _check_space()
    with step("Python packages of Rasa"):
        if not (RASA / "bin" / "python").exists():
            _uv(["venv", "--quiet", "--python", _python310(), str(RASA)])
        _uv(["pip", "install", "--quiet", "--python", str(RASA), "-r", str(locks[0])])
        _refuse_cuda(RASA)
        _mark(RASA, locks)


@contextmanager
def embedding_model() -> Iterator[None]:
    """Check the embedding model's weights and export it for ONNX Runtime, while the body waits for downloads."""
    if (data_folder() / "encoder" / "MODEL.json").is_file() and not os.environ.get("CORDIAL_ENCODER"):
        yield
        return
    export = subprocess.Popen(
        [WEB / "bin" / "cordial", "prepare"], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield
        with step("embedding model, begun beside it"):
            output, _ = export.communicate()
            _check(export.returncode, output)
    finally:
        if export.poll() is None:
            export.terminate()
            export.wait()


def data_folder() -> Path:
    """The folder of all state, as the settings will find it."""
    named = os.environ.get("CORDIAL_DATA")
    return Path(named).resolve() if named else PROJECT / "var"


def lock() -> None:
    """Compile the pinned requirements from the `.in` files."""
    command = ["pip", "compile", "--quiet", "--no-emit-index-url", "--no-emit-find-links"]
    command += ["--custom-compile-command", "make lock"]
    for name in ("web", "dev"):
        wanted, locked = str(LOCKS / f"{name}.in"), str(LOCKS / f"{name}.txt")
        with step(f"requirements/{name}.txt"):
            _uv([*command, "--python", str(WEB), *_torch_options(), wanted, "-o", locked])
    with step("bot/requirements.txt"):
        bot = PROJECT / "bot"
        _uv([*command, "--python", _python310(), str(bot / "requirements.in"), "-o", str(bot / "requirements.txt")])


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    sys.stdout.write(f"  {name} … ")
    sys.stdout.flush()
    started = time.monotonic()
    try:
        yield
    except BaseException:
        sys.stdout.write("failed\n")
        raise
    sys.stdout.write(f"{time.monotonic() - started:.0f} s\n")
    sys.stdout.flush()


def explain_os_error(error: OSError) -> str:
    """An operating system error as a sentence with what to do."""
    place = error.filename or PROJECT
    if error.errno == 28:
        return f"The disk is full ({place}): free some space and run the command again."
    if error.errno in {13, 30}:
        return f"{place} cannot be written: check its permissions, or set CORDIAL_DATA to another folder."
    return f"{place}: {error.strerror or error}."


def explain_failure(output: str) -> str:
    """What an installer printed, as one sentence."""
    low = output.lower()
    if "no space left" in low or "os error 28" in low:
        return "The disk is full: free about 6 GB and run the command again."
    network = (
        "dns error",
        "connection refused",
        "connect error",
        "failed to connect",
        "temporary failure in name resolution",
        "network is unreachable",
        "timed out",
        "error sending request",
        "could not connect",
        "newconnectionerror",
        "(from versions: none)",  # what pip says at last, when it found no index that lists a package
    )
    if any(sign in low for sign in network):
        return "The package registry cannot be reached: check the network, then run the command again."
    lines = [line for line in output.strip().splitlines() if line.strip()]
    return "A step failed: " + (lines[-1].strip() if lines else "it printed nothing") + "."


def _run(command: Sequence[str], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    _check(done.returncode, done.stdout)


def _check(code: int, output: str) -> None:
    if code != 0:
        log = PROJECT / "var" / "setup.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(output, "utf-8")
        raise SetupError(f"{explain_failure(output)} (The whole output is in {log.relative_to(PROJECT)}.)")


def _uv(arguments: Sequence[str]) -> None:
    _run([str(WEB / "bin" / "uv"), *arguments], {**os.environ, **_pip_settings()})


def _pip_settings() -> dict[str, str]:
    """What pip is set up with and uv does not read by itself: the index, and folders with packages."""
    found = {}
    for ours, theirs in (("UV_FIND_LINKS", "find-links"), ("UV_DEFAULT_INDEX", "index-url")):
        value = os.environ.get(ours) or os.environ.get(f"PIP_{theirs.upper().replace('-', '_')}") or _pip_config(theirs)
        if value:
            found[ours] = value
    return {**found, "UV_NO_PROGRESS": "1", "UV_LINK_MODE": os.environ.get("UV_LINK_MODE", "hardlink")}


def _pip_config(name: str) -> str:
    for section in ("global", "install"):
        done = subprocess.run(
            [sys.executable, "-m", "pip", "config", "get", f"{section}.{name}"], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return done.stdout.strip()
    return ""


def _torch_options() -> list[str]:
    """Where the CPU build of PyTorch comes from: a folder that pip knows, or PyTorch's own CPU index."""
    folders = _pip_settings().get("UV_FIND_LINKS", "").replace(",", " ").split()
    for folder in folders:
        path = Path(folder.removeprefix("file://"))
        if path.is_dir() and any(file.name.startswith(_TORCH) for file in path.iterdir()):
            return []
    return ["--torch-backend", "cpu"]


def _python310() -> str:
    named = os.environ.get("CORDIAL_PYTHON310")
    if named:
        return named
    # In the folder with a .python-version of 3.10, version managers show their 3.10, unless one of them started us and left
    # its own choice in the environment.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYENV_V")}
    environment.pop("PYENV_DIR", None)
    found = subprocess.run(
        [str(WEB / "bin" / "uv"), "python", "find", "--no-project", "3.10"],
        cwd=PROJECT / "bot",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode == 0 and found.stdout.strip():
        return found.stdout.strip()
    fetched = subprocess.run(
        [str(WEB / "bin" / "uv"), "python", "install", "--quiet", "3.10"], capture_output=True, text=True, check=False
    )
    if fetched.returncode == 0:
        return "3.10"
    raise SetupError(
        "Rasa needs Python 3.10, which is not installed here and could not be downloaded: install it, or set "
        "CORDIAL_PYTHON310 to its path, and run the command again."
    )


def _pinned(package: str, lock_file: Path) -> str:
    for line in lock_file.read_text("utf-8").splitlines():
        if line.startswith(f"{package}=="):
            return line.split()[0]
    raise SetupError(f"{lock_file.name} does not pin {package}.")


def _check_space() -> None:
    free = shutil.disk_usage(PROJECT).free
    if free < NEEDED_BYTES:
        raise SetupError(f"Set-up needs about 6 GB of free disk space, and there are {free / 1e9:.1f} GB.")


def _refuse_cuda(environment: Path) -> None:
    wrong = sorted(path.name for path in environment.glob("lib/python*/site-packages/nvidia*"))
    if wrong:
        raise SetupError(f"A GPU build was installed ({wrong[0]}), which is gigabytes for nothing: remove {environment.name}.")


def _fingerprint(locks: Sequence[Path]) -> str:
    digest = hashlib.sha256(str(PROJECT).encode())
    for file in [*locks, PROJECT / "pyproject.toml"]:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _is_current(environment: Path, locks: Sequence[Path]) -> bool:
    stamp = environment / ".cordial"
    python = environment / "bin" / "python"
    return python.exists() and stamp.is_file() and stamp.read_text("utf-8").strip() == _fingerprint(locks)


def _mark(environment: Path, locks: Sequence[Path]) -> None:
    (environment / ".cordial").write_text(_fingerprint(locks) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
