"""Which tests concern a line: a map of the quick tests made once for a tree, and a table of those that no map sees."""

from __future__ import annotations

import hashlib
import subprocess
from collections import Counter
from pathlib import Path

from coverage import CoverageData

from tests.mutants.faults import ROOMS, Fault

QUICK = "not e2e and not slow"

# Tests that run the code in a process of its own, where the map does not see them; the first entry that fits counts.
_ELSEWHERE = {
    "actions/": ["test_what_actions_say", "test_patient_asks", "test_patient_intake", "test_asking_back", "test_dialogues"],
    "bot/": ["test_rasa_commands", "test_understanding", "test_patient_asks"],
    "commands/backup.py": ["test_surviving"],
    "commands/demo": ["test_demo"],
    "commands/kb.py": ["test_kb_check_command", "test_publishing_commands", "test_kb_eval"],
    "commands/start.py": ["test_starting", "test_surviving", "test_patient_asks"],
    "commands/": ["test_people_commands", "test_coordinator", "test_reading_a_case", "test_starting"],
    "cordial/bootstrap.py": ["test_setting_up"],
    "cordial/": ["test_starting", "test_setting_up", "test_patient_asks"],
    "desk/articles/": ["test_articles_on_the_web", "test_browser_articles"],
    "desk/people/": ["test_inviting_people", "test_logging_in", "test_guessing_passwords", "test_who_may_open_what"],
    "desk/tables/": ["test_records"],  # runs at import only
    "desk/post/": ["test_notices_survive_kill", "test_following_up"],
    "desk/": ["test_keeping_pages", "test_take_over", "test_reading_a_case", "test_answer_reviews", "test_coordinator"],
    "emergencies/fitting.py": ["test_fitting_the_emergency_check", "test_examples_of_emergencies"],
    "emergencies/": ["test_an_emergency"],
    "exports/": ["test_reading_a_case", "test_own_data", "test_coordinator"],
    "intake/": ["test_patient_intake", "test_asking_back", "test_dialogues"],
    "knowledge/": ["test_library_pages", "test_answers_stay_good", "test_patient_asks", "test_kb_check_command"],
    "language/": ["test_understanding", "test_dialogues"],
    "turns/": ["test_rasa_away", "test_repeated_messages", "test_patient_asks", "test_take_over", "test_dialogues"],
    "web/console/account.py": ["test_own_account", "test_inviting_people", "test_logging_in"],
    "web/console/article": ["test_articles_on_the_web", "test_browser_articles"],
    "web/console/case.py": ["test_reading_a_case", "test_take_over", "test_answer_reviews"],
    "web/console/comparing.py": ["test_articles_on_the_web", "test_browser_articles"],
    "web/console/drafts.py": ["test_articles_on_the_web", "test_browser_articles"],
    "web/console/erase.py": ["test_erasure", "test_keeping_pages"],
    "web/console/in_vain.py": ["test_articles_on_the_web", "test_keeping_pages"],
    "web/console/insight.py": ["test_keeping_pages", "test_answer_reviews", "test_reading_a_case"],
    "web/console/joining.py": ["test_inviting_people", "test_browser_console"],
    "web/console/live.py": [
        *("test_take_over", "test_a_coordinators_morning", "test_browser_a_person_answers"),
        *("test_browser_work_page", "test_browser_a_person_is_here"),
    ],
    "web/console/log": ["test_logging_in", "test_guessing_passwords", "test_audit_log"],
    "web/console/people.py": ["test_inviting_people", "test_who_may_open_what"],
    "web/console/phone.py": ["test_inviting_people", "test_logging_in"],
    "web/console/pulse.py": ["test_browser_work_page", "test_a_coordinators_morning", "test_browser_a_person_is_here"],
    "web/console/queue.py": ["test_browser_work_page", "test_a_coordinators_morning", "test_following_up"],
    "web/console/reviews.py": ["test_answer_reviews"],
    "web/console/": ["test_keeping_pages", "test_reading_a_case", "test_take_over", "test_a_coordinators_morning"],
    "web/library": ["test_library_pages", "test_library_in_a_browser", "test_error_pages"],
    "web/research.py": ["test_table_of_studies", "test_library_pages"],
    "web/": ["test_logs", "test_error_pages", "test_strangers", "test_health", "test_rasa_away", "test_patient_asks"],
}


