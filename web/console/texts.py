"""What the console says, by language; templates hold the rest of its words."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import TypeAdapter


@cache
def console_texts(language: str = "en") -> dict[str, str]:
    """What the console says after something was done, or why it was not, by key; templates hold the rest of its words."""
    return _read(language, "console.yml")


@cache
def audit_texts(language: str = "en") -> dict[str, str]:
    """The actions of the audit log in words."""
    return _read(language, "audit.yml")


def _read(language: str, name: str) -> dict[str, str]:
    file = Path(__file__).parents[1] / language / name
    return TypeAdapter(dict[str, str]).validate_python(yaml.safe_load(file.read_text("utf-8")))
