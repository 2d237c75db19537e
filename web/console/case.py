"""One case: what a person must know to help, and what they can do. Each view is audited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.cases.canned import canned_replies, filled
from desk.cases.case import Case, Change, find_case
from desk.cases.reviews import Verdict
from desk.conversations.states import Outcome
from desk.models import User
from desk.people.roles import Permission, Role
from desk.working_hours import due_at, is_overdue
from emergencies.red_flags import the_red_flags
from intake.clinic import Clinic
from intake.fields import IntakeField, the_intake
from intake.showing import understood_as
from knowledge.answer import Quote
from web.chat import PartsNow
from web.console.access import Person, needs
from web.console.display import Clock, country
from web.console.fresh import fresh, is_fresh_look, looked_before
from web.console.page import render
from web.errors import ApiError
from web.parts import Parts, parts_of

router = APIRouter(include_in_schema=False)

SeesCases = Annotated[Person, Depends(needs(Permission.SEE_CASES))]


@dataclass(frozen=True)
class Told:
    """A field of the intake as it stands, with every answer that it had before."""

    field: IntakeField
    change: Change
    understood: str
    earlier: list[tuple[Change, datetime]]  # what it was before, and until when; the latest first


@dataclass(frozen=True)
class Trouble:
    """Why something was not done, with what somebody had typed."""

    status: int
    text: str
    typed: str = ""  # to the patient
    note: str = ""


@router.get("/desk/cases/{reference}")
def case_page(request: Request, reference: str, person: SeesCases, parts: PartsNow) -> Response:
    """The case; a reference in small letters leads to it, too."""
    if reference != reference.upper():
        return RedirectResponse(f"/desk/cases/{reference.upper()}", 303)
    message_id = str(uuid4())
    return fresh(request, show(request, person, reference, message_id=message_id), beside=message_id)


def show(
    request: Request, person: Person, reference: str, trouble: Trouble | None = None, message_id: str | None = None
) -> Response:
    """The page of a case, also after something could not be done."""
    parts = parts_of(request)
    now = datetime.now(UTC)
    with parts.database.read() as session:
        case = find_case(session, reference)
        if case is None:
            raise ApiError(404, "not_found")
        colleagues = _colleagues(session)
        noted = is_fresh_look(request) and looked_before(session, person.id, "case.viewed", case.conversation.id)
    if not noted:
        with parts.database.write() as session:
            record(session, person.id, "case.viewed", case.conversation.id)
    page = page_of(case, parts.clinic, now)
    return render(
        request,
        person,
        "case.html",
        trouble.status if trouble else 200,
        **page,
        trouble=trouble,
        message_id=message_id or str(uuid4()),
        colleagues=colleagues,
        articles=_articles(parts),
        works=person.may(Permission.WORK_ON_CASES),
        exports=person.may(Permission.EXPORT_CASES),
        reviews_answers=person.may(Permission.REVIEW_ANSWERS),
    )


def page_of(case: Case, clinic: Clinic, now: datetime) -> dict[str, Any]:
    """What the page shows of a case, whoever looks."""
    since, hours, urgent = case.conversation.waiting_since, clinic.hours, case.open_alarm
    return {
        "case": case,
        "told": told(case),
        "given": the_intake().by_role(case.intake.answers),
        "flags": case.flags(hours.zone),
        "canned": _canned(case, clinic.name),
        "outcomes": list(Outcome),
        "verdicts": list(Verdict),
        "clock": Clock(hours.zone, now),
        "country": country,
        "passage_link": passage_link,
        "alarm": the_red_flags().label_of,
        "due": due_at(hours, since, urgent) if since else None,
        "overdue": bool(since and is_overdue(hours, since, now, urgent)),
    }


def told(case: Case) -> list[Told]:
    """Every field that was answered, in the order of the intake."""
    intake, found = the_intake(), []
    for field in intake.told(intake.name_now(change.field) for change in case.changes):
        changes = [change for change in case.changes if intake.name_now(change.field) == field.name]
        last = changes[-1]
        understood = "" if last.answer.skipped else understood_as(intake, field, last.answer)
        earlier = [(before, after.at) for before, after in pairwise(changes)]
        found.append(Told(field, last, understood, earlier[::-1]))
    return found


def _colleagues(session: Session) -> list[User]:
    working = select(User).where(User.active, User.role.in_((Role.COORDINATOR, Role.PHYSICIAN))).order_by(User.name)
    return list(session.scalars(working))


def _canned(case: Case, clinic: str) -> list[tuple[str, str]]:
    """Titles and texts of the canned replies, filled as far as things are known."""
    name = the_intake().by_role(case.intake.answers).get("name")
    values = {"name": name.said if name and not name.skipped else None, "clinic": clinic, "reference": case.handoff.reference}
    return [(reply.title, filled(reply.text, values)) for reply in canned_replies()]


def _articles(parts: Parts) -> list[tuple[str, str]]:
    articles = parts.library.generation.articles
    return sorted(((slug, article.front.title) for slug, article in articles.items()), key=lambda each: each[1])


def passage_link(passage: Quote) -> str:
    """Where a quote stands in that version of its article."""
    place = f"version={passage.version}&start={passage.start}&end={passage.end}"
    return f"/library/articles/{passage.article}?{place}#passage"
