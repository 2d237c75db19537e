"""The pulse of the console: what every open page asks for every other second. As long as it comes, the page is up to date.

It says who is logged in, who waits, and what is new. A page that no longer gets it says so.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from desk.cases.alerts import Emergency, News, emergencies, how_many_wait, news
from desk.models import User
from desk.people.lockout import is_known
from desk.people.logins import logged_in
from desk.people.roles import Permission, may
from emergencies.red_flags import the_red_flags
from web.console.access import Person, lasting_of
from web.console.display import Clock
from web.console.login import Anybody, browser_known
from web.console.page import reviews_waiting
from web.console.texts import console_texts
from web.parts import Parts, PartsNow

router = APIRouter(include_in_schema=False)

# What was written meanwhile may be stored a little later than its time; pages know what they told.
_OVERLAP = timedelta(minutes=2)
_MOMENT = timedelta(seconds=0.5)
_LONGEST = timedelta(hours=12)


@router.get("/desk/pulse")
def pulse(request: Request, parts: PartsNow, person: Anybody, since: Annotated[str, Query(max_length=40)] = "") -> Response:
    """For a page inside the console.

    Args:
        request: the question.
        parts: of this web.
        person: who is logged in.
        since: the time of the last pulse that this browser got; nothing is new to one that never did.
    """
    now = datetime.now(UTC)
    clock = Clock(parts.clinic.hours.zone, now)
    told: dict[str, Any] = {"person": person.id, "now": now.isoformat(), "at": clock.at(now)}
    if person.may(Permission.SEE_CASES):
        told |= _for_care(request, parts, person, clock, _time(since, now))
    if (waiting := reviews_waiting(parts.database, person)) is not None:
        told["reviews"] = waiting
    return JSONResponse(told)


@router.get("/desk/login/pulse")
def pulse_outside(request: Request, parts: PartsNow) -> Response:
    """For a page outside it: whether an emergency waits, and no more; only where somebody has logged in before."""
    browser = browser_known(request)
    now = datetime.now(UTC)
    with parts.database.read() as session:
        user = session.get(User, browser[0]) if browser else None
        works = user is not None and user.active and is_known(user, browser) and may(user.role, Permission.SEE_CASES)
    waits = user is not None and works and bool(_calling(user.id, _everybodys(request, parts, now)[1]))
    return JSONResponse({"emergency": waits})


def _for_care(request: Request, parts: Parts, person: Person, clock: Clock, since: datetime | None) -> dict[str, Any]:
    waiting, open_ones = _everybodys(request, parts, clock.now)
    alarms = _calling(person.id, open_ones)
    with parts.database.read() as session:
        new = news(session, person.id, since - _OVERLAP) if since else []
    return {"waiting": waiting, "emergencies": [_alarm(each, clock) for each in alarms], "news": [_news(each) for each in new]}


def _calling(user_id: str, open_ones: list[Emergency]) -> list[Emergency]:
    """The emergencies for which somebody is called: everybody's, then those that are left to them alone."""
    return [each for whose in (None, user_id) for each in open_ones if each.only_for == whose]


def _everybodys(request: Request, parts: Parts, now: datetime) -> tuple[int, list[Emergency]]:
    """How many wait, and the emergencies: the same for everybody, so that it is looked up once in a moment, whoever asks."""
    kept: tuple[datetime, int, list[Emergency]] | None = getattr(request.app.state, "pulse", None)
    if kept is None or not timedelta() <= now - kept[0] < _MOMENT:
        with parts.database.read() as session:
            here = logged_in(session, lasting_of(parts.settings), now)
            patience = timedelta(minutes=parts.clinic.hours.emergency_minutes)
            kept = now, how_many_wait(session, now), emergencies(session, now, here, patience)
        request.app.state.pulse = kept
    return kept[1], kept[2]


def _alarm(each: Emergency, clock: Clock) -> dict[str, str]:
    said = console_texts()
    text = said["alert_emergency_held" if each.holder and each.only_for is None else "alert_emergency"]
    what = the_red_flags().label_of(each.group) if each.group else said["alert_unknown"]
    return {
        "id": f"emergency {each.reference} {each.at.isoformat()}",
        "text": text.format(what=what, reference=each.reference, since=clock.at(each.at), holder=each.holder),
        "short": said["alert_emergency_short"].format(reference=each.reference),
        "link": f"/desk/cases/{each.reference}",
    }


def _news(each: News) -> dict[str, str]:
    text = console_texts()[f"alert_{each.kind}"].format(reference=each.reference)
    return {
        "id": f"{each.kind} {each.reference} {each.about}",
        "text": text,
        "short": text,
        "link": f"/desk/cases/{each.reference}",
    }


def _time(said: str, now: datetime) -> datetime | None:
    """The time that a browser names, within bounds; nothing, if it is none."""
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return None
    return None if at.tzinfo is None else min(max(at, now - _LONGEST), now)
