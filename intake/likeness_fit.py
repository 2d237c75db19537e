"""Fits `likeness.json` from the examples. Only needed after a change of the examples, the rules or the embedding model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.svm import SVC

from intake.likeness import CALM, VERSION, Encode, LikenessError, LikenessFile, packed
from intake.red_flags import RedFlags

EXAMPLES = Path(__file__).parent / "examples"
_COST = 5.0
_GAMMA = 1.0
_SIGNAL_WEIGHT = 0.2
_FILLED_WEIGHT = 0.6  # of an example that was made from a frame
_EACH = 5  # every fifth pair of a sign and a frame is used; more of them teach nothing new
# Chosen on the development set; docs/red-flags.md shows what other values would do.
ABOVE = -0.2
CALM_BELOW = -0.9


@dataclass(frozen=True)
class Example:
    """A made-up message."""

    text: str
    group: str  # CALM, if it is no emergency
    weight: float


def read_examples(folder: Path = EXAMPLES) -> list[Example]:
    """Every example, those from frames included.

    Raises:
        LikenessError: naming the file that is wrong.
    """
    examples: list[Example] = []
    for name in ("emergencies", "calm", "ordinary"):
        for group, texts in _lists(folder / f"{name}.yml").items():
            examples += [Example(text, group if name == "emergencies" else CALM, 1.0) for text in texts]
    frames = _frames(folder / "frames.yml")
    for at, (group, sign) in enumerate(frames.signs):
        for frame_group, texts in ((group, frames.emergency), (CALM, frames.calm)):
            chosen = [frame for position, frame in enumerate(texts) if (at + position) % _EACH == 0]
            examples += [Example(frame.format(sign=sign), frame_group, _FILLED_WEIGHT) for frame in chosen]
    for at, sign in enumerate(frames.mild_signs):
        chosen = [frame for position, frame in enumerate(frames.mild) if (at + position) % 2 == 0]
        examples += [Example(frame.format(sign=sign), CALM, _FILLED_WEIGHT) for frame in chosen]
    return examples


def fit(red_flags: RedFlags, encode: Encode, encoder: str, examples: list[Example]) -> LikenessFile:
    """Fit the model.

    Args:
        red_flags: the rules, whose findings are part of what is learned.
        encode: the embedding model.
        encoder: its name.
        examples: what to learn from.
    """
    vectors = np.asarray(encode([example.text for example in examples]), dtype=np.float32)
    signals = np.asarray([red_flags.signals(example.text) for example in examples], dtype=np.float32)
    urgent = np.asarray([example.group != CALM for example in examples])
    machine = SVC(C=_COST, gamma=_GAMMA, random_state=0)
    machine.fit(np.hstack([vectors, signals * _SIGNAL_WEIGHT]), urgent, sample_weight=[example.weight for example in examples])
    kept = machine.support_
    groups = sorted({example.group for example in examples})
    text, scale = packed(vectors[kept])
    return LikenessFile(
        version=VERSION,
        encoder=encoder,
        dimension=vectors.shape[1],
        signals=red_flags.signal_names,
        signal_weight=_SIGNAL_WEIGHT,
        gamma=_GAMMA,
        above=ABOVE,
        calm_below=CALM_BELOW,
        intercept=round(float(machine.intercept_[0]), 5),
        scale=scale,
        groups=groups,
        examples=len(examples),
        group_of=[groups.index(examples[at].group) for at in kept],
        coefficients=[round(float(value), 4) for value in machine.dual_coef_[0]],
        vectors=text,
        signal_values=[[_short(value) for value in signals[at]] for at in kept],
    )


def _short(value: float) -> float:
    rounded = round(float(value), 3)
    return math.floor(rounded) if rounded == math.floor(rounded) else rounded


@dataclass(frozen=True)
class _Frames:
    emergency: list[str]
    calm: list[str]
    mild: list[str]
    signs: list[tuple[str, str]]
    mild_signs: list[str]


def _frames(file: Path) -> _Frames:
    read = _read(file)
    try:
        signs = [(group, sign) for group, texts in read["signs"].items() for sign in texts]
        return _Frames(read["emergency_frames"], read["calm_frames"], read["mild_frames"], signs, read["mild_signs"])
    except (KeyError, AttributeError) as error:
        raise LikenessError(f"{file.name}: {error} is missing or not in its form.") from error


def _lists(file: Path) -> dict[str, list[str]]:
    lists = _read(file)
    for group, texts in lists.items():
        wrong = [text for text in texts if not isinstance(text, str)]
        if wrong:
            raise LikenessError(f"{file.name}: {group}: {wrong[0]!r} is no text; put it in quotation marks.")
    return lists


def _read(file: Path) -> dict[str, Any]:
    try:
        value = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LikenessError(f"{file.name} cannot be read: {error}") from error
    if not isinstance(value, dict):
        raise LikenessError(f"{file.name} is no list of groups.")
    return value
