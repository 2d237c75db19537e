"""Which article a question belongs to, learned from the wordings that editors gave.

A linear support vector machine (one class an article; Fan et al., LIBLINEAR, 2008) over three views of the text: its embedding,
its words and word pairs, and the character n-grams inside its words. The embedding knows meaning; the others know names,
abbreviations and spelling. Kinds of questions that are declined are classes of their own, so that "how much is it" is
recognised as a question about a price rather than found similar to an article on payment.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from knowledge.onnx_model import Vectors

DECLINED = "declined:"  # prefix of the classes that are no articles
_LEXICAL_WEIGHT = 1.0
_NOTHING = "declined:nothing"
_COST = 0.3
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
        views = _Views.fit(texts)
        model = LinearSVC(C=_COST, class_weight="balanced", random_state=0, tol=1e-2)
        if len(set(labels)) < 3:  # a machine for two classes has one boundary only; a third, empty-worded one keeps the form
            texts, labels = [*texts, "", ""], [*labels, _NOTHING, _NOTHING + " at all"]
            vectors = np.concatenate([vectors, np.zeros((2, vectors.shape[1]), dtype=np.float32)])
        model.fit(views.features(texts, vectors), np.asarray(labels))
        return cls(
            [str(name) for name in model.classes_], model.coef_.astype(np.float32), model.intercept_.astype(np.float32), views
        )

    def scores(self, text: str, vector: Vectors) -> Scores:
        """The distance of a text from each class's boundary, in the order of `classes`; above 0 is inside."""
        features = self._views.features([text], vector.reshape(1, -1))
        return np.asarray(features.data @ self._by_feature[features.indices], dtype=np.float64) + self._bias

    def save(self, folder: Path) -> None:
        """Write the model as JSON and npz into a folder."""
        (folder / "ranker.json").write_text(json.dumps({"classes": self.classes, **self._views.as_json()}), "utf-8")
        np.savez(folder / "ranker.npz", weights=self._weights, bias=self._bias, **self._views.arrays())  # type: ignore[arg-type]

    @classmethod
    def load(cls, folder: Path) -> Ranker:
        """Read what `save` wrote."""
        text = json.loads((folder / "ranker.json").read_text("utf-8"))
        with np.load(folder / "ranker.npz", allow_pickle=False) as arrays:
            views = _Views.from_json(text, arrays["words_idf"], arrays["letters_idf"])
            return cls(text["classes"], arrays["weights"], arrays["bias"], views)


class _Views:
    """The two lexical views, and their place beside the embedding."""

    def __init__(self, words: TfidfVectorizer, letters: TfidfVectorizer) -> None:
        self._words = words
        self._letters = letters

    @classmethod
    def fit(cls, texts: Sequence[str]) -> _Views:
        views = cls(_word_view(), _letter_view())
        views._words.fit(texts)
        views._letters.fit(texts)
        return views

    def features(self, texts: Sequence[str], vectors: Vectors) -> sparse.csr_matrix:
        parts = [
            sparse.csr_matrix(vectors),
            _LEXICAL_WEIGHT * self._letters.transform(texts),
            _LEXICAL_WEIGHT * self._words.transform(texts),
        ]
        return sparse.hstack(parts, format="csr", dtype=np.float32)

    def as_json(self) -> dict[str, Any]:
        return {"words": _terms(self._words), "letters": _terms(self._letters)}

    def arrays(self) -> dict[str, npt.NDArray[np.float64]]:
        return {"words_idf": self._words.idf_, "letters_idf": self._letters.idf_}

    @classmethod
    def from_json(cls, text: dict[str, Any], words: Any, letters: Any) -> _Views:
        views = cls(_word_view(text["words"]), _letter_view(text["letters"]))
        views._words.idf_ = words
        views._letters.idf_ = letters
        return views


def _word_view(terms: list[str] | None = None) -> TfidfVectorizer:
    fewest = 1 if terms else 2  # a term seen once only would remember a single wording
    pattern = r"[^\W_]+"
    return TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, token_pattern=pattern, min_df=fewest, vocabulary=_numbered(terms)
    )


def _letter_view(terms: list[str] | None = None) -> TfidfVectorizer:
    fewest = 1 if terms else 3
    return TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=fewest, vocabulary=_numbered(terms)
    )


def _numbered(terms: list[str] | None) -> dict[str, int] | None:
    return None if terms is None else {term: number for number, term in enumerate(terms)}


def _terms(view: TfidfVectorizer) -> list[str]:
    return sorted(view.vocabulary_, key=view.vocabulary_.__getitem__)
