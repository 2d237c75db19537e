"""How much a message is like the emergencies among our examples: the second opinion beside the wordings of the red flags.

A support vector machine (Cortes & Vapnik, 1995) over three things: the message's embedding, its pieces of words and its words,
and what the understanding of denial, past, "what if" and other people found in it. Its kernel is made of products only, so that
all its support vectors add up to one weight for each number, each pair of numbers and each piece of text; these are stored. A
message of several sentences is judged as a whole and by the sentence that is most like an emergency, since one often hides
behind a question about the treatment. `emergencies.fitting` fits it from the examples of a language.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, ValidationError

from cordial.data_files import DataFileError
from language.sentences import PARTS, sentences
from language.spoken import text_file

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import HashingVectorizer

Numbers = npt.NDArray[np.float32]

VERSION = 2  # of the stored form and of the signals
CALM = ""  # the group of an example that is no emergency
_LEVELS = 127.0  # a stored weight is one byte
_RARITY_LEVELS = 16.0  # of one unit of rarity
_HASHES = 2**24  # so many that two pieces of text hardly ever share one
_GROUP_HASHES = 2**11
_WORD = r"(?u)\b\w+\b|[?,|]"
_PART_SHARE = 0.5  # of the score: the sentence that is most like an emergency; the rest is the whole message
_SHORTEST_PART = 5  # words; a shorter sentence goes with the next
_MOST_PARTS = 8  # of a longer message, sentences are taken together

_FORMS: dict[str, dict[str, Any]] = {
    "letters": {"analyzer": "char_wb", "ngram_range": (2, 4), "n_features": _HASHES, "norm": None},
    "words": {"ngram_range": (1, 2), "token_pattern": _WORD, "n_features": _HASHES, "norm": None},
    "group words": {"token_pattern": _WORD, "n_features": _GROUP_HASHES, "norm": "l2"},
}


class LikenessError(DataFileError):
    """`likeness.json` cannot be used; the message says what to do."""


class Encode(Protocol):
    """Turns texts into unit vectors, one row each."""

    def __call__(self, texts: Sequence[str], /) -> Numbers:
        """Embed them."""
        ...


class PiecesFile(BaseModel):
    """The stored weights of pieces of text, in the order of their hashes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: str  # base64 of two bytes each: from one hash to the next
    rarity: str  # base64 of bytes
    weights: str  # base64 of signed bytes
    scale: float


class GroupsFile(BaseModel):
    """The stored weights that tell the groups apart."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: list[str]
    found: list[str]
    weights: str  # base64 of signed bytes, a row for each group
    scale: float
    constants: list[float]


class LikenessFile(BaseModel):
    """The stored form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    encoder: str
    dimension: int
    signals: list[str]
    signal_weight: float
    examples: int
    above: float  # an emergency, whatever the wordings say
    above_with_wordings: float  # an emergency if the wordings say so
    constant: float
    centre: str  # base64 of two-byte numbers; the mean embedding
    numbers: str  # base64 of two-byte numbers; a weight for each
    pairs: str  # base64 of signed bytes; a weight for each pair of numbers, the upper triangle
    pairs_scale: float
    letters: PiecesFile
    words: PiecesFile
    groups: GroupsFile


@dataclass(frozen=True)
class MessagePart:
    """A message or a part of one, as the model sees it."""

    text: str
    plain: str  # its words as the wordings see them
    vector: Numbers
    signals: Sequence[float]


@dataclass(frozen=True)
class Opinion:
    """What the examples say about a message."""

    score: float
    group: str  # of the emergencies that are most like it; CALM if the score is too low for any


class _Pieces:
    """The weights of pieces of text."""

    def __init__(self, file: PiecesFile, hashed: HashingVectorizer) -> None:
        self._hashed = hashed
        self._hashes = np.cumsum(_unpacked(file.steps, np.uint16).astype(np.int64))
        self._rarity = _unpacked(file.rarity, np.uint8).astype(np.float32) / np.float32(_RARITY_LEVELS)
        self._weights = _unpacked(file.weights, np.int8).astype(np.float32) * np.float32(file.scale / _LEVELS)
        if not len(self._hashes) == len(self._rarity) == len(self._weights):
            raise ValueError("lists of unequal length")

    def score(self, text: str) -> float:
        counted = self._hashed.transform([text])
        at = np.searchsorted(self._hashes, counted.indices)
        at[at == len(self._hashes)] = 0
        known = self._hashes[at] == counted.indices
        at = at[known]
        values = (1 + np.log(counted.data[known])) * self._rarity[at]
        length = float(np.sqrt((values**2).sum()))
        return float((values * self._weights[at]).sum()) / length if length else 0.0


