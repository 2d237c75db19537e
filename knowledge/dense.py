"""The dense index: nearest texts by the angle between their embeddings, with FAISS.

Up to `EXACT_UP_TO` texts every one is compared. Above that, texts lie in the cells of a k-means partition (an inverted file,
Jégou, Douze & Schmid, "Product quantization for nearest neighbor search", 2011) and only those in the nearest cells are
compared, at full precision. How many cells is measured when the index is built, not guessed.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from knowledge.errors import GenerationError
from knowledge.onnx_model import Vectors

EXACT_UP_TO = 50_000  # comparing all of 100,000 takes some 20 ms a question on a busy machine, the nearest cells some 2
_WANTED_RECALL = 0.99  # of the ten nearest to made questions
_PROBED = 10
_TRIED = 256  # made questions
_LEARNED_FROM = 40  # texts for each cell
_SEED = 20260901
_TINY = 1e-9  # two opposite texts

# One question is a few million multiplications: threads cost more than they bring, above all on a busy machine.
faiss.omp_set_num_threads(1)


class DenseIndex:
    """Search by inner product over unit vectors, so scores are cosines in [-1, 1]. Safe to search from several threads."""

    def __init__(self, index: faiss.Index) -> None:
        """Wrap a FAISS index; use `build` or `load`."""
        self._index = index
        self._stored = _stored_in(index) if self.is_exact else None

    @classmethod
    def build(cls, vectors: Vectors, exact_up_to: int = EXACT_UP_TO) -> DenseIndex:
        """Index vectors of shape (n, dimension); their row numbers are their ids.

        Args:
            vectors: float32, each of length 1.
            exact_up_to: with more vectors than this, a search looks into the nearest cells only. That takes some bytes a vector
                more than the vectors, and minutes to build for a million.
        """
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        if len(vectors) > exact_up_to:
            return cls(_cells(vectors))
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
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

    @property
    def is_exact(self) -> bool:
        """Whether every vector is compared with each question."""
        return not isinstance(self._index, faiss.IndexIVF)

    @property
    def description(self) -> str:
        """What a search compares with, for a report."""
        index = self._index
        return f"{index.nprobe} of {index.nlist} cells" if isinstance(index, faiss.IndexIVF) else "exact"

    def search(self, query: Vectors, count: int) -> list[tuple[int, float]]:
        """The nearest rows to one vector of shape (dimension,), best first, as (row, cosine).

        As many as asked for, if there are as many. Scores are exact; above `EXACT_UP_TO` a row may be missing.
        """
        rows, scores = self.nearest(query, count)
        return [(int(row), float(score)) for row, score in zip(rows, scores, strict=True)]

    def cosines(self, queries: Vectors) -> Vectors | None:
        """Of every row with each of some vectors, of shape (rows, queries); nothing, where not every vector is compared."""
        if self._stored is None:
            return None
        return np.asarray(self._stored @ np.ascontiguousarray(queries, dtype=np.float32).T)

    def nearest(self, query: Vectors, count: int) -> tuple[npt.NDArray[np.int64], Vectors]:
        """What `search` gives, as rows and cosines side by side."""
        count = min(count, len(self))
        if count <= 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        faiss.omp_set_num_threads(1)  # of this thread alone, so it has to be said in each
        question = np.ascontiguousarray(query, dtype=np.float32).reshape(1, -1)
        scores, rows = self._index.search(question, count)
        if rows[0][-1] < 0:  # the nearest cells hold fewer than that
            scores, rows = self._index.search(question, count, params=_probing(len(self)))
        there = rows[0] >= 0
        return rows[0][there], scores[0][there]

    def rows(self, numbers: npt.NDArray[np.intp]) -> Vectors:
        """Some stored vectors, of shape (numbers, dimension)."""
        wanted = np.ascontiguousarray(numbers, dtype=np.int64)
        return np.asarray(self._index.reconstruct_batch(wanted), dtype=np.float32).reshape(len(wanted), self._index.d)

    def row(self, number: int) -> Vectors:
        """One stored vector, of shape (dimension,)."""
        return np.asarray(self._index.reconstruct(number), dtype=np.float32)


def _stored_in(index: faiss.Index) -> Vectors:
    """The vectors of an index as they lie in its memory, of shape (rows, dimension)."""
    if not index.ntotal:
        return np.zeros((0, index.d), dtype=np.float32)
    flat: Any = faiss.downcast_index(index)
    stored = faiss.rev_swig_ptr(flat.get_xb(), index.ntotal * index.d)
    return np.asarray(stored.reshape(index.ntotal, index.d))


def best_of(cosines: Vectors, count: int) -> tuple[npt.NDArray[np.int64], Vectors]:
    """The rows with the highest cosines of one vector, best first, and their cosines."""
    count = min(count, len(cosines))
    among = np.argpartition(-cosines, count - 1)[:count] if 0 < count < len(cosines) else np.arange(len(cosines))
    rows = among[np.argsort(-cosines[among], kind="stable")]
    return rows.astype(np.int64), cosines[rows]


def _cells(vectors: Vectors) -> faiss.IndexIVFFlat:
    count, dimension = vectors.shape
    index = faiss.IndexIVFFlat(
        faiss.IndexFlatIP(dimension), dimension, max(1, round(2 * math.sqrt(count))), faiss.METRIC_INNER_PRODUCT
    )
    index.cp.seed = _SEED
    index.cp.min_points_per_centroid = 1  # only silences a warning on standard output for small libraries
    chosen = np.random.default_rng(_SEED).permutation(count)
    with _all_processors():
        index.train(vectors[np.sort(chosen[: _LEARNED_FROM * index.nlist])])
        index.add(vectors)
        index.make_direct_map()
        index.nprobe = _enough_cells(index, _made_questions(vectors, chosen))
    return index


def _made_questions(vectors: Vectors, chosen: npt.NDArray[np.int64]) -> Vectors:
    """Halfway between two texts at random: about as far from every text, and as near to several cells, as a question is.

    Texts themselves are too easy: where they promised a recall of 0.99 among a million, real questions reached 0.94.
    """
    half = min(_TRIED, max(1, len(vectors) // 2))
    made = vectors[chosen[:half]] + vectors[chosen[len(chosen) - half :]]
    return np.asarray(made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), _TINY), dtype=np.float32)


def _enough_cells(index: faiss.IndexIVFFlat, questions: Vectors) -> int:
    """The smallest power of two of cells in which the wanted share of the nearest vectors is found."""
    _, truth = index.search(questions, _PROBED, params=_probing(index.nlist))
    cells = 1
    while cells < index.nlist:
        _, found = index.search(questions, _PROBED, params=_probing(cells))
        if np.mean([np.isin(nearest, some).mean() for some, nearest in zip(found, truth, strict=True)]) >= _WANTED_RECALL:
            break
        cells *= 2
    return min(cells, index.nlist)


def _probing(cells: int) -> faiss.SearchParametersIVF:
    parameters = faiss.SearchParametersIVF()
    parameters.nprobe = cells  # more than there are is all
    return parameters


@contextmanager
def _all_processors() -> Iterator[None]:
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
