"""A link leads to an article that a reader can open."""

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


@pytest.mark.parametrize("target", ["chills.md", "chills.md#do-chills-pass", "#does-fever-pass", "fever.md#key-takeaways"])
def test_a_link_to_an_article_or_a_section_is_in_order(shelf: Shelf, target: str) -> None:
    shelf.changes("(#what-was-seen)", f"({target})")
    assert shelf.problems() == []


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("cough.md", "there is no article cough"),
        ("chills.md#does-fever-pass", "chills has no section does-fever-pass"),
        ("#gone", "fever has no section gone"),
        ("", "leads nowhere"),
        ("chills", "write SLUG.md"),
        ("../articles/chills.md", "write SLUG.md"),
        ("https://page.example/one", "sources.yml"),
        ("javascript:alert(1)", "are for links"),
        ("javascript:alert", "are for links"),
    ],
)
def test_a_link_to_nowhere_is_told(shelf: Shelf, target: str, said: str) -> None:
    shelf.changes("(#what-was-seen)", f"({target})")
    problem = shelf.problem()
    assert problem.line == shelf.line_of("More is in")
    assert said in problem.text


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_a_link_from_a_published_article_to_one_that_is_not_is_told(shelf: Shelf, status: str) -> None:
    shelf.changes("(#what-was-seen)", "(chills.md)")
    shelf.changes("status: published", f"status: {status}", "articles/chills.md")
    assert "chills is not published" in shelf.problem().text


def test_a_link_to_an_article_that_cannot_be_read_is_told_with_that(shelf: Shelf) -> None:
    shelf.changes("(#what-was-seen)", "(chills.md)")
    shelf.writes("articles/chills.md", "")
    assert [problem.file.rpartition("/")[2] for problem in shelf.problems()] == ["chills.md", "fever.md"]
