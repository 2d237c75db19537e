"""An article as HTML: headings with anchors and labels, source markers as numbered links, a highlighted passage."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from knowledge.article import Article, SectionMeta
from knowledge.sources import Source
from knowledge.text import slug_of
from web.highlight import Span, spans_in_text
from web.library_texts import LibraryTexts

_MARKER = re.compile(r"\s*\[(@[^\]]+)\]\s*$")
_ID = re.compile(r"@([a-z0-9][a-z0-9-]*)")
_ARTICLE_LINK = re.compile(r"^([a-z0-9-]+)\.md(#[a-z0-9-]+)?$")
PASSAGE = "passage"  # the anchor of what is highlighted


def article_html(article: Article, texts: LibraryTexts, span: Span | None = None) -> Markup:
    """Render the body. HTML in the text is shown as text, never run.

    Args:
        article: one version.
        texts: the words for what its sections are about.
        span: what of the body to highlight; one that names no text is ignored.
    """
    markdown = MarkdownIt("commonmark", {"html": False})
    numbers = {name: position for position, name in enumerate(_cited(article), start=1)}
    tokens = markdown.parse(article.body)
    marked = spans_in_text(markdown, article.body, tokens, *span) if span else {}
    for position, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", slug_of(tokens[position + 1].content))
        if token.type == "inline" and token.children:
            _number_sources(token, numbers)
            _keep_links_inside(token)
            if position in marked:
                _highlight(token, marked[position])
    _name_first_mark(tokens)
    _label_sections(tokens, article, texts)
    return Markup(markdown.renderer.render(tokens, markdown.options, {}))  # noqa: S704  -- rendered with html off


def cited_sources(article: Article, sources: Mapping[str, Source]) -> list[tuple[int, Source]]:
    """The sources of an article with the numbers that its markers show."""
    return [(n, sources[name]) for n, name in enumerate(_cited(article), start=1) if name in sources]


def _cited(article: Article) -> list[str]:
    ids = (name for section in article.sections for paragraph in section.paragraphs for name in paragraph.sources)
    return list(dict.fromkeys(ids))


def _number_sources(inline: Token, numbers: Mapping[str, int]) -> None:
    """Replace a marker at the end of a paragraph, whose pieces the parser may have split, by numbered links."""
    children = inline.children or []
    tail = "".join(child.content for child in children if child.type == "text")
    match = _MARKER.search(tail)
    if match is None:
        return
    surplus = len(tail) - match.start()
    for child in reversed(children):
        if child.type == "text" and surplus > 0:
            cut = min(surplus, len(child.content))
            child.content, surplus = child.content[: len(child.content) - cut], surplus - cut
    for name in _ID.findall(match.group(1)):
        if name in numbers:
            number = numbers[name]
            attributes: dict[str, str | int | float] = {
                "href": f"#source-{number}",
                "class": "cite",
                "aria-label": f"Source {number}",
            }
            children += [Token("link_open", "a", 1, attrs=attributes), _text(f"[{number}]"), Token("link_close", "a", -1)]
    inline.children = children


def _keep_links_inside(inline: Token) -> None:
    for child in inline.children or []:
        if child.type == "link_open":
            match = _ARTICLE_LINK.match(str(child.attrGet("href") or ""))
            if match:
                child.attrSet("href", f"/library/articles/{match.group(1)}{match.group(2) or ''}")


def _name_first_mark(tokens: list[Token]) -> None:
    """Give the beginning of what is highlighted its anchor."""
    marks = (child for token in tokens for child in token.children or [] if child.type == "mark_open")
    for mark in itertools.islice(marks, 1):
        mark.attrSet("id", PASSAGE)


def _highlight(inline: Token, span: Span) -> None:
    """Put marks around a span of a paragraph's text; one for each piece between other markup."""
    made: list[Token] = []
    at = 0
    for child in inline.children or []:
        if child.type == "link_open" and child.attrGet("class") == "cite":
            at = span[1]  # what follows is no text of the article
        length = len(child.content) if child.type in {"text", "code_inline"} else int(child.type in {"softbreak", "hardbreak"})
        first, last = max(span[0] - at, 0), min(span[1] - at, length)
        if first < last and child.content:
            made += _pieces(child, first, last)
        else:
            made.append(child)
        at += length
    inline.children = made


def _pieces(child: Token, first: int, last: int) -> list[Token]:
    before, inside, after = (child.copy(content=part) for part in _split(child.content, first, last))
    pieces = [before, Token("mark_open", "mark", 1), inside, Token("mark_close", "mark", -1), after]
    return [piece for piece in pieces if piece.content or piece.nesting]


def _split(text: str, first: int, last: int) -> tuple[str, str, str]:
    return text[:first], text[first:last], text[last:]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _label_sections(tokens: list[Token], article: Article, texts: LibraryTexts) -> None:
    """Say under each heading which question its section speaks to, and what kind of study stands behind it."""
    for position in reversed([at for at, token in enumerate(tokens) if token.type == "heading_close"]):
        section = article.section(slug_of(tokens[position - 1].content))
        if section and section.meta:
            tokens.insert(position + 1, Token("html_block", "", 0, content=_label(section.meta, texts)))


def _label(meta: SectionMeta, texts: LibraryTexts) -> str:
    about = escape(texts.about_short[meta.about])
    evidence = escape(texts.evidence_of_section.format(evidence=texts.evidence[meta.evidence]))
    return f'<p class="label"><span class="about about-{meta.about}">{about}</span> {evidence}</p>\n'
