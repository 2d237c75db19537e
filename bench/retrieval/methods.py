"""Ways to rank the texts of a set for one question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

import numpy as np

from bench.retrieval.embeddings import Embeddings
from bench.retrieval.long_texts import LEXICAL_WEIGHT, away_from, best_and_first, centre_of, fit_weight, passages_of
from bench.retrieval.sets import Question, QuestionSet
from knowledge.fusion import Scores, fuse
from knowledge.lexical import LexicalIndex
from knowledge.onnx_model import Vectors

Method = Callable[[str, Vectors], Scores]
_RANK_CONSTANT = 60


class Methods:
    """All methods over one set. Each takes a question and its embedding, and gives a score for every text."""

    def __init__(self, questions: QuestionSet, embeddings: Embeddings) -> None:
        """Index the texts of a set."""
        self._plain = LexicalIndex.build(questions.texts, pairs=0)
        self._lexical = LexicalIndex.build(questions.texts)
        self._whole = embeddings.of([" ".join(text.split()) for text in questions.texts])
        passages = [passages_of(text) for text in questions.texts]
        self._starts = np.array([0, *accumulate(map(len, passages))][:-1], dtype=np.intp)
        self._passages = embeddings.of([passage for some in passages for passage in some])
        self._centre = centre_of(self._passages)
        self._fitted = self._fit(questions.development, embeddings)

    @property
    def weight(self) -> float:
        """What the development questions of this set chose."""
        return self._fitted

    def named(self) -> dict[str, Method]:
        """Every method under the name that the table shows."""
        return {
            "BM25": self.bm25,
            "BM25 with pairs": self.bm25_with_pairs,
            "MiniLM": self.minilm,
            "reciprocal rank fusion": self.reciprocal_ranks,
            "ours, meaning only": self.meaning,
            "ours": self.ours,
            f"ours, fitted ({self._fitted:g})": self.fitted,
        }

    def bm25(self, question: str, vector: Vectors) -> Scores:
        """Words alone."""
        return self._plain.scores(question)

    def bm25_with_pairs(self, question: str, vector: Vectors) -> Scores:
        """Words and pairs of words."""
        return self._lexical.scores(question)

    def minilm(self, question: str, vector: Vectors) -> Scores:
        """The cosine with the first 256 tokens of each text."""
        return np.asarray(self._whole @ vector, dtype=np.float32)

    def reciprocal_ranks(self, question: str, vector: Vectors) -> Scores:
        """Reciprocal rank fusion of the two (Cormack, Clarke & Büttcher, 2009), with its usual constant 60."""
        ranks = [_ranks(method(question, vector)) for method in (self.bm25, self.minilm)]
        return np.asarray(sum(1 / (_RANK_CONSTANT + rank) for rank in ranks), dtype=np.float32)

    def meaning(self, question: str, vector: Vectors) -> Scores:
        """Best and first passage, away from the centre, without words."""
        return best_and_first(self._passages @ away_from(self._centre, vector), self._starts)

    def ours(self, question: str, vector: Vectors) -> Scores:
        """Meaning and words, with the weight that is shipped."""
        return fuse(self.meaning(question, vector), self.bm25_with_pairs(question, vector), LEXICAL_WEIGHT)

    def fitted(self, question: str, vector: Vectors) -> Scores:
        """Meaning and words, with the weight that this set's development questions chose."""
        return fuse(self.meaning(question, vector), self.bm25_with_pairs(question, vector), self._fitted)

    def _fit(self, questions: Sequence[Question], embeddings: Embeddings) -> float:
        vectors = embeddings.of([question.text for question in questions])
        asked = list(zip(questions, vectors, strict=True))
        return fit_weight(
            [self.meaning(question.text, vector) for question, vector in asked],
            [self.bm25_with_pairs(question.text, vector) for question, vector in asked],
            [set(question.right) for question in questions],
        )


def _ranks(scores: Scores) -> Scores:
    ranks = np.empty(len(scores), dtype=np.float32)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks
