"""What is said of each section is edited as rows, one for each heading: no key, no indentation, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cordial.bootstrap import PROJECT
from knowledge.article import parse_article
from knowledge.editing import CannotEdit, taken_apart
from knowledge.section_rows import SectionRow, as_wordings, headings_of, rows_of, under_headings, with_rows, with_wording
from tests.support.checking import ARTICLE

SHIPPED = sorted((PROJECT / "knowledge" / "articles").glob("*.md"))


def saved(text: str, **changes: SectionRow) -> list[tuple[str, str]]:
    """The lines that are others after some rows were changed, by their slugs with low lines."""
    apart = taken_apart(text)
    rows = [changes.get(row.slug.replace("-", "_"), row) for row in rows_of(apart)]
    after = with_rows(apart, rows).text
    return [pair for pair in zip(text.split("\n"), after.split("\n"), strict=True) if pair[0] != pair[1]]


def row(heading: str) -> SectionRow:
    """The row of a heading of the article."""
    [found] = [each for each in rows_of(taken_apart(ARTICLE)) if each.heading == heading]
    return found


def reworded(text: str, old: str, new: str) -> str:
    """A text after a heading was changed in the form, and saved with its rows as they were."""
    apart, after = taken_apart(text), taken_apart(text.replace(old, new))
    return with_rows(after, under_headings(rows_of(apart), headings_of(after.body), "safety")).text


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_rows_that_nobody_changed_leave_the_file_as_it_was_written(file: Path) -> None:
    apart = taken_apart(file.read_text("utf-8"))
    rows = rows_of(apart)
    assert with_rows(apart, rows).text == apart.text
    front = parse_article(apart.text, file).front
    assert {each.slug: (each.about, each.evidence, list(each.questions)) for each in rows} == {
        slug: (meta.about, meta.evidence, meta.questions) for slug, meta in front.sections.items()
    }


def test_a_changed_choice_changes_its_line_alone() -> None:
    changed = replace(row("How people were followed"), evidence="rct")
    assert saved(ARTICLE, how_people_were_followed=changed) == [("    evidence: guidance", "    evidence: rct")]


def test_whatever_is_typed_as_a_wording_is_read_as_it_was_typed(tmp_path: Path) -> None:
    typed = as_wordings('  does: it "burn"?\r\n\r\n- was ist das # los\nyes\n1.5\n[one]\nyes\n')
    apart = taken_apart(ARTICLE)
    rows = [replace(each, questions=typed) if each.slug == "what-was-seen" else each for each in rows_of(apart)]
    article = parse_article(with_rows(apart, rows).text, tmp_path / "fever.md")
    assert article.front.sections["what-was-seen"].questions == [
        'does: it "burn"?',
        "- was ist das # los",
        "yes",
        "1.5",
        "[one]",
    ]


def test_plain_words_and_whether_it_is_quoted_come_and_go(tmp_path: Path) -> None:
    apart = taken_apart(ARTICLE)
    rows = [replace(each, plain="Yes: fever is common.", quoted=False) for each in rows_of(apart)]
    changed = with_rows(apart, rows)
    meta = parse_article(changed.text, tmp_path / "fever.md").front.sections["is-fever-common"]
    assert (meta.plain, meta.quoted) == ("Yes: fever is common.", False)
    back = with_rows(changed, [replace(each, plain="", quoted=True) for each in rows])
    assert rows_of(back) == rows_of(apart)


def test_a_new_heading_gets_a_row_at_its_place_and_one_that_is_gone_loses_its_own() -> None:
    text = reworded(ARTICLE, "### Does fever pass?", "### Is it chills?\n\nNo. [@page-one]\n\n### Does fever pass?")
    slugs = list(dict.fromkeys(each.slug for each in rows_of(taken_apart(text))))
    assert slugs[-2:] == ["is-it-chills", "does-fever-pass"]
    assert "  is-it-chills:\n    about: safety\n    evidence: none\n  does-fever-pass:\n" in text
    assert "is-it-chills" not in reworded(text, "### Is it chills?\n\nNo. [@page-one]\n\n", "")


def test_a_reworded_heading_keeps_what_is_said_of_it() -> None:
    text = reworded(ARTICLE, "### Is fever common?", "### How common is fever?")
    assert "  how-common-is-fever:\n    about: safety\n    evidence: rct\n    questions:\n      - do many get hot\n" in text
    assert "is-fever-common" not in text


def test_a_wording_is_added_once_however_it_is_written() -> None:
    once = with_wording(ARTICLE, "does-fever-pass", "will it go away")
    assert "  does-fever-pass:\n    about: safety\n    evidence: guidance\n    questions:\n      - will it go away\n" in once
    assert with_wording(once, "does-fever-pass", "Will it go away?") == once
    assert with_wording(ARTICLE, "does-fever-pass", "Does fever pass?") == ARTICLE, "that is its heading"
    with pytest.raises(CannotEdit):
        with_wording(ARTICLE, "is-it-chills", "will it go away")


@pytest.mark.parametrize(
    "sections",
    ["  a-b: {about: safety}\n", "# none\n  a-b:\n    about: safety\n", "  a-b:\n   about: safety\n", "  a-b:\n    about: [\n"],
)
def test_what_is_written_in_another_way_is_left_to_be_edited_as_it_is(sections: str) -> None:
    apart = taken_apart(ARTICLE)
    with pytest.raises(CannotEdit):
        rows_of(apart.with_lines("sections", f"sections:\n{sections}"))
