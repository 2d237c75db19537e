"""An editor's form changes what was changed and nothing else, and what is no article is refused in words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordial.bootstrap import PROJECT
from knowledge.article import parse_article
from knowledge.article_rules import Problem
from knowledge.check import check_content
from knowledge.editing import (
    FIELDS,
    LONGEST,
    Apart,
    CannotEdit,
    Signed,
    as_published,
    as_retired,
    changed_text,
    new_article,
    taken_apart,
)
from knowledge.errors import ArticleError
from tests.support.checking import ARTICLE, Shelf

SHIPPED = sorted((PROJECT / "knowledge" / "articles").glob("*.md"))


def sent_back(apart: Apart) -> str:
    """The text after a form was opened and sent without a change, with a browser's line ends."""
    fields = {name: apart.value(name) for name in FIELDS}
    return changed_text(apart.text, fields, apart.sections.replace("\n", "\r\n"), apart.body.replace("\n", "\r\n"))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_form_that_changes_nothing_changes_nothing(file: Path) -> None:
    text = file.read_text("utf-8")
    assert sent_back(taken_apart(text)) == text


def test_one_field_changes_one_line() -> None:
    apart = taken_apart(ARTICLE)
    fields = {**{name: apart.value(name) for name in FIELDS}, "title": "Fever: what is known"}
    after = changed_text(ARTICLE, fields, apart.sections, apart.body)
    others = [line for line in after.split("\n") if line not in ARTICLE.split("\n")]
    assert others == ["title: 'Fever: what is known'"]
    assert parse_article(after, Path("fever.md")).front.title == "Fever: what is known"


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=3, max_size=80))
def test_whatever_stands_in_a_field_is_read_as_it_was_written(title: str) -> None:
    told = " ".join(title.split())
    if len(told) < 3:
        return
    apart = taken_apart(ARTICLE)
    fields = {**{name: apart.value(name) for name in FIELDS}, "title": title}
    after = changed_text(ARTICLE, fields, apart.sections, apart.body)
    try:
        article = parse_article(after, Path("fever.md"))
    except ArticleError:  # a sign that YAML does not hold
        return
    assert article.front.title == told
    assert article.front.version == 1


def test_publishing_sets_number_state_and_review_and_retiring_the_state_alone() -> None:
    text = as_published(ARTICLE.replace("status: published", "status: draft"), Signed(7, date(2026, 11, 29), "Physician"))
    front = parse_article(text, Path("fever.md")).front
    assert (front.version, front.status, front.reviewer_role) == (7, "published", "Physician")
    assert front.reviewed_on == date(2026, 11, 29)
    assert as_retired(text) == text.replace("status: published", "status: retired")


@pytest.mark.parametrize(
    "sections",
    [
        "  a: {about: safety, evidence: none}\nversion: 99\nstatus: published",
        "---\n## Not reviewed",
        "  a: {about: safety, evidence: none}\n---\nbody",
    ],
)
def test_sections_cannot_reach_into_what_is_signed(sections: str) -> None:
    apart = taken_apart(ARTICLE)
    with pytest.raises(CannotEdit, match="two spaces"):
        changed_text(ARTICLE, {}, sections, apart.body)


@pytest.mark.parametrize("body", ["x" * (LONGEST + 1), "a\x00b", "a\x1bb", "a\ud800b"])
def test_what_is_no_text_is_refused_in_words(body: str) -> None:
    with pytest.raises(CannotEdit) as refused:
        changed_text(ARTICLE, {}, taken_apart(ARTICLE).sections, body)
    assert str(refused.value).endswith(".")


BOMBS = {
    "aliases": "  a: &a [x, x]\n  b: &b [*a, *a]\n  c: [*b, *b]",
    "merges": "\n".join(
        [f"  m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}], k{n}: x}}" if n else "  m0: &m0 {k: x}" for n in range(40)]
    ),
    "depth": "  a: " + "[" * 10_000,
    "a tag": "  a: !!python/object/apply:os.system ['true']",
}


@pytest.mark.parametrize("kind", BOMBS)
def test_what_unfolds_runs_or_nests_is_refused_at_once(kind: str, tmp_path: Path) -> None:
    text = changed_text(ARTICLE, {}, BOMBS[kind], taken_apart(ARTICLE).body)
    shelf = Shelf(tmp_path)
    problems = check_content(shelf.content, date(2026, 11, 22), instead={"fever": text}).problems
    assert [problem for problem in problems if problem.file.endswith("fever.md")]


def test_a_text_in_the_place_of_a_file_is_checked_as_if_it_were_saved(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    text = ARTICLE.replace("Fever mostly passes by itself.", "Rest is a sure cure.")
    [problem] = check_content(shelf.content, date(2026, 11, 22), instead={"fever": text}).problems
    shelf.writes("articles/fever.md", text)
    assert shelf.problem() == problem
    assert isinstance(problem, Problem)


def test_of_what_nobody_changed_only_what_it_has_in_common_is_told(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.adds_a_second("Fever mostly passes by itself.", "Rest is a sure cure.")
    assert check_content(shelf.content, date(2026, 11, 22), only=("fever",)).problems == ()
    [problem] = check_content(shelf.content, date(2026, 11, 22), only=("chills",)).problems
    assert "promises" in problem.text
    shelf.changes("with chills do many get hot", "do many get hot", "articles/chills.md")
    assert "stands already" in check_content(shelf.content, date(2026, 11, 22), only=()).problems[0].text


def test_a_new_article_needs_nothing_but_its_words() -> None:
    text = new_article("Can I swim: afterwards?", date(2026, 11, 29), date(2027, 5, 29))
    article = parse_article(text, Path("swimming.md"))
    assert article.front.status == "draft"
    assert [section.heading for section in article.sections if section.is_question] == ["Can I swim: afterwards?"]
    assert article.section("can-i-swim-afterwards") is not None
