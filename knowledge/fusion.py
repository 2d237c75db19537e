"""Fusion: how nearness in meaning and shared words become one score.

A text's score is its cosine plus a small, bounded addition for shared words (a convex combination up to a factor; Bruch, Gai &
Ingber, "An analysis of fusion functions for hybrid retrieval", 2023). Reciprocal ranks are not used: they forget how far apart
scores are, and on public data they made the result worse than the embedding alone (see the benchmark's README).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]


def fuse(dense: Scores, lexical: Scores, weight: float) -> Scores:
    """One score for each text.

    Shared words are counted against the text that shares most, so they add between 0 and ``weight``, however many words
    a question has. With few shared words the order is that of the embedding.

    Args:
        dense: cosines, of shape (n,).
        lexical: BM25 of the same texts, at least 0, of shape (n,).
        weight: what the best BM25 adds to a cosine.

    Raises:
        ValueError: if the shapes differ.
    """
    if dense.shape != lexical.shape:
        raise ValueError(f"There are {dense.shape} scores by meaning and {lexical.shape} by words.")
    most = float(lexical.max(initial=0.0))
    return np.asarray(dense + weight * lexical / most if most > 0 else dense, dtype=np.float32)
