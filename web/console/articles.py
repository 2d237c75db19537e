"""The editors' desk: every article with its state, one article with its versions, and where a draft begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel, Field

from desk.articles.drafts import (
    AlreadyOpen,
    Beginning,
    begin,
    drafts_of,
    names_of,
    needs_publisher,
    open_draft,
    open_drafts,
    retired,
)
from desk.articles.work import Busy, retire, title_of
from desk.models import ArticleDraft
from desk.people.roles import Permission
from knowledge.article import Article, read_article
from knowledge.editing import CannotEdit, new_article, refuse_too_much
from knowledge.errors import ArticleError, KnowledgeError
from knowledge.generation import PublishedVersion, published_versions, stored_text, version_numbers
from knowledge.publishing import Note, Shelf, can_write, notes_of, text_on_file
from knowledge.text import slug_of
from web.console.access import Person, needs
from web.console.comparing import compared
from web.console.page import go, render
from web.console.texts import console_texts
from web.errors import ApiError
from web.parts import Parts, parts_of

router = APIRouter(include_in_schema=False)

Sees = Annotated[Person, Depends(needs(Permission.SEE_ARTICLES))]
Writes = Annotated[Person, Depends(needs(Permission.WRITE_ARTICLES))]
Publishes = Annotated[Person, Depends(needs(Permission.PUBLISH_ARTICLES))]
HERE = "/desk/articles"
_NOT_A_NAME = {"new", "drafts"}  # addresses of ours
_LONGEST_NAME = 40
_LONGEST_QUESTION = 300
_REVIEWED_FOR = timedelta(days=182)
_SOON = timedelta(days=30)


@dataclass(frozen=True)
class Row:
    """An article in the list."""

    slug: str
    title: str
    state: str  # published, retired, draft
    version: int | None  # in use
    review_due: date | None
    reviewer_role: str
    draft: ArticleDraft | None

    def due(self, today: date) -> str:
        """Whether its review is overdue, or will be soon."""
        if self.state != "published" or self.review_due is None:
            return ""
        return "overdue" if self.review_due < today else "soon" if self.review_due < today + _SOON else ""


@dataclass(frozen=True)
class ListedVersion:
    """A version in the list of an article, with who wrote and reviewed it as far as that is known."""

    published: PublishedVersion
    note: Note | None


class NewForm(BaseModel):
    """What a new article begins with."""

    slug: Annotated[str, Field(max_length=200)] = ""
    question: Annotated[str, Field(max_length=1_000)] = ""
    asked: Annotated[str, Field(max_length=1_000)] = ""  # in vain; shown beside the form, and kept nowhere


@router.get("/desk/articles")
def index(request: Request, person: Sees, show: str = "") -> Response:
    """Every article, those first with which somebody has something to do."""
    parts = parts_of(request)
    with parts.database.read() as session:
        drafts = {draft.slug: draft for draft in open_drafts(session)}
        names = names_of(session, [draft.author_id for draft in drafts.values()])
    today = datetime.now(UTC).date()
    found = sorted(_rows(parts, drafts), key=lambda row: _urgency(row, today))
    shown = [row for row in found if _is_shown(row, show, today)]
    waiting = sum(1 for draft in drafts.values() if draft.state == "in_review")
    told: dict[str, Any] = {"waiting": waiting, "names": names, "today": today, "count": len(found)}
    read_only = not can_write(parts.workshop.shelf)
    return render(request, person, "articles.html", rows=shown, show=show, read_only=read_only, **told)


@router.get("/desk/articles/new")
def new_page(request: Request, person: Writes) -> Response:
    """Ask what a new article is to be called."""
    return render(request, person, "article_new.html", form=NewForm(), problem=None)


@router.post("/desk/articles/new/asked")
def new_page_for(request: Request, person: Writes, question: Annotated[str, Form()] = "") -> Response:
    """The same beside a question that was asked in vain: in no address, and in nothing that is stored with the article."""
    return render(request, person, "article_new.html", form=NewForm(asked=one_line(question)), problem=None)


@router.post("/desk/articles/new")
def begin_new(request: Request, person: Writes, form: Annotated[NewForm, Form()]) -> Response:
    """Begin an article that is not there yet."""
    parts = parts_of(request)
    slug, question = form.slug.strip(), one_line(form.question)
    problem = _name_problem(parts, slug) or _copied(form)
    if problem is None:
        today = datetime.now(UTC).date()
        text = new_article(question, today, today + _REVIEWED_FOR)
        return _begin(request, person, Beginning(slug, text, 0, text_on_file(parts.workshop.shelf, slug)))
    return render(request, person, "article_new.html", 422, form=form, problem=problem)


@router.get("/desk/articles/{slug}")
def one(request: Request, person: Sees, slug: str) -> Response:
    """One article: what is in use, its versions, and the drafts of it."""
    return show_article(request, person, slug)


@router.get("/desk/articles/{slug}/compare")
def compare(request: Request, person: Sees, slug: str, before: int = 0, after: int = 0) -> Response:
    """Two published versions side by side."""
    _known_name(slug)
    versions = parts_of(request).workshop.shelf.versions
    try:
        texts = ["" if not number else stored_text(versions, slug, number) for number in (before, after)]
    except (ArticleError, OSError):
        raise ApiError(404, "not_found") from None
    told: dict[str, Any] = {"slug": slug, "before": before, "after": after, "title": title_of(texts[1])}
    return render(request, person, "article_compare.html", lines=compared(*texts), **told)


@router.post("/desk/articles/{slug}/draft")
def change(request: Request, person: Writes, slug: str, version: Annotated[int, Form()] = 0) -> Response:
    """Begin a draft from what stands in the article's file; with a version, from that one."""
    try:
        beginning = beginning_of(parts_of(request).workshop.shelf, slug, version)
    except (ArticleError, CannotEdit) as error:
        return show_article(request, person, slug, (422, str(error)))
    return _begin(request, person, beginning)


