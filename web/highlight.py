"""Where a span of an article's Markdown body stands in its rendered text.

Markdown keeps no positions within a paragraph. So a mark, one character that the text does not have, is put into the Markdown
at the offset, and looked for in the rendered text. Where the mark would change what is rendered (inside `**`, an address, an
entity) the next offset is tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

Span = tuple[int, int]  # half open

_LINE_END = re.compile(r"\r\n?|\n")
_TEXT = {"text", "code_inline"}
_BREAKS = {"softbreak", "hardbreak"}


def spans_in_text(markdown: MarkdownIt, body: str, tokens: list[Token], start: int, end: int) -> dict[int, Span]:
    """Which characters of the rendered text a span of the body covers.

    Args:
        markdown: what made the tokens.
        body: the article's Markdown.
        tokens: its parsed blocks.
        start: offset of the first character.
        end: offset after the last one.

    Returns:
        For each touched inline token, by its position in `tokens`, a span of its text. Empty for offsets that name no text.
    """
    if not 0 <= start < end <= len(body):
        return {}
    mark = next((each for each in map(chr, range(0xE000, 0xF8FF)) if each not in body), None)
    if mark is None:
        return {}
    lines = [0, *(match.end() for match in _LINE_END.finditer(body)), len(body)]
    found = {}
    for position, token in enumerate(tokens):
        if token.type == "inline" and token.map and lines[token.map[0]] < end:
            covered = _covered(body, lines, token, (start, end))
            span = _in_text(markdown, token, covered, mark) if covered else None
            if span:
                found[position] = span
    return found


def text_of(children: list[Token]) -> str:
    """What of a paragraph is read as text."""
    return "".join(child.content if child.type in _TEXT else "\n" for child in children if child.type in _TEXT | _BREAKS)


def _covered(body: str, lines: list[int], token: Token, span: Span) -> Span | None:
    """Which part of an inline token's Markdown lies in the span of the body."""
    covered = [at for line in _lines(body, lines, token) for at in _overlap(*line, span)]
    return (min(covered), max(covered)) if covered else None


def _overlap(line_start: int, at: int, length: int, span: Span) -> Iterator[int]:
    first, last = max(span[0], line_start), min(span[1], line_start + length)
    if first < last:
        yield at + first - line_start
        yield at + last - line_start


def _lines(body: str, starts: list[int], token: Token) -> Iterator[tuple[int, int, int]]:
    """The lines of an inline token: where each begins in the body and in the token's Markdown, and its length."""
    assert token.map is not None  # noqa: S101
    at = 0
    for number, line in enumerate(token.content.split("\n"), start=token.map[0]):
        if number + 1 >= len(starts):
            return
        whole = body[starts[number] : starts[number + 1]]
        # What Markdown takes away (list marks, hashes, white space) stands before the text, seldom after it.
        column = len(whole.rstrip()) - len(line.rstrip())
        if not whole.startswith(line.rstrip(), max(column, 0)):
            column = whole.find(line)
        if column >= 0:
            yield starts[number] + column, at, len(line)
        at += len(line) + 1


def _in_text(markdown: MarkdownIt, token: Token, covered: Span, mark: str) -> Span | None:
    text = text_of(token.children or [])
    first, last = (_position(markdown, token.content, offset, mark, text) for offset in covered)
    first += len(text[first:last]) - len(text[first:last].lstrip())
    last = first + len(text[first:last].rstrip())
    return (first, last) if first < last else None


def _position(markdown: MarkdownIt, content: str, offset: int, mark: str, text: str) -> int:
    """How many characters are rendered before an offset of a paragraph's Markdown."""
    if offset == 0:
        return 0
    for at in range(offset, len(content) + 1):
        marked = text_of(markdown.parseInline(content[:at] + mark + content[at:])[0].children or [])
        if marked.count(mark) == 1 and marked.replace(mark, "") == text:
            return marked.index(mark)
    return len(text)
