"""Each article is the first to answer its own questions."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.check import check_own_questions
from tests.support.checking import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Two articles in order, with wordings beside them."""
    shelf = Shelf(tmp_path)
    shelf.adds_a_second("What is known about fever.", "What is known about chills.")
    shelf.writes("wordings/chills.yml", "do-chills-pass: [brr]\n")
    shelf.writes("declined.yml", "price: [how much]\n")
    return shelf


def rank_by_name(text: str) -> list[str]:
    """A search that knows two words."""
    return ["chills", "fever"] if "chills" in text else ["fever", "chills"]


def test_a_search_that_finds_them_all_has_nothing_to_mend(shelf: Shelf) -> None:
    own = check_own_questions(shelf.checked().questions, rank_by_name)
    assert (own.headings.first, own.headings.asked) == (4, 4)
    assert (own.wordings.first, own.wordings.asked) == (8, 8)
    assert (own.problems, own.warnings) == ((), ())


def test_a_heading_that_another_article_answers_first_is_a_problem(shelf: Shelf) -> None:
    own = check_own_questions(shelf.checked().questions, lambda text: ["fever"])
    assert (own.headings.first, own.headings.asked) == (2, 4)
    line = shelf.line_of("### Are chills common?", "articles/chills.md")
    assert str(own.problems[0]).startswith(
        f"content/articles/chills.md:{line}: 'Are chills common?' should be answered by chills, but fever comes first"
    )


def test_a_wording_that_another_article_answers_first_is_a_warning(shelf: Shelf) -> None:
    own = check_own_questions(shelf.checked().questions, lambda text: ["fever"] if "who" in text else rank_by_name(text))
    assert own.problems == ()
    assert [warning.text.split("'")[1] for warning in own.warnings] == ["with chills who looked after them"]


def test_a_heading_without_an_answer_is_a_problem(shelf: Shelf) -> None:
    own = check_own_questions(shelf.checked().questions, lambda text: [])
    assert all("the library gives no answer" in problem.text for problem in own.problems)
    assert len(own.problems) == 4


def test_wordings_beside_the_articles_are_asked_when_wanted(shelf: Shelf) -> None:
    asked: list[str] = []
    check_own_questions(shelf.checked().questions, lambda text: asked.append(text) or ["fever"])
    assert "brr" not in asked
    check_own_questions(shelf.checked().questions, lambda text: asked.append(text) or ["fever"], every_wording=True)
    assert "brr" in asked
    assert "how much" not in asked


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_only_published_articles_are_asked(shelf: Shelf, status: str) -> None:
    shelf.changes("status: published", f"status: {status}")
    own = check_own_questions(shelf.checked().questions, rank_by_name)
    assert own.headings.asked == 2
