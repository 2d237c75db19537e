"""Every source that an article cites is known, listed, used, and told to have been read as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.checking import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """One article in order."""
    return Shelf(tmp_path)


def test_a_source_that_nobody_knows_is_told_where_it_is_listed(shelf: Shelf) -> None:
    shelf.changes("sources: [study-one, page-one]", "sources: [study-one, page-one, page-two]")
    shelf.changes("on the same day. [@page-one]", "on the same day. [@page-one; @page-two]")
    problem = shelf.problem()
    assert problem.line == shelf.line_of("sources: [")
    assert "page-two is neither in studies.yml nor in sources.yml" in problem.text


def test_a_source_in_the_text_that_is_not_listed_is_told(shelf: Shelf) -> None:
    shelf.changes("on the same day. [@page-one]", "on the same day. [@page-two]")
    problem = shelf.problem()
    assert problem.line == shelf.line_of("[@page-two]")
    assert "page-two is not in the front matter" in problem.text


def test_a_listed_source_that_is_not_used_is_told_on_its_own_line(shelf: Shelf) -> None:
    shelf.changes("sources: [study-one, page-one]", "sources:\n  - study-one\n  - page-one\n  - page-two")
    shelf.writes("sources.yml", (shelf.content / "sources.yml").read_text("utf-8").replace("page-one", "page-two"))
    shelf.changes("  - page-one\n", "")
    text = (shelf.articles / "fever.md").read_text("utf-8").replace("; @page-one]", "]").replace(" [@page-one]", "")
    shelf.writes("articles/fever.md", text)
    problem = shelf.problem()
    assert problem.line == shelf.line_of("  - page-two")
    assert "page-two is listed and not used" in problem.text


def test_a_source_that_is_listed_twice_is_told(shelf: Shelf) -> None:
    shelf.changes("sources: [study-one, page-one]", "sources: [study-one, page-one, study-one]")
    assert "listed twice" in shelf.problem().text


def test_the_sources_of_a_section_count_as_used(shelf: Shelf) -> None:
    shelf.changes("sources: [study-one, page-one]", "sources: [study-one, page-one, page-two]")
    second = (shelf.content / "sources.yml").read_text("utf-8")
    shelf.writes("sources.yml", second + second.replace("page-one", "page-two"))
    shelf.changes("    evidence: guidance\n", "    evidence: guidance\n    sources: [page-two]\n")
    assert shelf.problems() == []


def test_a_section_with_a_source_that_is_not_listed_is_told(shelf: Shelf) -> None:
    shelf.changes("    evidence: guidance\n", "    evidence: guidance\n    sources: [page-two]\n")
    problem = shelf.problem()
    assert problem.line == shelf.line_of("    sources: [page-two]")


@pytest.mark.parametrize("marker", ["[@page-one, @study-one]", "[@page-one;@study-one]", "[@Page-One]", "[@page_one]"])
def test_a_marker_that_is_written_wrong_is_told(shelf: Shelf, marker: str) -> None:
    shelf.changes("on the same day. [@page-one]", f"on the same day. {marker}")
    problems = shelf.problems()
    assert problems[0].line == shelf.line_of(marker)
    assert any("[@id; @id]" in problem.text for problem in problems)


@pytest.mark.parametrize("text", ["Fever [see below] has", "Fever [@page-one] has", "Fever @page-one has"])
def test_brackets_in_the_middle_of_a_paragraph_are_told(shelf: Shelf, text: str) -> None:
    shelf.changes("Fever has", text)
    assert "are for links and" in shelf.problem().text


@pytest.mark.parametrize("how", ["copy", "memory"])
def test_a_source_that_was_not_read_in_the_original_has_to_be_declared(shelf: Shelf, how: str) -> None:
    shelf.changes("read: page", f"read: {how}", "sources.yml")
    problem = shelf.problem()
    assert problem.line == shelf.line_of("needs_check")
    assert "set needs_check: true, because page-one" in problem.text
    shelf.changes("needs_check: false", "needs_check: true")
    assert shelf.problems() == []


def test_a_declaration_without_such_a_source_is_told(shelf: Shelf) -> None:
    shelf.changes("needs_check: false", "needs_check: true")
    assert "set needs_check: false" in shelf.problem().text


def test_what_was_checked_about_a_source_has_to_be_said_in_a_known_way(shelf: Shelf) -> None:
    shelf.changes("read: page", "read: page\n  verified: {how: page, at: example.org, on: 2026-11-28}", "sources.yml")
    assert shelf.problems() == []
    shelf.changes("how: page", "how: heard", "sources.yml")
    assert "page-one: verified" in shelf.problem().text
