"""The queue: who needs a person first, and why. The same list stands beside an open case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from desk.audit import record
from desk.cases.queue import Desk, Filters, Queue, View, comes_after, countries, look
from desk.people.roles import Permission
from desk.post.outbox import untold
from desk.working_hours import is_open
from emergencies.red_flags import the_red_flags
from web.chat import PartsNow
from web.console.access import Person, needs
from web.console.display import Clock, country
from web.console.fresh import fresh, is_fresh_look, looked_before
from web.console.page import render
from web.parts import Parts

router = APIRouter(include_in_schema=False)

SeesCases = Annotated[Person, Depends(needs(Permission.SEE_CASES))]
Word = Annotated[str, Field(max_length=200)]
Code = Annotated[str, Field(max_length=8)]
_QUEUE = "/desk/queue"


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

    @property
    def filters(self) -> Filters:
        """The same for the queue."""
        return Filters(**self.model_dump(exclude={"beside"}))


class OfQueue(LookedFor):
    """The same, and the case beside which the list stands."""

    beside: Annotated[str, Field(max_length=20, pattern=r"[A-Z0-9-]*")] = ""


@router.get("/desk/queue")
def queue(request: Request, person: SeesCases, parts: PartsNow, asked: Annotated[OfQueue, Query()]) -> Response:
    """One page of the queue."""
    shown = list_of(request, person, parts, asked, asked.beside)
    with parts.database.read() as session:
        shown["untold"] = untold(session)
    shown |= {"is_open": is_open(parts.clinic.hours, shown["clock"].now), "exports": person.may(Permission.EXPORT_CASES)}
    return fresh(request, render(request, person, "queue.html", **shown))


def list_of(request: Request, person: Person, parts: Parts, asked: LookedFor, beside: str = "") -> dict[str, Any]:
    """What the list of cases shows. A look at words of patients is in the audit log.

    Args:
        request: what asks for it.
        person: who looks.
        parts: of this web.
        asked: what is looked for.
        beside: the reference of the case that is open beside it.
    """
    looked_for = asked.filters
    hours, now = parts.clinic.hours, datetime.now(UTC)
    with parts.database.read() as session:
        found, known = look(session, looked_for, Desk(person.id, hours, now)), countries(session)
        noted = is_fresh_look(request) and looked_before(session, person.id, "cases.searched")
    if (looked_for.text or looked_for.condition) and not noted:
        with parts.database.write() as session:
            record(session, person.id, "cases.searched")
    return page_of(found, looked_for, known, Clock(hours.zone, now), beside)


def asked_in(query: str) -> LookedFor:
    """What an address looks for; the usual, if it is none of ours."""
    try:
        return LookedFor.model_validate(dict(parse_qsl(query)))
    except ValidationError:
        return LookedFor()


def after_case(person: Person, parts: Parts, query: str, conversation_id: str) -> tuple[str, bool]:
    """Where somebody goes on who is done with a case of a list, and whether that is another case."""
    asked, desk = asked_in(query).filters, Desk(person.id, parts.clinic.hours, datetime.now(UTC))
    with parts.database.read() as session:
        reference = comes_after(session, asked, desk, conversation_id)
    return (_link(f"/desk/cases/{reference}", asked, {}), True) if reference else (_link(_QUEUE, asked, {"page": 1}), False)


def page_of(found: Queue, looked_for: Filters, known: list[str], clock: Clock, beside: str) -> dict[str, Any]:
    """What the list shows."""
    here = f"/desk/cases/{beside}" if beside else _QUEUE
    return {
        "found": found,
        "looked_for": looked_for,
        "views": list(View),
        "clock": clock,
        "countries": [(code, country(code)) for code in known],
        "country": country,
        "alarm": the_red_flags().label_of,
        "beside": beside,
        "list_at": here,
        "link": lambda **changes: _link(here, looked_for, {"page": 1, **changes}),
        "to_queue": _link(_QUEUE, looked_for, {}),
        "to_table": _link(f"{_QUEUE}.csv", looked_for, {"page": 1}),
        "to_case": lambda reference: _link(f"/desk/cases/{reference}", looked_for, {}),
        "filtered": replace(looked_for, view=View.OPEN, page=1) != Filters(),
    }


def _link(path: str, looked_for: Filters, changes: dict[str, Any]) -> str:
    """An address with what is looked for; what is usual is left out."""
    values, usual = {**vars(looked_for), **changes}, vars(Filters())
    kept = {name: str(value) for name, value in values.items() if value != usual[name]}
    return f"{path}?{urlencode(kept)}" if kept else path
