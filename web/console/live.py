"""What a person does with a case: take over, write, hand back, put off, close, give to a colleague, note."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.orm import Session

from desk.cases import taking_over
from desk.cases.canned import unfilled
from desk.cases.notes import add_note
from desk.cases.taking_over import Colleague, NobodyToAssign
from desk.conversations.states import Gone, NotPossible, Outcome, Stale
from desk.models import Handoff
from desk.people.roles import Permission
from desk.working_hours import next_opening
from intake.clinic import Hours
from web.chat import PartsNow
from web.console.access import Person, needs
from web.console.case import Trouble, show
from web.console.page import go
from web.console.texts import console_texts
from web.errors import ApiError
from web.parts import Parts
from web.wire import MAX_MESSAGE

_works = needs(Permission.WORK_ON_CASES)
router = APIRouter(include_in_schema=False, prefix="/desk/cases/{reference}", dependencies=[Depends(_works)])

Seen = Annotated[int, Form(ge=0, le=2**31)]
MAX_NOTE = 4_000
_SNOOZES: dict[str, Callable[[Hours, datetime], datetime]] = {
    "hour": lambda _hours, now: now + timedelta(hours=1),
    "next_day": next_opening,
    "week": lambda hours, now: next_opening(hours, now, 7),
}


@dataclass(frozen=True)
class At:
    """Who is at which case."""

    request: Request
    reference: str
    person: Person
    parts: Parts

    @property
    def by(self) -> Colleague:
        """The person as the patient sees them."""
        return Colleague(self.person.id, self.person.name, self.person.role, self.parts.clinic.name)

    async def act(self, said: str | None, act: Callable[[Session, str], object], typed: str = "", note: str = "") -> Response:
        """Do it in one transaction, and show the case again; who was too late sees who has it."""
        try:
            conversation_id = await _conversation_of(self.parts, self.reference)
            await self.parts.gateway.act_as_person(conversation_id, lambda session: act(session, conversation_id))
        except (Stale, NotPossible, Gone, NobodyToAssign) as refused:
            return await self.refused(409, _why(refused), typed, note)
        return go(self.request, f"/desk/cases/{self.reference}", said)

    async def refused(self, status: int, why: str, typed: str = "", note: str = "") -> Response:
        """Show the case with the reason why nothing was done, and with what was typed."""
        trouble = Trouble(status, why, typed, note)
        return await anyio.to_thread.run_sync(lambda: show(self.request, self.person, self.reference, trouble))


def _at(request: Request, reference: str, person: Annotated[Person, Depends(_works)], parts: PartsNow) -> At:
    return At(request, reference.upper(), person, parts)


Here = Annotated[At, Depends(_at)]


@router.post("/take-over")
async def take_over(at: Here, revision: Seen) -> Response:
    """Have the conversation from now on."""
    return await at.act("you_have_it", lambda session, id_: taking_over.take_over(session, id_, at.by, revision))


@router.post("/hand-back")
async def hand_back(at: Here, revision: Seen) -> Response:
    """Let the assistant talk again."""
    return await at.act("handed_back", lambda session, id_: taking_over.hand_back(session, id_, at.by, revision))


@router.post("/close")
async def close(at: Here, revision: Seen, outcome: Annotated[Outcome, Form()]) -> Response:
    """End the case."""
    return await at.act("closed", lambda session, id_: taking_over.close(session, id_, at.by, revision, outcome))


@router.post("/assign")
async def assign(at: Here, revision: Seen, to: Annotated[str, Form(max_length=32)] = "") -> Response:
    """Give the case to a colleague, or to nobody."""
    return await at.act("assigned", lambda session, id_: taking_over.assign(session, id_, at.by, revision, to or None))


@router.post("/snooze")
async def snooze(at: Here, revision: Seen, how_long: Annotated[Literal["hour", "next_day", "week"], Form()]) -> Response:
    """Put the case out of sight for a while."""
    until = _SNOOZES[how_long](at.parts.clinic.hours, datetime.now(UTC))
    return await at.act("snoozed", lambda session, id_: taking_over.snooze(session, id_, at.by, revision, until))


@router.post("/messages")
async def write(at: Here, id: Annotated[UUID, Form()], text: Annotated[str, Form()] = "") -> Response:
    """Say something to the patient."""
    text = _plain(text)
    problem = _unfit(text)
    if problem:
        return await at.refused(422, problem, text)
    return await at.act(None, lambda session, id_: taking_over.write(session, id_, at.by, text, str(id)), typed=text)


@router.post("/notes")
async def note(at: Here, text: Annotated[str, Form()] = "") -> Response:
    """Keep a note for colleagues."""
    text = _plain(text)
    if not text or len(text) > MAX_NOTE:
        return await at.refused(422, console_texts()["note_length"], note=text)
    return await at.act("noted", lambda session, id_: add_note(session, id_, at.person.id, text), note=text)


async def _conversation_of(parts: Parts, reference: str) -> str:
    def find() -> str:
        with parts.database.read() as session:
            handoff = session.get(Handoff, reference.upper())
            if handoff is None:
                raise ApiError(404, "not_found")
            return handoff.conversation_id

    return await anyio.to_thread.run_sync(find)


def _plain(text: str) -> str:
    """A text as it is kept: browsers send the ends of lines in their own way."""
    return text.replace("\x00", "").replace("\r\n", "\n").strip()


def _unfit(text: str) -> str | None:
    """Why a text cannot be sent, if it cannot."""
    said = console_texts()
    if not text:
        return said["message_empty"]
    if len(text) > MAX_MESSAGE:
        return said["message_long"].format(most=f"{MAX_MESSAGE:,}")
    left = unfilled(text)
    return said["message_unfilled"].format(left=", ".join(left)) if left else None


def _why(refused: Exception) -> str:
    said = console_texts()
    if isinstance(refused, Stale):
        holder = refused.holder or said["nobody"]
        return said["changed_meanwhile"].format(state=said[f"state_{refused.state}"], holder=holder)
    if isinstance(refused, NotPossible):
        return said["not_possible"].format(state=said[f"state_{refused.state}"])
    return said["nobody_to_assign" if isinstance(refused, NobodyToAssign) else "case_gone"]
