"""One case: what a person must know to help, and what they can do. Each view is audited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.cases.canned import canned_replies, filled
from desk.cases.case import Case, Change, find_case
from desk.cases.emergencies import MINUTES, reasons
from desk.cases.reviews import Verdict
from desk.conversations.states import Outcome
from desk.keeping.retention import hold_of
from desk.models import User
from desk.people.roles import Permission, Role
from desk.post.replied import LOOKED_BY_ITSELF
from desk.reaching.seen import note_read
from desk.reaching.standing import standing
from desk.working_hours import due_at, is_overdue
from emergencies.red_flags import the_red_flags
from intake.clinic import Clinic
from intake.fields import IntakeField, the_intake
from intake.record import FieldAnswer
from intake.showing import understood_as
from knowledge.answer import Quote
from web.console.access import Person, needs
from web.console.display import Clock, country, ways_to
from web.console.fresh import fresh, is_fresh_look, looked_before
from web.console.page import form_page, render
from web.console.queue import asked_in, list_of
from web.errors import ApiError
from web.library_texts import day, library_texts
from web.parts import Parts, parts_of

router = APIRouter(include_in_schema=False)

SeesCases = Annotated[Person, Depends(needs(Permission.SEE_CASES))]
_PARTS = {
    "typed": "reply",
    "note": "note",
    "how_long": "snooze",
    "outcome": "close",
    "judged": "review",
    "name": "name",
    "contact": "contact",
}  # what was typed or chosen, and where


@dataclass(frozen=True)
class Told:
    """A field of the intake as it stands, with every answer that it had before."""

    field: IntakeField
    change: Change
    understood: str
    earlier: list[tuple[Change, datetime]]  # what it was before, and until when; the latest first


@dataclass(frozen=True)
class Trouble:
    """Why something was not done, with what somebody had typed or chosen."""

    status: int
    text: str
    kept: Mapping[str, str] = field(default_factory=dict)  # by the name of its field

    @property
    def about(self) -> str:
        """Which part of the page it belongs to."""
        return next((part for name, part in _PARTS.items() if name in self.kept), "all")


@router.get("/desk/cases/{reference}")
def case_page(request: Request, reference: str, person: SeesCases) -> Response:
    """The case, with the list that it was opened from beside it; a reference in small letters leads to it, too."""
    if reference != reference.upper():
        return RedirectResponse(_with_query(f"/desk/cases/{reference.upper()}", request.url.query), 303)
    message_id = str(uuid4())
    return fresh(request, show(request, person, reference, message_id=message_id), beside=message_id)


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def show(
    request: Request, person: Person, reference: str, trouble: Trouble | None = None, message_id: str | None = None
) -> Response:
    """The page of a case, also after something could not be done."""
    parts = parts_of(request)
    case = _looked_at(request, person, reference)
    here = address_of(request, reference) if trouble else ""
    with parts.database.read() as session:
        colleagues, hold = _colleagues(session), hold_of(session, case.conversation)
        reach = standing(session, case.conversation.id, datetime.now(UTC))
    # The list keeps itself up to date; a script that looks for news of the case does not need it.
    asked = asked_in(urlsplit(here).query if trouble else request.url.query)
    beside = {} if is_fresh_look(request) else list_of(request, person, parts, asked, reference)
    return render(
        request,
        person,
        "case.html",
        trouble.status if trouble else 200,
        **{**beside, **page_of(case, parts.clinic, datetime.now(UTC))},
        listed=bool(beside),
        address=here,
        trouble=trouble,
        kept=defaultdict(str, trouble.kept if trouble else {}),
        message_id=message_id or str(uuid4()),
        colleagues=colleagues,
        hold=hold,
        reach=reach,
        patient_types=parts.gateway.typing.is_patient_typing(case.conversation.id),
        articles=_articles(parts),
        works=person.may(Permission.WORK_ON_CASES),
        exports=person.may(Permission.EXPORT_CASES),
        reviews_answers=person.may(Permission.REVIEW_ANSWERS),
    )


def _looked_at(request: Request, person: Person, reference: str) -> Case:
    """The case; that somebody looks at it is in the audit log."""
    database = parts_of(request).database
    with database.read() as session:
        case = find_case(session, reference)
        if case is None:
            raise ApiError(404, "not_found")
        by_itself = is_fresh_look(request)
        noted = by_itself and looked_before(session, person.id, "case.viewed", case.conversation.id)
    if not noted:
        with database.write() as session:
            if not by_itself:
                note_read(session, case.conversation.id, case.conversation.last_seq, datetime.now(UTC))
                session.flush()  # the conversation first, then the audit log, as everywhere
            record(session, person.id, "case.viewed", case.conversation.id, **({LOOKED_BY_ITSELF: True} if by_itself else {}))
    return case


def address_of(request: Request, reference: str) -> str:
    """The case as it was open when a form was sent, with the list beside it."""
    page, case = form_page(request), f"/desk/cases/{reference}"
    return page if urlsplit(page).path == case else case


def page_of(case: Case, clinic: Clinic, now: datetime) -> dict[str, Any]:
    """What the page shows of a case, whoever looks."""
    since, hours, urgent = case.conversation.waiting_since, clinic.hours, case.open_alarm
    given = the_intake().by_role(case.intake.answers)
    return {
        "case": case,
        "reasons": reasons(),
        "minutes": MINUTES,
        "told": told(case),
        "given": given,
        "ways": ways_to(_contact(case, given.get("contact"))),
        "flags": case.flags(hours.zone),
        "canned": _canned(case, clinic.name),
        "outcomes": list(Outcome),
        "verdicts": list(Verdict),
        "clock": Clock(hours.zone, now),
        "country": country,
        "texts": library_texts(),
        "day_of": lambda iso: day(date.fromisoformat(iso)),
        "passage_link": passage_link,
        "alarm": the_red_flags().label_of,
        "due": due_at(hours, since, urgent) if since else None,
        "overdue": bool(since and is_overdue(hours, since, now, urgent)),
    }


def told(case: Case) -> list[Told]:
    """Every field that was answered, in the order of the intake."""
    intake, found = the_intake(), []
    for asked in intake.told(intake.name_now(change.field) for change in case.changes):
        changes = [change for change in case.changes if intake.name_now(change.field) == asked.name]
        last = changes[-1]
        understood = "" if last.answer.skipped else understood_as(intake, asked, last.answer)
        earlier = [(before, after.at) for before, after in pairwise(changes)]
        found.append(Told(asked, last, understood, earlier[::-1]))
    return found


def _colleagues(session: Session) -> list[User]:
    working = select(User).where(User.active, User.role.in_((Role.COORDINATOR, Role.PHYSICIAN))).order_by(User.name)
    return list(session.scalars(working))


def _canned(case: Case, clinic: str) -> list[tuple[str, str]]:
    """Titles and texts of the canned replies, filled as far as things are known."""
    values = {"name": _name(case), "clinic": clinic, "reference": case.handoff.reference}
    return [(reply.title, filled(reply.text, values)) for reply in canned_replies()]


def _contact(case: Case, given: FieldAnswer | None) -> FieldAnswer | None:
    """How to reach the patient: as a colleague set it right, or as they gave it."""
    corrected = case.corrected.get("contact")
    return FieldAnswer(said=corrected.text, value=corrected.value) if corrected else given


def _name(case: Case) -> str | None:
    """The patient's name: as a colleague set it right, or as they gave it."""
    if "name" in case.corrected:
        return case.corrected["name"].text
    name = the_intake().by_role(case.intake.answers).get("name")
    return name.said if name and not name.skipped else None


def _articles(parts: Parts) -> list[tuple[str, str]]:
    articles = parts.library.generation.articles
    return sorted(((slug, article.front.title) for slug, article in articles.items()), key=lambda each: each[1])


def passage_link(passage: Quote) -> str:
    """Where a quote stands in that version of its article."""
    place = f"version={passage.version}&start={passage.start}&end={passage.end}"
    return f"/library/articles/{passage.article}?{place}#passage"