class Likeness:
    """The fitted model."""

    def __init__(self, file: LikenessFile) -> None:
        """Unpack the numbers."""
        self.file = file
        size = file.dimension + len(file.signals)
        self._centre = _unpacked(file.centre, np.float16).astype(np.float32)
        self._numbers = _unpacked(file.numbers, np.float16).astype(np.float32)
        pairs = np.zeros((size, size), dtype=np.float32)
        pairs[np.triu_indices(size)] = _unpacked(file.pairs, np.int8).astype(np.float32) * np.float32(
            file.pairs_scale / _LEVELS
        )
        self._pairs = pairs
        self._letters, self._words = _Pieces(file.letters, _pieces_of("letters")), _Pieces(file.words, _pieces_of("words"))
        groups = _unpacked(file.groups.weights, np.int8).reshape(len(file.groups.names), -1).astype(np.float32)
        self._groups = groups * np.float32(file.groups.scale / _LEVELS)
        if self._groups.shape[1] != file.dimension + len(file.groups.found) + _GROUP_HASHES or len(self._numbers) != size:
            raise ValueError("numbers are missing")

    def score(self, whole: MessagePart, parts: Sequence[MessagePart] = ()) -> float:
        """How much a message is like an emergency.

        Args:
            whole: the message.
            parts: its parts, if it has more than one.
        """
        score = self._score(whole)
        if not parts:
            return score
        return (1 - _PART_SHARE) * score + _PART_SHARE * max(self._score(part) for part in parts)

    def group(self, whole: MessagePart, found: Sequence[float]) -> str:
        """The group whose emergencies it is most like.

        Args:
            whole: the message.
            found: what the wordings of each group found, in the order of the file.
        """
        features = group_features(centred(whole.vector[None], self._centre), np.asarray([found]), [whole.plain])
        scores = np.einsum("ij,j->i", self._groups, features[0]) + np.asarray(self.file.groups.constants)
        return self.file.groups.names[int(scores.argmax())]

    def _score(self, part: MessagePart) -> float:
        signals = np.asarray(part.signals, dtype=np.float32) * np.float32(self.file.signal_weight)
        numbers = np.concatenate([centred(part.vector[None], self._centre)[0], signals])
        paired = np.einsum("ij,j->i", self._pairs, numbers)  # without threads: they cost more than they save
        score = float((self._numbers + paired) @ numbers) + self.file.constant
        return score + self._letters.score(part.text) + self._words.score(part.plain)


def parts_of(text: str) -> list[str]:
    """The sentences of a message, short ones together with the next; none if it has but one."""
    parts: list[str] = []
    waiting = ""
    for sentence in sentences(text, PARTS):
        waiting = f"{waiting} {sentence}".strip()
        if len(waiting.split()) >= _SHORTEST_PART:
            parts.append(waiting)
            waiting = ""
    if waiting:
        parts = [*parts[:-1], f"{parts[-1]} {waiting}"] if parts else [waiting]
    together = -(-len(parts) // _MOST_PARTS)
    if together > 1:
        parts = [" ".join(parts[at : at + together]) for at in range(0, len(parts), together)]
    return parts if len(parts) > 1 else []


def centred(vectors: Numbers, centre: Numbers) -> Numbers:
    """Embeddings seen from the middle of all, where they differ most; of length 1 again."""
    moved = vectors - centre
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True).clip(1e-6), dtype=np.float32)


@cache
def _pieces_of(what: str) -> HashingVectorizer:
    """What cuts texts into pieces and counts them."""
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415 -- two seconds that few commands need

    return HashingVectorizer(**_FORMS[what], alternate_sign=False)


def group_features(vectors: Numbers, found: npt.NDArray[Any], plain: Sequence[str]) -> Numbers:
    """What tells the groups apart: the centred embedding, what the wordings of each group found, and the words."""
    words = _pieces_of("group words").transform(plain).toarray()
    return np.hstack([vectors, 0.3 * found, 0.7 * words]).astype(np.float32)


def counted(texts: Sequence[str], what: str) -> Any:
    """How often each piece of text stands in some texts: "letters" or "words"."""
    return _pieces_of(what).transform(texts)


def read_likeness(
    encoder: str, signals: Sequence[str], found: Sequence[str], groups: Sequence[str], file: Path | None = None
) -> Likeness:
    """Read the fitted model.

    Args:
        encoder: the name of the embedding model that will be used.
        signals: the names of what the wordings will find in a message.
        found: the names of what the wordings of each group will find.
        groups: the groups that have a text.
        file: where it is; by default that of the language that is spoken.

    Raises:
        LikenessError: if it is missing, broken, or was fitted for something else.
    """
    again = "Run `cordial red-flags fit`."
    file = file or text_file("emergencies", "likeness.json")
    try:
        stored = LikenessFile.model_validate_json(file.read_bytes())
        likeness = Likeness(stored)
    except OSError as error:
        raise LikenessError(f"{file.name} cannot be read: {error}. {again}") from error
    except (ValidationError, ValueError) as error:
        raise LikenessError(f"{file.name} is not what was stored there. {again}") from error
    same = stored.signals == list(signals) and stored.groups.found == list(found)
    if stored.version != VERSION or not same or not set(stored.groups.names) <= set(groups):
        raise LikenessError(f"{file.name} was fitted for other rules. {again}")
    if stored.encoder != encoder:
        raise LikenessError(f"{file.name} was fitted for the embedding model {stored.encoder}, not {encoder}. {again}")
    return likeness


def packed(values: npt.NDArray[Any]) -> tuple[str, float]:
    """Weights as base64 of signed bytes, and their scale."""
    scale = float(np.abs(values).max()) or 1.0
    return encoded(np.round(values / scale * _LEVELS).astype(np.int8)), scale


def packed_rarity(values: npt.NDArray[Any]) -> tuple[str, npt.NDArray[Any]]:
    """Rarities as base64 of bytes, and as they will be read."""
    levels = np.round(values * _RARITY_LEVELS).clip(0, 255).astype(np.uint8)
    return encoded(levels), levels / _RARITY_LEVELS


def encoded(values: npt.NDArray[Any]) -> str:
    """Numbers as base64."""
    return base64.b64encode(values.tobytes()).decode("ascii")


def _unpacked(text: str, kind: Any) -> npt.NDArray[Any]:
    return np.frombuffer(base64.b64decode(text), dtype=kind)
