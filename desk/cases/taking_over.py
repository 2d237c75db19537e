"""What a person does with a conversation: take over, write, hand back, put off, bring back, close. Each is one transaction with
its audit entry and with what the patient reads about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated

from sqlalchemy import select, union, update
from sqlalchemy.orm import Session

from cordial.data_files import DataFileError, Part, by_name, fills, read_data
from desk.audit import record
from desk.cases.emergencies import OnlyMinutes, ReasonNeeded, refuse_to_let_go, refuse_to_put_off
from desk.conversations.log import Draft, append
from desk.conversations.states import NotPossible, Outcome, Stale, State, change, close_handoffs, locked, reopen_handoff, stale
from desk.models import Conversation, Message, User
from desk.reaching.seen import note_read
from desk.reaching.telling import tell_of_reply
from language.spoken import text_file

_Told = Annotated[str, fills("name", "role", "clinic")]


class SaidError(DataFileError):
    """`said.yml` cannot be used; the message names the text."""


class Said(Part):
    """What a patient reads when a person does something with the conversation."""

    taken_over: _Told
    handed_back: _Told
    closed: _Told
    talked: _Told
    not_reached: _Told
    roles: Annotated[dict[str, str], by_name({"coordinator": (), "physician": ()})]


@dataclass(frozen=True)
class Colleague:
    """The person who acts, as the patient sees them."""

    id: str
    name: str
    role: str
    clinic: str  # the name of the clinic they speak for
    because: str = ""  # a reason of `reasons.yml`, where an emergency needs one


class NobodyToAssign(Exception):
    """Who was chosen is not there any more, or does not work on cases."""


def take_over(session: Session, conversation_id: str, by: Colleague, seen: int) -> None:
    """Have the conversation from now on; the assistant is silent. Also from a colleague, and after it was closed.

    Raises:
        Stale: if somebody was quicker.
    """
    conversation = change(
        session, conversation_id, "take_over", seen, holder=by.id, snoozed_until=None, closed_at=None, outcome=None
    )
    reopen_handoff(session, conversation_id)
    _tell(session, conversation, "taken_over", by)
    record(session, by.id, "case.taken_over", conversation_id)


def assign(session: Session, conversation_id: str, by: Colleague, seen: int, to: str | None) -> None:
    """Give the conversation to a colleague, or to nobody; whoever talks to the patient goes on.

    Raises:
        Stale: if somebody was quicker.
        NobodyToAssign: if that colleague cannot have it.
        NotPossible: if a person talks to the patient and nobody would have it, or it is closed.
    """
    colleague = session.get(User, to) if to else None
    if to and (colleague is None or not colleague.active or colleague.role not in {"coordinator", "physician"}):
        raise NobodyToAssign
    conversation = change(session, conversation_id, "assign", seen, holder=to)
    if to is None and conversation.state == State.HUMAN:
        raise NotPossible("assign", State.HUMAN)
    record(session, by.id, "case.assigned", conversation_id, to=to)


def take_over_if_free(session: Session, conversation_id: str, by: Colleague, seen: int) -> None:
    """Have the conversation to write in it, where no person has it yet and it is not closed.

    Raises:
        Stale: if somebody was quicker.
    """
    if locked(session, conversation_id).state in {State.BOT, State.WAITING}:
        take_over(session, conversation_id, by, seen)


def write(session: Session, conversation_id: str, by: Colleague, text: str, client_id: str) -> Message:
    """Say something to the patient; the same text under the same id again says nothing twice.

    Raises:
        Stale: if somebody else has the conversation.
        NotPossible: if no person has it.
    """
    conversation = locked(session, conversation_id)
    said = session.scalar(select(Message).where(Message.conversation_id == conversation_id, Message.client_id == client_id))
    if said is not None and said.text == text:
        return said
    if conversation.state != State.HUMAN:
        raise NotPossible("write", State(conversation.state))
    if conversation.holder != by.id:
        raise stale(session, conversation)
    [message] = append(session, conversation_id, [Draft(text, sender="coordinator")])
    message.client_id = client_id if said is None else None  # a page that was sent twice with two texts says both
    message.author, message.author_role = by.name, by.role
    conversation.waiting_since = conversation.snoozed_until = None
    record(session, by.id, "case.written", conversation_id, seq=message.seq)
    note_read(session, conversation_id, message.seq, message.at)
    tell_of_reply(session, conversation_id, message.seq, message.at)
    return message


def hand_back(session: Session, conversation_id: str, by: Colleague, seen: int) -> None:
    """Let the assistant talk again. What the patient wrote since a person's last word becomes the assistant's to answer.

    Raises:
        Stale: if somebody was quicker.
        NotPossible: if no person has it.
        ReasonNeeded: if it is an emergency that nobody answered, and nobody said why that is right.
    """
    conversation = change(session, conversation_id, "hand_back", seen, holder=None, waiting_since=None, snoozed_until=None)
    why = _why(refuse_to_let_go(session, conversation_id, by.because), by)
    _give_to_the_assistant(session, conversation_id)
    _tell(session, conversation, "handed_back", by)
    record(session, by.id, "case.handed_back", conversation_id, **why)


def snooze(session: Session, conversation_id: str, by: Colleague, seen: int, until: datetime) -> None:
    """Put the conversation out of sight until a time, or until the patient writes. An emergency stays in sight.

    Raises:
        Stale: if somebody was quicker.
        NotPossible: if it is not open.
        OnlyMinutes: if it is an emergency, and would be put off for longer.
        ReasonNeeded: if it is one, and nobody said why it may wait.
    """
    change(session, conversation_id, "snooze", seen, snoozed_until=until)
    why = _why(refuse_to_put_off(session, conversation_id, until, by.because), by)
    record(session, by.id, "case.snoozed", conversation_id, until=until.isoformat(), **why)


def bring_back(session: Session, conversation_id: str, by: Colleague, seen: int) -> None:
    """Have a conversation in sight again that was put off.

    Raises:
        Stale: if somebody was quicker.
        NotPossible: if it is not open.
    """
    change(session, conversation_id, "bring_back", seen, snoozed_until=None)
    record(session, by.id, "case.brought_back", conversation_id)


def close(session: Session, conversation_id: str, by: Colleague, seen: int, outcome: Outcome) -> None:
    """End the case. If the patient writes again, the assistant answers.

    Raises:
        Stale: if somebody was quicker.
        NotPossible: if it is closed.
        ReasonNeeded: if it is an emergency that nobody answered, and nobody said why that is right.
    """
    conversation = change(
        session,
        conversation_id,
        "close",
        seen,
        outcome=outcome,
        closed_at=datetime.now(UTC),
        waiting_since=None,
        snoozed_until=None,
    )
    why = _why(refuse_to_let_go(session, conversation_id, by.because), by)
    close_handoffs(session, conversation_id)
    _tell(session, conversation, "closed", by)
    record(session, by.id, "case.closed", conversation_id, outcome=outcome, **why)


def _why(emergency: bool, by: Colleague) -> dict[str, str]:
    """What the audit log keeps of a reason: that about an emergency alone."""
    return {"emergency": by.because} if emergency else {}


def _give_to_the_assistant(session: Session, conversation_id: str) -> None:
    last = select(Message.seq).where(Message.conversation_id == conversation_id, Message.sender == "coordinator")
    spoken = session.scalar(last.order_by(Message.seq.desc()).limit(1)) or 0
    mine = Message.conversation_id == conversation_id
    replied = union(
        select(Message.reply_to).where(mine, Message.reply_to.is_not(None)),
        select(Message.said_with).where(mine, Message.said_with.is_not(None)),
    )
    session.execute(
        update(Message)
        .where(Message.conversation_id == conversation_id, Message.sender == "patient", Message.seq > spoken)
        .where(Message.seq.not_in(replied))
        .values(answered=False)
    )


def _tell(session: Session, conversation: Conversation, what: str, by: Colleague) -> None:
    to = {"to": "person", "name": by.name, "role": by.role} if what == "taken_over" else {"to": "assistant"}
    append(session, conversation.id, [Draft(said_by(by, what), kind="notice", sender="system", hands=to)])


def said_by(by: Colleague, what: str) -> str:
    """What a patient reads about something that somebody did, by its name in `said.yml`."""
    return str(getattr(_said(), what)).format(name=by.name, role=_said().roles.get(by.role, by.role), clinic=by.clinic)


def read_said(file: Path | None = None) -> Said:
    """Read the texts; by default those of the language that is spoken.

    Raises:
        SaidError: naming what is wrong.
    """
    return read_data(Said, file or text_file("desk/cases", "said.yml"), SaidError)


@cache
def _said() -> Said:
    return read_said()


__all__ = [
    "Colleague",
    "NobodyToAssign",
    "NotPossible",
    "OnlyMinutes",
    "Outcome",
    "ReasonNeeded",
    "Stale",
    "assign",
    "bring_back",
    "close",
    "hand_back",
    "said_by",
    "snooze",
    "take_over",
    "take_over_if_free",
    "write",
]
