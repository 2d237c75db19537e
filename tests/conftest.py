"""Fixtures for all tests: real parts, started once, and the people who use them."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from cordial.bootstrap import PROJECT
from desk.database import Database
from desk.sealed import Keyring
from emergencies.every_language import EveryLanguage, read_every_language
from emergencies.other_languages import read_other_languages
from knowledge.encoder import Encoder
from knowledge.generation import build_generation
from knowledge.library import Library
from tests.support.broken_rasa import BrokenRasa
from tests.support.browsing import Visits, chromium
from tests.support.desk_work import new_reference
from tests.support.editing import Editor
from tests.support.handing_off import COORDINATORS, PROGRAM, Turns, records
from tests.support.people import Coordinator, Patient
from tests.support.receivers import MailBox
from tests.support.servers import KEY, PostgreSQL, postgresql
from tests.support.skips import pytest_runtest_makereport
from tests.support.small_web import NewWeb, small_web
from tests.support.staff import Staff, desks
from tests.support.system import System, prepare

__all__ = ["pytest_runtest_makereport"]  # a hook, found here by its name
# What takes long to set up: the index of all articles, and everything running.
_SLOW = {"library", "lonely_web", "cordial"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first, whatever order they were shuffled into; of those that need everything, the longest."""

    def cost(item: pytest.Item) -> tuple[int, float]:
        if item.get_closest_marker("e2e"):
            limit = item.get_closest_marker("timeout")
            return 2, -limit.args[0] if limit else 0  # else one worker ends with a long one, and the other waits
        return (1 if item.get_closest_marker("slow") or _SLOW & set(getattr(item, "fixturenames", ())) else 0), 0

    items.sort(key=cost)


