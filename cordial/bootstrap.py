"""Set-up: both environments from their locks, and the embedding model. Standard library only; runs before anything exists.

``python3.11 -m cordial.bootstrap [--dev] [--index] [--lock]``. What is current is skipped; a step that fails leaves one
sentence and a non-zero exit, and the next run goes on where this one stopped.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from cordial.failures import UNTRUSTED, explain_failure, explain_os_error

PROJECT = Path(__file__).resolve().parent.parent
WEB = PROJECT / ".venv"
RASA = PROJECT / ".venv-rasa"
LOCKS = PROJECT / "requirements"
NEEDED_BYTES = 6_000_000_000  # both environments, the model, and what unpacking takes in between
_TORCH = "torch-2.13.0+cpu"
_STAMP, _UNFINISHED = ".cordial", ".unfinished"  # in an environment: what it was made from; that it is not whole yet


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
            with embedding_model(index="--index" in arguments):
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
    _check_ensurepip()
    with step("Python packages of the web process"), changing(WEB):
        if not (WEB / "bin" / "python").exists():
            _run([sys.executable, "-m", "venv", str(WEB)])
        uv = _pinned("uv", LOCKS / "web.txt")
        # Not --quiet: only its warnings say why an index could not be read.
        _run([str(WEB / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", uv])
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
    with step("Python packages of Rasa"), changing(RASA):
        if not (RASA / "bin" / "python").exists():
            _uv(["venv", "--quiet", "--allow-existing", "--python", _python310(), str(RASA)])
        _uv(["pip", "install", "--quiet", "--python", str(RASA), "-r", str(locks[0])])
        _refuse_cuda(RASA)
        _mark(RASA, locks)


@contextmanager
def changing(environment: Path) -> Iterator[None]:
    """Mark an environment as unfinished while the body changes it, and first remove what an interrupted run left.

    A body that fails without having changed a package, as without a network, leaves an environment that was whole in use.
    """
    unfinished = environment / _UNFINISHED
    if unfinished.exists() or _is_half_made(environment):
        shutil.rmtree(environment)
    environment.mkdir(exist_ok=True)
    before = _packages(environment)
    unfinished.touch()
    try:
        yield
    except SetupError:
        if before and _packages(environment) == before:
            unfinished.unlink()
        raise
    unfinished.unlink()


def _is_half_made(environment: Path) -> bool:
    """Whether a release that marked nothing was interrupted before the environment could install anything."""
    return (environment / "bin" / "python").exists() and environment == WEB and not _packages(environment)


def _packages(environment: Path) -> list[tuple[str, int]]:
    """What is installed, and since when."""
    found = environment.glob("lib/python*/site-packages/*.dist-info")
    return sorted((path.name, path.stat().st_mtime_ns) for path in found)


@contextmanager
def embedding_model(index: bool) -> Iterator[None]:
    """Check the embedding model's weights and export it for ONNX Runtime, while the body waits for downloads.

    Args:
        index: whether to build the index, too: the processors have nothing else to do meanwhile.
    """
    if (data_folder() / "encoder" / "MODEL.json").is_file() and not os.environ.get("CORDIAL_ENCODER"):
        yield
        return
    command = [str(WEB / "bin" / "cordial"), "prepare", *(["--index"] if index else [])]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as export:
        try:
            yield
            with step(f"embedding model{' and index' if index else ''}, begun beside it"):
                output, _ = export.communicate()
                _check(export.returncode, output)
        finally:
            export.terminate()  # does nothing to one that has ended


def data_folder() -> Path:
    """The folder of all state, as the settings will find it."""
    named = os.environ.get("CORDIAL_DATA")
    return absolute(named) if named else PROJECT / "var"


def absolute(path: str | Path, folder: Path = PROJECT) -> Path:
    """A path of a setting: `~` is the home folder, and what is relative counts from one folder, wherever a command runs.

    Raises:
        SetupError: if it begins with the home folder of somebody who is not known here.
    """
    try:
        named = Path(path).expanduser()
    except RuntimeError:
        raise SetupError(f"{path}: there is no such home folder here; write the whole path.") from None
    return named if named.is_absolute() else (folder / named).resolve()


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


def _run(command: Sequence[str]) -> None:
    _check(*_output_of(command))


def _output_of(command: Sequence[str], environment: dict[str, str] | None = None) -> tuple[int, str]:
    """Run a program: its exit code, and what it printed."""
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.returncode, done.stdout


def _check(code: int, output: str) -> None:
    if code != 0:
        log = PROJECT / "var" / "setup.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(output, "utf-8")
        raise SetupError(f"{explain_failure(output)} (The whole output is in {log.relative_to(PROJECT)}.)")


def _uv(arguments: Sequence[str]) -> None:
    command = [str(WEB / "bin" / "uv"), *arguments]
    environment = {**os.environ, **uv_settings()}
    code, output = _output_of(command, environment)
    if code != 0 and UNTRUSTED in output and "SSL_CERT_FILE" not in environment:
        # uv brings certificates of its own; one that an organisation added is in the system's store, if it is anywhere.
        code, output = _output_of(command, {**environment, "UV_SYSTEM_CERTS": "1"})
    _check(code, output)


def uv_settings() -> dict[str, str]:
    """What pip is set up with and uv does not read by itself, as environment variables of uv."""
    given = os.environ
    found = {
        "UV_FIND_LINKS": given.get("UV_FIND_LINKS") or ",".join(_pip_setting("find-links").split()),
        "UV_DEFAULT_INDEX": given.get("UV_DEFAULT_INDEX") or _pip_setting("index-url"),
        "UV_INSECURE_HOST": given.get("UV_INSECURE_HOST") or " ".join(_pip_setting("trusted-host").split()),
        "SSL_CERT_FILE": _certificates(),
        "UV_NO_PROGRESS": "1",
        "UV_LINK_MODE": given.get("UV_LINK_MODE", "hardlink"),
    }
    return {name: value for name, value in found.items() if value}


def _certificates() -> str:
    """The file of the certificates to trust; pip's comes first, since the index is pip's, too."""
    pips = _pip_setting("cert")
    if pips:
        return str(Path(pips).expanduser())
    return next(filter(None, map(os.environ.get, ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"))), "")


def _pip_setting(name: str) -> str:
    """A setting of pip, from the environment or its files; nothing if there is none."""
    listed = _pip_settings()
    return next((listed[key] for key in (f":env:.{name}", f"install.{name}", f"global.{name}") if listed.get(key)), "")


@cache
def _pip_settings() -> dict[str, str]:
    done = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    pairs = (line.partition("=") for line in done.stdout.splitlines())
    return {name: str(ast.literal_eval(value)) for name, _, value in pairs if value}


def _torch_options() -> list[str]:
    """Where the CPU build of PyTorch comes from: a folder that pip knows, or PyTorch's own CPU index."""
    folders = uv_settings().get("UV_FIND_LINKS", "").replace(",", " ").split()
    for folder in folders:
        path = Path(folder.removeprefix("file://"))
        if path.is_dir() and any(file.name.startswith(_TORCH) for file in path.iterdir()):
            return []
    return ["--torch-backend", "cpu"]


