"""A draft of an article: written, checked, tried, reviewed, published, and kept from being overwritten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from desk.articles.drafts import (
    LONGEST_SAID,
    OPEN,
    Approval,
    ChangedMeanwhile,
    NotNow,
    NotTheirs,
    OwnText,
    Seen,
    State,
    UnknownDraft,
    approve,
    comment_on,
    comments_on,
    discard,
    get_draft,
    names_of,
    save,
    send_back,
    submit,
    take_new_base,
)
from desk.articles.work import (
    Busy,
    Finding,
    Look,
    MakesWorse,
    Refused,
    Tried,
    find_effect,
    known_effect,
    look_at,
    publish,
    title_of,
    try_question,
)
from desk.models import ArticleDraft
from desk.people.roles import Permission
from knowledge.article import About, Evidence
from knowledge.editing import CannotEdit, refuse_too_much
from knowledge.errors import ArticleError, KnowledgeError
from knowledge.generation import version_numbers
from knowledge.publishing import can_write, text_on_file
from knowledge.section_rows import headings_of
from knowledge.text import slug_of
from web.article_html import article_html
from web.console.access import NotAllowed, Person, needs
from web.console.articles import HERE, Publishes, Sees, Writes
from web.console.comparing import compared
from web.console.draft_form import TextForm, form_of
from web.console.page import go, render
from web.console.texts import console_texts
from web.errors import ApiError
from web.library import LONGEST_SEARCH
from web.library_texts import library_texts
from web.parts import Parts, parts_of

router = APIRouter(include_in_schema=False)

Approves = Annotated[Person, Depends(needs(Permission.APPROVE_ARTICLES))]
Revision = Annotated[int, Form(ge=1, le=2**31 - 1)]
DraftId = Annotated[int, Path(ge=1, le=2**31 - 1)]  # PostgreSQL counts no further
Words = Annotated[str, Form(max_length=LONGEST_SAID)]
Done = Literal["edit", "send-back", "comment"]  # a form whose words the browser keeps until it is taken
_TAKEN: dict[str, Done] = {"article_sent_back": "send-back", "article_commented": "comment"}
_ABOUTS, _EVIDENCES = get_args(About), get_args(Evidence)


@dataclass(frozen=True)
class Shown:
    """What a page of a draft shows besides the draft."""

    status: int = 200
    problem: str | None = None
    findings: list[Finding] = field(default_factory=list)
    tried: Tried | None = None
    effect: dict[str, Any] | None = None
    override: bool = False  # ask why it is published all the same
    look: Look | None = None  # at a text that is not saved
    theirs: bool = False  # somebody else has saved meanwhile
    done: Done | None = None  # the form that was taken
    asked: bool = False  # the form was opened beside a question, and nothing was typed yet
    wording_of: str = ""  # the heading under which what was asked stands now as a wording


@router.get("/desk/articles/drafts/{draft_id}")
def one(request: Request, person: Sees, draft_id: DraftId, done: Done | None = None) -> Response:
    """A draft: what is wrong with it, what it changes, what was said, and what can be done next.

    Args:
        request: the question.
        person: who asks.
        draft_id: of the draft.
        done: the form that led here because it was taken; the browser then keeps its words no more.
    """
    return _page(request, person, draft_id, Shown(done=done))


@router.get("/desk/articles/drafts/{draft_id}/edit")
def edit_page(request: Request, person: Writes, draft_id: DraftId) -> Response:
    """The form for the text."""
    draft = _draft(request, draft_id)
    if draft.state not in OPEN:
        return go(request, f"{HERE}/drafts/{draft_id}")
    try:
        return show_form(request, person, draft, form_of(draft, draft.text), Shown())
    except CannotEdit as error:
        form = TextForm(revision=draft.revision, body=draft.text, reason=draft.reason)
        return show_form(request, person, draft, form, Shown(422, str(error)))


@router.post("/desk/articles/drafts/{draft_id}/edit")
def keep(request: Request, person: Writes, draft_id: DraftId, form: Annotated[TextForm, Form()]) -> Response:
    """Keep the text, or show what it would be."""
    parts = parts_of(request)
    draft = _draft(request, draft_id)
    try:
        text = form.text_after(draft.text)
    except CannotEdit as error:
        return show_form(request, person, draft, form, Shown(422, str(error)))
    if slug_of(form.asked) in {slug_of(heading) for heading in headings_of(form.body)}:
        return show_form(request, person, draft, form, Shown(422, console_texts()["article_question_copied"]))
    if form.action == "preview":
        return show_form(request, person, draft, form, Shown(look=look_at(parts.workshop, draft.slug, text)))
    try:
        with parts.database.write() as session:
            save(session, Seen(draft_id, form.revision, person.id), text, " ".join(form.reason.split()))
    except ChangedMeanwhile:
        return show_form(request, person, _draft(request, draft_id), form, Shown(409, theirs=True))
    except NotNow:
        return show_form(request, person, draft, form, Shown(409, console_texts()["article_not_now"]))
    return go(request, f"{HERE}/drafts/{draft_id}?done=edit", "article_saved")


@router.post("/desk/articles/drafts/{draft_id}/submit")
def ask_for_review(request: Request, person: Writes, draft_id: DraftId, revision: Revision) -> Response:
    """Send it to the physicians, if nothing is wrong and it says why it changes something."""
    draft = _draft(request, draft_id)
    if not draft.reason:
        return _page(request, person, draft_id, Shown(422, console_texts()["article_reason_needed"]))
    if look_at(parts_of(request).workshop, draft.slug, draft.text).findings:
        return _page(request, person, draft_id, Shown(422, console_texts()["article_has_findings"]))
    return _do(request, person, draft_id, "article_submitted", lambda s: submit(s, Seen(draft_id, revision, person.id)))


@router.post("/desk/articles/drafts/{draft_id}/approve")
def sign_off(request: Request, person: Approves, draft_id: DraftId, revision: Revision, role: Words = "") -> Response:
    """Say that it may be published as it stands."""
    named = " ".join(role.split())[:80]
    if len(named) < 3:
        return _page(request, person, draft_id, Shown(422, console_texts()["article_role_needed"]))
    approval = Approval(named, datetime.now(UTC).date())
    seen = Seen(draft_id, revision, person.id)
    return _do(request, person, draft_id, "article_approved", lambda s: approve(s, seen, approval))


@router.post("/desk/articles/drafts/{draft_id}/send-back")
def give_back(request: Request, person: Approves, draft_id: DraftId, revision: Revision, text: Words = "") -> Response:
    """Give it back with a comment."""
    if not text.strip():
        return _page(request, person, draft_id, Shown(422, console_texts()["article_comment_needed"]))
    seen = Seen(draft_id, revision, person.id)
    return _do(request, person, draft_id, "article_sent_back", lambda s: send_back(s, seen, text.strip()))


@router.post("/desk/articles/drafts/{draft_id}/comment")
def say(request: Request, person: Sees, draft_id: DraftId, text: Words = "") -> Response:
    """Say something about it."""
    if not text.strip():
        return _page(request, person, draft_id, Shown(422, console_texts()["article_comment_needed"]))
    return _do(request, person, draft_id, "article_commented", lambda s: comment_on(s, draft_id, person.id, text.strip()))


@router.post("/desk/articles/drafts/{draft_id}/discard")
def give_up(request: Request, person: Writes, draft_id: DraftId, revision: Revision) -> Response:
    """Give it up."""
    return _do(request, person, draft_id, "article_discarded", lambda s: discard(s, Seen(draft_id, revision, person.id)))


@router.post("/desk/articles/drafts/{draft_id}/rebase")
def go_on_from_the_file(request: Request, person: Writes, draft_id: DraftId, revision: Revision) -> Response:
    """Go on from what the article's file holds now."""
    shelf, draft = parts_of(request).workshop.shelf, _draft(request, draft_id)
    base, number = text_on_file(shelf, draft.slug), max(version_numbers(shelf.versions, draft.slug), default=0)
    seen = Seen(draft_id, revision, person.id)
    return _do(request, person, draft_id, "article_rebased", lambda s: take_new_base(s, seen, number, base))


