"""Which section answers a message that goes on in a conversation, and whether any does, learned from conversations.

A linear model over the signals of `knowledge.following`: the section that answers has to lead all others that may (a softmax
over them, as in ListNet, Cao et al., 2007). A second, logistic model decides from how clearly it leads, and from what the
search saw of the message alone, whether to answer at all. Both are stored as numbers with the names of their signals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from cordial.model_file import ModelFileError, StoredModel, read_model, write_model
from knowledge.calibration import Calibration
from knowledge.errors import GenerationError
from knowledge.following import Turn, signal_names

FILE = Path(__file__).parent / "turns.npz"
_VERSION = 1
# What the decision to answer is made from: how the ranking came out, what the search saw of the message alone, and signals of
# the section that is ranked first.
_OF_RANKING = ("score", "share", "lead", "in the article", "probability alone", "declined", "near declined")
_OF_ALONE = ("cosine", "agreeing", "article", "lead alone")
_OF_BEST = (
    "agreeing, alone",
    "behind, alone",
    "agreeing, under",
    "agreeing, after",
    "article, on",
    "own in the article",
    "heading",
    "same article",
    "agreeing, alone × leaves out",
    "behind, alone × leaves out",
    "same article × leaves out",
    "agreeing, alone × refers",
    "behind, alone × few words",
    "same article × few words",
)
_DECIDING = (*_OF_RANKING, *_OF_ALONE, *_OF_BEST)
_NOT_COVERED = 3.0  # how much more a message that the library does not answer weighs than a wrong answer
_PENALTY = 20.0
_ROUNDS = 200
_ANSWERED = 0.88  # of the messages that the library answers, at least
_UNDERSTOOD = 0.95  # of them that are answered or asked back, at least
_LEAST = 1e-6

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Ranked:
    """The sections that may answer a message, best first."""

    numbers: list[int]
    shares: list[float]  # how likely each is the one, if any is
    probability: float  # that the best answers


@dataclass(frozen=True)
class Example:
    """A message of a conversation, and the sections that answer it; none, if the library does not."""

    turn: Turn
    answers: frozenset[int]


class TurnRanker:
    """Ranks the sections for a message in its conversation. Safe to use from several threads."""

    def __init__(self, weights: Numbers, deciding: Numbers, threshold: float, clarify: float, encoder: str) -> None:
        """Hold a fitted model; use `fit` or `load`.

        Args:
            weights: of the signals of a section, in the order of `signal_names`.
            deciding: of the signals of the decision, and last the offset.
            threshold: the probability from which an answer is given.
            clarify: the one from which it is asked which question was meant.
            encoder: name of the embedding model that it was fitted with.
        """
        self._weights, self._deciding, self.encoder = weights, deciding, encoder
        self.threshold, self.clarify = threshold, clarify

    def rank(self, turn: Turn, calibration: Calibration) -> Ranked:
        """The sections that may answer, best first, and how likely the first does."""
        scores = turn.signals.astype(np.float64) @ self._weights
        order = np.argsort(-scores, kind="stable")
        shares = _shares(scores)[order]
        signals = np.append(_deciding(turn, order, scores, shares, calibration), 1.0)
        probability = 1 / (1 + np.exp(-np.clip(signals @ self._deciding, -50, 50)))
        return Ranked([turn.numbers[at] for at in order.tolist()], shares.tolist(), float(probability))

    def save(self, file: Path = FILE) -> None:
        """Store the model."""
        about = {
            "signals": signal_names(),
            "deciding": list(_DECIDING),
            "threshold": self.threshold,
            "clarify": self.clarify,
            "encoder": self.encoder,
        }
        write_model(file, _VERSION, StoredModel(about, {"weights": self._weights, "decision": self._deciding}))

    @classmethod
    def unlearned(cls) -> TurnRanker:
        """One that knows nothing, for a library that is to learn."""
        return cls(np.zeros(len(signal_names())), np.zeros(len(_DECIDING) + 1), 1.0, 1.0, "")

    @classmethod
    def load(cls, file: Path = FILE) -> TurnRanker:
        """Read what `save` stored.

        Raises:
            GenerationError: if it is not there, or was fitted for other signals.
        """
        again = "Run `cordial kb fit-conversations`."
        try:
            stored = read_model(file, _VERSION)
        except ModelFileError as error:
            raise GenerationError(f"{error} {again}") from error
        about = stored.about
        if about["signals"] != signal_names() or about["deciding"] != list(_DECIDING):
            raise GenerationError(f"{file.name} was fitted for other signals. {again}")
        return cls(
            stored.arrays["weights"],
            stored.arrays["decision"],
            float(about["threshold"]),
            float(about["clarify"]),
            about["encoder"],
        )


def fit(examples: Sequence[Example], calibration: Calibration, encoder: str) -> TurnRanker:
    """Learn from messages whose answers are known.

    Args:
        examples: of both kinds: messages that the library answers and others.
        calibration: the decision to answer a message alone.
        encoder: name of the embedding model.
    """
    weights = _fit_weights([each for each in examples if each.answers & set(each.turn.numbers)])
    rows, labels = [], []
    for each in examples:
        scores = each.turn.signals.astype(np.float64) @ weights
        order = np.argsort(-scores, kind="stable")
        rows.append(_deciding(each.turn, order, scores, _shares(scores)[order], calibration))
        labels.append(each.turn.numbers[order[0]] in each.answers)
    weighing = [1.0 if each.answers else _NOT_COVERED for each in examples]
    model = LogisticRegression(C=1.0, max_iter=5_000).fit(np.array(rows), np.array(labels), weighing)
    deciding = np.append(model.coef_[0], model.intercept_[0])
    ranker = TurnRanker(weights, deciding, 0.0, 0.0, encoder)
    covered = [ranker.rank(each.turn, calibration).probability for each in examples if each.answers]
    ranker.threshold, ranker.clarify = (float(np.quantile(covered, 1 - share)) for share in (_ANSWERED, _UNDERSTOOD))
    return ranker


def _fit_weights(examples: Sequence[Example]) -> Numbers:
    """The weights with which the sections that answer lead most clearly, none of them large."""
    rows = np.concatenate([each.turn.signals for each in examples]).astype(np.float32)
    scale = np.maximum(rows.std(axis=0), 0.02).astype(np.float32)
    rows /= scale
    sizes = np.array([len(each.turn.numbers) for each in examples])
    starts = np.cumsum(sizes) - sizes
    right = np.concatenate([[number in each.answers for number in each.turn.numbers] for each in examples])
    whose = np.repeat(np.arange(len(examples)), sizes)

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        scores = (rows @ weights.astype(np.float32)).astype(np.float64)
        raised = np.exp(scores - np.maximum.reduceat(scores, starts)[whose])
        shares = raised / np.add.reduceat(raised, starts)[whose]
        of_right = np.add.reduceat(np.where(right, shares, 0.0), starts)
        pull = shares - np.where(right, shares, 0.0) / np.maximum(of_right, _LEAST)[whose]
        value = -float(np.log(np.maximum(of_right, _LEAST)).sum()) + _PENALTY * float(weights @ weights) / 2
        return value, np.asarray(rows.T @ pull.astype(np.float32), dtype=np.float64) + _PENALTY * weights

    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS})
    return np.asarray(found.x / scale)


def _shares(scores: Numbers) -> Numbers:
    raised = np.exp(scores - scores.max(initial=-np.inf))
    return np.asarray(raised / raised.sum())


def _deciding(turn: Turn, order: npt.NDArray[np.intp], scores: Numbers, shares: Numbers, calibration: Calibration) -> Numbers:
    """What the decision is made from, in the order of `_DECIDING`; shares best first."""
    alone, names = turn.found.signals, signal_names()
    best = order[0]
    lead = scores[best] - scores[order[1]] if len(order) > 1 else 0.0
    within = float(sum(share for share, at in zip(shares, order, strict=True) if turn.articles[at] == turn.articles[best]))
    ranking = [scores[best], shares[0], lead, within, calibration.probability(alone), alone.declined, alone.near_declined]
    of_best = [turn.signals[best, names.index(name)] for name in _OF_BEST]
    return np.array([*ranking, alone.cosine, alone.agreeing, alone.article, alone.lead, *of_best])
