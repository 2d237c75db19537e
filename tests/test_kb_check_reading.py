"""An article is short enough, and easy enough to read for somebody who is worried."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.grade import reading_grade, syllables
from tests.support.checking import Shelf

HARD = (
    "Immunomodulatory mesenchymal populations demonstrably ameliorate inflammatory dysregulation, notwithstanding "
    "considerable heterogeneity regarding administration, characterisation and cryopreservation methodologies."
)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """One article in order."""
    return Shelf(tmp_path)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("cell", 1),
        ("cells", 1),
        ("fever", 2),
        ("any", 2),
        ("infusion", 3),
        ("umbilical", 4),
        ("trial", 2),
        ("the", 1),
        ("are", 1),
        ("use", 1),
        ("breathed", 1),
        ("treated", 2),
        ("table", 2),
        ("while", 1),
        ("people", 2),
        ("doctor's", 2),
        ("MSC", 3),
        ("MSCs", 3),
        ("GVHD", 4),
        ("COVID", 2),
        ("2280", 1),
    ],
)
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_grade_is_that_of_kincaid_1975() -> None:
    text = "The cat sat on a mat. It was very happy there."
    words, sentences, spoken = 11, 2, 13
    assert reading_grade([text]) == pytest.approx(0.39 * words / sentences + 11.8 * spoken / words - 15.59)


def test_several_paragraphs_count_as_one_text() -> None:
    one, other = "Cells may calm an overactive immune system.", "They come from a donor. That is all."
    assert reading_grade([one, other]) == reading_grade([f"{one} {other}"])


def test_nothing_to_read_has_no_grade() -> None:
    assert reading_grade([]) == 0.0


def test_easy_words_grade_lower_than_hard_ones() -> None:
    assert reading_grade(["The doctor asks how you feel. You say it in your own words."]) < 4
    assert reading_grade([HARD]) > 15


def test_an_article_that_is_too_hard_is_told_with_its_hardest_lines(shelf: Shelf) -> None:
    shelf.changes("In a trial of 480 people", f"{HARD} {HARD} {HARD} {HARD} {HARD} In a trial of 480 people")
    problem = shelf.problem()
    assert "reading grade" in problem.text
    assert str(shelf.line_of("Immunomodulatory")) in problem.text


def test_an_article_that_is_too_short_is_told(shelf: Shelf) -> None:
    text = (shelf.articles / "fever.md").read_text("utf-8")
    filler = next(line for line in text.split("\n") if line.startswith("The people who took part"))
    shelf.writes("articles/fever.md", text.replace(f"{filler}\n\n", "", 3))
    assert "400 to 900" in shelf.problem().text


def test_an_article_that_is_too_long_is_told(shelf: Shelf) -> None:
    shelf.changes("The people who took part", "They all came back. " * 200 + "The people who took part")
    assert "400 to 900" in shelf.problem().text


def test_headings_markers_and_addresses_of_links_are_no_words(shelf: Shelf) -> None:
    shelf.changes("The people who took part", "They all came back. " * 116 + "The people who took part")
    assert shelf.problems() == []  # a few words below the limit
    shelf.changes("## What was seen", f"## What was seen {'and said ' * 20}")
    shelf.changes("what-was-seen:", f"what-was-seen{'-and-said' * 20}:")
    shelf.changes("(#what-was-seen)", f"(#what-was-seen{'-and-said' * 20})")
    shelf.changes("on the same day. [@page-one]", f"on the same day. [@page-one{'; @page-one' * 20}]")
    assert shelf.problems() == []
    shelf.changes("The people who took part", "They all came back. " * 10 + "The people who took part")
    assert "400 to 900" in shelf.problem().text
