"""An editor who saves a broken article is told the file, the line and what to do."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.article import MAX_BYTES, Article, parse_article, read_article
from knowledge.errors import ArticleError
from knowledge.text import slug_of
from language.sentences import sentence_spans
from tests.support.editing import article_text

FILE = Path("fever.md")
BODY = article_text()[article_text().index("# Fever") :]


def problem_with(text: str) -> ArticleError:
    """What is said about an article."""
    with pytest.raises(ArticleError) as refused:
        parse_article(text, FILE)
    assert str(refused.value).startswith(f"fever.md:{refused.value.line}: ")
    return refused.value


def read(body: str) -> Article:
    """An article with this body."""
    return parse_article(article_text().replace(BODY, body), FILE)


def test_an_article_in_order_is_read_whole() -> None:
    article = read(BODY)
    assert [section.slug for section in article.sections] == ["fever", "what-happens", "is-it-common"]
    assert article.sections[1].paragraphs[0].sources == ("study-one",)


@pytest.mark.parametrize("text", ["", "  \n\n", "# Only a heading\n", "---\ntitle: never closed\n"])
def test_an_article_without_front_matter_is_refused(text: str) -> None:
    assert problem_with(text).line == 1


def test_a_half_written_article_is_refused() -> None:
    whole = article_text()
    for length in range(0, whole.index("# Fever"), 7):
        assert problem_with(whole[:length])


def test_an_unknown_line_in_the_front_matter_is_found() -> None:
    error = problem_with(article_text().replace("version: 1", "version: 1\nverison: 2"))
    assert error.line == 6
    assert "verison" in error.problem


@pytest.mark.parametrize(
    ("line", "wrong", "number"),
    [
        ("about: safety\nversion", "about: fun\nversion", 4),
        ("version: 1", "version: 0", 5),
        ("version: 1", "version: one", 5),
        ("status: published", "status: done", 6),
        ("    evidence: rct", "    evidence: strong", 15),
    ],
)
def test_a_wrong_value_is_found_on_its_line(line: str, wrong: str, number: int) -> None:
    text = article_text().replace(line, wrong, 1)
    assert problem_with(text).line == number


def test_yaml_that_cannot_be_read_is_found_on_its_line() -> None:
    assert problem_with(article_text().replace("status: published", 'status: "published')).line >= 6


def test_a_day_that_does_not_exist_is_refused() -> None:
    assert "front matter" in problem_with(article_text().replace("2026-11-01", "2026-13-45")).problem


def test_front_matter_that_is_a_list_is_refused() -> None:
    assert problem_with("---\n- one\n- two\n---\n# Fever\n").line == 2


def test_two_headings_of_the_same_name_are_refused() -> None:
    body = BODY + "\n## What happens\n\nAgain.\n"
    error = problem_with(article_text().replace(BODY, body))
    assert "What happens" in error.problem
    assert article_text().replace(BODY, body).splitlines()[error.line - 1] == "## What happens"


def test_text_before_the_first_heading_is_refused() -> None:
    text = article_text().replace(BODY, "Too early.\n\n" + BODY)
    assert text.splitlines()[problem_with(text).line - 1] == "Too early."


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    for content in (b"\xff\xfe\x00binary", b"---\n\x00\n---\n", article_text().encode("utf-16")):
        (tmp_path / "fever.md").write_bytes(content)
        with pytest.raises(ArticleError, match=r"fever\.md:1: "):
            read_article(tmp_path / "fever.md")


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fever.md").write_text(article_text() + "word " * MAX_BYTES, "utf-8")
    with pytest.raises(ArticleError, match="bytes"):
        read_article(tmp_path / "fever.md")


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fever.md").mkdir()
    with pytest.raises(ArticleError, match="cannot be read"):
        read_article(tmp_path / "fever.md")


def test_lines_may_end_as_on_windows(tmp_path: Path) -> None:
    (tmp_path / "fever.md").write_bytes(article_text().replace("\n", "\r\n").encode())
    article = read_article(tmp_path / "fever.md")
    quoted = [article.body[s.start : s.end] for p in article.sections[1].paragraphs for s in p.sentences]
    assert quoted == ["A fever may follow.", "It passes."]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("It rose by 2.34 degrees. It fell.", ["It rose by 2.34 degrees.", "It fell."]),
        ("E.g. Dr. Example said so. Yes.", ["E.g. Dr. Example said so.", "Yes."]),
        ("See no. 7 there. The answer is no. Nobody knows.", ["See no. 7 there.", "The answer is no.", "Nobody knows."]),
        ("She said “no.” He left.", ["She said “no.”", "He left."]),
        ("no full stop", ["no full stop"]),
    ],
)
def test_a_paragraph_falls_into_sentences(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


@given(st.text())
def test_no_word_of_a_paragraph_is_lost_between_its_sentences(text: str) -> None:
    spans = sentence_spans(text)
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    assert edges == sorted(edges)
    outside = [text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    assert not "".join(outside).strip()


@given(st.text())
def test_a_slug_is_safe_in_an_address(text: str) -> None:
    assert set(slug_of(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug_of(slug_of(text)) == slug_of(text)


@given(st.text(max_size=2_000))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    line = 1
    try:
        parse_article(text, FILE)
    except ArticleError as error:
        line = error.line
    assert 1 <= line <= text.count("\n") + 2


LINES = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.sampled_from(["## More", "- item. Two.", "1. one", "", "> quoted", "a [@study-one]", "\t", "---", "```"]),
    ),
    max_size=12,
)


@given(LINES)
def test_every_paragraph_lies_where_it_says(lines: list[str]) -> None:
    with suppress(ArticleError):
        check_places(read(BODY + "\n\n" + "\n".join(lines)))


def test_every_paragraph_of_an_article_in_order_lies_where_it_says() -> None:
    article = read(BODY)
    check_places(article)
    paragraphs = [article.body[each.start : each.end] for section in article.sections for each in section.paragraphs]
    assert paragraphs == ["A fever may follow. It passes.", "Rarely.", "Dr. Example saw it once. Nobody else did."]
    assert [len(each.sentences) for section in article.sections for each in section.paragraphs] == [2, 1, 2]


def check_places(article: Article) -> None:
    """Look at where every paragraph and every sentence lies."""
    assert article.sections
    for section in article.sections:
        for paragraph in section.paragraphs:
            text = article.body[paragraph.start : paragraph.end]
            assert text == text.rstrip()
            assert all(paragraph.start <= s.start < s.end <= paragraph.end for s in paragraph.sentences)
            assert all(article.body[s.start : s.end].strip() for s in paragraph.sentences)
