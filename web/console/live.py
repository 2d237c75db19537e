"""What a person does with a case: take over, write, hand back, put off, bring back, close, give to a colleague, note, call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.orm import Session

from desk.cases import taking_over
from desk.cases.calls import note_call
from desk.cases.canned import unfilled
from desk.cases.emergencies import OnlyMinutes, ReasonNeeded
from desk.cases.notes import add_note
from desk.cases.taking_over import Colleague, NobodyToAssign
from desk.conversations import corrections
from desk.conversations.corrections import LONGEST, NewCorrection, What
from desk.conversations.states import Gone, NotPossible, Outcome, Stale, State
from desk.models import Conversation, Handoff
from desk.people.roles import Permission
from desk.working_hours import next_opening
from intake.clinic import Hours
from turns.typing import Writer
from web.chat import PartsNow
from web.console.access import Person, needs
from web.console.case import Trouble, address_of, show
from web.console.page import form_page, go
from web.console.queue import after_case
from web.console.texts import console_texts
from web.console.typed import plain
from web.errors import ApiError
from web.parts import Parts
from web.wire import MAX_MESSAGE

_works = needs(Permission.WORK_ON_CASES)
router = APIRouter(include_in_schema=False, prefix="/desk/cases/{reference}", dependencies=[Depends(_works)])

Seen = Annotated[int, Form(ge=0, le=2**31 - 1)]
MAX_NOTE = 4_000
Reason = Annotated[str, Form(max_length=40)]
Then = Annotated[Literal["", "next"], Form()]
HowLong = Literal["5", "15", "30", "hour", "next_day", "week"]
_SNOOZES: dict[HowLong, Callable[[Hours, datetime], datetime]] = {
    "5": lambda _hours, now: now + timedelta(minutes=5),
    "15": lambda _hours, now: now + timedelta(minutes=15),
    "30": lambda _hours, now: now + timedelta(minutes=30),
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

    async def act(
        self, said: str | None, act: Callable[[Session, str], object], then: str | None = None, **typed: str
    ) -> Response:
        """Do it in one transaction, and go on there, or show the case again; who was too late sees who has it."""
        try:
            conversation_id = await _conversation_of(self.parts, self.reference)
            await self.parts.gateway.act_as_person(conversation_id, lambda session: act(session, conversation_id))
        except (Stale, NotPossible, Gone, NobodyToAssign) as refused:
            return await self.refused(409, _why(refused), **typed)
        except (OnlyMinutes, ReasonNeeded) as asked:
            key = "only_minutes" if isinstance(asked, OnlyMinutes) else "reason_needed"
            return await self.refused(422, console_texts()[key], **typed)
        return go(self.request, then or address_of(self.request, self.reference), said, reference=self.reference)

    async def following(self) -> tuple[str, bool]:
        """Where to go on after this case in the list beside it, and whether that is another case."""
        query, conversation_id = urlsplit(form_page(self.request)).query, await _conversation_of(self.parts, self.reference)
        return await anyio.to_thread.run_sync(lambda: after_case(self.person, self.parts, query, conversation_id))

    async def refused(self, status: int, why: str, **typed: str) -> Response:
        """Show the case with the reason why nothing was done, and with what was typed or chosen, by the name of its field."""
        trouble = Trouble(status, why, typed)
        return await anyio.to_thread.run_sync(lambda: show(self.request, self.person, self.reference, trouble))


def _at(request: Request, reference: str, person: Annotated[Person, Depends(_works)], parts: PartsNow) -> At:
    return At(request, reference.upper(), person, parts)


Here = Annotated[At, Depends(_at)]


@router.post("/take-over")
async def take_over(at: Here, revision: Seen) -> Response:
    """Have the conversation from now on."""
    return await at.act("you_have_it", lambda session, id_: taking_over.take_over(session, id_, at.by, revision))


@router.post("/hand-back")
async def hand_back(at: Here, revision: Seen, reason: Reason = "") -> Response:
    """Let the assistant talk again."""
    by = replace(at.by, because=reason)
    return await at.act("handed_back", lambda session, id_: taking_over.hand_back(session, id_, by, revision))


@router.post("/close")
async def close(
    at: Here, revision: Seen, outcome: Annotated[Outcome, Form()], reason: Reason = "", then: Then = ""
) -> Response:
    """End the case, and go on with the next one of the list if somebody wants that."""
    by = replace(at.by, because=reason)

    def end(session: Session, id_: str) -> None:
        taking_over.close(session, id_, by, revision, outcome)

    path, another = await at.following() if then else (None, False)
    said = ("closed_next" if another else "closed_last") if then else "closed"
    return await at.act(said, end, path, outcome=outcome.value)


@router.post("/assign")
async def assign(at: Here, revision: Seen, to: Annotated[str, Form(max_length=32)] = "") -> Response:
    """Give the case to a colleague, or to nobody."""
    return await at.act("assigned", lambda session, id_: taking_over.assign(session, id_, at.by, revision, to or None))


@router.post("/snooze")
async def snooze(at: Here, revision: Seen, how_long: Annotated[HowLong, Form()], reason: Reason = "") -> Response:
    """Put the case out of sight for a while; an emergency for minutes, in sight."""
    until = _SNOOZES[how_long](at.parts.clinic.hours, datetime.now(UTC))
    by = replace(at.by, because=reason)

    def put_off(session: Session, id_: str) -> None:
        taking_over.snooze(session, id_, by, revision, until)

    said = "snoozed_emergency" if reason else "snoozed"
    return await at.act(said, put_off, how_long=how_long, why_wait=reason)


@router.post("/bring-back")
async def bring_back(at: Here, revision: Seen) -> Response:
    """Have a case in sight again that was put off."""
    return await at.act("brought_back", lambda session, id_: taking_over.bring_back(session, id_, at.by, revision))


@router.post("/messages")
async def write(
    at: Here,
    id: Annotated[UUID, Form()],
    text: Annotated[str, Form()] = "",
    revision: Annotated[int | None, Form(ge=0, le=2**31 - 1)] = None,
) -> Response:
    """Say something to the patient; with a revision, also where no person has the conversation yet."""
    text = plain(text)
    problem = _unfit(text)
    if problem:
        return await at.refused(422, problem, typed=text)

    def say(session: Session, id_: str) -> None:
        if revision is not None:
            taking_over.take_over_if_free(session, id_, at.by, revision)
        taking_over.write(session, id_, at.by, text, str(id))
        at.parts.gateway.typing.stops(id_)

    return await at.act(None, say, typed=text)


@router.post("/typing")
async def typing(at: Here) -> Response:
    """Let the patient see that somebody is typing to them; only who has the conversation is seen, and nothing is stored."""
    conversation_id = await _conversation_of(at.parts, at.reference)
    if await anyio.to_thread.run_sync(_has_it, at, conversation_id):
        at.parts.gateway.typing.person_types(conversation_id, Writer(at.person.name, at.person.role))
        at.parts.gateway.streams.announce(conversation_id)
    return Response(status_code=204)


@router.post("/notes")
async def note(at: Here, text: Annotated[str, Form()] = "") -> Response:
    """Keep a note for colleagues."""
    text = plain(text)
    if not text or len(text) > MAX_NOTE:
        return await at.refused(422, console_texts()["note_length"], note=text)
    return await at.act("noted", lambda session, id_: add_note(session, id_, at.person.id, text), note=text)


@router.post("/calls")
async def call(at: Here, revision: Seen, talked: Annotated[bool, Form()]) -> Response:
    """Note that the patient was called, and whether they were reached."""
    said = "call_noted" if talked else "call_in_vain"
    return await at.act(said, lambda session, id_: note_call(session, id_, at.by, revision, talked))


@router.post("/correct")
async def correct(at: Here, what: Annotated[What, Form()], text: Annotated[str, Form()] = "") -> Response:
    """Set the patient's name or contact right; what they said stays beside it."""
    text = " ".join(plain(text).split())
    if not text or len(text) > LONGEST:
        return await at.refused(422, console_texts()["correction_length"].format(most=LONGEST), **{what.value: text})
    new = NewCorrection(what, text, at.parts.clinic.country)

    def set_right(session: Session, id_: str) -> None:
        corrections.correct(session, id_, at.person.id, new)

    return await at.act("corrected", set_right, **{what.value: text})


async def _conversation_of(parts: Parts, reference: str) -> str:
    def find() -> str:
        with parts.database.read() as session:
            handoff = session.get(Handoff, reference.upper())
            if handoff is None:
                raise ApiError(404, "not_found")
            return handoff.conversation_id

    return await anyio.to_thread.run_sync(find)


def _has_it(at: At, conversation_id: str) -> bool:
    with at.parts.database.read() as session:
        conversation = session.get(Conversation, conversation_id)
        return conversation is not None and conversation.state == State.HUMAN and conversation.holder == at.person.id


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
