"""Which intent a message has, and how sure that is. It knows nothing of Rasa; `bot.intents` makes a component of it.

A linear support vector machine (Cortes & Vapnik, 1995; each intent against all others) sees the sentence embedding, the pieces
of words and the words side by side: the embedding knows what is meant, the pieces forgive typing mistakes, the words tell "why"
from "what". How sure it is, is learned from messages that were kept from it, some of them with all others of their intent.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

Floats = npt.NDArray[Any]

FILE = "model.npz"
VERSION = 3
_COST = 1.0
_GRAM_WEIGHT = 0.7  # of pieces and of words, against 1 of the embedding
_NEAREST = 3
_FOLDS = 5  # each is a training of its own; ten were no better
_LOOSE = 100.0  # the calibration learns a handful of numbers from thousands of messages and needs no restraint
# How much a message of an intent that was kept back counts when the level of the confidence is set. They are a fifth of all;
# in use, messages of no known intent are rarer: one in seventeen is assumed.
_UNKNOWN_WEIGHT = 0.25
_FORMS: dict[str, dict[str, Any]] = {
    "pieces": {"analyzer": "char_wb", "ngram_range": (2, 5), "lowercase": False},
    "words": {"ngram_range": (1, 2), "token_pattern": r"\b\w+\b|[?!]", "lowercase": False},
    "beside": {"token_pattern": r"\S+", "lowercase": False},  # what stands beside a message, not in it
}
_AT_LEAST = {"pieces": 2, "words": 1, "beside": 2}  # examples that a gram has to stand in


class IntentModelError(ValueError):
    """There is too little to learn from, or a stored model cannot be read. The message says what to do."""


class Grams:
    """A fitted vectoriser of scikit-learn: sublinear counts by inverse document frequency (Spärck Jones, 1972), length 1.

    `TfidfVectorizer` learns the grams and how rare they are, `CountVectorizer` counts them in a message. The counts are
    weighted here, to the figures that `TfidfVectorizer` gives: with its own checks each message costs 0.9 ms more.
    """

    def __init__(self, kind: str, grams: Sequence[str], rarity: Floats) -> None:
        """Know the grams, one for each column, and how rare each is."""
        self.grams = list(grams)
        self.rarity = np.asarray(rarity, dtype=np.float32)
        numbered = {gram: column for column, gram in enumerate(self.grams)}
        self._counts = CountVectorizer(vocabulary=numbered, dtype=np.float32, **_FORMS[kind])

    @classmethod
    def learn(cls, kind: str, texts: Sequence[str]) -> Grams:
        """Collect the grams of some texts.

        Raises:
            IntentModelError: if they have none in common.
        """
        try:
            learned = TfidfVectorizer(min_df=_AT_LEAST[kind], **_FORMS[kind]).fit(texts)
        except ValueError as error:
            raise IntentModelError("There are too few examples, they have no words in common; add some to data/nlu.") from error
        return cls(kind, learned.get_feature_names_out().tolist(), learned.idf_)

    def of(self, texts: Sequence[str]) -> csr_matrix:
        """Shape (number of texts, number of grams)."""
        counts = self._counts.transform(texts)
        row_of = np.repeat(np.arange(len(texts)), np.diff(counts.indptr))
        values = (1 + np.log(counts.data)) * self.rarity[counts.indices]
        lengths = np.sqrt(np.bincount(row_of, weights=values**2, minlength=len(texts)))
        # In the type of the weights: else all of these would be converted for each message.
        values = (values / lengths[row_of]).astype(np.float32)
        return csr_matrix((values, counts.indices, counts.indptr), shape=counts.shape)


@dataclass(frozen=True)
class Machine:
    """What was learned about telling intents apart, without how sure it is.

    Attributes:
        intents: names, in the order of the columns.
        grams: the n-grams by their kind.
        weights: shape (dimension of an embedding and number of all grams, intents).
        offsets: shape (intents,).
        examples: the embeddings that it was trained on, shape (examples, dimension).
    """

    intents: list[str]
    grams: dict[str, Grams]
    weights: Floats
    offsets: Floats
    examples: Floats

    @classmethod
    def fit(cls, texts: Sequence[str], vectors: Floats, intents: Sequence[str], seed: int, beside: Sequence[str]) -> Machine:
        """Learn from examples and their embeddings, and from what stands beside them, if anything does."""
        views = _views(texts, beside)
        grams = {kind: Grams.learn(kind, seen) for kind, seen in views.items()}
        seen_as = [csr_matrix(vectors), *(_GRAM_WEIGHT * kind.of(views[name]) for name, kind in grams.items())]
        features = hstack(seen_as).tocsr()
        machine = LinearSVC(C=_COST, random_state=seed).fit(features, intents)
        weights, offsets = machine.coef_.T, machine.intercept_
        if len(machine.classes_) == 2:  # then it gives one column, for the second against the first
            weights, offsets = np.hstack([-weights, weights]), np.concatenate([-offsets, offsets])
        names = [str(name) for name in machine.classes_]
        weights = np.ascontiguousarray(weights, dtype=np.float32)  # row by row, as they are used
        return cls(names, grams, weights, offsets.astype(np.float32), _rounded(vectors))

    def values(self, texts: Sequence[str], vectors: Floats, beside: Sequence[str]) -> Floats:
        """How far each message is on the side of each intent: decision values of shape (messages, intents)."""
        views = _views(texts, beside)
        start = vectors.shape[1]
        values = _product(vectors, self.weights[:start]) + self.offsets
        for name, kind in self.grams.items():
            end = start + len(kind.grams)
            values += _GRAM_WEIGHT * (kind.of(views[name]) @ self.weights[start:end])
            start = end
        return np.asarray(values)

    def signs(self, values: Floats, vectors: Floats) -> Floats:
        """What tells whether the best intent is right, shape (messages, 3).

        The best decision value, how far the second is behind, and the mean cosine of the nearest examples.
        """
        ordered = np.sort(values, axis=1)
        count = min(_NEAREST, len(self.examples))
        cosines = _product(vectors, self.examples.T)
        nearest = np.partition(cosines, cosines.shape[1] - count, axis=1)[:, -count:].mean(axis=1)
        return np.column_stack([ordered[:, -1], ordered[:, -1] - ordered[:, -2], nearest])


@dataclass(frozen=True)
class IntentModel:
    """A machine, and how sure to be of what it says.

    Attributes:
        machine: tells intents apart.
        sign_weights: of the three signs of `Machine.signs`, shape (3,).
        sign_offset: what is added.
    """

    machine: Machine
    sign_weights: Floats
    sign_offset: float

    @classmethod
    def fit(
        cls, texts: Sequence[str], vectors: Floats, intents: Sequence[str], seed: int = 0, beside: Sequence[str] = ()
    ) -> IntentModel:
        """Learn from examples.

        Args:
            texts: the examples.
            vectors: their embeddings, shape (examples, dimension).
            intents: their intents.
            seed: the same seed and examples give the same model.
            beside: for each example the signs that stand beside it, with spaces between; or nothing at all.

        Raises:
            IntentModelError: if there are too few.
        """
        if len(set(intents)) < 3:
            raise IntentModelError("There are fewer than three intents with examples; add some to data/nlu.")
        vectors = np.asarray(vectors, dtype=np.float32)
        signs, right, known = _kept_back(texts, vectors, intents, seed, beside)
        if not right[known].any() or right.all():
            raise IntentModelError("There are too few examples to tell how sure to be; each intent needs at least five.")
        # First which messages are surer than others, by all that was kept back; then how sure that is, for the mixture in use.
        order = LogisticRegression(C=_LOOSE).fit(signs, right)
        score = order.decision_function(signs)[:, None]
        level = LogisticRegression(C=_LOOSE).fit(score, right, sample_weight=np.where(known, 1.0, _UNKNOWN_WEIGHT))
        slope = float(level.coef_[0, 0])
        offset = slope * float(order.intercept_[0]) + float(level.intercept_[0])
        return cls(Machine.fit(texts, vectors, intents, seed, beside), slope * order.coef_[0], offset)

    def rank(self, texts: Sequence[str], vectors: Floats, beside: Sequence[str] = ()) -> list[list[tuple[str, float]]]:
        """All intents of each message with their probabilities, the best first.

        The best has the probability that it is right. The others share the rest by the softmax of their decision values, none
        with more than the best.
        """
        vectors = np.asarray(vectors, dtype=np.float32)
        values = self.machine.values(texts, vectors, beside)
        sure = self._sure(self.machine.signs(values, vectors))
        return [self._ranking(row, float(best)) for row, best in zip(values, sure, strict=True)]

    def _sure(self, signs: Floats) -> Floats:
        return np.asarray(1 / (1 + np.exp(-(signs @ self.sign_weights + self.sign_offset))))

    def _ranking(self, values: Floats, best: float) -> list[tuple[str, float]]:
        order = np.argsort(-values, kind="stable")
        others = np.exp(values[order[1:]] - values[order[1]])
        shares = np.minimum((1 - best) * others / others.sum(), best)
        names = self.machine.intents
        return [(names[order[0]], best), *((names[at], float(share)) for at, share in zip(order[1:], shares, strict=True))]

    def save(self, folder: Path) -> None:
        """Store it as ``model.npz``: arrays, and a header that tells what they are."""
        machine = self.machine
        about = {"version": VERSION, "intents": machine.intents, "sign_offset": self.sign_offset}
        arrays: dict[str, Any] = {"header": _as_bytes(json.dumps(about, ensure_ascii=False))}
        arrays |= {"weights": machine.weights, "offsets": machine.offsets, "examples": machine.examples.astype(np.float16)}
        arrays |= {"sign_weights": self.sign_weights}
        for name, grams in machine.grams.items():
            arrays |= {f"{name}_terms": _as_bytes("\n".join(grams.grams)), f"{name}_rarity": grams.rarity}
        np.savez(folder / FILE, **arrays)

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Read what `save` stored.

        Raises:
            IntentModelError: if it is not there or was stored by another version.
        """
        try:
            with (folder / FILE).open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            about = json.loads(arrays["header"].tobytes())
            if about["version"] != VERSION:
                raise IntentModelError("The stored intent model is of another version. Train again.")
            grams = {
                name: Grams(name, arrays[f"{name}_terms"].tobytes().decode().split("\n"), arrays[f"{name}_rarity"])
                for name in _FORMS
                if f"{name}_terms" in arrays
            }
            examples = arrays["examples"].astype(np.float32)
            machine = Machine(about["intents"], grams, arrays["weights"], arrays["offsets"], examples)
            return cls(machine, arrays["sign_weights"], float(about["sign_offset"]))
        except IntentModelError:
            raise
        except (OSError, KeyError, TypeError, AttributeError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise IntentModelError("The stored intent model cannot be read. Train again.") from error


def _kept_back(
    texts: Sequence[str], vectors: Floats, intents: Sequence[str], seed: int, beside: Sequence[str]
) -> tuple[Floats, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Have every message judged by a machine that was trained without it.

    Each of the machines is also trained without a part of the intents, so that some messages are of none that it knows.

    Returns:
        The signs, shape (messages, 3); whether the best intent was right; whether the machine knew the message's intent.
    """
    labels = np.asarray(intents)
    fold, intent_fold = _folds(labels, seed)
    signs = np.zeros((len(labels), 3))
    right = np.zeros(len(labels), dtype=bool)
    for number in range(_FOLDS):
        seen, judged = np.flatnonzero((fold != number) & (intent_fold != number)), np.flatnonzero(fold == number)
        if len(set(labels[seen])) < 2 or not len(judged):
            continue
        machine = Machine.fit(_at(texts, seen), vectors[seen], labels[seen].tolist(), seed, _at(beside, seen))
        values = machine.values(_at(texts, judged), vectors[judged], _at(beside, judged))
        signs[judged] = machine.signs(values, vectors[judged])
        right[judged] = np.asarray(machine.intents)[values.argmax(axis=1)] == labels[judged]
    return signs, right, fold != intent_fold


def _folds(labels: npt.NDArray[np.str_], seed: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For each message the fold that judges it, and the one that leaves out its intent.

    The messages of one intent are spread evenly, starting at another fold for each.
    """
    draw = np.random.default_rng(seed)
    fold, intent_fold = np.zeros(len(labels), dtype=np.int64), np.zeros(len(labels), dtype=np.int64)
    for position, intent in enumerate(draw.permutation(np.unique(labels))):
        rows = draw.permutation(np.flatnonzero(labels == intent))
        fold[rows] = (np.arange(len(rows)) + position) % _FOLDS
        intent_fold[rows] = position % _FOLDS
    return fold, intent_fold


def _views(texts: Sequence[str], beside: Sequence[str]) -> dict[str, Sequence[str]]:
    """What each kind of grams is counted in."""
    lowered = [text.lower() for text in texts]
    return {"pieces": lowered, "words": lowered} | ({"beside": beside} if beside else {})


def _at(some: Sequence[str], places: npt.NDArray[np.int64]) -> list[str]:
    """Those at some places; none of nothing."""
    return [some[int(place)] for place in places] if some else []


def _as_bytes(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _product(left: Floats, right: Floats) -> Floats:
    """The product of two matrices."""
    if len(left) > 1:
        return np.asarray(left @ right)
    # For a single row, threads of the BLAS library cost more than they bring: many times as much when the machine is busy.
    return np.asarray(np.einsum("md,dn->mn", left, right))


def _rounded(vectors: Floats) -> Floats:
    """Rounded to what is stored, so that a model says the same before it is stored and after."""
    return np.asarray(vectors, dtype=np.float16).astype(np.float32)
