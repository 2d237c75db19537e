"""From a search score to the probability that the best passage answers, fitted on questions of both kinds.

Platt scaling (Platt, 1999): a logistic curve over the best cosine. The threshold is the highest one that still answers
95 % of the covered fitting questions. The fit is a versioned file, `calibration.json`; nothing here is set by hand.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from knowledge.errors import GenerationError

FALSE_ABSTENTION = 0.05


class Calibration(BaseModel):
    """A fitted curve and the probability from which an answer is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    encoder: str
    slope: float
    offset: float
    threshold: float
    covered: int  # fitting questions that the library covers
    not_covered: int

    def probability(self, score: float) -> float:
        """The probability that a passage found with this score answers the question."""
        return 1.0 / (1.0 + math.exp(-(self.slope * score + self.offset)))

    def answers(self, score: float) -> bool:
        """Whether that is enough to show it."""
        return self.probability(score) >= self.threshold


def load_calibration(file: Path) -> Calibration:
    """Read a fitted calibration.

    Raises:
        GenerationError: if the file cannot be used.
    """
    try:
        return Calibration.model_validate_json(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise GenerationError(f"The calibration {file.name} cannot be used: {error}") from error


def fit_calibration(covered: Sequence[float], not_covered: Sequence[float], encoder: str, version: int) -> Calibration:
    """Fit the curve by Newton's method on the penalised log-likelihood, both kinds weighing the same.

    Args:
        covered: best scores of questions that the library answers.
        not_covered: best scores of questions that it does not.
        encoder: name of the model that made the scores.
        version: number of this fit.
    """
    scores = np.array([*covered, *not_covered])
    labels = np.array([1.0] * len(covered) + [0.0] * len(not_covered))
    weights = np.where(labels == 1.0, 0.5 / len(covered), 0.5 / len(not_covered)) * len(scores)
    design = np.stack([scores, np.ones_like(scores)], axis=1)
    parameters = np.zeros(2)
    for _ in range(50):
        probability = 1.0 / (1.0 + np.exp(-design @ parameters))
        gradient = design.T @ (weights * (labels - probability)) - 1e-3 * parameters
        curvature = (design.T * (weights * probability * (1 - probability))) @ design + 1e-3 * np.eye(2)
        parameters = parameters + np.linalg.solve(curvature, gradient)
    slope, offset = float(parameters[0]), float(parameters[1])
    lowest = float(np.quantile(np.array(covered), FALSE_ABSTENTION))
    threshold = 1.0 / (1.0 + math.exp(-(slope * lowest + offset)))
    return Calibration(
        version=version, encoder=encoder, slope=round(slope, 4), offset=round(offset, 4), threshold=round(threshold, 4),
        covered=len(covered), not_covered=len(not_covered),
    )  # fmt: skip


def save_calibration(calibration: Calibration, file: Path) -> None:
    """Write a fit, readable and comparable line by line."""
    file.write_text(json.dumps(calibration.model_dump(), indent=2) + "\n", "utf-8")
