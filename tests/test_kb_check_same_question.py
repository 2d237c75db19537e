"""One wording of a question leads to one place, or the search would have to guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.checking import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Two articles in order."""
    shelf = Shelf(tmp_path)
    shelf.adds_a_second("What is known about fever.", "What is known about chills.")
    return shelf


@pytest.mark.parametrize("wording", ["do many get hot", "Do many get hot?", "  do   MANY get hot "])
def test_the_same_wording_in_two_articles_is_told(shelf: Shelf, wording: str) -> None:
    shelf.changes("with chills what did they see", f'"{wording}"', "articles/chills.md")
    problem = shelf.problem()
    assert "stands already at" in problem.text
    assert (problem.file, problem.line) == ("content/articles/fever.md", shelf.line_of("do many get hot"))


def test_the_same_wording_in_one_section_is_told(shelf: Shelf) -> None:
    shelf.changes("which fever came up in the study", "what did they see")
    assert "stands already at" in shelf.problem().text


def test_a_wording_that_is_the_heading_of_another_question_is_told(shelf: Shelf) -> None:
    shelf.changes("with chills what did they see", "is fever common?", "articles/chills.md")
    assert "stands already at" in shelf.problem().text


def test_a_wording_beside_the_articles_counts_too(shelf: Shelf) -> None:
    shelf.writes("wordings/chills.yml", "do-chills-pass:\n  - will they pass\n  - do many get hot\n")
    problem = shelf.problem()
    assert (problem.file, problem.line) == ("content/wordings/chills.yml", 3)


def test_a_wording_that_is_declined_elsewhere_is_told(shelf: Shelf) -> None:
    shelf.writes("declined.yml", "price:\n  - how much\n  - do many get hot\n")
    problem = shelf.problem()
    assert (problem.file, problem.line) == ("content/declined.yml", 3)


def test_signs_without_words_differ_from_one_another(shelf: Shelf) -> None:
    shelf.writes("declined.yml", 'noise: ["??", "!!", "\\U0001F44D"]\n')
    assert shelf.problems() == []


def test_wordings_for_an_article_that_is_not_there_are_told(shelf: Shelf) -> None:
    shelf.writes("wordings/cough.yml", "a: [b]\n")
    assert "there is no article cough" in shelf.problem().text


def test_wordings_for_a_section_that_is_not_there_are_told(shelf: Shelf) -> None:
    shelf.writes("wordings/chills.yml", "do-chills-pass: [will they pass]\ngone: [a question]\n")
    problem = shelf.problem()
    assert (problem.file, problem.line) == ("content/wordings/chills.yml", 2)
    assert "chills has no section gone" in problem.text


def test_a_section_that_is_never_quoted_may_share_its_wording(shelf: Shelf) -> None:
    shelf.changes("with chills what did they see", "do many get hot", "articles/chills.md")
    shelf.changes("    evidence: rct\n", "    evidence: rct\n    quoted: false\n", "articles/chills.md")
    assert shelf.problems() == []
