"""How well questions in other languages are understood, by language."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge.errors import KnowledgeError
from knowledge.other_languages import Heard, InOtherLanguages


class Asked(BaseModel):
    """A question, and what it should get."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    language: str
    text: str
    expected: Literal["answer", "none"]
    articles: list[str]  # that answer it


def read_asked(file: Path) -> list[Asked]:
    """Read questions, one JSON object a line.

    Raises:
        KnowledgeError: naming the line that cannot be read.
    """
    found = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        try:
            found.append(Asked.model_validate(json.loads(line)))
        except ValueError as error:
            raise KnowledgeError(f"{file.name}, line {number} is no question: {error}") from error
    return found


def evaluate(asked: Sequence[Asked], understanding: InOtherLanguages) -> Iterator[str]:
    """The shares by language, and every miss."""
    heard = [(each, understanding.hear(each.text, each.language)) for each in asked]
    languages = list(dict.fromkeys(each.language for each in asked))
    yield "language   questions  first  in three  quoted right  held back  |  no answer  held back"
    for group in [*languages, "all"]:
        of_group = [(each, got) for each, got in heard if group in {each.language, "all"}]
        covered = [(each, got) for each, got in of_group if each.expected == "answer"]
        others = [got for each, got in of_group if each.expected == "none"]
        first = sum(_near(got, 1)[0] in each.articles for each, got in covered)
        three = sum(any(name in each.articles for name in _near(got, 3)) for each, got in covered)
        right = sum(_quoted(got) in each.articles for each, got in covered)
        back = sum(got.answer is None for _, got in covered)
        none = sum(got.answer is None for got in others)
        yield f"{group:<10} {len(covered):>9} {first:>6} {three:>9} {right:>13} {back:>10}  |  {len(others):>9} {none:>10}"
    for each, got in heard:
        if (_quoted(got) or None) is None if each.expected == "answer" else got.answer is not None:
            yield f"{each.language} {each.expected}: {each.text} -> {_quoted(got) or got.kind} {got.likeness.probability:.2f}"
        elif each.expected == "answer" and _quoted(got) not in each.articles:
            yield f"{each.language} WRONG: {each.text} -> {_quoted(got)}, not {each.articles[0]} {got.likeness.probability:.2f}"


def _near(heard: Heard, number: int) -> list[str]:
    return list(heard.likeness.articles)[:number]


def _quoted(heard: Heard) -> str:
    return heard.answer.passages[0].article if heard.answer else ""
