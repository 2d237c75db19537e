"""How often the right text is found, and how long that takes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.retrieval.embeddings import Embeddings
from bench.retrieval.measures import difference, found, mean, ndcg
from bench.retrieval.methods import Method, Methods
from bench.retrieval.sets import Question, QuestionSet
from knowledge.lexical import best_rows
from knowledge.onnx_model import Vectors

_PLACES = (1, 3, 10)
_SINGLE = ("BM25", "BM25 with pairs", "MiniLM")
_TIMED = 200


@dataclass(frozen=True)
class Result:
    """What one method did with each question."""

    ndcg: list[float]
    recall: dict[int, list[float]]
    milliseconds: list[float]


def report(questions: QuestionSet, embeddings: Embeddings, development: bool) -> None:
    """Measure every method on one set and print the table."""
    asked = questions.development if development else questions.test
    methods = Methods(questions, embeddings)
    vectors = embeddings.of([question.text for question in asked])
    results = {name: _measure(method, asked, vectors) for name, method in methods.named().items()}
    part = "development" if development else "test"
    print(f"\n{questions.name}: {len(questions.texts):,} texts, {len(asked):,} {part} questions\n")
    print("| method | nDCG@10 | recall@1 | recall@3 | recall@10 | search, ms: median | p95 |")
    print("|---|---|---|---|---|---|---|")
    for name, result in results.items():
        recall = " | ".join(str(mean(result.recall[places])) for places in _PLACES)
        median, late = np.percentile(result.milliseconds, [50, 95])
        print(f"| {name} | {mean(result.ndcg)} | {recall} | {median:.2f} | {late:.2f} |")
    best = max(_SINGLE, key=lambda name: mean(results[name].ndcg).value)
    print(f"\nDifference in nDCG@10 to the better single one, {best}:")
    for name in list(results)[len(_SINGLE) :]:
        print(f"- {name}: {difference(results[name].ndcg, results[best].ndcg)}")


def report_embedding_time(embeddings: Embeddings, questions: Sequence[Question]) -> None:
    """Print how long the embedding of one question takes, which every method but BM25 needs before it searches."""
    times = []
    for question in questions[:_TIMED]:
        started = time.perf_counter()
        embeddings.encoder.encode([question.text + " "])  # the space: a text that the encoder does not remember
        times.append((time.perf_counter() - started) * 1000)
    median, late = np.percentile(times, [50, 95])
    print(f"\nEmbedding one question: median {median:.1f} ms, p95 {late:.1f} ms; not included above.")


def _measure(method: Method, asked: Sequence[Question], vectors: Vectors) -> Result:
    result = Result([], {places: [] for places in _PLACES}, [])
    for question, vector in zip(asked, vectors, strict=True):
        started = time.perf_counter()
        ranking = best_rows(method(question.text, vector), max(_PLACES)).tolist()
        result.milliseconds.append((time.perf_counter() - started) * 1000)
        result.ndcg.append(ndcg(ranking, question.right))
        for places in _PLACES:
            result.recall[places].append(found(ranking, question.right, places))
    return result
