"""An article: YAML front matter and a Markdown body, read into sections, paragraphs and sentences with exact offsets.

All offsets count characters of the body (the text after the front matter), so that a quote can be cut out of the stored
version again, character for character.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from markdown_it import MarkdownIt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cordial.plain_problems import problems_of
from cordial.yaml_text import Lines, YamlError, read_yaml
from knowledge.errors import ArticleError
from knowledge.text import slug_of
from language.sentences import sentence_spans

About = Literal["safety", "rationale", "benefit", "practical", "quality", "regulation"]
Evidence = Literal["approved", "rct-meta-analysis", "rct", "early-trial", "observational", "preclinical", "guidance", "none"]

TAKEAWAYS = "key-takeaways"
QUESTIONS = "common-questions"
MAX_BYTES = 200_000  # far above any article; a larger file is a mistake and would only slow everything down

_FRONT = re.compile(r"\A---\r?\n(.*?\r?\n)---\r?\n", re.DOTALL)
_CITATION = re.compile(r"\[(@[^\[\]]+)\]\s*\Z")
_CITATION_ID = re.compile(r"@([a-z0-9][a-z0-9-]*)")
_LINE_END = re.compile(r"\r\n?|\n")
_LIST_MARK = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
_LINK = re.compile(r"\[[^\[\]@][^\[\]]*\]\([^()]*\)")


class SectionMeta(BaseModel):
    """What the front matter says of one section."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: About
    evidence: Evidence
    questions: list[str] = []
    sources: list[str] = []
    plain: str | None = None  # the same in a plain sentence or two, for whoever asks for easier words
    quoted: bool = True  # false: for readers of the article only, never an answer in the chat


