"""What a question in another language is about: which article, or which kind of what no article answers, or what else was said.

A linear machine over a multilingual embedding of the message and pieces of its words. The embedding carries what was learned in
one language into the others; the pieces know names and the words of each, and carry most where the embedding hears little. It
is fitted by regularised least squares (`other_questions_fitting`) on the wordings of `languages/`, one file a language, and on
the headings and declined questions in English.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from cordial.data_files import Part, Text, read_data
from cordial.model_file import ModelFileError, StoredModel, read_model, write_model
from knowledge.errors import SourcesError
from knowledge.onnx_model import Vectors
from language.folding import folded
from language.tfidf import Tfidf

FOLDER = Path(__file__).parent / "languages"
FILE = FOLDER / "model.npz"
VERSION = 1
DECLINED, SAID = "declined:", "said:"  # prefixes of the classes that are no articles
PIECES: Mapping[str, Any] = {"analyzer": "char_wb", "ngram_range": (2, 4)}
PIECE_WEIGHT = 1.0  # beside the embedding
_LEVELS = 127.0
_LONGEST = 600  # characters that are looked at

Said = Literal["greeting", "thanks", "goodbye", "contact", "start", "feeling", "person", "language", "more"]
Declined = Literal["price", "personal", "off-topic"]
_Some = Annotated[list[Text], Field(min_length=1)]


class QuestionsFile(Part):
    """How patients ask in one language."""

    language: str
    sign_off: Literal["pending", "done"]
    questions: dict[str, _Some]
    declined: dict[Declined, _Some]
    said: dict[Said, _Some]


def read_questions(file: Path) -> QuestionsFile:
    """Read how patients ask in a language.

    Raises:
        SourcesError: naming what is wrong.
    """
    return read_data(QuestionsFile, file, SourcesError)


class Decision(BaseModel):
    """When a message is believed to be about the article that it is most like.

    Attributes:
        weights: of the signals, in their order.
        offset: what is added to them.
        threshold: the probability from which an article is quoted.
        sure: the one from which what was said before is not looked at.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: list[float]
    offset: float
    threshold: float
    sure: float

    def probability(self, signals: Collection[float]) -> float:
        """The probability that the best article answers."""
        total = self.offset + sum(weight * each for weight, each in zip(self.weights, signals, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, total))))


class About(BaseModel):
    """What was fitted, and from what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: str
    languages: list[str]
    examples: int
    classes: list[str]
    sections: list[str]
    decision: Decision


@dataclass(frozen=True)
class Likeness:
    """How much a message is like each class.

    Attributes:
        articles: the score of each article, the best first.
        others: the score of each kind that is no article, the best first.
        probability: that the best article answers it.
    """

    articles: dict[str, float]
    others: dict[str, float]
    probability: float

    @property
    def best(self) -> str:
        """What it is most like."""
        found = {**dict(list(self.articles.items())[:1]), **dict(list(self.others.items())[:1])}
        return max(found, key=found.__getitem__)


@dataclass(frozen=True)
class OtherQuestions:
    """The fitted machine.

    Attributes:
        about: what it was fitted for.
        centre: the mean embedding.
        numbers: the weight of each number of the embedding for each class, shape (dimension, classes).
        pieces: the pieces of words.
        of_pieces: the weight of each piece for each class, in whole levels; shape (pieces, classes).
        levels: what a level is worth, for each class.
        sections: the mean embedding of the texts of each section, shape (sections, dimension).
    """

    about: About
    centre: Vectors
    numbers: Vectors
    pieces: Tfidf
    of_pieces: npt.NDArray[np.int8]
    levels: Vectors
    sections: Vectors

    def likeness(self, text: str, vector: Vectors, articles: Collection[str]) -> Likeness:
        """How much a message is like each article of those that there are, and like what is no article.

        Args:
            text: the message.
            vector: its multilingual embedding.
            articles: the slugs that there are.
        """
        columns, values = self.pieces.row(folded(text[:_LONGEST]))
        by_pieces = (values @ self.of_pieces[columns].astype(np.float64)) * self.levels
        scores = (self.centred(vector) @ self.numbers + PIECE_WEIGHT * by_pieces).tolist()
        ranked = sorted(zip(self.about.classes, scores, strict=True), key=lambda each: -each[1])
        known = {name: score for name, score in ranked if name in articles}
        others = {name: score for name, score in ranked if name.startswith((DECLINED, SAID))}
        return Likeness(known, others, self.about.decision.probability(signals_of(known, others)))

    def centred(self, vector: Vectors) -> Vectors:
        """An embedding as the machine sees it."""
        return centred(vector, self.centre)

    def save(self, file: Path = FILE) -> None:
        """Store it, in the place of an older one."""
        arrays: dict[str, npt.NDArray[Any]] = {
            "centre": self.centre,
            "numbers": self.numbers.astype(np.float16),
            "of_pieces": self.of_pieces,
        }
        arrays |= {"levels": self.levels, "sections": self.sections.astype(np.float16)}
        stored = StoredModel(self.about.model_dump(), {**arrays, **self.pieces.arrays("pieces")})
        write_model(file, VERSION, stored, smaller=True)

    @classmethod
    def load(cls, file: Path = FILE) -> OtherQuestions:
        """Read what `save` stored.

        Raises:
            ModelFileError: if it is not there, is broken or has another version.
        """
        stored = read_model(file, VERSION)
        try:
            arrays, about = stored.arrays, About.model_validate(stored.about)
            numbers, sections = arrays["numbers"].astype(np.float32), arrays["sections"].astype(np.float32)
            pieces = Tfidf.of_arrays("pieces", PIECES, arrays)
            return cls(about, arrays["centre"], numbers, pieces, arrays["of_pieces"], arrays["levels"], sections)
        except (KeyError, ValueError) as error:
            raise ModelFileError(f"{file.name} is not what was stored there.") from error


def signals_of(articles: Mapping[str, float], others: Mapping[str, float]) -> list[float]:
    """What speaks for and against quoting the best article: its score, its lead, and how much it beats what is no article."""
    first, second = (*list(articles.values())[:2], 0.0, 0.0)[:2]
    other = next(iter(others.values()), 0.0)
    return [first, first - second, other]


def centred(vectors: Vectors, centre: Vectors) -> Vectors:
    """Unit vectors without what all of them share."""
    moved = vectors - centre
    lengths = np.maximum(np.linalg.norm(moved, axis=-1, keepdims=True), 1e-9)
    return np.asarray(moved / lengths, dtype=np.float32)


def in_levels(weights: Vectors) -> tuple[npt.NDArray[np.int8], Vectors]:
    """Weights as whole levels, and what a level is worth, for each column."""
    worth = np.maximum(np.abs(weights).max(axis=0), 1e-9) / _LEVELS
    return np.rint(weights / worth).astype(np.int8), worth.astype(np.float32)
