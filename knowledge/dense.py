"""The dense index: nearest texts by the angle between their embeddings, with FAISS."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np

from knowledge.encoder import Vectors
from knowledge.errors import GenerationError

# One question is a few million multiplications: threads cost more than they bring, above all on a busy machine.
faiss.omp_set_num_threads(1)


class DenseIndex:
    """Exact search by inner product over unit vectors, so scores are cosines in [-1, 1]."""

    def __init__(self, index: faiss.Index) -> None:
        """Wrap a FAISS index; use `build` or `load`."""
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> DenseIndex:
        """Index vectors of shape (n, dimension); their row numbers are their ids."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def load(cls, file: Path) -> DenseIndex:
        """Read an index from disk.

        Raises:
            GenerationError: if the file is missing or damaged.
        """
        try:
            return cls(faiss.read_index(str(file)))
        except RuntimeError as error:
            raise GenerationError(f"The index {file} cannot be read.") from error

    def save(self, file: Path) -> None:
        """Write the index to disk."""
        faiss.write_index(self._index, str(file))

    def __len__(self) -> int:
        """How many vectors there are."""
        return int(self._index.ntotal)

    def search(self, query: Vectors, count: int) -> list[tuple[int, float]]:
        """The nearest rows to one vector of shape (dimension,), best first, as (row, cosine)."""
        if len(self) == 0:
            return []
        scores, rows = self._index.search(query.reshape(1, -1), min(count, len(self)))
        return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]

    def row(self, number: int) -> Vectors:
        """One stored vector, of shape (dimension,)."""
        return np.asarray(self._index.reconstruct(number), dtype=np.float32)
