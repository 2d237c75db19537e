"""Plain words are few, easy, without promises and without numbers of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from cordial.bootstrap import PROJECT
from knowledge.article import read_article
from knowledge.check import check_content
from tests.support.checking import TODAY, Shelf

BEFORE = "  what-was-seen:\n    about: safety\n    evidence: rct\n"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """One article in order."""
    return Shelf(tmp_path)


def with_plain(shelf: Shelf, plain: str, more: str = "") -> list[str]:
    """What is wrong once a section has plain words."""
    shelf.changes(BEFORE, f'{BEFORE}    plain: "{plain}"\n{more}')
    return [each.text for each in check_content(shelf.content, TODAY).problems]


def test_plain_words_that_say_it_easily_are_in_order(shelf: Shelf) -> None:
    assert with_plain(shelf, "Of 480 people, more had a fever with the cells. It is not known why.") == []


@pytest.mark.parametrize(
    ("plain", "wrong"),
    [
        ("Of 500 people, more had a fever.", "500 does not stand in the section"),
        ("More had a fever. Most were fine. That is all.", "one whole sentence or two"),
        ("More people had a fever", "one whole sentence or two"),
        ("The cells cure a fever.", "promises what nobody may promise"),
        ("Hyperthermia manifested disproportionately among interventional participants.", "reading grade of"),
        ("It was so and so and so and so and so and so and so and so and so and so and so " + "and so " * 12 + ".", "words"),
    ],
)
def test_what_is_wrong_with_them_is_named(shelf: Shelf, plain: str, wrong: str) -> None:
    assert any(wrong in text for text in with_plain(shelf, plain))


def test_of_what_is_never_quoted_nobody_is_shown_plain_words(shelf: Shelf) -> None:
    assert any("take them out" in text for text in with_plain(shelf, "More had a fever.", "    quoted: false\n"))


def test_the_most_asked_questions_about_safety_have_plain_words() -> None:
    articles = [read_article(file) for file in (PROJECT / "knowledge" / "articles").glob("*.md")]
    with_words = {a.slug: sum(meta.plain is not None for meta in a.front.sections.values()) for a in articles}
    assert sum(with_words.values()) >= 20
    assert min(with_words[slug] for slug in ("fever-and-infusion-reactions", "clots-infection-and-tumour-risk")) >= 5


def test_the_shipped_plain_words_are_in_order() -> None:
    assert [str(each) for each in check_content(PROJECT / "knowledge", TODAY).problems if "plain words" in each.text] == []
