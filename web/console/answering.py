"""From a question that was asked in vain to the article that should answer it: its draft, with the question beside the form."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from desk.articles.drafts import AlreadyOpen, begin, get_draft, open_draft
from desk.insight.in_vain import without_masks
from desk.models import ArticleDraft
from knowledge.editing import CannotEdit, taken_apart
from knowledge.errors import ArticleError
from knowledge.section_rows import rows_of, with_wording
from web.console.access import Person
from web.console.articles import Writes, beginning_of, one_line, show_article
from web.console.draft_form import TextForm, form_of
from web.console.drafts import Shown, show_form
from web.console.texts import console_texts
from web.parts import parts_of

router = APIRouter(include_in_schema=False)


class AskedForm(BaseModel):
    """What was asked, masked, and where it is to be answered."""

    question: Annotated[str, Field(max_length=4_000)] = ""
    section: Annotated[str, Field(max_length=200)] = ""  # of which it is one more wording


@router.post("/desk/articles/{slug}/asked")
def answer_here(request: Request, person: Writes, slug: str, form: Annotated[AskedForm, Form()]) -> Response:
    """Open the draft of an article, or begin it, beside the question; posted, so that what was asked stands in no address."""
    try:
        draft = _draft_of(request, person, slug)
        beside = form_of(draft, draft.text).model_copy(update={"asked": one_line(form.question)})
    except (ArticleError, CannotEdit) as error:
        return show_article(request, person, slug, (422, str(error)))
    if not form.section:
        return show_form(request, person, draft, beside, Shown(asked=True))
    try:
        return _with_wording(request, person, draft, beside, form.section)
    except CannotEdit as error:
        return show_form(request, person, draft, beside, Shown(asked=True, status=422, problem=str(error)))


def _with_wording(request: Request, person: Person, draft: ArticleDraft, beside: TextForm, section: str) -> Response:
    """The form with what was asked as a wording, which an editor reads once more and saves.

    Raises:
        CannotEdit: if there is no such section in the draft.
    """
    text = with_wording(draft.text, section, without_masks(beside.asked).rstrip("? "))
    if text == draft.text:
        why = console_texts()["article_wording_there"]
        return show_form(request, person, draft, beside, Shown(asked=True, status=409, problem=why))
    [heading] = [row.heading for row in rows_of(taken_apart(text)) if row.slug == section]
    given = {"asked": beside.asked, "reason": draft.reason or console_texts()["article_wording_reason"]}
    form = form_of(draft, text).model_copy(update=given)
    return show_form(request, person, draft, form, Shown(asked=True, wording_of=heading))


def _draft_of(request: Request, person: Person, slug: str) -> ArticleDraft:
    """The draft of an article that is open, or a new one of what stands in its file."""
    parts = parts_of(request)
    with parts.database.read() as session:
        there = open_draft(session, slug)
    if there is not None:
        return there
    beginning = beginning_of(parts.workshop.shelf, slug)
    try:
        with parts.database.write() as session:
            return begin(session, beginning, person.id)
    except AlreadyOpen as there_now:
        with parts.database.read() as session:
            return get_draft(session, there_now.draft_id)
