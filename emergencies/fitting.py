"""Fits `classifier.npz` from the examples. Only needed after a change of the examples, the rules or the embedding model.

It needs some two gigabytes of memory and, on two processors, about a minute and a half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from cordial.data_files import Part, Text, fills, read_data
from emergencies.classifier import (
    CALM,
    LETTERS,
    WORDS,
    About,
    ClassifierError,
    EmergencyClassifier,
    Encode,
    Numbers,
    Pieces,
    centred,
    group_features,
)
from emergencies.red_flags import RedFlags
from language.multilingual import ENCODER, multilingual
from language.spoken import text_file
from language.tfidf import Form, Tfidf

_Frame = Annotated[str, fills("sign")]
_COST = 5.0
_GROUP_COST = 10.0
_SECOND_SHARE = 0.5  # of the kernel: the multilingual embedding
_NUMBER_SHARE = 0.5  # of the kernel: the numbers as they are; the pairs of them have as much
_LETTER_SHARE = 0.3
_WORD_SHARE = 0.5
_SIGNAL_WEIGHT = 0.05
_RAREST = 3  # a piece of text that stands in fewer examples teaches nothing
_LEVELS = 127.0  # of a weight to each side of 0; more tell nothing, and the file stays small
_FILLED_WEIGHT = 0.6  # of an example that was made from a frame
_EACH = 5  # every fifth pair of a sign and a frame is used; more of them teach nothing new
_PLAIN_FILES = ("emergencies", "calm", "ordinary")


@dataclass(frozen=True)
class Example:
    """A made-up message."""

    text: str
    group: str  # CALM, if it is no emergency
    weight: float
    file: str  # without its ending


def read_examples(folder: Path | None = None) -> list[Example]:
    """Every example, those from frames included; by default those in the language that is spoken.

    Raises:
        ClassifierError: naming the file that is wrong.
    """
    folder = folder or text_file("emergencies", "examples")
    examples: list[Example] = []
    for kind in _PLAIN_FILES:
        for file in sorted(folder.glob(f"{kind}*.yml")):
            for group, texts in _lists(file).items():
                examples += [Example(text, group if kind == "emergencies" else CALM, 1.0, file.stem) for text in texts]
    frames = _frames(folder / "frames.yml")
    for at, (group, sign) in enumerate(frames.signs):
        for frame_group, texts in ((group, frames.emergency), (CALM, frames.calm)):
            chosen = [frame for position, frame in enumerate(texts) if (at + position) % _EACH == 0]
            examples += [Example(frame.format(sign=sign), frame_group, _FILLED_WEIGHT, "frames") for frame in chosen]
    for at, sign in enumerate(frames.mild_signs):
        chosen = [frame for position, frame in enumerate(frames.mild) if (at + position) % 2 == 0]
        examples += [Example(frame.format(sign=sign), CALM, _FILLED_WEIGHT, "frames") for frame in chosen]
    return examples


def fit(red_flags: RedFlags, encode: Encode, encoder: str, examples: list[Example]) -> EmergencyClassifier:
    """Fit the model.

    Args:
        red_flags: the rules, whose findings are part of what is learned.
        encode: the embedding model.
        encoder: its name.
        examples: what to learn from.

    Raises:
        ClassifierError: if these are too few.
    """
    texts = [example.text for example in examples]
    vectors = np.asarray(encode(texts), dtype=np.float32)
    centre = vectors.mean(0)
    vectors = centred(vectors, centre)
    second, second_centre = _second(texts)
    signals = np.asarray([red_flags.signals(text) for text in texts], dtype=np.float32)
    numbers = np.hstack([vectors, signals * np.float32(_SIGNAL_WEIGHT)])
    plain = [red_flags.plain(text) for text in texts]
    letters, words = _Learned(texts, LETTERS, _LETTER_SHARE), _Learned(plain, WORDS, _WORD_SHARE)

    products = numbers @ numbers.T
    kernel = _NUMBER_SHARE * (products + products**2)
    del products
    kernel += _SECOND_SHARE * (second @ second.T)
    kernel += letters.products()
    kernel += words.products()
    machine = SVC(C=_COST, kernel="precomputed", cache_size=1000)
    machine.fit(kernel, [example.group != CALM for example in examples], sample_weight=[example.weight for example in examples])
    at, shares = machine.support_, machine.dual_coef_[0].astype(np.float32)
    groups = _fit_groups(red_flags, examples, vectors, plain)
    about = About(
        encoder=encoder,
        second_encoder=ENCODER,
        signals=red_flags.signal_names,
        signal_weight=_SIGNAL_WEIGHT,
        examples=len(examples),
        constant=float(machine.intercept_[0]),
        groups=[str(name) for name in groups.classes_],
        found=red_flags.found_names,
    )
    return EmergencyClassifier(
        about=about,
        centre=centre,
        second_centre=second_centre,
        second=_SECOND_SHARE * (shares @ second[at]),
        numbers=_NUMBER_SHARE * (shares @ numbers[at]),
        pairs=_pairs(numbers[at], shares),
        letters=letters.pieces(at, shares),
        words=words.pieces(at, shares),
        groups=_rounded(groups.coef_),
        group_constants=groups.intercept_,
    )


def _second(texts: Sequence[str]) -> tuple[Numbers, Numbers]:
    """The multilingual embeddings, centred, and their mean."""
    encode = multilingual()
    if encode is None:
        raise ClassifierError("The multilingual embedding cannot be loaded; the log says why.")
    vectors = np.asarray(encode(texts), dtype=np.float32)
    centre = vectors.mean(0)
    return centred(vectors, centre), centre


class _Learned:
    """The pieces of some texts, each weighted by how rare it is."""

    def __init__(self, texts: Sequence[str], form: Form, share: float) -> None:
        try:
            self._tfidf, values = Tfidf.fit(form, texts, _RAREST)
        except ValueError as error:
            raise ClassifierError("The examples have too few words in common to learn from.") from error
        self._values = values.astype(np.float32)
        self._share = share

    def products(self) -> npt.NDArray[Any]:
        """Their part of the kernel."""
        return self._share * np.asarray((self._values @ self._values.T).toarray())

    def pieces(self, at: npt.NDArray[Any], shares: npt.NDArray[Any]) -> Pieces:
        """Their weights, from the support vectors and the share of each."""
        return Pieces(self._tfidf, _rounded(self._share * (self._values[at].T @ shares)))


def _pairs(numbers: Numbers, shares: npt.NDArray[Any]) -> Numbers:
    """The weight of each pair of numbers; those off the diagonal stand for two."""
    weights = _NUMBER_SHARE * (numbers.T * shares) @ numbers
    return _rounded(np.triu(weights) + np.triu(weights, 1))


def _rounded(weights: npt.NDArray[Any]) -> Numbers:
    step = (float(np.abs(weights).max()) or 1.0) / _LEVELS
    return np.asarray(np.round(weights / step), dtype=np.float32) * np.float32(step)


def _fit_groups(red_flags: RedFlags, examples: list[Example], vectors: Numbers, plain: list[str]) -> LogisticRegression:
    at = [at for at, example in enumerate(examples) if example.group != CALM]
    if len({examples[each].group for each in at}) < 3:
        raise ClassifierError("The examples tell of fewer than three groups of emergencies.")
    found = np.asarray([red_flags.found(examples[each].text) for each in at], dtype=np.float32)
    model = LogisticRegression(C=_GROUP_COST, max_iter=500)
    return model.fit(
        group_features(vectors[at], found, [plain[each] for each in at]),
        [examples[each].group for each in at],
        sample_weight=[examples[each].weight for each in at],
    )


class _FramesFile(Part):
    emergency_frames: list[_Frame]
    calm_frames: list[_Frame]
    mild_frames: list[_Frame]
    signs: dict[str, list[Text]]
    mild_signs: list[Text]


@dataclass(frozen=True)
class _Frames:
    emergency: list[str]
    calm: list[str]
    mild: list[str]
    signs: list[tuple[str, str]]
    mild_signs: list[str]


def _frames(file: Path) -> _Frames:
    read = read_data(_FramesFile, file, ClassifierError)
    signs = [(group, sign) for group, texts in read.signs.items() for sign in texts]
    return _Frames(read.emergency_frames, read.calm_frames, read.mild_frames, signs, read.mild_signs)


def _lists(file: Path) -> dict[str, list[str]]:
    return read_data(dict[str, list[Text]], file, ClassifierError)
