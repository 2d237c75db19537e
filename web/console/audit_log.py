"""The audit log: read it, search it, and see whether its chain holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.audit import Search, actions, count, newest, readers, record, search, verify
from desk.keeping.erasure import find_conversation
from desk.models import Handoff
from desk.people.roles import Permission
from desk.people.users import list_users
from web.console.access import Person, needs
from web.console.page import render
from web.console.texts import audit_texts
from web.parts import PartsNow

router = APIRouter(include_in_schema=False)
Reader = Annotated[Person, Depends(needs(Permission.SEE_AUDIT))]
_PAGE = 50


class Asked(BaseModel):
    """What somebody searches for; what is empty does not matter."""

    actor: str = Field("", max_length=64)
    action: str = Field("", max_length=64)
    subject: str = Field("", max_length=64)
    since: str = Field("", max_length=10)  # days, as a form sends them
    until: str = Field("", max_length=10)
    before: int | None = Field(None, ge=1, le=2**31 - 1)  # the lowest number of the page before

    def search(self, zone: ZoneInfo, case: str | None) -> Search:
        """The same for the records, where a reference number is that of a case; days are those of a time zone."""
        since, until = _start_of(self.since, zone), _start_of(self.until, zone, days=1)
        return Search(self.actor.strip(), self.action, case or self.subject.strip(), since, until)


@router.get("/desk/audit")
def audit_log(request: Request, parts: PartsNow, person: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """The newest entries, or those that were searched for."""
    with parts.database.read() as session:
        case = find_conversation(session, asked.subject) if asked.subject else None
        found = search(session, asked.search(ZoneInfo(parts.clinic.hours.zone), case), asked.before, _PAGE + 1)
        names = {user.id: user.name for user in list_users(session)}
        references = _references(session, {each.subject for each in found if each.subject} | ({case} if case else set()))
        shown: dict[str, Any] = {"actions": actions(session), "readers": readers(session, case) if case else []}
    shown |= {"entries": found[:_PAGE], "more": len(found) > _PAGE, "names": names, "case": case, "references": references}
    return render(request, person, "audit.html", asked=asked, words=audit_texts(), **shown)


def _references(session: Session, subjects: set[str]) -> dict[str, str]:
    """By which reference number each of the cases among them goes: its newest one."""
    of_these = select(Handoff.conversation_id, Handoff.reference).where(Handoff.conversation_id.in_(subjects))
    return {id_: reference for id_, reference in session.execute(of_these.order_by(Handoff.created_at)).tuples()}


@router.post("/desk/audit/verify")
def verify_chain(request: Request, parts: PartsNow, person: Reader) -> Response:
    """Walk the whole chain and say whether it holds."""
    with parts.database.read() as session:
        broken, entries, last = verify(session), count(session), newest(session)
    with parts.database.write() as session:
        record(session, person.id, "audit.verified", None, holds=broken is None, entries=entries)
    return render(request, person, "audit_checked.html", broken=broken, entries=entries, last=last)


def _start_of(day: str, zone: ZoneInfo, days: int = 0) -> datetime | None:
    """The beginning of a day; nothing if none was given, or no day."""
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=days), time(), zone).astimezone(UTC) if day else None
    except (ValueError, OverflowError):
        return None
