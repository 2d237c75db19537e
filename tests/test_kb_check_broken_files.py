"""A file that cannot be read gives one clear problem, never a traceback, and does not hide the others."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from knowledge.article import MAX_BYTES
from tests.support.checking import ARTICLE, SOURCES, STUDIES, TODAY, Shelf

FRONT = ARTICLE[: ARTICLE.index("## Key")]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """One article in order."""
    return Shelf(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"  \n\n ", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "UTF-8"),
        (b"---\n\x00\n---\n", "binary"),
        (ARTICLE.encode("utf-16"), "UTF-8"),
        (b"word " * MAX_BYTES, "bytes"),
        (ARTICLE[:200].encode(), "not closed"),
        (b"# Only a heading\n", "front matter is missing"),
        (b"---\n- a\n- b\n---\n## Key takeaways\n", "name: value"),
        (b"---\ntitle: 'never closed\n---\n## Key takeaways\n", "front matter cannot be read"),
        (b"---\ntitle: a\ntitle: b\n---\n", "'title' stands twice"),
        (b"---\ntitle: " + b"[" * 50_000 + b"\n---\n", "nested too deeply"),
        (b"---\nneeds_check: !!bool perhaps\n---\n", "no meaning"),
        (b"---\nreviewed_on: !!timestamp never\n---\n", "no meaning"),
        (b"---\nreviewed_on: 2026-13-45\n---\n", "month"),
        (b"---\ntitle: a\x07b\n---\n", "character"),
    ],
)
def test_a_file_that_is_no_article_gives_one_clear_problem(shelf: Shelf, content: bytes, said: str) -> None:
    shelf.writes("articles/broken.md", content)
    problem = shelf.problem()
    assert problem.file == "content/articles/broken.md"
    assert said in problem.text


def test_the_lines_of_broken_front_matter_are_those_of_the_file(shelf: Shelf) -> None:
    shelf.changes("version: 1", "version: 1\nversion: 2")
    assert shelf.problem().line == 6


def test_everything_wrong_with_the_front_matter_is_told_at_once(shelf: Shelf) -> None:
    shelf.changes("about: safety", "about: fun")
    shelf.changes("version: 1", "version: none")
    shelf.changes("    evidence: rct", "    evidence: strong")
    assert [problem.line for problem in shelf.problems()] == [4, 5, 16]


def test_an_article_cut_off_anywhere_is_told_and_never_raises(shelf: Shelf) -> None:
    for length in range(0, ARTICLE.index("Still, tell"), 97):
        shelf.writes("articles/fever.md", ARTICLE[:length])
        assert shelf.problems(), f"cut off after {length} characters"


def test_an_article_that_is_a_folder_is_told(shelf: Shelf) -> None:
    (shelf.articles / "folder.md").mkdir()
    assert "cannot be read" in shelf.problem().text


@pytest.mark.parametrize("endless", ["a" + " " * 60_000 + "b", "[@" * 30_000, "[a" * 30_000, "A b. " * 20_000])
def test_a_strange_text_takes_seconds_at_most(shelf: Shelf, endless: str) -> None:
    shelf.writes("articles/fever.md", f"{FRONT}## Key takeaways\n\n{endless}\n")
    start = time.perf_counter()
    assert shelf.problems(TODAY)
    assert time.perf_counter() - start < 30


@pytest.mark.parametrize("name", ["studies.yml", "sources.yml"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "has to be a list"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"just words", "has to be a list"),
        (b"- id: [unclosed\n", "cannot be read"),
        (b"[" * 50_000, "nested too deeply"),
        (b"#" + b"x" * 6_000_000, "larger than"),
    ],
)
def test_a_list_of_sources_that_cannot_be_read_gives_one_clear_problem(
    shelf: Shelf, name: str, content: bytes, said: str
) -> None:
    shelf.writes(name, content)
    problem = shelf.problem()
    assert problem.file == f"content/{name}"
    assert said in problem.text


def test_a_list_of_sources_that_is_missing_gives_one_clear_problem(shelf: Shelf) -> None:
    (shelf.content / "studies.yml").unlink()
    assert "cannot be read" in shelf.problem().text


def test_a_wrong_entry_is_found_on_its_line(shelf: Shelf) -> None:
    shelf.changes("  read: page", "  read: maybe", "sources.yml")
    problem = shelf.problem()
    assert (problem.file, problem.line) == ("content/sources.yml", shelf.line_of("read: maybe", "sources.yml"))
    assert "page-one" in problem.text


def test_all_wrong_entries_are_told(shelf: Shelf) -> None:
    shelf.writes("studies.yml", STUDIES + "- words\n- id: study-two\n")
    problems = shelf.problems()
    assert {problem.file for problem in problems} == {"content/studies.yml"}
    assert any("number 2" in problem.text for problem in problems)
    assert sum("study-two" in problem.text for problem in problems) > 3  # every missing part of it


def test_a_source_that_stands_twice_is_told(shelf: Shelf) -> None:
    shelf.writes("sources.yml", SOURCES + SOURCES.replace("page-one", "study-one"))
    problem = shelf.problem()
    assert "stands already at content/studies.yml:1" in problem.text


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"what-was-seen: text\n", 1), (b"what-was-seen:\n  - [1\n", 2), (b"\xff", 1), (b"what-was-seen: [true]\n", 1)],
)
def test_wordings_that_cannot_be_read_give_one_clear_problem(shelf: Shelf, content: bytes, line: int) -> None:
    shelf.writes("wordings/fever.yml", content)
    problem = shelf.problem()
    assert (problem.file, problem.line) == ("content/wordings/fever.yml", line)


def test_an_empty_shelf_is_told(shelf: Shelf) -> None:
    (shelf.articles / "fever.md").unlink()
    assert "no article" in shelf.problem().text


def test_a_file_that_would_never_be_read_is_told(shelf: Shelf) -> None:
    shelf.writes("articles/chills.markdown", "words")
    assert "end in .md" in shelf.problem().text


def test_a_file_that_an_editor_program_left_is_passed_over(shelf: Shelf) -> None:
    shelf.writes("articles/.fever.md.swp", b"\x00")
    assert shelf.problems() == []


def test_two_names_that_lead_to_one_address_are_told(shelf: Shelf) -> None:
    shelf.adds_a_second("What is known about fever.", "What is known about chills.")
    (shelf.articles / "chills.md").rename(shelf.articles / "Fever.md")
    texts = [problem.text for problem in shelf.problems()]
    assert any("same address" in text for text in texts)
    assert any("small letters" in text for text in texts)


def test_two_articles_of_one_title_are_told(shelf: Shelf) -> None:
    shelf.adds_a_second("title: Chills after an infusion", "title: FEVER after an infusion")
    assert "also the title of" in shelf.problem().text
