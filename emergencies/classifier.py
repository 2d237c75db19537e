"""How much a message is like the emergencies among our examples: the second opinion beside the patterns of the red flags.

The classifier is a support vector machine (Cortes & Vapnik, 1995) over four things: the message's embedding, its multilingual
embedding, which hears other things, its words and pieces of words, and what the understanding of denial, past, "what if" and
other people found in it. Its kernel is made of
products only, so that all its support vectors add up to one weight for each number, each pair of numbers and each piece of
text; these are stored. A message of several sentences is judged as a whole and by the sentence that is most like an emergency,
since one often hides behind a question about the treatment. `emergencies.fitting` fits it from the examples of a language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from cordial.data_files import DataFileError
from cordial.model_file import Arrays, ModelFileError, StoredModel, read_model, write_model
from language.multilingual import ENCODER
from language.sentences import PARTS, sentences
from language.spoken import text_file

if TYPE_CHECKING:
    from language.tfidf import Tfidf

Numbers = npt.NDArray[np.float32]

FILE = "classifier.npz"
VERSION = 5  # of the stored form and of the signals
CALM = ""  # the group of an example that is no emergency
_GROUP_HASHES = 2**11
_WORD = r"(?u)\b\w+\b|[?,|]"
_PART_SHARE = 0.45  # of the score: the sentence that is most like an emergency; the rest is the whole message
_SHORTEST_PART = 5  # words; a shorter sentence goes with the next
_MOST_PARTS = 8  # of a longer message, sentences are taken together

LETTERS: Mapping[str, Any] = {"analyzer": "char_wb", "ngram_range": (2, 4)}
WORDS: Mapping[str, Any] = {"ngram_range": (1, 2), "token_pattern": _WORD}


class ClassifierError(DataFileError):
    """`classifier.npz` cannot be used; the message says what to do."""


class Encode(Protocol):
    """Turns texts into unit vectors, one row each."""

    def __call__(self, texts: Sequence[str], /) -> Numbers:
        """Embed them."""
        ...


class About(BaseModel):
    """What the classifier was fitted for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoder: str
    second_encoder: str
    signals: list[str]
    signal_weight: float
    examples: int
    constant: float
    groups: list[str]
    found: list[str]  # what tells the groups apart beside the message itself


@dataclass(frozen=True)
class MessagePart:
    """A message or a part of one, as the model sees it."""

    plain: str  # its words as the patterns see them
    words_score: float  # what `EmergencyClassifier.words_score` gives for it
    vector: Numbers
    signals: Sequence[float]
    second: Numbers | None = None  # its multilingual embedding; without it, the rest decides


@dataclass(frozen=True)
class Opinion:
    """What the examples say about a message."""

    score: float
    groups: list[str]  # of emergencies, the one that it is most like first; none if the score is too low for any


@dataclass(frozen=True)
class Pieces:
    """Pieces of text, and how much each speaks for an emergency."""

    tfidf: Tfidf
    weights: Numbers  # of each term

    def scores(self, texts: Sequence[str]) -> npt.NDArray[Any]:
        """A score for each text."""
        return self.tfidf.products(texts, self.weights)

    def arrays(self, name: str) -> Arrays:
        """To be stored under this name."""
        return {**self.tfidf.arrays(name), f"{name}_weights": self.weights}

    @classmethod
    def of_arrays(cls, name: str, form: Mapping[str, Any], arrays: Arrays) -> Pieces:
        """What `arrays` gave."""
        from language.tfidf import Tfidf  # noqa: PLC0415 -- scikit-learn: two seconds that few commands need

        pieces = cls(Tfidf.of_arrays(name, form, arrays), arrays[f"{name}_weights"])
        if pieces.weights.shape != (len(pieces.tfidf.terms),):
            raise ValueError("lists of unequal length")
        return pieces


@dataclass(frozen=True)
class EmergencyClassifier:
    """The fitted model.

    Attributes:
        about: what it was fitted for.
        centre: the mean embedding, shape (dimension,).
        second_centre: the same of the multilingual embedding.
        second: the weight of each of its numbers, shape (its dimension,).
        numbers: the weight of each number, which are the embedding's and the signals; shape (numbers,).
        pairs: the weight of each pair of them, the upper triangle; shape (numbers, numbers).
        letters: pieces of words.
        words: words and pairs of words.
        groups: the weights of `group_features`, a row for each group.
        group_constants: what is added for each group.
    """

    about: About
    centre: Numbers
    second_centre: Numbers
    second: Numbers
    numbers: Numbers
    pairs: Numbers
    letters: Pieces
    words: Pieces
    groups: Numbers
    group_constants: npt.NDArray[Any]

    def __post_init__(self) -> None:
        """Refuse weights that do not belong together.

        Raises:
            ValueError: if they do not.
        """
        about, size = self.about, len(self.centre) + len(self.about.signals)
        features = len(self.centre) + len(about.found) + _GROUP_HASHES
        same = self.numbers.shape == (size,) and self.pairs.shape == (size, size)
        same = same and self.second.shape == self.second_centre.shape
        if not same or self.groups.shape != (len(about.groups), features) or len(self.group_constants) != len(about.groups):
            raise ValueError("numbers are missing")

    def score(self, part: MessagePart) -> float:
        """How much a text is like an emergency."""
        return self._number_score(part) + self._second_score(part) + part.words_score

    def words_score(self, text: str, plain: str) -> float:
        """How much the words of a text speak for an emergency, without a look at what it means.

        Args:
            text: as it was written.
            plain: its words as the patterns see them.
        """
        return float(self.letters.scores([text])[0] + self.words.scores([plain])[0])

    def ranked_groups(self, whole: MessagePart, found: Sequence[float]) -> list[str]:
        """The groups, the one whose emergencies it is most like first.

        Args:
            whole: the message.
            found: what the patterns of each group found, in the order of `About.found`.
        """
        features = group_features(centred(whole.vector[None], self.centre), np.asarray([found]), [whole.plain])
        scores = np.einsum("ij,j->i", self.groups, features[0]) + self.group_constants
        return [self.about.groups[at] for at in np.argsort(-scores)]

    def save(self, file: Path) -> None:
        """Store it, in the place of an older one."""
        own = {name: getattr(self, name) for name in _OWN_ARRAYS}
        arrays = {**own, **self.letters.arrays("letters"), **self.words.arrays("words")}
        write_model(file, VERSION, StoredModel(self.about.model_dump(), arrays), smaller=True)

    @classmethod
    def load(cls, file: Path) -> EmergencyClassifier:
        """Read what `save` stored.

        Raises:
            ModelFileError: if it is not there, is broken or has another version.
        """
        stored = read_model(file, VERSION)
        try:
            letters, words = (Pieces.of_arrays(*each, stored.arrays) for each in (("letters", LETTERS), ("words", WORDS)))
            own = {name: stored.arrays[name] for name in _OWN_ARRAYS}
            return cls(about=About.model_validate(stored.about), letters=letters, words=words, **own)
        except (KeyError, ValueError) as error:
            raise ModelFileError(f"{file.name} is not what was stored there.") from error

    def _number_score(self, part: MessagePart) -> float:
        signals = np.asarray(part.signals, dtype=np.float32) * np.float32(self.about.signal_weight)
        numbers = np.concatenate([centred(part.vector[None], self.centre)[0], signals])
        paired = np.einsum("ij,j->i", self.pairs, numbers)  # without threads: they cost more than they save
        return float((self.numbers + paired) @ numbers) + self.about.constant

    def _second_score(self, part: MessagePart) -> float:
        return 0.0 if part.second is None else float(centred(part.second[None], self.second_centre)[0] @ self.second)


