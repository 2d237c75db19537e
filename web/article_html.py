"""An article as HTML: headings with anchors, source markers as numbered links, links that stay in the library."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from knowledge.article import Article
from knowledge.sources import Source
from knowledge.text import slug_of

_MARKER = re.compile(r"\s*\[(@[^\]]+)\]\s*$")
_ID = re.compile(r"@([a-z0-9][a-z0-9-]*)")
_ARTICLE_LINK = re.compile(r"^([a-z0-9-]+)\.md(#[a-z0-9-]+)?$")


def article_html(article: Article) -> Markup:
    """Render the body. HTML in the text is shown as text, never run."""
    markdown = MarkdownIt("commonmark", {"html": False})
    numbers = {name: position for position, name in enumerate(_cited(article), start=1)}
    tokens = markdown.parse(article.body)
    for position, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", slug_of(tokens[position + 1].content))
        if token.type == "inline" and token.children:
            _number_sources(token, numbers)
            _keep_links_inside(token)
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
            opened = Token("link_open", "a", 1, attrs={"href": f"#source-{numbers[name]}", "class": "cite"})
            children += [opened, Token("text", "", 0, content=f"[{numbers[name]}]"), Token("link_close", "a", -1)]
    inline.children = children


def _keep_links_inside(inline: Token) -> None:
    for child in inline.children or []:
        if child.type == "link_open":
            match = _ARTICLE_LINK.match(str(child.attrGet("href") or ""))
            if match:
                child.attrSet("href", f"/library/articles/{match.group(1)}{match.group(2) or ''}")
