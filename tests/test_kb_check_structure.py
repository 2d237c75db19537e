"""An article has the shape that the chat and its readers rely on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.support.checking import TODAY, Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """One article in order."""
    return Shelf(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ("## Key takeaways", "## In short", "## In short", "open with '## Key takeaways'"),
        ("## Common questions", "## Questions", "## Questions", "close with '## Common questions'"),
        ("## How people were followed", "# How people were followed", "# How people", "has level 1"),
        ("## How people were followed", "#### How people were followed", "#### How people", "has level 4"),
        ("## How people were followed", "### How people were followed", "### How people", "outside 'Common questions'"),
        ("### Is fever common?", "### Fever is common", "### Fever is common", "end in a question mark"),
        ("### Is fever common?", "Too early.\n\n### Is fever common?", "Too early.", "before the first question"),
        ("## Common questions", "## Empty\n\n## Common questions", "## Empty", "no text under 'Empty'"),
    ],
)
def test_what_stands_in_the_wrong_place_is_told(shelf: Shelf, old: str, new: str, at: str, said: str) -> None:
    shelf.changes(old, new)
    assert any(problem.line == shelf.line_of(at) and said in problem.text for problem in shelf.problems())


def test_an_article_without_a_question_is_told(shelf: Shelf) -> None:
    text = (shelf.articles / "fever.md").read_text("utf-8")
    shelf.writes("articles/fever.md", text[: text.index("### Is fever")])
    assert any("no question under" in problem.text for problem in shelf.problems())


def test_an_article_without_a_body_is_told(shelf: Shelf) -> None:
    text = (shelf.articles / "fever.md").read_text("utf-8")
    shelf.writes("articles/fever.md", text[: text.index("## Key")])
    assert any("the body is empty" in problem.text for problem in shelf.problems())


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("One. Two. Three. Four. [@page-one]", "has 4 sentences"),
        ("One.\n\nTwo. [@page-one]", "one paragraph"),
        ("- One.\n- Two. [@page-one]", "one paragraph"),
        ("See [What was seen](#what-was-seen). [@page-one]", "cannot be quoted"),
    ],
)
def test_an_answer_is_one_short_paragraph_without_links(shelf: Shelf, answer: str, said: str) -> None:
    shelf.changes("Fever mostly passes by itself. Still, tell the clinic on the same day. [@page-one]", answer)
    assert said in shelf.problem().text


def test_a_heading_that_the_front_matter_does_not_describe_is_told(shelf: Shelf) -> None:
    shelf.changes("  does-fever-pass:\n    about: safety\n    evidence: guidance\n", "")
    problem = shelf.problem()
    assert problem.line == shelf.line_of("### Does fever pass?")
    assert "add 'does-fever-pass:'" in problem.text


def test_a_description_without_its_heading_is_told(shelf: Shelf) -> None:
    shelf.changes("  does-fever-pass:", "  gone:\n    about: safety\n    evidence: none\n  does-fever-pass:")
    problem = shelf.problem()
    assert problem.line == shelf.line_of("  gone:")
    assert "no heading for the section gone" in problem.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Chills came\nlater. [@page-one]", "runs over several lines"),
        ("Chills **came** later. [@page-one]", "plain text"),
        ("Chills <b>came</b> later. [@page-one]", "plain text"),
        ("Chills `came` later. [@page-one]", "plain text"),
        ("![fever](fever.png) came. [@page-one]", "plain text"),
        ("Chills came later [@page-one]", "cut off"),
        ("Chills came lat", "cut off"),
        ("```\nChills came.\n```", "would be lost"),
        ("> Chills came. [@page-one]", "would be lost"),
        ("<p>Chills came.</p>", "would be lost"),
    ],
)
def test_what_a_chat_cannot_quote_as_it_stands_is_told(shelf: Shelf, text: str, said: str) -> None:
    shelf.changes("More is in", f"{text}\n\nMore is in")
    problem = shelf.problem()
    assert problem.line == shelf.line_of(text.splitlines()[0])
    assert said in problem.text


def test_an_overdue_review_is_told_from_the_day_after(shelf: Shelf) -> None:
    assert shelf.problems(today=date(2027, 5, 1)) == []
    problem = shelf.problem(today=date(2027, 5, 2))
    assert problem.line == shelf.line_of("review_due")
    assert "review was due on 2027-05-01" in problem.text


def test_a_review_that_is_still_to_come_is_told(shelf: Shelf) -> None:
    shelf.changes("reviewed_on: 2026-11-01", "reviewed_on: 2026-11-23")
    assert shelf.problem(TODAY).line == shelf.line_of("reviewed_on")


def test_a_review_that_is_due_before_it_was_done_is_told(shelf: Shelf) -> None:
    shelf.changes("reviewed_on: 2026-11-01", "reviewed_on: 2026-11-20")
    shelf.changes("review_due: 2027-05-01", "review_due: 2026-11-22")
    assert shelf.problems() == []
    shelf.changes("review_due: 2026-11-22", "review_due: 2026-11-20")
    assert any("later than reviewed_on" in problem.text for problem in shelf.problems(today=date(2026, 11, 20)))
