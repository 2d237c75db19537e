"""Whoever watches over Cordial is told what is wrong, and a flood of requests does not fill the disk with lines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from cordial.bootstrap import PROJECT
from tests.support.small_web import NewWeb

LOOK = "import sys, pathlib; from web.health import disk_problem; sys.exit(disk_problem(pathlib.Path(sys.argv[1])) or 'none')"
OWN_DISK = 'mount -t tmpfs -o "$1" none "$0" && shift && exec "$@"'


def test_a_rasa_without_a_model_is_told_apart_from_one_that_is_away(new_web: NewWeb) -> None:
    web = new_web()
    with httpx.Client(base_url=web.url, trust_env=False) as watcher:
        assert watcher.get("/readyz").json()["problems"] == []
        web.rasa.has_model = False
        answer = watcher.get("/readyz")
        assert (answer.status_code, answer.json()["rasa"], answer.json()["problems"]) == (503, False, ["rasa_no_model"])
        web.rasa.goes_away()
        assert watcher.get("/readyz").json()["problems"] == ["rasa_away"]


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
        for path in ("/static/chat/chat.js", "/healthz", "/readyz", "/metrics", "/library", "/static/nothing"):
            stranger.get(path)
        web.rasa.goes_away()
        stranger.get("/readyz")
        told = [(entry["route"], entry["status"]) for entry in logged if entry["event"] == "request"]
    assert [status for _, status in told] == [200, 404, 503]
    assert told[0][0] == "/library"