_OWN_ARRAYS = ("centre", "second_centre", "second", "numbers", "pairs", "groups", "group_constants")


def together(whole: float, parts: Sequence[float]) -> float:
    """The score of a message: its own, and that of its part that is most like an emergency."""
    return (1 - _PART_SHARE) * whole + _PART_SHARE * max(parts) if parts else whole


def parts_of(text: str) -> list[str]:
    """The sentences of a message, short ones together with the next, and several together if there are many."""
    parts = sentences_of(text)
    together = -(-len(parts) // _MOST_PARTS)
    return [" ".join(parts[at : at + together]) for at in range(0, len(parts), together)] if together > 1 else parts


def sentences_of(text: str) -> list[str]:
    """Every sentence of a message, short ones together with the next; none if it has but one."""
    parts: list[str] = []
    waiting = ""
    for sentence in sentences(text, PARTS):
        waiting = f"{waiting} {sentence}".strip()
        if len(waiting.split()) >= _SHORTEST_PART:
            parts.append(waiting)
            waiting = ""
    if waiting:
        parts = [*parts[:-1], f"{parts[-1]} {waiting}"] if parts else [waiting]
    return parts if len(parts) > 1 else []


def centred(vectors: Numbers, centre: Numbers) -> Numbers:
    """Embeddings seen from the middle of all, where they differ most; of length 1 again."""
    moved = vectors - centre
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True).clip(1e-6), dtype=np.float32)


@cache
def _group_words() -> Callable[[str], list[str]]:
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415 -- two seconds that few commands need

    words: Callable[[str], list[str]] = HashingVectorizer(token_pattern=_WORD).build_analyzer()
    return words


def _hashed(plain: str) -> Numbers:
    """The words of a text, counted in as many places as there are hashes; of length 1.

    It gives what scikit-learn's `HashingVectorizer` gives without signs, whose checks of what it is told take longer than that.
    """
    from sklearn.utils import murmurhash3_32  # noqa: PLC0415 -- as above

    counts = np.zeros(_GROUP_HASHES, dtype=np.float32)
    for word in _group_words()(plain):
        counts[abs(murmurhash3_32(word, seed=0)) % _GROUP_HASHES] += 1
    return counts / np.float32(np.linalg.norm(counts) or 1.0)


def group_features(vectors: Numbers, found: npt.NDArray[Any], plain: Sequence[str]) -> Numbers:
    """What tells the groups apart: the centred embedding, what the patterns of each group found, and the words."""
    words = np.stack([_hashed(text) for text in plain])
    return np.hstack([vectors, 0.3 * found, 0.7 * words]).astype(np.float32)


def read_classifier(
    encoder: str, signals: Sequence[str], found: Sequence[str], groups: Sequence[str], file: Path | None = None
) -> EmergencyClassifier:
    """Read the fitted model.

    Args:
        encoder: the name of the embedding model that will be used.
        signals: the names of what the patterns will find in a message.
        found: the names of what the patterns of each group will find.
        groups: the groups that have a text.
        file: where it is; by default that of the language that is spoken.

    Raises:
        ClassifierError: if it is missing, broken, or was fitted for something else.
    """
    again = "Run `cordial red-flags fit`."
    file = file or text_file("emergencies", FILE)
    try:
        classifier = EmergencyClassifier.load(file)
    except ModelFileError as error:
        raise ClassifierError(f"{error} {again}") from error
    about = classifier.about
    if about.signals != list(signals) or about.found != list(found) or not set(about.groups) <= set(groups):
        raise ClassifierError(f"{file.name} was fitted for other rules. {again}")
    for fitted, used in ((about.encoder, encoder), (about.second_encoder, ENCODER)):
        if fitted != used:
            raise ClassifierError(f"{file.name} was fitted for the embedding model {fitted}, not {used}. {again}")
    return classifier
