"""How much a message in any language is like the emergencies among the examples of all languages.

A support vector machine (Cortes & Vapnik, 1995) over a multilingual embedding of the message, the concepts that its words name,
and how they are told. Its kernel is made of products only, so that all support vectors add up to one weight for each number and
each pair of numbers. A second one, linear, knows pieces of words: they carry most in the languages of which the embedding hears
little. `emergencies.other_fitting` fits both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from cordial.model_file import ModelFileError, StoredModel, read_model, write_model
from emergencies.classifier import Numbers, Pieces, centred
from emergencies.concepts import NUMBERS, WAYS, Concepts
from emergencies.told import Told
from language.folding import folded

VERSION = 2
PIECES: Mapping[str, Any] = {"analyzer": "char_wb", "ngram_range": (2, 4)}
_PART_SHARE = 0.5  # of the score: the sentence that is most like an emergency; the rest is the whole message
_MANY = 4  # rules; more tell nothing new


class AboutOtherClassifier(BaseModel):
    """What the classifier was fitted for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoder: str
    signals: list[str]
    signal_weight: float
    examples: int
    constant: float
    groups: list[str]


@dataclass(frozen=True)
class MessageSeen:
    """A message or a part of one, as the model sees it."""

    text: str
    vector: Numbers
    signals: Numbers


@dataclass(frozen=True)
class OtherClassifier:
    """The fitted model.

    Attributes:
        about: what it was fitted for.
        centre: the mean embedding, shape (dimension,).
        numbers: the weight of each number, which are the embedding's and the signals; shape (numbers,).
        pairs: the weight of each pair of them, the upper triangle; shape (numbers, numbers).
        groups: the weight of each number for each group; shape (groups, numbers).
        group_constants: what is added for each group.
        pieces: how much each piece of a word speaks for an emergency.
    """

    about: AboutOtherClassifier
    centre: Numbers
    numbers: Numbers
    pairs: Numbers
    groups: Numbers
    group_constants: npt.NDArray[Any]
    pieces: Pieces

    def __post_init__(self) -> None:
        """Refuse weights that do not belong together.

        Raises:
            ValueError: if they do not.
        """
        size, groups = len(self.centre) + len(self.about.signals), len(self.about.groups)
        same = self.numbers.shape == (size,) and self.pairs.shape == (size, size)
        if not same or self.groups.shape != (groups, size) or len(self.group_constants) != groups:
            raise ValueError("numbers are missing")

    def score(self, whole: MessageSeen, parts: Sequence[MessageSeen] = ()) -> float:
        """How much a message is like an emergency.

        Args:
            whole: the message.
            parts: its parts, if it has more than one.
        """
        everything = [whole, *parts]
        of_pieces = self.pieces.scores([folded(each.text) for each in everything])
        score, *others = (self._score(each) + float(of) for each, of in zip(everything, of_pieces, strict=True))
        return (1 - _PART_SHARE) * score + _PART_SHARE * max(others) if others else score

    def ranked_groups(self, whole: MessageSeen) -> list[str]:
        """The groups, the one whose emergencies it is most like first."""
        scores = self.groups @ self._numbers(whole) + self.group_constants
        return [self.about.groups[at] for at in np.argsort(-scores)]

    def save(self, file: Path) -> None:
        """Store it, in the place of an older one."""
        own = {name: getattr(self, name) for name in _OWN_ARRAYS}
        write_model(file, VERSION, StoredModel(self.about.model_dump(), {**own, **self.pieces.arrays("pieces")}), smaller=True)

    @classmethod
    def load(cls, file: Path) -> OtherClassifier:
        """Read what `save` stored.

        Raises:
            ModelFileError: if it is not there, is broken or has another version.
        """
        stored = read_model(file, VERSION)
        try:
            own = {name: stored.arrays[name] for name in _OWN_ARRAYS}
            pieces = Pieces.of_arrays("pieces", PIECES, stored.arrays)
            return cls(about=AboutOtherClassifier.model_validate(stored.about), pieces=pieces, **own)
        except (KeyError, ValueError) as error:
            raise ModelFileError(f"{file.name} is not what was stored there.") from error

    def _score(self, message: MessageSeen) -> float:
        numbers = self._numbers(message)
        paired = np.einsum("ij,j->i", self.pairs, numbers)  # without threads: they cost more than they save
        return float((self.numbers + paired) @ numbers) + self.about.constant

    def _numbers(self, message: MessageSeen) -> Numbers:
        vectors, signals = message.vector[None], message.signals[None]
        numbers: Numbers = numbers_of(vectors, signals, self.centre, self.about.signal_weight)[0]
        return numbers


_OWN_ARRAYS = ("centre", "numbers", "pairs", "groups", "group_constants")


def numbers_of(vectors: Numbers, signals: Numbers, centre: Numbers, signal_weight: float) -> Numbers:
    """The numbers of messages, shape (messages, dimension + signals)."""
    return np.hstack([centred(vectors, centre), signals * np.float32(signal_weight)]).astype(np.float32)


def signal_names(concepts: Concepts) -> list[str]:
    """What `signals_of` gives, in its order."""
    return [
        *(f"says {name}" for name in (*concepts.by_name, *NUMBERS)),
        *(f"{group} {kind}" for group in concepts.groups for kind in (*WAYS, "mentioned")),
        *(f"told {name}" for name in concepts.ways_of_telling),
        *(f"only told {name}" for name in concepts.ways_of_telling),
        "rules",
        "rules that count",
        "nothing said",
    ]


def signals_of(concepts: Concepts, told: Told) -> Numbers:
    """What a message tells of, as numbers between 0 and 1."""
    counted = {(each.rule.group, each.rule.way) for each in told.evidence if each.counts}
    mentioned = {each.rule.group for each in told.evidence}
    ways = [each.how for each in told.evidence]
    some = frozenset().union(*ways)
    always = frozenset.intersection(*ways) if ways else frozenset()
    rules = len({each.rule for each in told.evidence})
    return np.asarray(
        [
            *(name in told.concepts for name in (*concepts.by_name, *NUMBERS)),
            *(
                group in mentioned if kind == "mentioned" else (group, kind) in counted
                for group in concepts.groups
                for kind in (*WAYS, "mentioned")
            ),
            *(name in some for name in concepts.ways_of_telling),
            *(name in always for name in concepts.ways_of_telling),
            min(rules, _MANY) / _MANY,
            min(len(counted), _MANY) / _MANY,
            not told.concepts,
        ],
        dtype=np.float32,
    )
