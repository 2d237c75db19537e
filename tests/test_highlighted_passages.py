"""A quote is shown in its article exactly: what is marked reads as the quote does, and nothing else of the page changes."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cordial.bootstrap import PROJECT
from knowledge.article import Article, parse_article, read_article
from web.article_html import article_html
from web.library_texts import library_texts

ARTICLES = [read_article(file) for file in sorted((PROJECT / "knowledge" / "articles").glob("*.md"))]

FRONT = """\
---
title: A made-up article
summary: For a test.
about: safety
version: 1
status: published
author_role: Medical writer
reviewer_role: Clinician
reviewed_on: 2026-11-01
review_due: 2027-05-01
sources: []
sections: {}
---
"""

# Markdown, and how it reads. Each can stand beside any other.
_INLINE = st.sampled_from(
    [
        ("plain", "plain"),
        ("two words", "two words"),
        ("**bold**", "bold"),
        ("*leaning*", "leaning"),
        ("`code`", "code"),
        ("[a link](does-it-work.md)", "a link"),
        ("[a **bold** link](does-it-work.md#part)", "a bold link"),
        ("&amp;", "&"),
        ("\\*", "*"),
        ("ünï", "ünï"),
        ("<b>", "<b>"),
        ("1 < 2", "1 < 2"),
        ("100 %", "100 %"),
        ("a\nb", "a\nb"),
        ("**bold *and* leaning**", "bold and leaning"),
        ("![]", "![]"),
        ("[1]", "[1]"),
        ("—", "—"),
    ]
)
_BLOCK = st.lists(_INLINE, min_size=1, max_size=6)
_LEAD = st.sampled_from(["", "- ", "1. ", "> ", "### Heading "])


class _Marked(HTMLParser):
    """The text inside the marks, and the page without them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.inside, self.text, self._depth = "", "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._depth += tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "mark"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._depth:
            self.inside += data


def marked(article: Article, start: int, end: int) -> str:
    """What is highlighted for a span, without white space; after a look that nothing else changed."""
    html = str(article_html(article, library_texts(), (start, end)))
    assert re.sub(r"</?mark[^>]*>", "", html) == str(article_html(article, library_texts()))
    assert html.count('id="passage"') == (1 if "<mark" in html else 0)
    reader = _Marked()
    reader.feed(html)
    return squeezed(reader.inside)


def squeezed(text: str) -> str:
    return "".join(text.split())


def reads(markdown: str) -> str:
    """How a whole paragraph reads."""
    reader = _Marked()
    reader.feed(MarkdownIt("commonmark", {"html": False}).render(markdown))
    return squeezed(reader.text)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.slug)
def test_every_passage_that_can_be_quoted_is_marked_as_it_reads(article: Article) -> None:
    for section in article.sections:
        for paragraph in section.paragraphs[:2]:
            quote = article.body[paragraph.start : paragraph.end]
            assert marked(article, paragraph.start, paragraph.end) == reads(quote)


@settings(max_examples=150, deadline=None)
@given(blocks=st.lists(st.tuples(_LEAD, _BLOCK), min_size=1, max_size=4), data=st.data())
def test_any_span_of_any_markdown_is_marked_as_it_reads(
    blocks: list[tuple[str, list[tuple[str, str]]]], data: st.DataObject
) -> None:
    body, pieces = "## Heading\n", []
    for number, (lead, block) in enumerate(blocks):
        body += f"\n{lead}" + (f"{number} " if lead.startswith("#") else "")
        for markdown, plain in block:
            text = (
                markdown.replace("\n", " ")
                if lead.startswith("#")
                else markdown.replace("\n", "\n> " if lead == "> " else "\n")
            )
            pieces.append((len(body), len(body) + len(text), plain))
            body += f"{text} "
        body += "\n"
    first = data.draw(st.integers(0, len(pieces) - 1))
    last = data.draw(st.integers(first, len(pieces) - 1))
    article = parse_article(FRONT + body, Path("made-up.md"))
    expected = "".join(plain for _, _, plain in pieces[first : last + 1])
    found = marked(article, pieces[first][0], pieces[last][1])
    assert re.sub(r"Heading\d", "", found) == squeezed(expected)


@settings(max_examples=60, deadline=None)
@given(article=st.sampled_from(ARTICLES), start=st.integers(-10, 9000), length=st.integers(-10, 4000))
def test_offsets_that_fit_nowhere_do_no_harm(article: Article, start: int, length: int) -> None:
    found = marked(article, start, start + length)
    if start < 0 or length <= 0 or start + length > len(article.body):
        assert found == ""


def test_a_source_marker_is_never_highlighted() -> None:
    article = next(each for each in ARTICLES if each.slug == "evidence-diabetes")
    start = article.body.index("Nobody knows yet whether cord cells work for type 2")
    end = article.body.index("[@zang2022]", start) + len("[@zang2022]")
    assert marked(article, start, end).endswith("beforeanybodycanrelyonit.")


def test_lines_that_end_as_on_windows_are_counted_as_they_stand() -> None:
    body = "## Heading\r\n\r\nFirst *line*\r\nand the second.\r\n\r\n- A list item.\r\n"
    article = parse_article(FRONT + body, Path("made-up.md"))
    start = article.body.index("and the")
    assert marked(article, start, article.body.index("item.") + 5) == "andthesecond.Alistitem."


@pytest.mark.parametrize(
    ("span", "text"),
    [
        ("*bold", "bold"),  # begins between two asterisks
        ("**bol", "bol"),
        ("**bold*", "bold"),  # ends between two
        ("old** and", "oldand"),
        ("a [li", "ali"),
        ("work.md) and", "and"),  # begins in an address, which nobody reads
        ("amp; b", "b"),  # begins in the name of a character
        ("[li", "li"),
    ],
)
def test_a_span_that_begins_or_ends_within_markup_marks_what_can_be_read(span: str, text: str) -> None:
    article = parse_article(f"{FRONT}## Heading\n\n**bold** and a [link](does-it-work.md) and &amp; b.\n", Path("made-up.md"))
    start = article.body.index(span)
    assert marked(article, start, start + len(span)) == text
