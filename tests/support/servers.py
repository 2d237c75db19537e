"""Real servers, started for the tests alone, each in a folder of its own: PostgreSQL on a socket there, Redis on a port.

Neither is the one that the system may run.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
import redis

from desk.database import Database
from desk.sealed import Keyring, new_key
from tests.support.system import free_port, until

_WHERE = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
_UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
_TEMPLATE = "with_tables"
KEY = new_key()  # with which today's tables begin: that of the audit log is sealed in them


class PostgreSQL:
    """A server with as many databases as are wanted. It can be ended, frozen, and started again."""

    def __init__(self, folder: Path, durable: bool) -> None:
        """Describe it; `start` starts it.

        Args:
            folder: for everything that it writes.
            durable: whether it waits for the disk, as in use; most tests need not.
        """
        self._folder, self._durable = folder, durable
        self._numbers = count(1)
        self._process: subprocess.Popen[bytes] | None = None

    def initialise(self) -> None:
        """Make its files."""
        command = [_program("initdb"), "-D", str(self._data), "-U", "cordial", "--auth=trust", "--no-sync", "--encoding=UTF8"]
        done = subprocess.run(
            [*command, "--locale=C.UTF-8"],
            **_as_nobody(),
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start it and wait until it answers."""
        quick = [] if self._durable else ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        command = [_program("postgres"), "-D", str(self._data), "-k", str(self._folder), "-c", "listen_addresses=", *quick]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                **_as_nobody(),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self._answers, 60, "PostgreSQL answers")

    def end(self) -> None:
        """End it at once, whoever is connected."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
            self._process = None

    def address(self, name: str) -> str:
        """Where one of its databases is, as the settings want it."""
        return f"postgresql://cordial@/{name}?host={self._folder}"

    def new_database(self, tables: bool = False) -> str:
        """Make a database, empty or with today's tables; gives its address."""
        if tables and not self._has(_TEMPLATE):
            self._make(_TEMPLATE, "template0")
            records = Database(self.address(_TEMPLATE), Keyring([KEY]))
            records.migrate()
            records.close()
        name = f"records_{next(self._numbers)}"
        self._make(name, _TEMPLATE if tables else "template0")
        return self.address(name)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _make(self, name: str, template: str) -> None:
        with self._administrator() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")  # type: ignore[arg-type]

    def _has(self, name: str) -> bool:
        with self._administrator() as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def _administrator(self) -> psycopg.Connection:
        return psycopg.connect(f"host={self._folder} user=cordial dbname=postgres", autocommit=True, connect_timeout=5)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text("utf-8", "replace")
        try:
            self._administrator().close()
        except psycopg.OperationalError:
            return False
        return True


class Redis:
    """A server on a port of loopback that keeps nothing. It can be ended and started again."""

    def __init__(self, folder: Path) -> None:
        """Describe it; `start` starts it."""
        self._folder, self._port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it is, as the settings want it."""
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [
            _program("redis-server"),
            "--port",
            str(self._port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(self._folder),
        ]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        until(self._answers, 30, "Redis answers")

    def end(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)
            self._process = None

    def names(self) -> list[str]:
        """What it holds."""
        with closing(self._client()) as client:
            return sorted(name.decode() for name in client.scan_iter())

    def seconds_left(self) -> list[int]:
        """After how many seconds each thing that it holds goes by itself; -1 for what stays."""
        with closing(self._client()) as client:
            return [int(client.ttl(name)) for name in client.scan_iter()]

    def _client(self) -> redis.Redis:
        return redis.Redis(host="127.0.0.1", port=self._port, socket_timeout=2)

    def _answers(self) -> bool:
        with closing(self._client()) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False


@contextmanager
def postgresql(durable: bool = False) -> Iterator[PostgreSQL]:
    """A PostgreSQL that runs; the test is skipped where it is not installed."""
    _program("initdb")
    with _folder_of_nobody() as folder:
        server = PostgreSQL(folder, durable)
        server.initialise()
        try:
            server.start()
            yield server
        finally:
            server.end()


@contextmanager
def redis_server(folder: Path) -> Iterator[Redis]:
    """A Redis that runs; the test is skipped where it is not installed."""
    server = Redis(folder)
    try:
        server.start()
        yield server
    finally:
        server.end()


def _program(name: str) -> str:
    folders = [_WHERE, *(str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))]
    program = shutil.which(name, path=":".join(folders))
    if program is None:
        pytest.skip(f"there is no {name} on this machine")
    return program


def _as_nobody() -> dict[str, str]:
    """Under whom a program runs that refuses to run as root."""
    return {"user": _UNPRIVILEGED} if os.getuid() == 0 else {}


@contextmanager
def _folder_of_nobody() -> Iterator[Path]:
    """A folder with a short name, since that of a socket may have 107 characters."""
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        if os.getuid() == 0:
            os.chown(name, pwd.getpwnam(_UNPRIVILEGED).pw_uid, -1)
        yield Path(name)