def pytest_addoption(parser: pytest.Parser) -> None:
    """On which database everything runs that is not about one of them."""
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite", help="on which database tests run")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked with `both_databases` on both."""
    if "address" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_databases"):
        only = metafunc.definition.get_closest_marker("sqlite_alone")
        metafunc.parametrize("address", ["sqlite"] if only else ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def no_settings_of_yours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out of them."""
    for name in list(os.environ):
        if name.startswith("CORDIAL_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def prepared(pytestconfig: pytest.Config) -> Path:
    """A data folder with the embedding model; kept from one run to the next."""
    cache = pytestconfig.cache
    assert cache is not None
    folder = cache.mkdir("prepared")
    shipped = PROJECT / "var" / "encoder"
    with _alone_with(folder):
        if (shipped / "MODEL.json").is_file() and not (folder / "encoder").exists():
            _link_tree(shipped, folder / "encoder")
        prepare(folder)
    return folder


@pytest.fixture(scope="session")
def encoder(prepared: Path) -> Encoder:
    """The embedding model."""
    return Encoder(prepared / "encoder")


@pytest.fixture(scope="session")
def library(prepared: Path, encoder: Encoder, testrun_uid: str) -> Library:
    """The library of the shipped articles."""
    built_in = prepared / "built_in"
    with _alone_with(prepared):
        # An article may have changed since the last run, but not since the other worker of this one built it.
        if not built_in.is_file() or built_in.read_text("utf-8") != testrun_uid:
            shutil.rmtree(prepared / "knowledge" / "versions", ignore_errors=True)
            build_generation(PROJECT / "knowledge", prepared / "knowledge", encoder)
            built_in.write_text(testrun_uid, "utf-8")
    return Library(prepared / "knowledge", encoder)


@pytest.fixture(scope="session")
def new_data_folder(prepared: Path, library: Library, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes data folders that already have the model and the index, which take a minute to make."""

    def make(name: str) -> Path:
        folder = tmp_path_factory.mktemp(name)
        for part in ("encoder", "knowledge"):
            _link_tree(prepared / part, folder / part)
        return folder

    return make


@pytest.fixture(scope="session")
def cordial(new_data_folder: Callable[[str], Path]) -> Iterator[System]:
    """Everything running: `cordial start`, with real Rasa, real web, real HTTP. Nobody may break this one."""
    system = System(new_data_folder("cordial"))
    try:
        yield system.start()
    finally:
        system.close()


@pytest.fixture(scope="session")
def broken_rasa() -> Iterator[BrokenRasa]:
    """What stands where `lonely_web` looks for Rasa."""
    rasa = BrokenRasa()
    yield rasa
    rasa.goes_away()


@pytest.fixture(scope="session")
def lonely_web(new_data_folder: Callable[[str], Path], broken_rasa: BrokenRasa) -> Iterator[System]:
    """A real web process that logs all it can, and whose Rasa is broken in whatever way a test wants."""
    system = System(new_data_folder("web"), "serve", rasa_url=broken_rasa.url, log_level="debug", log_format="json")
    try:
        yield system.start()
    finally:
        system.close()


@pytest.fixture(scope="session")
def check() -> EveryLanguage:
    """The check for emergencies in every language, as it ships, without the English examples."""
    return read_every_language(read_other_languages())


@pytest.fixture
def new_web(tmp_path: Path, library: Library, encoder: Encoder) -> Iterator[NewWeb]:
    """Starts webs with some settings and a database of their own, without Rasa."""
    with ExitStack() as running:
        yield lambda **settings: running.enter_context(small_web(tmp_path, library, encoder, **settings))


@pytest.fixture
def new_patient(cordial: System) -> Iterator[Callable[[], Patient]]:
    """Lets patients open a chat."""
    with ExitStack() as open_chats:
        yield lambda: open_chats.enter_context(Patient(cordial.url))


@pytest.fixture
def patient(new_patient: Callable[[], Patient]) -> Patient:
    """A patient with a new chat."""
    return new_patient()


@pytest.fixture
def lonely_patient(lonely_web: System) -> Iterator[Patient]:
    """A patient whose web has a broken Rasa."""
    with Patient(lonely_web.url) as patient:
        yield patient


@pytest.fixture
def coordinator(cordial: System) -> Coordinator:
    """A coordinator at the command line of the running system."""
    return Coordinator(cordial.environment)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser. One for each file, because a running Playwright keeps other tests from an event loop of their own."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visits]:
    """Lets visitors open pages; the test fails if a page asks strangers, breaks its content policy, or if a script fails."""
    visits = Visits(browser)
    yield visits
    visits.leave()


@pytest.fixture
def opens(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages of the console for people of the clinic, each in a profile of its own."""
    with desks(browser, "") as opens:
        yield opens


@pytest.fixture
def new_staff() -> Iterator[Callable[..., Staff]]:
    """Lets people of the clinic log in to the console of a system: `new_staff(lonely_web, "physician")`."""
    with ExitStack() as browsers:

        def log_in(system: System, role: str = "coordinator", name: str | None = None) -> Staff:
            return browsers.enter_context(Staff(system.url, system.data, role, name))

        yield log_in


@pytest.fixture(scope="module")
def ana(lonely_web: System) -> Iterator[Staff]:
    """A coordinator."""
    with Staff(lonely_web.url, lonely_web.data, "coordinator", "Ana Example") as staff:
        yield staff


@pytest.fixture(scope="module")
def ben(lonely_web: System) -> Iterator[Staff]:
    """A physician."""
    with Staff(lonely_web.url, lonely_web.data, "physician", "Ben Example") as staff:
        yield staff


@pytest.fixture
def reference() -> str:
    """A reference number that no other test has."""
    return new_reference()


@pytest.fixture
def editor(tmp_path: Path, encoder: Encoder) -> Editor:
    """An editor with an empty shelf of their own."""
    return Editor(tmp_path, encoder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSQL]:
    """A PostgreSQL for all tests of this worker, each with databases of its own. Nobody may end this one."""
    with postgresql() as server:
        yield server


@pytest.fixture
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of this test's own."""
    kind = getattr(request, "param", request.config.getoption("database"))
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'records.db'}"
    server: PostgreSQL = request.getfixturevalue("postgres")
    return server.new_database(tables=True)


@pytest.fixture
def database(address: str, tmp_path: Path) -> Iterator[Database]:
    """An empty database with today's tables."""
    records = Database(address, Keyring([KEY]), folder=tmp_path)
    records.migrate()
    yield records
    records.close()


@pytest.fixture
def told(address: str, tmp_path: Path) -> Iterator[Database]:
    """Records with two receivers."""
    database = records(address, KEY, COORDINATORS, PROGRAM, folder=tmp_path)
    yield database
    database.close()


@pytest.fixture
def turns(told: Database) -> Turns:
    """Patients who hand themselves over."""
    return Turns(told)


@pytest.fixture
def box() -> Iterator[MailBox]:
    """A mail server."""
    box = MailBox().opens()
    yield box
    box.closes()


@contextmanager
def _alone_with(folder: Path) -> Iterator[None]:
    """Keep the other worker out of a folder."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _link_tree(source: Path, target: Path) -> None:
    """Copy a folder without copying its files, where the disk allows that."""

    def link(one: str, other: str) -> None:
        try:
            os.link(one, other)
        except OSError:
            shutil.copy2(one, other)

    shutil.copytree(source, target, copy_function=link)