def _python310() -> str:
    named = os.environ.get("CORDIAL_PYTHON310")
    if named:
        return str(Path(named).expanduser())
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
    try:
        _uv(["python", "install", "--quiet", "3.10"])
    except SetupError as error:
        raise SetupError(
            "Rasa needs Python 3.10, which is not installed here and could not be downloaded: install it, or set "
            f"CORDIAL_PYTHON310 to its path, and run the command again. ({error})"
        ) from None
    return "3.10"


def _pinned(package: str, lock_file: Path) -> str:
    for line in lock_file.read_text("utf-8").splitlines():
        if line.startswith(f"{package}=="):
            return line.split()[0]
    raise SetupError(f"{lock_file.name} does not pin {package}.")


def _check_space() -> None:
    free = shutil.disk_usage(PROJECT).free
    if free < NEEDED_BYTES:
        raise SetupError(f"Set-up needs about 6 GB of free disk space, and there are {free / 1e9:.1f} GB.")


def _check_ensurepip() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError(explain_failure("ensurepip is not available"))


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
    stamp = environment / _STAMP
    python = environment / "bin" / "python"
    if (environment / _UNFINISHED).exists():
        return False
    return python.exists() and stamp.is_file() and stamp.read_text("utf-8").strip() == _fingerprint(locks)


def _mark(environment: Path, locks: Sequence[Path]) -> None:
    (environment / _STAMP).write_text(_fingerprint(locks) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