@router.post("/desk/articles/{slug}/retire")
def take_out(request: Request, person: Publishes, slug: str, reason: Annotated[str, Form(max_length=1_000)] = "") -> Response:
    """Take an article out of use: from this moment it answers nothing."""
    parts = parts_of(request)
    _known_name(slug)
    if parts.library.article(slug) is None:
        raise ApiError(404, "not_found")
    if not reason.strip():
        return show_article(request, person, slug, (422, console_texts()["article_reason_needed"]))
    with parts.database.read() as session:
        needs_publisher(session, person.id)
    try:
        version = retire(parts.workshop, slug, " ".join(reason.split()), person.id)
    except (KnowledgeError, CannotEdit) as error:
        return show_article(request, person, slug, (409, str(error)))
    except Busy:
        return show_article(request, person, slug, (503, console_texts()["article_busy"]))
    with parts.database.write() as session:
        retired(session, slug, version, person.id)
    return go(request, f"{HERE}/{slug}", "article_retired")


def show_article(request: Request, person: Person, slug: str, trouble: tuple[int, str] | None = None) -> Response:
    """The page of an article, with the status and the reason where something was not done."""
    _known_name(slug)
    parts = parts_of(request)
    shelf = parts.workshop.shelf
    in_use = parts.library.article(slug)
    notes = {(note.version, note.what): note for note in notes_of(shelf.versions, slug)}
    versions = [ListedVersion(each, notes.get((each.number, "published"))) for each in published_versions(shelf.versions, slug)]
    with parts.database.read() as session:
        drafts = drafts_of(session, slug)
        current = open_draft(session, slug)
        people = [draft.author_id for draft in drafts]
        people += [each for note in notes.values() for each in (note.author, note.reviewer) if each]
        names = names_of(session, people)
    row = next((row for row in _rows(parts, {draft.slug: draft for draft in drafts}) if row.slug == slug), None)
    if row is None and not versions:
        raise ApiError(404, "not_found")
    told: dict[str, Any] = {"slug": slug, "row": row, "in_use": in_use, "versions": versions[::-1], "drafts": drafts}
    told |= {"open": current, "names": names, "notes": notes, "linking": _linking(parts, slug)}
    status, told["problem"] = trouble or (200, None)
    return render(request, person, "article_desk.html", status, read_only=not can_write(shelf), **told)


