"""How good a ranking is, and how sure one can be of the figure."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_RESAMPLED = 2_000
_SEED = 1979


@dataclass(frozen=True)
class Mean:
    """A mean over questions, with a 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """The mean, and the interval in brackets."""
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f})"


def ndcg(ranking: Sequence[int], relevant: Set[int], count: int = 10) -> float:
    """Normalised discounted cumulative gain of the first ``count`` places, from 0 to 1 (Järvelin & Kekäläinen, 2002).

    Every relevant text counts 1, divided by the logarithm to base 2 of its place plus one; the best possible order gives 1.
    """
    gain = sum(1 / np.log2(place + 2) for place, row in enumerate(ranking[:count]) if row in relevant)
    return float(gain / sum(1 / np.log2(place + 2) for place in range(min(count, len(relevant)))))


def found(ranking: Sequence[int], relevant: Set[int], count: int) -> float:
    """1 if a relevant text is among the first ``count``, else 0. With one relevant text this is recall."""
    return float(any(row in relevant for row in ranking[:count]))


def mean(values: Sequence[float]) -> Mean:
    """The mean with its percentile bootstrap interval (Efron, 1979): questions drawn anew, 2,000 times."""
    low, high = np.percentile(_means(np.asarray(values)), [2.5, 97.5])
    return Mean(float(np.mean(values)), float(low), float(high))


def difference(ours: Sequence[float], theirs: Sequence[float]) -> Mean:
    """The mean of the differences question by question, which is surer than the difference of two means."""
    return mean(np.subtract(ours, theirs).tolist())


def _means(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    drawn = np.random.default_rng(_SEED).integers(len(values), size=(_RESAMPLED, len(values)))
    return np.asarray(values[drawn].mean(axis=1), dtype=np.float64)
