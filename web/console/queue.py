"""The queue: who needs a person first, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field

from desk.audit import record
from desk.cases.queue import Desk, Filters, Queue, View, countries, look
from desk.people.roles import Permission
from desk.post.outbox import untold
from desk.working_hours import is_open
from emergencies.red_flags import the_red_flags
from web.chat import PartsNow
from web.console.access import Person, needs
from web.console.display import Clock, country
from web.console.fresh import fresh, is_fresh_look, looked_before
from web.console.page import render

router = APIRouter(include_in_schema=False)

SeesCases = Annotated[Person, Depends(needs(Permission.SEE_CASES))]
Word = Annotated[str, Field(max_length=200)]
Code = Annotated[str, Field(max_length=8)]


def _day(value: object) -> date | None:
    """A day from a form; nothing if it is empty or none."""
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


Day = Annotated[date | None, BeforeValidator(_day)]


class LookedFor(BaseModel):
    """What is looked for, as the address says."""

    view: View = View.OPEN
    state: Code = ""
    condition: Word = ""
    country: Code = ""
    language: Code = ""
    since: Day = None
    until: Day = None
    text: Word = ""
    page: Annotated[int, Field(ge=1, le=1000)] = 1


@router.get("/desk/queue")
def queue(request: Request, person: SeesCases, parts: PartsNow, asked: Annotated[LookedFor, Query()]) -> Response:
    """One page of the queue."""
    hours, now, looked_for = parts.clinic.hours, datetime.now(UTC), Filters(**asked.model_dump())
    with parts.database.read() as session:
        found = look(session, looked_for, Desk(person.id, hours, now))
        known, missed = countries(session), untold(session)
        noted = is_fresh_look(request) and looked_before(session, person.id, "cases.searched")
    if (looked_for.text or looked_for.condition) and not noted:  # it shows words of patients
        with parts.database.write() as session:
            record(session, person.id, "cases.searched")
    shown = page_of(found, looked_for, known, Clock(hours.zone, now))
    shown |= {"is_open": is_open(hours, now), "untold": missed, "exports": person.may(Permission.EXPORT_CASES)}
    return fresh(request, render(request, person, "queue.html", **shown))


def page_of(found: Queue, looked_for: Filters, known: list[str], clock: Clock) -> dict[str, Any]:
    """What the page shows."""
    return {
        "found": found,
        "looked_for": looked_for,
        "views": list(View),
        "clock": clock,
        "countries": [(code, country(code)) for code in known],
        "country": country,
        "alarm": the_red_flags().label_of,
        "link": lambda **changes: _link(looked_for, changes),
        "filtered": replace(looked_for, view=View.OPEN, page=1) != Filters(),
    }


def _link(looked_for: Filters, changes: dict[str, Any]) -> str:
    """The address of the queue with something else looked for, from the first page on."""
    values = {**vars(looked_for), "page": 1, **changes}
    usual = vars(Filters())
    kept = {name: str(value) for name, value in values.items() if value != usual[name]}
    return f"/desk/queue?{urlencode(kept)}" if kept else "/desk/queue"