@router.post("/desk/articles/drafts/{draft_id}/try")
def try_it(request: Request, person: Sees, draft_id: DraftId, question: Words = "") -> Response:
    """The answer to a question today and with the draft, side by side. Posted: what somebody asks stands in no address."""
    asked = " ".join(question.replace("\x00", "").split())[:LONGEST_SEARCH]
    if not asked:
        return _page(request, person, draft_id, Shown(422, console_texts()["article_question_needed"]))
    draft = _draft(request, draft_id)
    workshop = parts_of(request).workshop
    return _page_of_a_trial(request, person, draft_id, lambda: Shown(tried=try_question(workshop, draft, asked)))


@router.post("/desk/articles/drafts/{draft_id}/effect")
def look_for_effect(request: Request, person: Sees, draft_id: DraftId) -> Response:
    """Which answers it would change."""
    draft = _draft(request, draft_id)
    workshop = parts_of(request).workshop
    return _page_of_a_trial(request, person, draft_id, lambda: Shown(effect=find_effect(workshop, draft)))


@router.post("/desk/articles/drafts/{draft_id}/publish")
def bring_out(request: Request, person: Publishes, draft_id: DraftId, revision: Revision, override: Words = "") -> Response:
    """Publish it."""
    draft = _draft(request, draft_id)
    said = console_texts()
    try:
        number = publish(parts_of(request).workshop, Seen(draft_id, revision, person.id), draft, override.strip())
    except Refused as refused:
        return _page(request, person, draft_id, Shown(422, said["article_has_findings"], refused.problems))
    except MakesWorse:
        return _page(request, person, draft_id, Shown(409, said["article_makes_worse"], override=True))
    except (KnowledgeError, CannotEdit) as error:
        return _page(request, person, draft_id, Shown(409, str(error)))
    except Busy:
        return _page(request, person, draft_id, Shown(503, said["article_busy"]))
    except (ChangedMeanwhile, NotNow, OwnText, NotTheirs) as refusal:
        return _refusal(request, person, draft_id, refusal)
    return go(request, f"{HERE}/{draft.slug}", "article_published", version=str(number))


