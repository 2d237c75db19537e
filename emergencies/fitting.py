"""Fits `likeness.json` from the examples. Only needed after a change of the examples, the rules or the embedding model.

It needs some two gigabytes of memory and, on two processors, about a minute and a half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize
from sklearn.svm import SVC

from cordial.data_files import Part, Text, fills, read_data
from emergencies.classifier import (
    CALM,
    VERSION,
    Encode,
    GroupsFile,
    LikenessError,
    LikenessFile,
    Numbers,
    PiecesFile,
    centred,
    counted,
    encoded,
    group_features,
    packed,
    packed_rarity,
)
from emergencies.red_flags import RedFlags
from language.spoken import text_file

_Frame = Annotated[str, fills("sign")]
_COST = 5.0
_GROUP_COST = 10.0
_NUMBER_SHARE = 0.5  # of the kernel: the numbers as they are; the pairs of them have as much
_LETTER_SHARE = 0.3
_WORD_SHARE = 0.5
_SIGNAL_WEIGHT = 0.05
_RAREST = 3  # a piece of text that stands in fewer examples teaches nothing
_FILLED_WEIGHT = 0.6  # of an example that was made from a frame
_EACH = 5  # every fifth pair of a sign and a frame is used; more of them teach nothing new
_PLAIN_FILES = ("emergencies", "calm", "ordinary")
# Chosen with `python -m tests.red_flags.left_out`; docs/red-flags.md shows what other values would do.
ABOVE = -0.1
ABOVE_WITH_WORDINGS = -0.4


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
        LikenessError: naming the file that is wrong.
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


def fit(red_flags: RedFlags, encode: Encode, encoder: str, examples: list[Example]) -> LikenessFile:
    """Fit the model.

    Args:
        red_flags: the rules, whose findings are part of what is learned.
        encode: the embedding model.
        encoder: its name.
        examples: what to learn from.
    """
    texts = [example.text for example in examples]
    vectors = np.asarray(encode(texts), dtype=np.float32)
    centre = vectors.mean(0).astype(np.float16)
    vectors = centred(vectors, centre.astype(np.float32))
    signals = np.asarray([red_flags.signals(text) for text in texts], dtype=np.float32)
    numbers = np.hstack([vectors, signals * np.float32(_SIGNAL_WEIGHT)])
    plain = [red_flags.plain(text) for text in texts]
    letters, words = _Learned(texts, "letters", _LETTER_SHARE), _Learned(plain, "words", _WORD_SHARE)

    products = numbers @ numbers.T
    kernel = _NUMBER_SHARE * (products + products**2)
    del products
    kernel += letters.products()
    kernel += words.products()
    machine = SVC(C=_COST, kernel="precomputed", cache_size=1000)
    machine.fit(kernel, [example.group != CALM for example in examples], sample_weight=[example.weight for example in examples])
    at, shares = machine.support_, machine.dual_coef_[0].astype(np.float32)
    pairs, pairs_scale = _pairs(numbers[at], shares)
    return LikenessFile(
        version=VERSION,
        encoder=encoder,
        dimension=vectors.shape[1],
        signals=red_flags.signal_names,
        signal_weight=_SIGNAL_WEIGHT,
        examples=len(examples),
        above=ABOVE,
        above_with_wordings=ABOVE_WITH_WORDINGS,
        constant=round(float(machine.intercept_[0]), 5),
        centre=encoded(centre),
        numbers=encoded((_NUMBER_SHARE * (shares @ numbers[at])).astype(np.float16)),
        pairs=pairs,
        pairs_scale=pairs_scale,
        letters=letters.stored(at, shares),
        words=words.stored(at, shares),
        groups=_fit_groups(red_flags, examples, vectors, plain),
    )


class _Learned:
    """The pieces of some texts, each weighted by how rare it is."""

    def __init__(self, texts: Sequence[str], what: str, share: float) -> None:
        counts = counted(texts, what)
        kept, found_in = np.unique(counts.indices, return_counts=True)
        kept, found_in = kept[found_in >= _RAREST], found_in[found_in >= _RAREST]
        self._kept, self._share = kept, share
        self._rarity, rarity = packed_rarity(np.log((1 + len(texts)) / (1 + found_in)) + 1)
        values = counts[:, kept].tocsr()
        values.data = 1 + np.log(values.data)
        self._values = normalize(values @ sparse.diags(rarity)).astype(np.float32)

    def products(self) -> npt.NDArray[Any]:
        """Their part of the kernel."""
        return self._share * np.asarray((self._values @ self._values.T).toarray())

    def stored(self, at: npt.NDArray[Any], shares: npt.NDArray[Any]) -> PiecesFile:
        """Their weights."""
        steps = np.diff(self._kept, prepend=0)
        if steps.max() >= 2**16:
            raise LikenessError("The examples have too few different words to learn from.")
        weights, scale = packed(self._share * (self._values[at].T @ shares))
        return PiecesFile(steps=encoded(steps.astype(np.uint16)), rarity=self._rarity, weights=weights, scale=scale)


def _pairs(numbers: Numbers, shares: npt.NDArray[Any]) -> tuple[str, float]:
    """The weight of each pair of numbers; those off the diagonal stand for two."""
    weights = _NUMBER_SHARE * (numbers.T * shares) @ numbers
    weights = np.triu(weights) + np.triu(weights, 1)
    return packed(weights[np.triu_indices(len(weights))])


def _fit_groups(red_flags: RedFlags, examples: list[Example], vectors: Numbers, plain: list[str]) -> GroupsFile:
    at = [at for at, example in enumerate(examples) if example.group != CALM]
    found = np.asarray([red_flags.found(examples[each].text) for each in at], dtype=np.float32)
    model = LogisticRegression(C=_GROUP_COST, max_iter=500)
    model.fit(
        group_features(vectors[at], found, [plain[each] for each in at]),
        [examples[each].group for each in at],
        sample_weight=[examples[each].weight for each in at],
    )
    weights, scale = packed(model.coef_)
    return GroupsFile(
        names=[str(name) for name in model.classes_],
        found=red_flags.found_names,
        weights=weights,
        scale=scale,
        constants=[round(float(value), 4) for value in model.intercept_],
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
    read = read_data(_FramesFile, file, LikenessError)
    signs = [(group, sign) for group, texts in read.signs.items() for sign in texts]
    return _Frames(read.emergency_frames, read.calm_frames, read.mild_frames, signs, read.mild_signs)


def _lists(file: Path) -> dict[str, list[str]]:
    return read_data(dict[str, list[Text]], file, LikenessError)
