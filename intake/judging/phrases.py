"""Whole messages that mean the same, from `phrases.yml`."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from language.spoken import text_file


@cache
def phrases(kind: str) -> frozenset[str]:
    """The messages of one kind, in the form that `letters` gives.

    Raises:
        KeyError: if the file has no such kind.
    """
    return frozenset(str(text) for text in _file()[kind])


@cache
def everyday_countries() -> dict[str, str]:
    """Everyday names of countries with their ISO codes."""
    return {str(name): str(code) for name, code in _file()["countries"].items()}


@cache
def number_words() -> tuple[dict[str, int], dict[str, int]]:
    """The words for 0 to 19, and those for 20, 30 and so on."""
    numbers = {str(word): int(number) for word, number in _file()["numbers"].items()}
    return {w: n for w, n in numbers.items() if n < 20}, {w: n for w, n in numbers.items() if n >= 20}


@cache
def _file() -> dict[str, Any]:
    return dict(yaml.safe_load(text_file("intake", "phrases.yml").read_text("utf-8")))
