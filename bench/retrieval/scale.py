"""How long the dense index takes in large libraries, and how much of the exact result it finds."""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence

import numpy as np

from bench.retrieval.embeddings import Embeddings
from bench.retrieval.long_texts import Rows, passages_of
from bench.retrieval.measures import mean
from bench.retrieval.sets import QuestionSet
from knowledge.dense import DenseIndex
from knowledge.onnx_model import Vectors

_SEED = 0
_COUNT = 10
_QUESTIONS = 1_000
_BLOCK = 50_000
# The length of the noise beside that of a unit vector. The nearest neighbours in the real sets lie some 0.6 apart.
_NOISE = 0.3


def report(sets: Sequence[QuestionSet], embeddings: Embeddings, sizes: Sequence[int]) -> None:
    """Measure each size and print the table."""
    texts = dict.fromkeys(passage for questions in sets for text in questions.texts for passage in passages_of(text))
    real = embeddings.of(list(texts))
    draw = np.random.default_rng(_SEED)
    asked = [question.text for questions in sets for question in questions.test]
    chosen = draw.choice(len(asked), size=min(_QUESTIONS, len(asked)), replace=False)
    questions = embeddings.of([asked[number] for number in chosen])
    print(f"\n{len(real):,} real passages, {len(questions):,} real questions\n")
    print("| passages | index | build, s | search, ms: median | p95 | p99 | recall@10 of exact search | peak memory, MB |")
    print("|---|---|---|---|---|---|---|---|")
    for size in sizes:
        print(_measure(enlarged(real, size), questions), flush=True)


def enlarged(real: Vectors, size: int) -> Vectors:
    """Unit vectors of shape (size, dimension): real ones first, then made ones.

    A made one lies somewhere between two real passages that are near each other, with noise of its own: the dense places of a
    library become denser, and empty ones stay empty. Vectors at random would be equally far from everything.
    """
    draw = np.random.default_rng(_SEED)
    vectors = np.empty((size, real.shape[1]), dtype=np.float32)
    order = draw.permutation(len(real))
    vectors[: len(real)] = real[order[:size]]
    for start in range(len(real), size, _BLOCK):
        some = slice(start, min(start + _BLOCK, size))
        vectors[some] = _between(real, some.stop - some.start, draw)
    return vectors


def _between(real: Vectors, count: int, draw: np.random.Generator) -> Vectors:
    first = draw.integers(len(real), size=count)
    # The partner is the nearest of some drawn ones, so that the two are related.
    drawn = draw.integers(len(real), size=(count, 16))
    partner = drawn[np.arange(count), _nearest(real, first, drawn)]
    share = draw.uniform(0.1, 0.9, size=(count, 1)).astype(np.float32)
    noise = draw.standard_normal((count, real.shape[1]), dtype=np.float32) * np.float32(_NOISE / np.sqrt(real.shape[1]))
    made = share * real[first] + (1 - share) * real[partner] + noise
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def _nearest(real: Vectors, first: Rows, drawn: Rows) -> Rows:
    best = np.empty(len(first), dtype=np.intp)
    for start in range(0, len(first), 2_000):
        some = slice(start, start + 2_000)
        cosines = np.einsum("nd,nkd->nk", real[first[some]], real[drawn[some]], optimize=True)
        best[some] = cosines.argmax(axis=1)
    return best


def _measure(vectors: Vectors, questions: Vectors) -> str:
    started = time.perf_counter()
    index = DenseIndex.build(vectors)
    built = time.perf_counter() - started
    truth = _exact(vectors, questions)
    times, recalls = [], []
    for question, nearest in zip(questions, truth, strict=True):
        started = time.perf_counter()
        found = index.search(question, _COUNT)
        times.append((time.perf_counter() - started) * 1000)
        recalls.append(len(nearest & {row for row, _ in found}) / _COUNT)
    median, late, latest = np.percentile(times, [50, 95, 99])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"| {len(vectors):,} | {index.description} | {built:.0f} | {median:.1f} | {late:.1f} | {latest:.1f} "
        f"| {mean(recalls)} | {memory:,.0f} |"
    )


def _exact(vectors: Vectors, questions: Vectors) -> list[set[int]]:
    best = [(np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.intp))] * len(questions)
    for start in range(0, len(vectors), _BLOCK):
        scores = questions @ vectors[start : start + _BLOCK].T
        rows = np.argpartition(-scores, _COUNT, axis=1)[:, :_COUNT]
        for number, some in enumerate(rows):
            kept_scores = np.concatenate([best[number][0], scores[number, some]])
            kept_rows = np.concatenate([best[number][1], some + start])
            order = np.argsort(-kept_scores)[:_COUNT]
            best[number] = (kept_scores[order], kept_rows[order])
    return [set(rows.tolist()) for _, rows in best]
