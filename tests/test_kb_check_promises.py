"""No article promises what nobody may promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.check import check_content
from knowledge.claims import load_promises
from knowledge.errors import PromisesError
from language.spoken import text_file
from tests.support.checking import TODAY, Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """One article in order."""
    return Shelf(tmp_path)


@pytest.mark.parametrize(
    ("text", "promise"),
    [
        ("Cord cells cure knees.", "cure"),
        ("She was cured.", "cured"),
        ("Success is guaranteed.", "guaranteed"),
        ("It is 100 % safe.", "100 % safe"),
        ("It is 100% safe.", "100% safe"),
        ("There are no side effects.", "no side effects"),
        ("It is a miracle.", "miracle"),
        ("A breakthrough for all.", "breakthrough"),
        ("The drip is risk-free.", "risk-free"),
        ("No doubt this is a cure.", "cure"),
        ("It is not new, but it is guaranteed.", "guaranteed"),
        ("It is not only safe, it is a miracle.", "miracle"),
        ("Nobody is too old. A cure is near.", "cure"),
    ],
)
def test_these_are_promises(text: str, promise: str) -> None:
    assert load_promises().found_in(text) == [promise]


@pytest.mark.parametrize(
    "text",
    [
        "There is no cure.",
        "It is not guaranteed.",
        "We never promise a cure.",
        "Cord cells cannot cure it.",
        "Is it a cure?",
        "Are there no side effects?",
        "That does not mean that there are no side effects.",
        "It isn't a cure.",
        "It isn\u2019t a cure.",
        "Whether cells cure arthritis is not known.",
        "Nobody was cured.",
        "A clinic that speaks of a miracle is a warning sign.",
        "Walk away when a clinic guarantees a result.",
        "The tissue is procured and secured.",
        "The 21st Century Cures Act is a law.",
        "No cure, and no guarantee.",
    ],
)
def test_these_are_none(text: str) -> None:
    assert load_promises().found_in(text) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Fever mostly passes by itself.", "Rest is a sure cure."),
        ("title: Fever after an infusion", "title: A cure for fever"),
        ("summary: What is known about fever.", "summary: How cells cure fever."),
        ("- Fever has to be told", "- Fever is a miracle and has to be told"),
    ],
)
def test_a_promise_is_told_where_it_stands(shelf: Shelf, old: str, new: str) -> None:
    shelf.changes(old, new)
    problem = shelf.problem()
    assert problem.line == shelf.line_of(new)
    assert "deny it in the same sentence" in problem.text


def test_the_words_of_patients_may_speak_of_a_cure(shelf: Shelf) -> None:
    shelf.changes("do many get hot", "will it cure my fever")
    assert shelf.problems() == []


def test_the_list_is_the_editors_to_change(shelf: Shelf, tmp_path: Path) -> None:
    mine = tmp_path / "promises.yml"
    mine.write_text("promises: [by itself]\ndenied_by: [no, not]\n", "utf-8")
    problems = check_content(shelf.content, TODAY, mine).problems
    assert [problem.text.split("'")[1] for problem in problems] == ["by itself"]


@pytest.mark.parametrize("content", ["", "promises: []\ndenied_by: []\n", "promises: {a: b}\n", "[", "x: 1\n"])
def test_a_list_that_cannot_be_used_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "promises.yml").write_text(content, "utf-8")
    with pytest.raises(PromisesError, match=r"promises\.yml"):
        load_promises(tmp_path / "promises.yml")


def test_the_shipped_list_reads_no_as_a_word_and_not_as_false() -> None:
    assert "\n  - no\n" in text_file("knowledge", "promises.yml").read_text("utf-8")
    assert load_promises().found_in("no cure") == []
