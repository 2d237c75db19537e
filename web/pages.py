"""Pages for patients: the library, and an article as it stands or as it stood in an earlier version."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates

from knowledge.article import Article
from knowledge.errors import ArticleError
from knowledge.generation import stored_version
from knowledge.text import slug_of
from web.article_html import article_html, cited_sources
from web.chat import PartsNow
from web.errors import ApiError

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(directory=Path(__file__).parent / "templates")


@router.get("/")
def home() -> RedirectResponse:
    """The chat is the front door."""
    return RedirectResponse("/chat")


@router.get("/library", response_class=HTMLResponse)
def library(request: Request, parts: PartsNow) -> HTMLResponse:
    """Every published article."""
    articles = sorted(parts.library.generation.articles.values(), key=lambda article: article.front.title)
    context = {"clinic": parts.clinic, "language": "en", "articles": articles}
    return templates.TemplateResponse(request, "library.html", context)


@router.get("/library/articles/{slug}", response_class=HTMLResponse)
def article(request: Request, slug: str, parts: PartsNow, version: Annotated[int | None, Query(ge=1)] = None) -> HTMLResponse:
    """One article; with `version`, as patients were shown it then."""
    found = _article(parts, slug, version)
    current = parts.library.article(slug)
    context = {
        "clinic": parts.clinic,
        "language": "en",
        "article": found,
        "html": article_html(found),
        "sources": cited_sources(found, parts.library.generation.sources),
        "is_current": current is not None and current.front.version == found.front.version,
    }
    return templates.TemplateResponse(request, "article.html", context)


def _article(parts: PartsNow, slug: str, version: int | None) -> Article:
    current = parts.library.article(slug)
    if current is not None and version in {None, current.front.version}:
        return current
    if version is None or slug_of(slug) != slug:
        raise ApiError(404, "not_found")
    try:
        return stored_version(parts.settings.knowledge_folder / "versions", slug, version)
    except (ArticleError, OSError):  # the latter for names that are too long for a file
        raise ApiError(404, "not_found") from None
