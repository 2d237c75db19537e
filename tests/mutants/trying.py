"""Putting a fault into a copy of the project, and seeing whether a test fails."""

from __future__ import annotations

import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.concerning import QUICK, Concerning, failed_tests, files_elsewhere, kept_files
from tests.mutants.faults import Fault

_MOST = 250  # tests of a line or of a file; who is not among the most particular ones of so many would hardly notice
_SECONDS = 900  # one run; on a busy machine a run of the slow ones takes minutes
_PASSED, _NOTHING_RUN = 0, 5


@dataclass(frozen=True)
class Outcome:
    """What became of one fault: which tests noticed it (quick, other, or nobody), and the first of them."""

    fault: Fault
    noticed: str
    by: str = ""


class Copy:
    """A copy of the project to put faults into. The environments are linked; nothing else is shared."""

    def __init__(self, project: Path, folder: Path) -> None:
        """Make the copy, with the trained model and the index of the tests, which take minutes to make."""
        self.folder = folder
        for name in kept_files(project):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project / name, folder / name)
        for name in (".venv", ".venv-rasa"):
            if (project / name).exists():
                (folder / name).symlink_to((project / name).resolve())
        for name in ("models", ".rasa", ".pytest_cache/d/prepared", "var/encoder"):
            if (project / name).is_dir():
                shutil.copytree(project / name, folder / name, ignore=shutil.ignore_patterns("lock", "built_in"))

    @property
    def python(self) -> Path:
        """The Python of web, with the tools of the tests."""
        return self.folder / ".venv" / "bin" / "python"

    def attempt(self, fault: Fault, concerning: Concerning, elsewhere: bool) -> Outcome:
        """Run the tests of the line, then of its file, then those of other processes, until one fails."""
        file = self.folder / fault.file
        whole = file.read_bytes()
        try:
            _write(file, fault.put_into(whole.decode()).encode())
            return self._judge(fault, concerning, elsewhere)
        finally:
            _write(file, whole)
            shutil.rmtree(self.folder / ".hypothesis", ignore_errors=True)

    def _judge(self, fault: Fault, concerning: Concerning, elsewhere: bool) -> Outcome:
        line = concerning.line(fault)
        rest = [test for test in concerning.file(fault) if test not in set(line)]
        for tests in (line[:_MOST], rest[: _MOST - len(line[:_MOST])]):
            by = self._first_failure(tests, QUICK)
            if by:
                return Outcome(fault, "quick", by)
        by = self._first_failure(files_elsewhere(fault), "") if elsewhere else ""
        return Outcome(fault, "other" if by else "", by)

    def _first_failure(self, tests: list[str], mark: str) -> str:
        """The first test that fails, and fails again; nothing if all pass."""
        left = tests
        while left:
            failed = self._run(left, mark)
            # What hangs or fails by chance, as on a busy machine, noticed nothing.
            if failed is None or failed == self._run([failed], mark):
                return failed or ""
            left = [test for test in left if test not in {failed, failed.partition("::")[0]}]
        return ""

    def _run(self, tests: list[str], mark: str) -> str | None:
        """The first test that fails; none if all pass or the time is over."""
        chosen = self.folder / ".mutant-tests"
        chosen.write_text("\n".join(tests), "utf-8")
        options = ["-x", "-q", "-n", "0", "-p", "no:randomly", "--no-header", "-m", mark, f"@{chosen}"]
        command = [str(self.python), "-m", "pytest", *options]
        with subprocess.Popen(command, cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
            try:
                printed, _ = running.communicate(timeout=_SECONDS)
            except subprocess.TimeoutExpired:
                return None
            finally:
                _end(running)
        if running.returncode in {_PASSED, _NOTHING_RUN}:
            return None
        return next(iter(failed_tests(printed)), tests[0])  # nothing in particular: the fault keeps all from running


def _write(file: Path, content: bytes) -> None:
    """Change a source file. Python would not see a change of the same length within a second, if its bytecode stayed."""
    file.write_bytes(content)
    for bytecode in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        bytecode.unlink()


def _end(running: subprocess.Popen[str]) -> None:
    """End a run as Ctrl-C does, so that it ends what it started."""
    if running.poll() is None:
        running.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            running.communicate(timeout=60)
        running.kill()
