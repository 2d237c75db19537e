"""Where it is unclear what was meant, the patient gets two or three questions to choose from, and each has an answer."""

from __future__ import annotations

import pytest

from cordial.bootstrap import PROJECT
from knowledge.composing import MAX_CHOICES
from knowledge.evaluate import read_questions
from knowledge.library import Explanation, Library

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def unclear(library: Library) -> list[Explanation]:
    """Every question of our sets at which the library asks back."""
    files = [PROJECT / "tests" / "questions" / name for name in ("covered_and_not.jsonl", "unseen.jsonl")]
    explained = [library.explain(case.text) for case in read_questions(files)]
    return [each for explanations in explained for each in explanations if each.answer.status == "clarify"]


def test_there_are_two_or_three_choices_and_no_quote(unclear: list[Explanation]) -> None:
    assert unclear
    for each in unclear:
        assert 2 <= len(set(each.choices)) <= MAX_CHOICES
        assert each.answer.passages == []


def test_each_choice_has_an_answer(library: Library, unclear: list[Explanation]) -> None:
    for choice in {choice for each in unclear for choice in each.choices}:
        [answer] = library.ask(choice)
        assert answer.status == "answered", choice


def test_it_asks_back_only_between_declining_and_answering(library: Library, unclear: list[Explanation]) -> None:
    for each in unclear:
        assert library.calibration.clarify <= each.probability < library.calibration.threshold
