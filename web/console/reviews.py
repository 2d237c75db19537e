"""Answers as people of the clinic judged them: marked on a case, listed for the editors without anything about a patient."""

from __future__ import annotations

import json
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import AfterValidator, BaseModel, Field

from desk.audit import record
from desk.cases.reviews import (
    ArticleNeeded,
    LooksPersonal,
    NoAnswer,
    Opinion,
    Verdict,
    all_reviews,
    evaluation_lines,
    quoted_articles,
    review,
)
from desk.masking.masking import masker_of
from desk.models import Handoff
from desk.people.roles import Permission
from web.chat import PartsNow
from web.console.access import Person, needs
from web.console.case import Trouble, address_of, passage_link, show
from web.console.display import Clock
from web.console.page import go, render
from web.console.texts import console_texts
from web.console.typed import plain
from web.errors import ApiError
from web.parts import Parts

router = APIRouter(include_in_schema=False)

Reviews = Annotated[Person, Depends(needs(Permission.REVIEW_ANSWERS))]
SeesReviews = Annotated[Person, Depends(needs(Permission.SEE_REVIEWS))]
MAX_WORDING = 500


class ReviewForm(BaseModel):
    """What a reviewer fills in."""

    seq: Annotated[int, Field(ge=1, le=2**31 - 1)]
    verdict: Verdict
    article: Annotated[str, Field(max_length=80)] = ""
    wording: Annotated[str, AfterValidator(plain)] = ""
    confirmed: bool = False


@router.post("/desk/cases/{reference}/reviews")
async def mark(
    request: Request, reference: str, person: Reviews, parts: PartsNow, form: Annotated[ReviewForm, Form()]
) -> Response:
    """Keep what somebody thinks of an answer."""
    problem = _unfit(parts, form)
    if problem:
        return await _refused(request, person, reference, form, problem)
    opinion = Opinion(form.verdict, form.article or None, form.wording or None)

    def keep() -> None:
        with parts.database.write() as session:
            handoff = session.get(Handoff, reference.upper())
            if handoff is None:
                raise ApiError(404, "not_found")
            review(session, handoff.conversation_id, form.seq, person.id, opinion)

    try:
        await anyio.to_thread.run_sync(keep)
    except LooksPersonal as personal:
        return await _refused(request, person, reference, form, console_texts()[f"review_personal_{personal.what}"])
    except ArticleNeeded:
        return await _refused(request, person, reference, form, console_texts()["review_article_needed"])
    except NoAnswer:
        raise ApiError(404, "not_found") from None
    return go(request, f"{address_of(request, reference.upper())}#m{form.seq}", "reviewed")


@router.get("/desk/reviews")
def reviews(request: Request, person: SeesReviews, parts: PartsNow, verdict: str = "") -> Response:
    """The list for the editors."""
    chosen = Verdict(verdict) if verdict in set(Verdict) else None
    with parts.database.read() as session:
        found = all_reviews(session, chosen, masker=masker_of(parts.library))
    if found:
        with parts.database.write() as session:
            record(session, person.id, "reviews.viewed", None, reviews=len(found))
    articles = parts.library.generation.articles
    titles = {slug: article.front.title for slug, article in articles.items()}
    return render(
        request,
        person,
        "reviews.html",
        found=found,
        chosen=chosen,
        verdicts=list(Verdict),
        titles=titles,
        clock=Clock.of_now(parts.clinic.hours.zone),
        passage_link=passage_link,
        quoted=quoted_articles,
    )


@router.get("/desk/reviews.jsonl")
def evaluation_set(person: SeesReviews, parts: PartsNow) -> Response:
    """The confirmed wordings as a file for `cordial kb eval`."""
    with parts.database.read() as session:
        lines = [json.dumps(line, ensure_ascii=False) for line in evaluation_lines(all_reviews(session, most=100_000))]
    headers = {"Content-Disposition": 'attachment; filename="reviewed-questions.jsonl"'}
    return Response("".join(f"{line}\n" for line in lines), media_type="application/jsonl", headers=headers)


def _unfit(parts: Parts, form: ReviewForm) -> str | None:
    """Why a review cannot be kept as it was filled in, if it cannot: no word of it is left out in silence."""
    said = console_texts()
    if form.article and parts.library.article(form.article) is None:
        return said["review_article_unknown"]
    if len(form.wording) > MAX_WORDING:
        return said["review_long"].format(most=MAX_WORDING)
    return said["review_unconfirmed"] if form.wording and not form.confirmed else None


async def _refused(request: Request, person: Person, reference: str, form: ReviewForm, why: str) -> Response:
    typed = {"verdict": form.verdict.value, "article": form.article, "wording": form.wording}
    kept = {"judged": str(form.seq), **typed, "confirmed": "true" if form.confirmed else ""}
    return await anyio.to_thread.run_sync(lambda: show(request, person, reference, Trouble(422, why, kept)))
