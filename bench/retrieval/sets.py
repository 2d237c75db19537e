"""Public question sets, read from where they lie; nothing is copied into the project."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEED = 0
ANSWERS, QUESTIONS = 4_000, 1_000


@dataclass(frozen=True)
class Question:
    """A question and the positions of the texts that answer it."""

    text: str
    right: frozenset[int]


@dataclass(frozen=True)
class QuestionSet:
    """Texts, questions to report on, and others to tune on."""

    name: str
    texts: list[str]
    test: list[Question]
    development: list[Question]


def medquad(folder: Path, seed: int = SEED) -> QuestionSet:
    """MedQuAD (Ben Abacha & Demner-Fushman, 2019): medical questions and the answers of public health institutes.

    Of all pairs with an answer 4,000 are drawn, their answers are the texts. The questions of 1,000 are the test, of another
    1,000 the development questions. An answer is right if the question that it was given to reads the same but for case.
    """
    with gzip.open(folder / "medquad.jsonl.gz", "rt", encoding="utf-8") as lines:
        pairs = [pair for pair in map(json.loads, lines) if pair["answer"].strip()]
    draw = random.Random(seed)  # noqa: S311
    pairs = draw.sample(pairs, ANSWERS)
    test = draw.sample(range(ANSWERS), QUESTIONS)
    development = draw.sample(sorted(set(range(ANSWERS)) - set(test)), QUESTIONS)
    labels = [pair["question"].strip().lower() for pair in pairs]

    def asked(numbers: Sequence[int]) -> list[tuple[str, str]]:
        return [(pairs[number]["question"], labels[number]) for number in numbers]

    return _labelled("MedQuAD", [pair["answer"].strip() for pair in pairs], labels, asked(test), asked(development))


def clinc150(folder: Path, seed: int = SEED) -> QuestionSet:
    """CLINC150 (Larson et al., 2019): what people ask an assistant, 150 intents.

    The texts are the training examples, an example is right if it has the question's intent. Test questions are drawn from the
    test part, development questions from the validation part.
    """
    data: dict[str, Any] = json.loads((folder / "data_full.json").read_text("utf-8"))
    draw = random.Random(seed)  # noqa: S311
    texts, labels = zip(*data["train"], strict=True)
    return _labelled("CLINC150", list(texts), labels, draw.sample(data["test"], QUESTIONS), draw.sample(data["val"], QUESTIONS))


def banking77(folder: Path, seed: int = SEED) -> QuestionSet:
    """BANKING77 (Casanueva et al., 2020): questions to a bank, 77 intents.

    The texts are the training examples, an example is right if it has the question's intent. Test and development questions
    are drawn from the test part.
    """

    def part(name: str) -> list[tuple[str, str]]:
        with (folder / name).open(encoding="utf-8", newline="") as lines:
            return [(row["text"].strip(), row["category"]) for row in csv.DictReader(lines)]

    draw = random.Random(seed)  # noqa: S311
    texts, labels = zip(*part("train.csv"), strict=True)
    drawn = draw.sample(part("test.csv"), 2 * QUESTIONS)
    return _labelled("BANKING77", list(texts), labels, drawn[:QUESTIONS], drawn[QUESTIONS:])


def _labelled(
    name: str, texts: list[str], labels: Sequence[Hashable], test: Sequence[Sequence[Any]], development: Sequence[Sequence[Any]]
) -> QuestionSet:
    having: defaultdict[Hashable, set[int]] = defaultdict(set)
    for number, label in enumerate(labels):
        having[label].add(number)
    right = {label: frozenset(numbers) for label, numbers in having.items()}
    return QuestionSet(
        name,
        texts,
        [Question(text, right[label]) for text, label in test],
        [Question(text, right[label]) for text, label in development],
    )
