"""The right article first, and no answer where there is none, on questions that nothing was fitted to."""

from __future__ import annotations

import pytest

from cordial.bootstrap import PROJECT
from knowledge.evaluate import Case, Evaluation, evaluate, read_questions, with_typos
from knowledge.library import Library

pytestmark = pytest.mark.slow
UNSEEN = PROJECT / "tests" / "questions" / "unseen.jsonl"


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Questions of people who have read no article, in wordings that none of them holds."""
    return read_questions([UNSEEN])


@pytest.fixture(scope="module")
def evaluation(library: Library, cases: list[Case]) -> Evaluation:
    """How they are answered."""
    return measured(library, cases)


def measured(library: Library, cases: list[Case]) -> Evaluation:
    """Ask them all."""

    def body_of(slug: str, _version: int) -> str | None:
        article = library.article(slug)
        return article.body if article else None

    return evaluate(cases, library.explain, body_of)


def share(evaluation: Evaluation, measure: str) -> float:
    """One figure."""
    found = evaluation.overall[measure].share
    assert found is not None
    return found


def test_the_right_article_is_quoted_first(evaluation: Evaluation) -> None:
    assert share(evaluation, "first") >= 0.85


def test_the_right_article_is_among_the_first_three(evaluation: Evaluation) -> None:
    assert share(evaluation, "top_three") >= 0.95


def test_what_is_not_covered_is_held_back_and_what_is_covered_is_not(evaluation: Evaluation) -> None:
    assert share(evaluation, "abstention_recall") >= 0.90
    assert share(evaluation, "false_abstention") <= 0.05


def test_every_quote_is_whole(evaluation: Evaluation) -> None:
    assert share(evaluation, "quote_integrity") == 1.0


def test_a_typing_mistake_in_every_third_word_changes_little(
    library: Library, cases: list[Case], evaluation: Evaluation
) -> None:
    mistyped = measured(library, [with_typos(case) for case in cases])
    assert share(mistyped, "first") >= share(evaluation, "first") - 0.05
