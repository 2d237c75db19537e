"""Examples and messages with their intents: ours, and CLINC150, read from where it lies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from cordial.bootstrap import PROJECT

_SEED = 2026


@dataclass(frozen=True)
class Example:
    """A message and its intent."""

    text: str
    intent: str


def trained() -> list[Example]:
    """All examples of data/nlu."""
    return [example for file in sorted((PROJECT / "data" / "nlu").glob("*.yml")) for example in read(file)]


def kept_apart(name: str) -> list[Example]:
    """A set of tests/nlu: held_out or unseen."""
    return read(PROJECT / "tests" / "nlu" / f"{name}.yml")


def read(file: Path) -> list[Example]:
    """The examples of one file in Rasa's form."""
    entries = yaml.safe_load(file.read_text("utf-8"))["nlu"]
    return [
        Example(line.removeprefix("- ").strip(), entry["intent"])
        for entry in entries
        if "intent" in entry
        for line in entry["examples"].splitlines()
    ]


def folds(examples: Sequence[Example], count: int = 5) -> list[list[int]]:
    """Positions of examples in ``count`` parts, each intent spread evenly."""
    draw = np.random.default_rng(_SEED)
    labels = np.array([example.intent for example in examples])
    parts: list[list[int]] = [[] for _ in range(count)]
    for intent in np.unique(labels):
        for place, position in enumerate(draw.permutation(np.flatnonzero(labels == intent))):
            parts[place % count].append(int(position))
    return parts


def clinc150(folder: Path) -> dict[str, list[Example]]:
    """CLINC150 (Larson et al., 2019), the full set: 150 intents, and messages of none.

    ``train``, ``val`` and ``test`` are in scope; ``oos_val`` and ``oos_test`` are not.
    """
    parts = json.loads((folder / "data_full.json").read_text("utf-8"))
    return {name: [Example(text, intent) for text, intent in some] for name, some in parts.items()}
