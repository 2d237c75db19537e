"""The library for patients: all articles, a search that quotes them, and each article as it is or as it once was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from emergencies.red_flags import RedFlag
from knowledge.answer import Quote
from knowledge.article import About, Article, Evidence
from knowledge.errors import ArticleError
from knowledge.generation import stored_version, version_numbers
from knowledge.library import Explanation
from knowledge.text import slug_of
from web.article_html import PASSAGE, article_html, cited_sources
from web.asking import take
from web.errors import ApiError
from web.highlight import Span
from web.library_texts import library_texts
from web.pages import page, render
from web.parts import Parts, PartsNow
from web.wire import MAX_MESSAGE

router = APIRouter(include_in_schema=False)

LONGEST_SEARCH = 300  # characters
_NEAR = 5  # articles offered beside what is quoted
_LONG = 6  # headings from which an article gets a table of contents
_LONGEST_NUMBER = 9  # digits; more names no version and no place in a text
_ORDER: tuple[About, ...] = ("safety", "rationale", "benefit", "practical", "quality", "regulation")
_STRONGEST_FIRST: tuple[Evidence, ...] = (
    "approved",
    "rct-meta-analysis",
    "rct",
    "early-trial",
    "observational",
    "preclinical",
    "guidance",
    "none",
)


@dataclass(frozen=True)
class Found:
    """What a search found: quotes for each question in it, and articles that come near."""

    explanations: list[Explanation]
    near: list[Article]
    alarm: RedFlag | None  # what was written sounds like an emergency


@router.get("/library")
def index(request: Request, parts: PartsNow) -> Response:
    """Every published article, grouped by the question that it answers."""
    return page(request, "library.html", **_shelves(parts), searched="", found=None)


@router.post("/library")
async def search(request: Request, parts: PartsNow) -> HTMLResponse:
    """The articles that answer what was written. Posted, because what a patient writes belongs in no address and no log."""
    await take("search", request, parts)
    form = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    searched = " ".join(form.get("q", [""])[0].replace("\x00", "").split())
    found = await anyio.to_thread.run_sync(_find, parts, searched) if searched else None
    text = render(request, "library.html", **_shelves(parts), searched=searched, found=found, passage_url=passage_url)
    return HTMLResponse(text, headers={"Cache-Control": "private, no-cache"})


def span_of(start: str = "", end: str = "") -> Span | None:
    """What of the article's Markdown body is asked to be highlighted, if two numbers are given."""
    first, last = _number(start), _number(end)
    return (first, last) if first is not None and last is not None else None


@router.get("/library/articles/{slug}")
def article(
    request: Request, slug: str, parts: PartsNow, span: Annotated[Span | None, Depends(span_of)], version: str | None = None
) -> Response:
    """One article; with `version`, as patients were shown it then; with `start` and `end`, a passage of it highlighted.

    The two are offsets in that version's Markdown body. Offsets that name no text are ignored: the article is there to be read.
    """
    found = _article(parts, slug, version)
    current = parts.library.article(slug)
    html = article_html(found, library_texts(), span)
    return page(
        request,
        "article.html",
        article=found,
        html=html,
        sources=cited_sources(found, parts.library.generation.sources),
        has_passage=f'<mark id="{PASSAGE}"' in html,
        contents=found.sections if len(found.sections) >= _LONG else (),
        current=current.front.version if current else None,
        versions=version_numbers(parts.settings.knowledge_folder / "versions", slug),
        evidence=evidence_of(found),
    )


def passage_url(quote: Quote) -> str:
    """Where a quote is shown in its article, highlighted."""
    return f"/library/articles/{quote.article}?version={quote.version}&start={quote.start}&end={quote.end}#{PASSAGE}"


def evidence_of(article: Article) -> list[Evidence]:
    """The kinds of evidence behind the sections that speak to the article's own question, strongest first."""
    kinds = {
        section.meta.evidence for section in article.sections if section.meta and section.meta.about == article.front.about
    }
    return sorted(kinds, key=_STRONGEST_FIRST.index)


def _shelves(parts: Parts) -> dict[str, object]:
    articles = sorted(parts.library.generation.articles.values(), key=lambda article: article.front.title)
    shelves = [(about, [article for article in articles if article.front.about == about]) for about in _ORDER]
    return {
        "shelves": [shelf for shelf in shelves if shelf[1]],
        "count": len(articles),
        "evidence_of": evidence_of,
        "longest": LONGEST_SEARCH,
    }


def _find(parts: Parts, searched: str) -> Found:
    alarm = parts.gateway.emergencies.of_words(searched[:MAX_MESSAGE])  # also in what is too long for a search
    if len(searched) > LONGEST_SEARCH:
        return Found([], [], alarm)
    explanations = parts.library.explain(searched)
    quoted = {quote.article for explanation in explanations for quote in explanation.answer.passages}
    slugs = dict.fromkeys(candidate.article for explanation in explanations for candidate in explanation.candidates)
    near = [parts.library.article(slug) for slug in slugs if slug not in quoted]
    return Found(explanations, [article for article in near if article][:_NEAR], alarm)


def _article(parts: Parts, slug: str, version: str | None) -> Article:
    number = _number(version or "")
    current = parts.library.article(slug)
    if current is not None and (version is None or number == current.front.version):
        return current
    if not number or slug_of(slug) != slug:
        raise ApiError(404, "not_found")
    try:
        return stored_version(parts.settings.knowledge_folder / "versions", slug, number)
    except (ArticleError, OSError):  # the latter for names that are too long for a file
        raise ApiError(404, "not_found") from None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else None
