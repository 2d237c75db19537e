"""A copy of the project in another folder, to break things in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from cordial.bootstrap import PROJECT
from tests.support.system import plain_environment

_PARTS = (
    "actions",
    "bot",
    "commands",
    "cordial",
    "data",
    "desk",
    "domain",
    "emergencies",
    "exports",
    "intake",
    "knowledge",
    "language",
    "requirements",
    "turns",
    "web",
    "clinic.yml",
    "config.yml",
    "credentials.yml",
    "endpoints.yml",
    "pyproject.toml",
)


def clone_into(folder: Path) -> Path:
    """Copy what Cordial runs from; no environments, no models, no data."""
    for name in _PARTS:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(PROJECT / name, folder / name)
    return folder


def set_up(clone: Path, *before: str, python: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up of a copy, as `make setup` does; `before` comes in front of the command."""
    return subprocess.run(
        [*before, str(python or sys.executable), "-m", "cordial.bootstrap"],
        cwd=clone,
        env=plain_environment(**environment),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
