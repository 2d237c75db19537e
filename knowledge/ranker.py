"""Which article a question belongs to, learned from the wordings that editors gave.

A linear support vector machine (one class an article; Fan et al., LIBLINEAR, 2008) over three views of the text: its embedding,
its words and word pairs, and the character n-grams inside its words. The embedding knows meaning; the others know names,
abbreviations and spelling. Kinds of questions that are declined are classes of their own, so that "how much is it" is
recognised as a question about a price rather than found similar to an article on payment.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.svm import LinearSVC

from cordial.model_file import Arrays, StoredModel, read_model, write_model
from knowledge.onnx_model import Vectors
from language.tfidf import Tfidf

FILE = "ranker.npz"
_VERSION = 1
DECLINED = "declined:"  # prefix of the classes that are no articles
_LEXICAL_WEIGHT = 1.0
_NOTHING = "declined:nothing"
_FEWEST = 3  # classes; a machine for two has one boundary only
_COST = 0.3
_WORDS = {"ngram_range": (1, 2), "token_pattern": r"[^\W_]+"}
_LETTERS = {"analyzer": "char_wb", "ngram_range": (3, 5)}
Scores = npt.NDArray[np.float64]


class Ranker:
    """Scores every class for a question."""

    def __init__(
        self, classes: list[str], weights: npt.NDArray[np.float32], bias: npt.NDArray[np.float32], views: _Views
    ) -> None:
        """Hold a fitted model; use `fit` or `load`."""
        self.classes = classes
        self._weights = weights  # shape (classes, features), as fitted and stored
        self._by_feature = np.ascontiguousarray(weights.T)  # a question has some hundred features of forty thousand
        self._bias = bias
        self._views = views

    @classmethod
    def fit(cls, texts: Sequence[str], vectors: Vectors, labels: Sequence[str]) -> Ranker:
        """Learn from labelled texts.

        Args:
            texts: wordings and passages.
            vectors: their embeddings, one row each.
            labels: the article of each, or `DECLINED` and a kind.
        """
        views, lexical = _Views.fit(texts)
        model = LinearSVC(C=_COST, class_weight="balanced", random_state=0, tol=1e-2)
        if len(set(labels)) < _FEWEST:  # a third, empty-worded one keeps the form
            texts, labels = [*texts, "", ""], [*labels, _NOTHING, _NOTHING + " at all"]
            vectors = np.concatenate([vectors, np.zeros((2, vectors.shape[1]), dtype=np.float32)])
            lexical = views.lexical(texts)
        model.fit(_side_by_side(vectors, lexical), np.asarray(labels))
        return cls(
            [str(name) for name in model.classes_], model.coef_.astype(np.float32), model.intercept_.astype(np.float32), views
        )

    def can_learn(self, classes: Collection[str]) -> bool:
        """Whether some classes can be learned anew by themselves, so that these are the classes in the end."""
        return len(set(classes)) >= _FEWEST and _NOTHING not in self.classes

    def learned_anew(self, texts: Sequence[str], vectors: Vectors, labels: Sequence[str], changed: Collection[str]) -> Ranker:
        """The same ranker with some classes learned anew; what words there are, and how rare they are, stays as it was.

        Each class has a boundary of its own, so the others need not be learned again. That their texts are compared with some
        others now hardly moves them.

        Args:
            texts: all texts, as for `fit`.
            vectors: their embeddings.
            labels: the class of each.
            changed: the classes to learn.
        """
        classes = sorted(set(labels))
        known = dict(zip(self.classes, zip(self._weights, self._bias, strict=True), strict=True))
        wanted = [name for name in classes if name in changed or name not in known]
        if wanted:
            features = _side_by_side(vectors, self._views.lexical(texts))
            known |= {name: _boundary(features, np.asarray(labels) == name, len(classes)) for name in wanted}
        weights, bias = zip(*(known[name] for name in classes), strict=True)
        return Ranker(classes, np.stack(weights), np.asarray(bias, dtype=np.float32), self._views)

    def scores(self, text: str, vector: Vectors) -> Scores:
        """The distance of a text from each class's boundary, in the order of `classes`; above 0 is inside."""
        columns, values = self._views.row(text, vector)
        return np.asarray(values @ self._by_feature[columns], dtype=np.float64) + self._bias

    def save(self, folder: Path) -> None:
        """Write the model into a folder."""
        arrays = {"weights": self._weights, "bias": self._bias, **self._views.arrays()}
        write_model(folder / FILE, _VERSION, StoredModel({"classes": self.classes}, arrays))

    @classmethod
    def load(cls, folder: Path) -> Ranker:
        """Read what `save` wrote.

        Raises:
            ValueError: if it is not there or cannot be used.
        """
        stored = read_model(folder / FILE, _VERSION)
        try:
            views = _Views.of_arrays(stored.arrays)
            return cls(list(stored.about["classes"]), stored.arrays["weights"], stored.arrays["bias"], views)
        except KeyError as error:
            raise ValueError(f"{FILE} has no {error}") from error


class _Views:
    """The two lexical views, and their place beside the embedding."""

    def __init__(self, words: Tfidf, letters: Tfidf) -> None:
        self._words = words
        self._letters = letters

    @classmethod
    def fit(cls, texts: Sequence[str]) -> tuple[_Views, list[sparse.csr_matrix]]:
        """Learn the terms, and give what `lexical` would give, without reading the texts twice."""
        words, in_words = Tfidf.fit(_WORDS, texts, fewest=2)  # one seen once only would remember a single wording
        letters, in_letters = Tfidf.fit(_LETTERS, texts, fewest=3)
        return cls(words, letters), [in_letters, in_words]

    def row(self, text: str, vector: Vectors) -> tuple[npt.NDArray[Any], npt.NDArray[np.float32]]:
        """The columns of one text's features that may not be zero, and their values, without a matrix being made of them."""
        columns, values, first = [np.arange(len(vector))], [np.asarray(vector, dtype=np.float32)], len(vector)
        for view in (self._letters, self._words):
            at, weighted = view.row(text)
            columns.append(first + at)
            values.append((_LEXICAL_WEIGHT * weighted).astype(np.float32))
            first += len(view.terms)
        return np.concatenate(columns), np.concatenate(values)

    def lexical(self, texts: Sequence[str]) -> list[sparse.csr_matrix]:
        return [self._letters.transform(texts), self._words.transform(texts)]

    def arrays(self) -> Arrays:
        return {**self._words.arrays("words"), **self._letters.arrays("letters")}

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> _Views:
        return cls(Tfidf.of_arrays("words", _WORDS, arrays), Tfidf.of_arrays("letters", _LETTERS, arrays))


def _boundary(
    features: sparse.csr_matrix, inside: npt.NDArray[np.bool_], classes: int
) -> tuple[npt.NDArray[np.float32], np.float32]:
    """The boundary of one class, with the weights that it has when all are learned together.

    All other texts are needed: learned from a sample of them it lay too far out, by 0.16 on average.
    """
    weight = {1: len(inside) / (classes * int(inside.sum())), 0: 1.0}
    model = LinearSVC(C=_COST, class_weight=weight, random_state=0, tol=1e-2)
    model.fit(features, inside.astype(np.int8))
    return model.coef_[0].astype(np.float32), np.float32(model.intercept_[0])


def _side_by_side(vectors: Vectors, lexical: list[sparse.csr_matrix]) -> sparse.csr_matrix:
    parts = [sparse.csr_matrix(vectors), *(_LEXICAL_WEIGHT * part for part in lexical)]
    return sparse.hstack(parts, format="csr", dtype=np.float32)
