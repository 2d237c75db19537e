"""From articles to passages (what can be quoted) and entries (what a question is compared with)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from knowledge.article import TAKEAWAYS, About, Article, Evidence, Paragraph, Section


@dataclass(frozen=True)
class Passage:
    """One paragraph of one version of an article, with all that is shown beside it."""

    article: str
    version: int
    title: str
    section: str
    heading: str
    is_question: bool
    about: About
    evidence: Evidence
    sources: tuple[str, ...]
    reviewed_on: str  # ISO date
    start: int
    end: int
    text: str
    sentences: tuple[tuple[int, int], ...]  # spans in the body

    def as_json(self) -> dict[str, Any]:
        """A JSON object from which `from_json` makes the same passage again."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Passage:
        """The passage that `as_json` wrote."""
        spans = tuple((start, end) for start, end in value["sentences"])
        return cls(**{**value, "sources": tuple(value["sources"]), "sentences": spans})


@dataclass(frozen=True)
class IndexEntry:
    """One text in the index, and the passage that it leads to."""

    text: str
    passage: int  # position in the list of passages
    kind: Literal["passage", "wording"]


def passages_of(article: Article) -> list[Passage]:
    """Every paragraph of an article that may be quoted.

    Key takeaways are left out: they say again, more briefly, what the sections say with their own sources and labels. So
    are paragraphs with links, which would not read well in a chat.
    """
    found = []
    for section in article.sections:
        if section.slug == TAKEAWAYS or section.meta is None or not section.meta.quoted:
            continue
        for paragraph in section.paragraphs:
            if paragraph.sentences and not paragraph.has_link:
                found.append(_passage(article, section, paragraph))
    return found


def _passage(article: Article, section: Section, paragraph: Paragraph) -> Passage:
    assert section.meta is not None  # noqa: S101  -- for the type checker; the caller has looked
    return Passage(
        article=article.slug,
        version=article.front.version,
        title=article.front.title,
        section=section.slug,
        heading=section.heading,
        is_question=section.is_question,
        about=section.meta.about,
        evidence=section.meta.evidence,
        sources=paragraph.sources or tuple(section.meta.sources),
        reviewed_on=article.front.reviewed_on.isoformat(),
        start=paragraph.start,
        end=paragraph.end,
        text=article.body[paragraph.start : paragraph.end],
        sentences=tuple((sentence.start, sentence.end) for sentence in paragraph.sentences),
    )


def entries_of(
    passages: list[Passage], articles: Iterable[Article], wordings: Mapping[str, Mapping[str, Sequence[str]]]
) -> Iterator[IndexEntry]:
    """What the index holds: each passage under its heading, and each wording of a question for its section.

    The passages come first and in order, so entry n is passage n for every n below the number of passages. A wording leads
    to the first passage of its section; which paragraph is quoted is decided later.

    Args:
        passages: all passages.
        articles: the articles that they come from.
        wordings: by article and section, further wordings beside those of the front matter.
    """
    first: dict[tuple[str, str], int] = {}
    for number, passage in enumerate(passages):
        first.setdefault((passage.article, passage.section), number)
        yield IndexEntry(f"{passage.heading} {passage.text}", number, "passage")
    for article in articles:
        more = wordings.get(article.slug, {})
        for section in article.sections:
            number = first.get((article.slug, section.slug), -1)
            if number < 0 or section.meta is None:
                continue
            for wording in [section.heading, *section.meta.questions, *more.get(section.slug, [])]:
                yield IndexEntry(wording, number, "wording")
