"""Whoever watches over Cordial is told what is wrong, and a flood of requests does not fill the disk with lines."""

from __future__ import annotations

import asyncio
import math
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from cordial.bootstrap import PROJECT
from desk.database import Database
from tests.support.small_web import NewWeb
from tests.support.system import until
from web.health import Threads

_CONNECTIONS = 15  # that a web has at most
LOOK = "import sys, pathlib; from web.health import disk_problem; sys.exit(disk_problem(pathlib.Path(sys.argv[1])) or 'none')"
OWN_DISK = 'mount -t tmpfs -o "$1" none "$0" && shift && exec "$@"'


def test_a_rasa_without_a_model_is_told_apart_from_one_that_is_away(new_web: NewWeb) -> None:
    web = new_web()
    with httpx.Client(base_url=web.url, trust_env=False) as watcher:
        assert watcher.get("/readyz").json()["problems"] == []
        web.rasa.has_model = False
        until(lambda: watcher.get("/readyz").json()["problems"] == ["rasa_no_model"], 10, "the model is missed")
        answer = watcher.get("/readyz")
        assert (answer.status_code, answer.json()["rasa"]) == (503, False)
        web.rasa.goes_away()
        until(lambda: watcher.get("/readyz").json()["problems"] == ["rasa_away"], 10, "Rasa is missed")


def test_web_is_not_well_while_all_its_threads_hang_and_is_again_when_they_go_on(
    new_web: NewWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.health._HANG_SECONDS", 3)
    web, goes_on = new_web(), threading.Event()

    def health() -> tuple[int, str]:
        answer = httpx.get(f"{web.url}/healthz", trust_env=False)
        return answer.status_code, answer.json()["status"]

    monkeypatch.setattr("web.library._find", lambda *_: goes_on.wait(60) and [])
    until(lambda: health() == (200, "ok"), 30, "it is well")
    with ThreadPoolExecutor(60) as crowd:
        asked = {"data": {"q": "pain"}, "trust_env": False, "timeout": 60}
        searches = [crowd.submit(httpx.post, f"{web.url}/library", **asked) for _ in range(60)]
        until(lambda: health() == (503, "threads_hang"), 30, "it is noticed")
        goes_on.set()
        assert {search.result().status_code for search in searches} == {200}
    until(lambda: health() == (200, "ok"), 10, "it is well again")


def test_web_is_not_well_while_all_its_connections_to_the_records_hang(
    new_web: NewWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.health._HANG_SECONDS", 3)
    web = new_web()

    def status() -> int:
        return httpx.get(f"{web.url}/healthz", trust_env=False).status_code

    with ExitStack() as hanging:
        for _ in range(_CONNECTIONS):
            hanging.enter_context(web.parts.database.engine.connect())
        until(lambda: status() == 503, 30, "it is noticed")
    until(lambda: status() == 200, 60, "it is well again")


def test_a_database_that_answers_with_an_error_is_no_reason_to_start_web_anew(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged() -> None:
        raise OperationalError("SELECT 1", {}, Exception("malformed"))

    async def watched() -> bool:
        threads = Threads(database)
        threads._worked_at = -math.inf
        assert threads.hang
        with suppress(TimeoutError):
            await asyncio.wait_for(threads.watch(), 2)
        return threads.hang

    monkeypatch.setattr(database, "ping", damaged)
    assert not asyncio.run(watched())


def test_however_many_ask_whether_all_is_there_it_is_looked_at_once(new_web: NewWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Path] = []
    monkeypatch.setattr("web.health.disk_problem", looks.append)
    monkeypatch.setattr("web.health._FRESH_SECONDS", 3_600)
    web = new_web()
    with ThreadPoolExecutor(8) as crowd:
        asked = list(crowd.map(lambda _: httpx.get(f"{web.url}/readyz", trust_env=False).json()["problems"], range(40)))
    assert asked == [[]] * 40
    assert len(looks) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "problem"), [("size=64k", "disk_full"), ("size=1m,ro", "folder_read_only"), ("size=200m", "none")]
)
def test_a_disk_that_is_full_or_read_only_is_told(tmp_path: Path, options: str, problem: str) -> None:
    command = ["unshare", "--mount", "sh", "-c", OWN_DISK, str(tmp_path), options]
    if subprocess.run([*command, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine does not let us mount a small disk")
    look = [sys.executable, "-c", LOOK, str(tmp_path)]
    done = subprocess.run([*command, *look], cwd=PROJECT, check=False, capture_output=True, text=True)
    assert done.stderr.strip().splitlines()[-1] == problem


def test_files_and_health_are_not_logged_while_they_are_as_they_should_be(new_web: NewWeb) -> None:
    web = new_web()
    with httpx.Client(base_url=web.url, trust_env=False) as stranger, capture_logs() as logged:
        for path in ("/static/chat/chat.js", "/healthz", "/readyz", "/metrics", "/library"):
            stranger.get(path)
        web.rasa.goes_away()
        until(lambda: stranger.get("/readyz").status_code == 503, 10, "Rasa is missed")
        told = [(entry["route"], entry["status"]) for entry in logged if entry["event"] == "request"]
    assert told == [("/library", 200), ("/readyz", 503)]


def test_what_is_not_there_fills_no_log_and_is_counted(new_web: NewWeb) -> None:
    web = new_web(sites="https://birchwood.example")
    with httpx.Client(base_url=web.url, trust_env=False) as stranger, capture_logs() as logged:
        asked = [("GET", "/static/nothing"), ("POST", "/static/chat/chat.js"), ("POST", "/nothing"), ("POST", "/chat")]
        answered = [stranger.request(method, path).status_code for method, path in asked]
        preflight = stranger.options("/api/chat/messages", headers={"Access-Control-Request-Method": "POST"})
        counted = stranger.get("/metrics").text
    assert (answered, preflight.status_code) == ([404, 405, 404, 405], 204)
    assert [entry for entry in logged if entry["event"] == "request"] == []
    assert 'cordial_request_seconds_count{method="POST",route="other",status="404"}' in counted
