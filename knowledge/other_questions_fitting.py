"""Fits `other_questions` to how patients ask: the files of `languages/`, and what is known in English."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import linalg
from sklearn.linear_model import LogisticRegression

from knowledge.article import Article
from knowledge.onnx_model import Vectors
from knowledge.other_questions import (
    DECLINED,
    FOLDER,
    PIECE_WEIGHT,
    PIECES,
    SAID,
    About,
    Decision,
    OtherQuestions,
    centred,
    in_levels,
    read_questions,
    signals_of,
)
from knowledge.passages import passages_of
from knowledge.wordings import read_wordings
from language.folding import folded
from language.multilingual import ENCODER, Encode
from language.tfidf import Tfidf

_RAREST = 2  # texts that a piece has to stand in
_RIDGE = 1.0
_OF_A_KIND = 200  # declined questions in English of each kind: more would only drown the other languages
_BATCH = 256
_FOLDS = 4  # the questions of an article in a language are shared out among them, so that no translation of one is learned from
# Chosen by hand: without a fold whole ways of asking are unknown, so that the probabilities there are lower than in use.
_THRESHOLD, _SURE = 0.55, 0.8
_ENGLISH = "en"


@dataclass(frozen=True)
class Example:
    """A text of which is known what it is about."""

    text: str
    label: str
    language: str
    fold: int = -1  # those in English are always learned from


@dataclass(frozen=True)
class SectionTexts:
    """What is known of a section: its heading and the wordings for it."""

    name: str
    texts: list[str]


def read_examples(content: Path, articles: Sequence[Article]) -> list[Example]:
    """Everything that is learned from.

    Raises:
        SourcesError: naming what is wrong with a file.
    """
    found = [Example(heading, article.slug, _ENGLISH) for article in articles for heading in _headings(article)]
    for kind, texts in read_wordings(content / "declined.yml").items():
        found += [Example(text, DECLINED + kind, _ENGLISH) for text in texts[:_OF_A_KIND]]
    for file in sorted(FOLDER.glob("*.yml")):
        asked = read_questions(file)
        lists = {
            **asked.questions,
            **{DECLINED + kind: texts for kind, texts in asked.declined.items()},
            **{SAID + what: texts for what, texts in asked.said.items()},
        }
        found += [
            Example(text, label, asked.language, at % _FOLDS) for label, texts in lists.items() for at, text in enumerate(texts)
        ]
    return found


def read_sections(content: Path, articles: Sequence[Article]) -> list[SectionTexts]:
    """The sections with their texts in English, by which one is chosen within an article."""
    found = []
    for article in articles:
        wordings = read_wordings(content / "wordings" / f"{article.slug}.yml")
        for section, heading in {each.section: each.heading for each in passages_of(article)}.items():
            found.append(SectionTexts(f"{article.slug}#{section}", [heading, *wordings.get(section, [])]))
    return found


def fit(examples: Sequence[Example], sections: Sequence[SectionTexts], encode: Encode) -> OtherQuestions:
    """Fit the machine and its decision."""
    vectors = embedded([each.text for each in examples], encode)
    centre = vectors.mean(axis=0)
    seen = centred(vectors, centre)
    pieces, rows = Tfidf.fit(PIECES, [folded(each.text) for each in examples], fewest=_RAREST)
    alike = (seen @ seen.T + PIECE_WEIGHT * (rows @ rows.T).toarray()).astype(np.float32)
    classes = sorted({each.label for each in examples})
    labels = np.array([classes.index(each.label) for each in examples])
    decision = _decision(examples, alike, labels, classes)
    weights = _weights(alike, labels, len(classes))
    of_pieces, levels = in_levels(np.asarray(rows.T @ weights, dtype=np.float32))
    about = About(
        encoder=ENCODER,
        languages=sorted({each.language for each in examples} - {_ENGLISH}),
        examples=len(examples),
        classes=classes,
        sections=[each.name for each in sections],
        decision=decision,
    )
    means = np.stack([_mean(centred(embedded(each.texts, encode), centre)) for each in sections])
    return OtherQuestions(about, centre, seen.T @ weights, pieces, of_pieces, levels, means)


def embedded(texts: Sequence[str], encode: Encode) -> Vectors:
    """The embeddings of texts, one row each."""
    parts = [encode(list(texts[at : at + _BATCH])) for at in range(0, len(texts), _BATCH)]
    return np.vstack(parts).astype(np.float32)


def scores_of_others(examples: Sequence[Example], alike: Vectors, labels: npt.NDArray[Any], classes: int) -> Vectors:
    """What the machine says to each text in another language when it has not learned from it, nor from those like it."""
    folds = np.array([each.fold for each in examples])
    scores = np.zeros((len(examples), classes), dtype=np.float32)
    for fold in range(_FOLDS):
        known, asked = folds != fold, folds == fold
        scores[asked] = alike[np.ix_(asked, known)] @ _weights(alike[np.ix_(known, known)], labels[known], classes)
    return scores


def _weights(alike: Vectors, labels: npt.NDArray[Any], classes: int) -> Vectors:
    """The weight of each text for each class, by least squares with each class weighing the same; shape (texts, classes)."""
    wanted = np.zeros((len(labels), classes), dtype=np.float32)
    wanted[np.arange(len(labels)), labels] = 1
    counts = np.maximum(np.bincount(labels, minlength=classes), 1)
    root = np.sqrt(len(labels) / classes / counts[labels]).astype(np.float32)[:, None]
    system = alike * root * root.T
    system[np.diag_indices_from(system)] += _RIDGE
    solved = linalg.solve(system, wanted * root, assume_a="pos", overwrite_a=True, check_finite=False)
    return np.asarray(solved * root, dtype=np.float32)


def _decision(examples: Sequence[Example], alike: Vectors, labels: npt.NDArray[Any], classes: list[str]) -> Decision:
    scores = scores_of_others(examples, alike, labels, len(classes))
    rows, covered = [], []
    for each, row in zip(examples, scores.tolist(), strict=True):
        if each.fold < 0 or each.label.startswith(SAID):
            continue
        ranked = sorted(zip(classes, row, strict=True), key=lambda one: -one[1])
        articles = {name: score for name, score in ranked if not name.startswith((DECLINED, SAID))}
        others = {name: score for name, score in ranked if name.startswith((DECLINED, SAID))}
        rows.append(signals_of(articles, others))
        covered.append(not each.label.startswith(DECLINED))
    model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=2_000).fit(rows, covered)
    weights = [round(float(weight), 4) for weight in model.coef_[0]]
    return Decision(weights=weights, offset=round(float(model.intercept_[0]), 4), threshold=_THRESHOLD, sure=_SURE)


def _headings(article: Article) -> list[str]:
    return list(Counter(each.heading for each in passages_of(article)))


def _mean(vectors: Vectors) -> Vectors:
    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)
