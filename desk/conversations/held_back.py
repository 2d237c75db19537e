"""Messages that were held back because of an emergency, so that nothing typed is lost and none alarms twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from desk.models import HeldBack, Intake, Message
from intake.record import Asking, HoldState, MessageHeld
from intake.sent import Sent, from_json
from language.normalise import normalised

REMEMBERED = timedelta(hours=12)  # after which the same words are new words: an emergency can come again
_SIGNS = re.compile(r"[\s.,;:!?…\"'“”‘’()-]+")


@dataclass(frozen=True)
class HeldMessage:
    """A message that was held back.

    Attributes:
        seq: its number.
        text: what the patient wrote.
        at: when it came.
        state: why it is held back.
        alarm: of one that is asked about: what a yes raises.
        field: the field that was open when it came.
        asking: what had been asked beside that.
        values: what was chosen beside the words.
    """

    seq: int
    text: str
    at: datetime
    state: HoldState
    alarm: dict[str, Any] | None
    field: str | None
    asking: Asking | None
    values: Sequence[Sent] = ()


def held_back(session: Session, conversation_id: str) -> list[HeldMessage]:
    """What is held back in a conversation, in order; what somebody of the clinic has replied to is left to them."""
    rows = session.execute(
        select(HeldBack, Message)
        .join(Message, (Message.conversation_id == HeldBack.conversation_id) & (Message.seq == HeldBack.message_seq))
        .where(HeldBack.conversation_id == conversation_id)
        .order_by(HeldBack.message_seq)
    )
    found = [_held(row, message) for row, message in rows]
    if not found:  # as nearly always
        return []
    spoken = select(func.max(Message.seq)).where(Message.conversation_id == conversation_id, Message.sender == "coordinator")
    last = session.scalar(spoken) or 0
    return [each for each in found if each.seq > last or each.state in {"read", "denied"}]


def hold(session: Session, conversation_id: str, seq: int, why: MessageHeld, asked: str | None) -> None:
    """Keep beside a message why it was not taken, and what it may have answered.

    Args:
        session: a writing transaction.
        conversation_id: the conversation.
        seq: the number of the message.
        why: the reason.
        asked: what had been asked beside the open field.
    """
    known = session.get(HeldBack, (conversation_id, seq))
    if known is not None:  # what it may have answered was noted when it came
        known.state = known.state if (known.state, why.state) == ("alarmed", "waited") else why.state
        return
    intake = session.get(Intake, conversation_id)
    field = intake.open_field if intake else None
    row = HeldBack(
        conversation_id=conversation_id, message_seq=seq, state=why.state, alarm=why.alarm, field=field, asking=asked
    )
    session.add(row)
    session.flush()


def change_held(session: Session, conversation_id: str, was: Sequence[HoldState], state: HoldState | None) -> None:
    """Let messages be held back for another reason; nothing: they are not any more."""
    mine = (HeldBack.conversation_id == conversation_id, HeldBack.state.in_(was))
    session.execute(delete(HeldBack).where(*mine) if state is None else update(HeldBack).where(*mine).values(state=state))


def let_go(session: Session, conversation_id: str) -> None:
    """Take nothing any more that was held back; what is known to be no emergency stays known."""
    waits = HeldBack.state.in_(["asked", "alarmed", "waited"])
    session.execute(delete(HeldBack).where(HeldBack.conversation_id == conversation_id, waits))


def held_fields(session: Session, conversation_id: str) -> set[int]:
    """The numbers of messages that came while a field of the intake was open, and may have answered it."""
    mine = (HeldBack.conversation_id == conversation_id, HeldBack.field.is_not(None))
    return set(session.scalars(select(HeldBack.message_seq).where(*mine)))


def same_text(held: Iterable[HeldMessage], text: str, states: frozenset[HoldState]) -> bool:
    """Whether a message says the same as one that is held in one of these states, and not too long ago."""
    words, since = _words(text), datetime.now(UTC) - REMEMBERED
    return any(each.state in states and each.at > since and _words(each.text) == words for each in held)


def _words(text: str) -> str:
    """A text without the differences that say nothing: capitals, spaces, signs at its end."""
    plain = normalised(text).casefold()
    return _SIGNS.sub(" ", plain).strip() or plain


def _held(row: HeldBack, message: Message) -> HeldMessage:
    state, asking = cast(HoldState, row.state), cast(Asking | None, row.asking)
    values = from_json(message.values)
    return HeldMessage(row.message_seq, message.text, message.at, state, row.alarm, row.field, asking, values)