class Concerning:
    """Knows the quick tests that reach a line or a file, the most particular ones first."""

    def __init__(self, data_file: Path) -> None:
        """Read a map that `make_map` made."""
        data = CoverageData(str(data_file))
        data.read()
        failing = data_file.with_suffix(".failing")
        out = set(failing.read_text("utf-8").splitlines()) if failing.is_file() else set()
        self._size: Counter[str] = Counter()  # lines that each test reaches, of all files
        self._by_file: dict[str, dict[int, list[str]]] = {}
        for file in data.measured_files():
            by_line = data.contexts_by_lineno(file)
            self._by_file[file] = {line: _tests(contexts, out) for line, contexts in by_line.items()}
            for tests in self._by_file[file].values():
                self._size.update(tests)

    def line(self, fault: Fault) -> list[str]:
        """The tests that run the line; none for one that is run at import only, or never."""
        return sorted(self._by_file.get(fault.file, {}).get(fault.line, []), key=lambda test: (self._size[test], test))

    def file(self, fault: Fault) -> list[str]:
        """The tests that run anything in the file, those first for which it is the largest part of what they run."""
        here = Counter(test for tests in self._by_file.get(fault.file, {}).values() for test in tests)
        return sorted(here, key=lambda test: (-here[test] / self._size[test], test))


def files_elsewhere(fault: Fault) -> list[str]:
    """The files of tests in which the fault should show, in another process."""
    names = next((names for part, names in _ELSEWHERE.items() if fault.file.startswith(part)), [])
    return [f"tests/{name}.py" for name in names]


def make_map(tree: Path, python: Path, data_file: Path) -> None:
    """Run all quick tests and note which lines each reaches. Who fails without any fault cannot notice one, and is left out."""
    settings = tree / "coverage.toml"
    rooms = ", ".join(f'"{room}"' for room in ROOMS)
    settings.write_text(f'[tool.coverage.run]\nsource = [{rooms}]\nrelative_files = true\ndata_file = "{data_file}"\n', "utf-8")
    command = [str(python), "-m", "pytest", "-n", "2", "--dist", "worksteal", "-q", "-m", QUICK]
    measuring = ["--cov", f"--cov-config={settings}", "--cov-context=test", "--cov-report="]
    done = subprocess.run([*command, *measuring], cwd=tree, check=False, capture_output=True, text=True)
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"The quick tests did not run to their end: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    if not _tests_seen(data_file):  # workers that end before their first test leave a map on which nobody notices anything
        raise RuntimeError(f"The quick tests reached no line: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    data_file.with_suffix(".failing").write_text("\n".join(failed_tests(done.stdout)), "utf-8")


def _tests_seen(data_file: Path) -> bool:
    data = CoverageData(str(data_file))
    data.read()
    return any(data.measured_contexts() - {""})


def failed_tests(printed: str) -> list[str]:
    """The node ids of the tests that failed, from the summary at the end of a run."""
    marked = (line.partition(" ")[2] for line in printed.splitlines() if line.startswith(("FAILED ", "ERROR ")))
    return [line.partition(" - ")[0] for line in marked]


def digest(tree: Path) -> str:
    """A name for everything in a tree that git would keep."""
    whole = hashlib.sha256()
    for name in kept_files(tree):
        whole.update(name.encode() + b"\0" + hashlib.sha256((tree / name).read_bytes()).digest())
    return whole.hexdigest()[:16]


def kept_files(tree: Path) -> list[str]:
    """The files of a tree that git has or would take up."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=tree, check=True, capture_output=True, text=True).stdout
    return sorted(name for name in set(listed.split("\0")) if name and (tree / name).is_file())


def _tests(contexts: list[str], out: set[str]) -> list[str]:
    """Node ids; a context is one with the phase of the test after a bar, and empty for what runs at import."""
    return sorted({context.rpartition("|")[0] for context in contexts} - {""} - out)
