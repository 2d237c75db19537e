"""How much a message is like the emergencies among our examples: the second opinion beside the wordings of the red flags.

A support vector machine (Cortes & Vapnik, 1995) over the message's embedding and over what the wordings and the understanding
of denial, past, "what if" and other people found in it. It is fitted by `intake.likeness_fit` from `intake/examples/` and
stored as plain numbers in `likeness.json`.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, ValidationError

Numbers = npt.NDArray[np.float32]

LIKENESS = Path(__file__).parent / "likeness.json"
VERSION = 1  # of the stored form and of the signals
_LEVELS = 127.0  # numbers of an embedding are stored in one byte each
_NEIGHBOURS = 5
CALM = ""  # the group of an example that is no emergency


class LikenessError(Exception):
    """`likeness.json` cannot be used; the message says what to do."""


class Encode(Protocol):
    """Turns texts into unit vectors, one row each."""

    def __call__(self, texts: Sequence[str], /) -> Numbers:
        """Embed them."""
        ...


class LikenessFile(BaseModel):
    """The stored form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    encoder: str
    dimension: int
    signals: list[str]
    signal_weight: float
    gamma: float
    above: float  # an emergency, whatever the wordings say
    calm_below: float  # none, whatever the wordings say
    intercept: float
    scale: float
    groups: list[str]
    examples: int
    group_of: list[int]
    coefficients: list[float]
    vectors: str  # base64 of signed bytes
    signal_values: list[list[float]]


@dataclass(frozen=True)
class Opinion:
    """What the examples say about a message."""

    score: float
    group: str  # of the emergencies that are most like it


class Likeness:
    """The fitted model."""

    def __init__(self, file: LikenessFile) -> None:
        """Unpack the numbers."""
        self.file = file
        stored = np.frombuffer(base64.b64decode(file.vectors), dtype=np.int8).reshape(-1, file.dimension)
        self._vectors = stored.astype(np.float32) * np.float32(file.scale / _LEVELS)
        self._signals = np.asarray(file.signal_values, dtype=np.float32).reshape(len(stored), -1) * np.float32(
            file.signal_weight
        )
        self._squares = (self._vectors**2).sum(1) + (self._signals**2).sum(1)
        self._coefficients = np.asarray(file.coefficients, dtype=np.float32)
        self._group_of = np.asarray(file.group_of)

    def judge(self, vector: Numbers, signals: Sequence[float]) -> Opinion:
        """Give an opinion.

        Args:
            vector: the embedding of the message.
            signals: what the wordings found, in the order of the file.
        """
        near = np.asarray(signals, dtype=np.float32) * np.float32(self.file.signal_weight)
        squares = float((vector**2).sum() + (near**2).sum())
        closeness = np.einsum("ij,j->i", self._vectors, vector)  # without threads: they cost more than they save
        distances = self._squares + squares - 2 * (closeness + np.einsum("ij,j->i", self._signals, near))
        score = float(self._coefficients @ np.exp(-self.file.gamma * distances)) + self.file.intercept
        closeness = np.where(self._coefficients > 0, closeness, -1.0)
        nearest = np.argsort(closeness)[-_NEIGHBOURS:]
        votes: Counter[str] = Counter()
        for at in nearest:
            votes[self.file.groups[self._group_of[at]]] += max(0, round(1000 * float(closeness[at]) ** 2))
        return Opinion(score, votes.most_common(1)[0][0])


def read_likeness(encoder: str, signals: Sequence[str], groups: Sequence[str], file: Path = LIKENESS) -> Likeness:
    """Read the fitted model.

    Args:
        encoder: the name of the embedding model that will be used.
        signals: the names of what the wordings will find.
        groups: the groups that have a text.
        file: where it is.

    Raises:
        LikenessError: if it is missing, broken, or was fitted for something else.
    """
    again = "Run `cordial red-flags fit`."
    try:
        stored = LikenessFile.model_validate_json(file.read_bytes())
        likeness = Likeness(stored)
    except OSError as error:
        raise LikenessError(f"{file.name} cannot be read: {error}. {again}") from error
    except (ValidationError, ValueError) as error:
        raise LikenessError(f"{file.name} is not what was stored there. {again}") from error
    if stored.version != VERSION or list(stored.signals) != list(signals) or not set(stored.groups) <= set(groups):
        raise LikenessError(f"{file.name} was fitted for other rules. {again}")
    if stored.encoder != encoder:
        raise LikenessError(f"{file.name} was fitted for the embedding model {stored.encoder}, not {encoder}. {again}")
    return likeness


def packed(vectors: Numbers) -> tuple[str, float]:
    """Vectors as base64 of signed bytes, and the scale that `LikenessFile` needs."""
    scale = float(np.abs(vectors).max())
    return base64.b64encode(np.round(vectors / scale * _LEVELS).astype(np.int8).tobytes()).decode("ascii"), scale