def _do(request: Request, person: Person, draft_id: int, said: str, change: Callable[[Session], object]) -> Response:
    """Make one change, and say on the draft's page that it is made."""
    try:
        with parts_of(request).database.write() as session:
            change(session)
    except (ChangedMeanwhile, NotNow, OwnText, NotTheirs, UnknownDraft) as refusal:
        return _refusal(request, person, draft_id, refusal)
    done = _TAKEN.get(said)
    return go(request, f"{HERE}/drafts/{draft_id}{f'?done={done}' if done else ''}", said)


def _refusal(request: Request, person: Person, draft_id: int, refusal: Exception) -> Response:
    if isinstance(refusal, UnknownDraft):
        raise ApiError(404, "not_found")
    if isinstance(refusal, NotTheirs):
        raise NotAllowed
    keys = {ChangedMeanwhile: "article_changed_meanwhile", NotNow: "article_not_now", OwnText: "article_own_text"}
    return _page(request, person, draft_id, Shown(409, console_texts()[keys[type(refusal)]]))


def _draft(request: Request, draft_id: int) -> ArticleDraft:
    try:
        with parts_of(request).database.read() as session:
            return get_draft(session, draft_id)
    except UnknownDraft:
        raise ApiError(404, "not_found") from None


def _page_of_a_trial(request: Request, person: Person, draft_id: int, look: Callable[[], Shown]) -> Response:
    """The draft's page with what was looked for, or why that could not be done now."""
    try:
        return _page(request, person, draft_id, look())
    except Refused as refused:
        return _page(request, person, draft_id, Shown(422, console_texts()["article_has_findings"], refused.problems))
    except Busy:
        return _page(request, person, draft_id, Shown(503, console_texts()["article_busy"]))


def _page(request: Request, person: Person, draft_id: int, shown: Shown | None = None) -> Response:
    shown, parts = shown or Shown(), parts_of(request)
    with parts.database.read() as session:
        try:
            draft = get_draft(session, draft_id)
        except UnknownDraft:
            raise ApiError(404, "not_found") from None
        comments = comments_on(session, draft_id)
        names = names_of(session, [draft.author_id, draft.reviewer_id, *draft.writers])
    look = look_at(parts.workshop, draft.slug, draft.text)
    is_open = draft.state in OPEN
    on_file = _on_file(parts, draft.slug) if is_open else draft.base_text
    moved = compared(draft.base_text, on_file) if is_open and on_file not in {draft.base_text, None} else []
    told: dict[str, Any] = {"draft": draft, "comments": comments, "names": names, "look": look, "html": _as_read(look)}
    told |= {"moved": moved, "lines": compared(draft.base_text, draft.text), "title": title_of(draft.text) or draft.slug}
    told |= {"is_open": is_open, "own": person.id in {draft.author_id, *draft.writers}, "states": State}
    told |= {"effect": shown.effect or known_effect(parts.workshop, draft), "tried": shown.tried, "override": shown.override}
    told |= {
        "done": shown.done,
        "findings": shown.findings or look.findings,
        "problem": shown.problem,
        "longest": LONGEST_SEARCH,
    }
    return render(request, person, "draft.html", shown.status, read_only=not can_write(parts.workshop.shelf), **told)


def _on_file(parts: Parts, slug: str) -> str | None:
    try:
        return text_on_file(parts.workshop.shelf, slug)
    except ArticleError:
        return None


def show_form(request: Request, person: Person, draft: ArticleDraft, form: TextForm, shown: Shown) -> Response:
    """The form; if somebody else has saved meanwhile, with what they saved and how it differs, so that nothing is lost."""
    lines = compared(draft.text, _text_or_body(form, draft.text)) if shown.theirs else []
    told: dict[str, Any] = {"draft": draft, "form": form, "look": shown.look, "theirs": shown.theirs, "lines": lines}
    told |= {"html": _as_read(shown.look), "unsaved": request.method == "POST" and not shown.asked}
    told |= {"abouts": _ABOUTS, "evidences": _EVIDENCES, "rows": form.shown_rows, "wording_of": shown.wording_of}
    told |= {"address": f"{HERE}/drafts/{draft.id}/edit", "revision": draft.revision if shown.theirs else form.revision}
    return render(request, person, "draft_edit.html", shown.status, problem=shown.problem, **told)


def _as_read(look: Look | None) -> Markup | None:
    """A text as readers will see it, if it can be read."""
    return article_html(look.article, library_texts()) if look and look.article else None


def _text_or_body(form: TextForm, before: str) -> str:
    try:
        text = form.text_after(before)
        refuse_too_much(text)
    except CannotEdit:
        return form.body
    return text
