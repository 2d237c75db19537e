"""Who has a conversation: the assistant, nobody yet, a person, or nobody any more. Every change of it is made here.

    bot ──handoff──▶ waiting ──take over──▶ human ──close──▶ closed ──the patient writes──▶ bot
     ◀────────────────── hand back ───────────┘

A change by a person names the revision that they saw. It is made if the conversation still has that revision, and refused
otherwise, with who has it now: nothing is overwritten that somebody has not seen.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, SessionTransaction

from desk.models import Conversation, Handoff, Message, User


class State(StrEnum):
    """Who has a conversation."""

    BOT = "bot"
    WAITING = "waiting"  # for a person; until one comes, the assistant goes on answering
    HUMAN = "human"  # the assistant is silent
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a case ended."""

    ANSWERED = "answered"
    APPOINTMENT = "appointment"
    SENT_ELSEWHERE = "sent_elsewhere"
    NO_REPLY = "no_reply"
    WITHDRAWN = "withdrawn"
    OTHER = "other"


_HELD = "held"  # where a session's info keeps what its transaction has locked

# From which state to which. What is not here cannot be done.
CHANGES: dict[str, dict[State, State]] = {
    "assign": {state: state for state in (State.BOT, State.WAITING, State.HUMAN)},
    "take_over": dict.fromkeys(State, State.HUMAN),
    "snooze": {State.WAITING: State.WAITING, State.HUMAN: State.HUMAN},
    "bring_back": {state: state for state in (State.BOT, State.WAITING, State.HUMAN)},
    "hand_back": {State.HUMAN: State.BOT},
    "note_call": {state: state for state in State},
    "close": dict.fromkeys((State.BOT, State.WAITING, State.HUMAN), State.CLOSED),
}


class Stale(Exception):
    """Somebody changed the conversation since it was looked at."""

    def __init__(self, state: State, holder: str | None, revision: int) -> None:
        """Say who has it now: its state, the name of its holder, and its revision."""
        super().__init__(f"{state}, {holder}, {revision}")
        self.state, self.holder, self.revision = state, holder, revision


class NotPossible(Exception):
    """This cannot be done with a conversation in that state, or only its holder may do it."""

    def __init__(self, change: str, state: State) -> None:
        """Name what was wanted, and the state that is in its way."""
        super().__init__(f"{change} in {state}")
        self.change, self.state = change, state


class Gone(Exception):
    """The conversation was deleted."""


class _Held(NamedTuple):
    """A conversation that a transaction has locked."""

    id: str
    transaction: SessionTransaction | None
    row: Conversation


def change(session: Session, conversation_id: str, name: str, seen: int, **values: Any) -> Conversation:
    """Make a person's change, if the conversation still is as they saw it.

    Args:
        session: a writing transaction.
        conversation_id: the conversation.
        name: one of `CHANGES`.
        seen: the revision that the person saw.
        values: further columns that change.

    Raises:
        Stale: if it has another revision now.
        NotPossible: if its state does not allow it.
        Gone: if it was deleted.
    """
    conversation = locked(session, conversation_id)
    if conversation.revision != seen:
        raise stale(session, conversation)
    state = State(conversation.state)
    if state not in CHANGES[name]:
        raise NotPossible(name, state)
    swapped = session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.revision == seen)
        .values(state=CHANGES[name][state], revision=seen + 1, **values)
        .returning(Conversation.id)
    ).first()
    session.refresh(conversation)
    if swapped is None:
        raise stale(session, conversation)
    return conversation


def locked(session: Session, conversation_id: str) -> Conversation:
    """The conversation as it is now, and until the transaction ends. SQLite's writers queue anyway.

    Raises:
        Gone: if it was deleted.
    """
    held: _Held | None = session.info.get(_HELD)
    if held and held.id == conversation_id and held.transaction is session.get_transaction() and held.row in session:
        return held.row  # nobody else can have changed it since
    found = session.get(Conversation, conversation_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise Gone
    session.info[_HELD] = _Held(conversation_id, session.get_transaction(), found)
    return found


def stale(session: Session, conversation: Conversation) -> Stale:
    """What to tell somebody who saw an older state."""
    name = session.scalar(select(User.name).where(User.id == conversation.holder)) if conversation.holder else None
    return Stale(State(conversation.state), name, conversation.revision)


def waits_for_nobody(conversation: Conversation) -> bool:
    """Whether no person has a conversation, and none is waited for."""
    return conversation.state in {State.BOT, State.CLOSED}


def handed_off(conversation: Conversation) -> None:
    """A handoff was opened, or asked for once more."""
    if waits_for_nobody(conversation):
        _move(conversation, State.WAITING)
    conversation.waiting_since = conversation.waiting_since or datetime.now(UTC)
    conversation.snoozed_until = None


def patient_wrote(conversation: Conversation) -> None:
    """A patient's message came: what was closed goes on, and what was put off is due again."""
    conversation.snoozed_until = None
    if conversation.state == State.CLOSED:
        conversation.holder = None
        _move(conversation, State.BOT)
    if conversation.state == State.HUMAN:
        conversation.waiting_since = conversation.waiting_since or datetime.now(UTC)


def left_to_a_person(session: Session, conversation: Conversation, seq: int) -> None:
    """The assistant kept silent about a patient's message, so a person is waited for, unless one has written since."""
    written = select(func.count()).where(
        Message.conversation_id == conversation.id, Message.seq > seq, Message.sender == "coordinator"
    )
    if not session.scalar(written):
        conversation.waiting_since = conversation.waiting_since or datetime.now(UTC)


def reopen_handoff(session: Session, conversation_id: str) -> Handoff | None:
    """Open a conversation's newest handoff again, if none of them is open; gives what was opened."""
    handoffs = list(
        session.scalars(select(Handoff).where(Handoff.conversation_id == conversation_id).order_by(Handoff.created_at.desc()))
    )
    if not handoffs or any(handoff.state == "open" for handoff in handoffs):
        return None
    handoffs[0].state = "open"
    return handoffs[0]


def close_handoffs(session: Session, conversation_id: str) -> None:
    """Close every handoff of a conversation."""
    session.execute(update(Handoff).where(Handoff.conversation_id == conversation_id).values(state="closed"))


def _move(conversation: Conversation, state: State) -> None:
    conversation.state = state
    conversation.revision += 1
    if state is not State.CLOSED:
        conversation.closed_at = conversation.outcome = None
