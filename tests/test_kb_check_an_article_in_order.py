"""An editor whose articles are in order hears nothing from the check."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cordial.bootstrap import PROJECT
from knowledge.article import read_article
from knowledge.check import check_content
from tests.support.checking import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """One article in order."""
    return Shelf(tmp_path)


def test_an_article_in_order_has_no_problem(shelf: Shelf) -> None:
    assert shelf.problems() == []


def test_a_second_article_in_order_has_no_problem(shelf: Shelf) -> None:
    shelf.adds_a_second("What is known about fever.", "What is known about chills.")
    assert shelf.problems() == []


def test_a_draft_is_checked_like_any_other(shelf: Shelf) -> None:
    shelf.changes("status: published", "status: draft")
    shelf.changes("## Key takeaways", "## First of all")
    assert shelf.problems()


def test_nothing_is_asked_of_a_retired_article_but_that_it_can_be_read(shelf: Shelf) -> None:
    shelf.changes("status: published", "status: retired")
    shelf.changes("review_due: 2027-05-01", "review_due: 2026-11-02")
    shelf.changes("Fever mostly passes by itself.", "Fever is guaranteed to pass in 9 of 10 people.")
    assert shelf.problems() == []


def test_all_problems_of_all_files_are_told_at_once(shelf: Shelf) -> None:
    shelf.adds_a_second("Fever mostly passes by itself.", "Cord cells cure fever.")
    shelf.changes("review_due: 2027-05-01", "review_due: 2026-11-02")
    shelf.changes("[@study-one; @page-one]", "[@study-two; @page-one]")
    shelf.writes("articles/empty.md", "")
    shelf.writes("sources.yml", (shelf.content / "sources.yml").read_text("utf-8") + "- id: Bad Id\n")
    files = [problem.file for problem in shelf.problems()]
    assert set(files) == {
        "content/articles/fever.md",
        "content/articles/chills.md",
        "content/articles/empty.md",
        "content/sources.yml",
    }
    assert files == sorted(files)
    assert files.count("content/articles/fever.md") == 2


def test_a_problem_reads_as_file_line_and_what_to_do(shelf: Shelf) -> None:
    shelf.changes("review_due: 2027-05-01", "review_due: 2026-11-02")
    line = shelf.line_of("review_due")
    assert str(shelf.problem()) == (
        f"content/articles/fever.md:{line}: the review was due on 2026-11-02; review the article, then set both dates."
    )


def test_the_shipped_library_is_in_order() -> None:
    content = PROJECT / "knowledge"
    latest = check_content(content, today=_a_day_on_which_no_review_is_due())
    assert [str(problem) for problem in latest.problems] == []
    assert len(latest.articles) == len(list((content / "articles").glob("*.md"))) >= 41


def _a_day_on_which_no_review_is_due() -> date:  # the dates have tests of their own
    return max(read_article(file).front.reviewed_on for file in (PROJECT / "knowledge" / "articles").glob("*.md"))
