"""From what the search saw to the probability that its best section answers, fitted on questions of both kinds.

A logistic model (Platt, 1999, with more than one score) over a handful of signals. The threshold is the highest that still
answers 96 % of the covered fitting questions. Below it, down to where 15 % of the questions that are not covered would come
through, the patient is asked which of a few sections was meant. The fit is a versioned file, `calibration.json`, made by
`cordial kb fit`; nothing in it is set by hand.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict
from sklearn.linear_model import LogisticRegression

from knowledge.errors import GenerationError

FALSE_ABSTENTION = 0.04
_ASKED_BACK = 0.15  # of the questions that are not covered, at most, the answered ones among them


@dataclass(frozen=True)
class Signals:
    """What the search saw of one question."""

    cosine: float  # of the nearest text of the best section
    agreeing: float  # mean cosine of its nearest texts
    article: float  # the ranker's score of the best article
    lead: float  # by how much that article leads the next one
    declined: float  # the ranker's score of the likeliest kind that is declined
    near_declined: float  # mean cosine of the nearest examples of what is declined


class Calibration(BaseModel):
    """A fitted model and the probability from which an answer is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    encoder: str
    weights: dict[str, float]
    offset: float
    threshold: float  # from here on an answer is given
    clarify: float  # from here on the patient is asked what was meant
    covered: int  # fitting questions that the library covers
    not_covered: int

    def probability(self, signals: Signals) -> float:
        """The probability that the best section answers the question."""
        total = self.offset + sum(self.weights[f.name] * getattr(signals, f.name) for f in fields(signals))
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, total))))


def load_calibration(file: Path) -> Calibration:
    """Read a fitted calibration.

    Raises:
        GenerationError: if the file cannot be used.
    """
    try:
        return Calibration.model_validate_json(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise GenerationError(f"The calibration {file.name} cannot be used: {error}") from error


def fit_calibration(covered: Sequence[Signals], not_covered: Sequence[Signals], encoder: str, version: int) -> Calibration:
    """Fit the model, both kinds of questions weighing the same.

    Args:
        covered: signals of questions that the library answers.
        not_covered: signals of questions that it does not.
        encoder: name of the model that the signals come from.
        version: number of this fit.
    """
    rows = np.array([astuple(signals) for signals in [*covered, *not_covered]])
    labels = np.array([1] * len(covered) + [0] * len(not_covered))
    model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=2_000).fit(rows, labels)
    names = [field.name for field in fields(Signals)]
    weights = {name: round(float(weight), 4) for name, weight in zip(names, model.coef_[0], strict=True)}
    calibration = Calibration(
        version=version,
        encoder=encoder,
        weights=weights,
        offset=round(float(model.intercept_[0]), 4),
        threshold=0.0,
        clarify=0.0,
        covered=len(covered),
        not_covered=len(not_covered),
    )
    threshold = float(np.quantile([calibration.probability(signals) for signals in covered], FALSE_ABSTENTION))
    clarify = float(np.quantile([calibration.probability(signals) for signals in not_covered], 1 - _ASKED_BACK))
    return calibration.model_copy(update={"threshold": round(threshold, 4), "clarify": round(min(clarify, threshold), 4)})


@dataclass(frozen=True)
class CurvePoint:
    """What one threshold would bring."""

    threshold: float
    false_abstention: float  # share of the covered questions that would be held back
    abstention_recall: float  # share of the others that would be


def curve(covered: Sequence[float], not_covered: Sequence[float]) -> list[CurvePoint]:
    """What thresholds from 0.05 to 0.95 would bring, given the probabilities of covered and other questions."""
    thresholds = np.arange(1, 20) / 20
    return [
        CurvePoint(float(at), float(np.mean(np.array(covered) < at)), float(np.mean(np.array(not_covered) < at)))
        for at in thresholds
    ]


def save_calibration(calibration: Calibration, file: Path) -> None:
    """Write a fit, readable and comparable line by line."""
    file.write_text(json.dumps(calibration.model_dump(), indent=2) + "\n", "utf-8")