def beginning_of(shelf: Shelf, slug: str, version: int = 0) -> Beginning:
    """With what a draft of an article begins: what stands in its file, or an older version.

    Raises:
        ApiError: if there is no such article.
        ArticleError, CannotEdit: if its text cannot be read, or is none to work on.
    """
    _known_name(slug)
    base = text_on_file(shelf, slug)
    text = stored_text(shelf.versions, slug, version) if version else base
    if not text:
        raise ApiError(404, "not_found")
    refuse_too_much(text)
    reason = console_texts()["article_back_to"].format(version=version) if version else ""
    return Beginning(slug, text, max(version_numbers(shelf.versions, slug), default=0), base, reason)


def _begin(request: Request, person: Person, beginning: Beginning) -> Response:
    try:
        with parts_of(request).database.write() as session:
            draft = begin(session, beginning, person.id)
            address = f"{HERE}/drafts/{draft.id}/edit"
    except AlreadyOpen as there:
        return go(request, f"{HERE}/drafts/{there.draft_id}", "article_open_already")
    return go(request, address)


def _rows(parts: Parts, drafts: dict[str, ArticleDraft]) -> list[Row]:
    """Every article that is in use, has a file, or is about to have one."""
    in_use = parts.library.generation.articles
    rows = {slug: _row(slug, article, "published", drafts.get(slug)) for slug, article in in_use.items()}
    for file in parts.workshop.shelf.content.glob("articles/*.md"):
        if file.stem not in rows and (article := _readable(file)):
            rows[file.stem] = _row(file.stem, article, article.front.status, drafts.get(file.stem))
    for slug, draft in drafts.items():
        rows.setdefault(slug, Row(slug, title_of(draft.text) or slug, "draft", None, None, "", draft))
    return list(rows.values())


def _row(slug: str, article: Article, state: str, draft: ArticleDraft | None) -> Row:
    front = article.front
    version = front.version if state == "published" else None
    return Row(slug, front.title, state, version, front.review_due, front.reviewer_role, draft)


def _readable(file: Any) -> Article | None:
    try:
        return read_article(file)
    except ArticleError:
        return None


def _urgency(row: Row, today: date) -> tuple[bool, bool, date, str]:
    return row.draft is None, row.due(today) != "overdue", row.review_due or date.max, row.title


def _is_shown(row: Row, show: str, today: date) -> bool:
    if show == "drafts":
        return row.draft is not None
    if show == "review":
        return row.draft is not None and row.draft.state == "in_review"
    if show == "due":
        return bool(row.due(today))
    return show != "pending" or (row.state == "published" and "pending" in row.reviewer_role)


def _linking(parts: Parts, slug: str) -> list[Article]:
    """The articles that lead to one, whose links would lead nowhere without it."""
    articles = parts.library.generation.articles.values()
    return [each for each in articles if each.slug != slug and f"({slug}.md" in each.body]


def _known_name(slug: str) -> None:
    if slug_of(slug) != slug or len(slug) > 80:
        raise ApiError(404, "not_found")


def one_line(text: str) -> str:
    """A question as it is shown beside a form."""
    return " ".join(text.split())[:_LONGEST_QUESTION]


def _copied(form: NewForm) -> str | None:
    """What is said to whoever begins with a patient's question as it was written: an article holds nothing of a patient."""
    asked = slug_of(form.asked)
    copied = bool(asked) and asked in {slug_of(form.question), form.slug.strip()}
    return console_texts()["article_question_copied"] if copied else None


def _name_problem(parts: Parts, slug: str) -> str | None:
    if not slug or slug_of(slug) != slug or len(slug) > _LONGEST_NAME or slug in _NOT_A_NAME:
        return console_texts()["article_name_wrong"].format(most=str(_LONGEST_NAME))
    shelf = parts.workshop.shelf
    taken = parts.library.article(slug) or shelf.file_of(slug).exists() or version_numbers(shelf.versions, slug)
    return console_texts()["article_name_taken"] if taken else None
