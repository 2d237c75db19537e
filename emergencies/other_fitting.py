"""Fits the classifier of the other languages, and what recognises them, from the examples and words of all.

Needed after a change of examples, words or rules: `cordial languages fit`. It takes some two gigabytes of memory and,
on two processors, some two minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC, LinearSVC

from cordial.data_files import read_data
from emergencies.classifier import Encode, Numbers, Pieces
from emergencies.concepts import FOLDER, Concepts
from emergencies.fitting import read_examples as read_english_examples
from emergencies.language_files import EXAMPLES, TEXTS, WORDS, LanguageFilesError, read_examples, shipped, the_texts
from emergencies.other_classifier import PIECES, AboutOtherClassifier, OtherClassifier, numbers_of, signal_names, signals_of
from emergencies.told import Teller
from language.folding import folded
from language.tfidf import Tfidf
from language.which_language import OTHER, read_other_words
from language.word_lists import parted

CALM = ""
ENGLISH = "en"
_OTHER = "other_languages"  # in the names of the English check's own examples in other languages
_EACH_ENGLISH = 2
_ENGLISH_WEIGHT = 0.6
_MIXED = 150
_COST = 3.0
_GROUP_COST = 3.0
_NUMBER_SHARE = 0.5  # of the kernel: the numbers as they are; the pairs of them have as much
_SIGNAL_WEIGHT = 0.2
_PIECE_COST = 1.0
_PIECE_WEIGHT = 0.9  # beside the score of the numbers
_RAREST = 3  # a piece that stands in fewer examples teaches nothing
_LEVELS = 127.0


@dataclass(frozen=True)
class OtherExample:
    """A made-up message."""

    language: str
    text: str
    group: str  # CALM, if it is no emergency
    weight: float = 1.0


def read_all_examples() -> list[OtherExample]:
    """The examples of every language; of the English ones, which are many, a part."""
    english = [each for each in read_english_examples() if _OTHER not in each.file][::_EACH_ENGLISH]
    found = [OtherExample(ENGLISH, each.text, each.group, each.weight * _ENGLISH_WEIGHT) for each in english]
    for language in shipped():
        for file in sorted((FOLDER / language).glob(f"{Path(EXAMPLES).stem}*.yml")):
            read = read_examples(file)
            found += [OtherExample(language, text, group) for group, texts in read.emergencies.items() for text in texts]
            found += [OtherExample(language, text, CALM) for text in (*read.calm, *read.near_miss)]
    return found


def read_all_texts() -> dict[str, list[str]]:
    """Everything that tells how a language is written: words, examples and fixed texts, and a mixture for all others."""
    texts = {language: _entries(language) for language in shipped()}
    for each in read_all_examples():
        texts[each.language].append(each.text)
    for language in shipped():
        if (FOLDER / language / TEXTS).exists():
            texts[language] += the_texts(language).emergency.values()
    english = set(texts[ENGLISH])
    texts = {name: [text for text in some if name == ENGLISH or text not in english] for name, some in texts.items()}
    return {**texts, OTHER: [*_mixed(read_other_words())]}


def _entries(language: str) -> list[str]:
    lists = read_data(dict[str, dict[str, str]], FOLDER / language / WORDS, LanguageFilesError)["words"]
    entries = (entry.replace("..", " ").replace("_", " ").strip() for words in lists.values() for entry in parted(words))
    return [entry for entry in entries if "*" not in entry]


def _mixed(languages: Iterable[Sequence[str]]) -> Iterator[str]:
    """Messages made of the small words of languages of which there are no messages."""
    drawn = Random(1)  # noqa: S311 -- the same each time
    for words in languages:
        yield from [*words, *words]
        yield from (" ".join(drawn.sample(words, drawn.randint(2, 9))) for _ in range(_MIXED))


@dataclass(frozen=True)
class Prepared:
    """Examples as the model sees them; making this is the slow part."""

    examples: Sequence[OtherExample]
    vectors: Numbers
    signals: Numbers


def prepare(tellers: dict[str, Teller], concepts: Concepts, encode: Encode, examples: Sequence[OtherExample]) -> Prepared:
    """Look through examples."""
    signals = [signals_of(concepts, tellers[each.language].told(each.text)) for each in examples]
    vectors = np.asarray(encode([each.text for each in examples]), dtype=np.float32)
    return Prepared(examples, vectors, np.asarray(signals))


def fit(concepts: Concepts, encoder: str, prepared: Prepared) -> OtherClassifier:
    """Fit the model."""
    examples = prepared.examples
    centre = prepared.vectors.mean(0)
    numbers = numbers_of(prepared.vectors, prepared.signals, centre, _SIGNAL_WEIGHT)
    products = numbers @ numbers.T
    kernel = _NUMBER_SHARE * (products + products**2)
    del products
    machine = SVC(C=_COST, kernel="precomputed", cache_size=2000)
    machine.fit(kernel, [each.group != CALM for each in examples], sample_weight=[each.weight for each in examples])
    del kernel
    at, shares = machine.support_, machine.dual_coef_[0].astype(np.float32)
    groups = _fit_groups(examples, numbers)
    pieces, piece_constant = _fit_pieces(examples)
    about = AboutOtherClassifier(
        encoder=encoder,
        signals=signal_names(concepts),
        signal_weight=_SIGNAL_WEIGHT,
        examples=len(examples),
        constant=float(machine.intercept_[0]) + piece_constant,
        groups=[str(name) for name in groups.classes_],
    )
    return OtherClassifier(
        about=about,
        centre=centre,
        numbers=_NUMBER_SHARE * (shares @ numbers[at]),
        pairs=_pairs(numbers[at], shares),
        groups=_rounded(groups.coef_),
        group_constants=groups.intercept_,
        pieces=pieces,
    )


def _fit_pieces(examples: Sequence[OtherExample]) -> tuple[Pieces, float]:
    """The weights of pieces of words, and what is added to them."""
    tfidf, values = Tfidf.fit(PIECES, [folded(each.text) for each in examples], _RAREST)
    model = LinearSVC(C=_PIECE_COST, random_state=0)
    model.fit(values, [each.group != CALM for each in examples], sample_weight=[each.weight for each in examples])
    weights = _rounded(np.asarray(model.coef_[0] * _PIECE_WEIGHT))
    return Pieces(tfidf, weights), float(model.intercept_[0]) * _PIECE_WEIGHT


def _pairs(numbers: Numbers, shares: npt.NDArray[Any]) -> Numbers:
    """The weight of each pair of numbers; those off the diagonal stand for two."""
    weights = _NUMBER_SHARE * (numbers.T * shares) @ numbers
    return _rounded(np.triu(weights) + np.triu(weights, 1))


def _rounded(weights: npt.NDArray[Any]) -> Numbers:
    step = (float(np.abs(weights).max()) or 1.0) / _LEVELS
    return np.asarray(np.round(weights / step), dtype=np.float32) * np.float32(step)


def _fit_groups(examples: Sequence[OtherExample], numbers: Numbers) -> LogisticRegression:
    at = [at for at, each in enumerate(examples) if each.group != CALM]
    model = LogisticRegression(C=_GROUP_COST, max_iter=300)
    return model.fit(numbers[at], [examples[each].group for each in at], sample_weight=[examples[each].weight for each in at])