class FrontMatter(BaseModel):
    """The front matter of an article."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=3)
    summary: str = Field(min_length=3)
    about: About
    version: int = Field(ge=1)
    status: Literal["draft", "published", "retired"]
    author_role: str = Field(min_length=3)
    reviewer_role: str = Field(min_length=3)
    reviewed_on: date
    review_due: date
    needs_check: bool = False
    sources: list[str]
    sections: dict[str, SectionMeta]


@dataclass(frozen=True)
class Sentence:
    """A span of the body that may be quoted."""

    start: int
    end: int


@dataclass(frozen=True)
class Paragraph:
    """One paragraph or list item: what is quoted from, and the unit that its sources belong to."""

    start: int
    end: int
    line: int  # in the file, from 1
    sources: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    has_link: bool


@dataclass(frozen=True)
class Section:
    """A heading with the paragraphs under it, up to the next heading."""

    slug: str
    heading: str
    level: int
    line: int  # of the heading in the file, from 1
    meta: SectionMeta | None  # none for key takeaways and common questions
    paragraphs: tuple[Paragraph, ...]

    @property
    def is_question(self) -> bool:
        """Whether the section is one of the common questions."""
        return self.level == 3


@dataclass(frozen=True)
class Article:
    """One version of one article."""

    slug: str
    front: FrontMatter
    body: str
    sections: tuple[Section, ...]
    digest: str  # SHA-256 of the whole file

    def section(self, slug: str) -> Section | None:
        """The section with that slug, if there is one."""
        return next((section for section in self.sections if section.slug == slug), None)


@dataclass(frozen=True)
class Layout:
    """Where the parts of an article stand in its file."""

    front: Lines  # counted from the second line of the file, as the first is ---
    first_line: int  # of the body, counted from 1


def read_article(file: Path) -> Article:
    """Read one article file.

    Raises:
        ArticleError: with file, line and what to do, for anything that keeps the article from being used.
    """
    return read_article_and_layout(file)[0]


def read_article_and_layout(file: Path) -> tuple[Article, Layout]:
    """Read one article file, and where its parts stand.

    Raises:
        ArticleError: with file, line and what to do, for anything that keeps the article from being used.
    """
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise ArticleError(file, 1, f"the file has {size:,} bytes; an article has at most {MAX_BYTES:,}.")
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise ArticleError(file, 1, "the file is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise ArticleError(file, 1, f"the file cannot be read: {error.strerror}.") from error
    return parse_article_and_layout(text, file)


def parse_article(text: str, file: Path) -> Article:
    """Parse the text of an article; ``file`` gives the slug and stands in messages.

    Raises:
        ArticleError: with file, line and what to do.
    """
    return parse_article_and_layout(text, file)[0]


def parse_article_and_layout(text: str, file: Path) -> tuple[Article, Layout]:
    """Parse the text of an article, and tell where its parts stand.

    Raises:
        ArticleError: with file, line and what to do.
    """
    if not text.strip():
        raise ArticleError(file, 1, "the file is empty.")
    if "\x00" in text:
        raise ArticleError(file, 1, "the file holds binary data; it must be Markdown text.")
    match = _FRONT.match(text)
    if match is None:
        raise ArticleError(file, 1, "the front matter is missing or not closed; begin with '---', end it with '---'.")
    body = text[match.end() :]
    first_line = text[: match.end()].count("\n") + 1
    front, lines = _parse_front(match.group(1), file)
    sections = tuple(_sections(body, first_line, front, file))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Article(file.stem, front, body, sections, digest), Layout(lines, first_line)


def _parse_front(text: str, file: Path) -> tuple[FrontMatter, Lines]:
    try:
        raw, lines = read_yaml(text, aliases=False)
    except YamlError as error:
        problem = f"the front matter cannot be read: {error.problem}."
        raise ArticleError(file, error.line + 1, problem) from error
    if not isinstance(raw, dict):
        raise ArticleError(file, 2, "the front matter must be a list of 'name: value' lines.")
    try:
        return FrontMatter.model_validate(raw), lines
    except ValidationError as error:
        found = problems_of(error, FrontMatter, raw, lines)
        first, *others = (ArticleError(file, line + 1, text) for line, text in found)
        raise first.with_others(others) from error


def _sections(body: str, first_line: int, front: FrontMatter, file: Path) -> Iterator[Section]:
    # Lines as Markdown counts them; str.splitlines would also break at separators that Markdown keeps.
    line_starts = [0, *(match.end() for match in _LINE_END.finditer(body)), len(body)]
    seen: set[str] = set()
    heading: tuple[str, int, int] | None = None
    paragraphs: list[Paragraph] = []
    tokens = MarkdownIt("commonmark").parse(body)
    for position, token in enumerate(tokens):
        if token.type == "heading_open" and token.map:
            if heading:
                yield _section(heading, paragraphs, front)
            text = tokens[position + 1].content
            heading, paragraphs = (text, int(token.tag[1]), first_line + token.map[0]), []
            slug = slug_of(text)
            if not slug or slug in seen:
                raise ArticleError(file, heading[2], f"the heading '{text}' is empty or stands twice; give it another wording.")
            seen.add(slug)
        elif token.type == "paragraph_open" and token.map:
            if heading is None:
                raise ArticleError(file, first_line + token.map[0], "there is text before the first heading.")
            start, end = line_starts[token.map[0]], line_starts[token.map[1]]
            paragraphs.append(_paragraph(body, start, end, first_line + token.map[0]))
    if heading:
        yield _section(heading, paragraphs, front)


def _section(heading: tuple[str, int, int], paragraphs: list[Paragraph], front: FrontMatter) -> Section:
    text, level, line = heading
    slug = slug_of(text)
    return Section(slug, text, level, line, front.sections.get(slug), tuple(paragraphs))


def _paragraph(body: str, start: int, end: int, line: int) -> Paragraph:
    mark = _LIST_MARK.match(body, start, end)
    start = mark.end() if mark else start
    text = body[start:end].rstrip()
    citation = _CITATION.search(text)
    quotable = text[: citation.start()].rstrip() if citation else text
    sources = tuple(_CITATION_ID.findall(citation.group(1))) if citation else ()
    sentences = tuple(Sentence(start + a, start + b) for a, b in sentence_spans(quotable))
    return Paragraph(start, start + len(quotable), line, sources, sentences, bool(_LINK.search(quotable)))
