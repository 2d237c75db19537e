"""The alarms of a conversation, and what each of them rests on."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.models import Alarm
from intake.record import Urgent


def keep_alarm(session: Session, conversation_id: str, seq: int, urgent: Urgent | None) -> None:
    """Keep beside a message what its alarm rests on; what is urgent for another reason needs no words.

    Args:
        session: a writing transaction.
        conversation_id: the conversation.
        seq: the number of the message.
        urgent: what was found in it.
    """
    if urgent is None or urgent.rests_on is None or session.get(Alarm, (conversation_id, seq)) is not None:
        return
    why = urgent.rests_on
    row = Alarm(
        conversation_id=conversation_id, message_seq=seq, level=urgent.level, group=urgent.group, rule=why.rule, how=why.how
    )
    row.words = list(why.words)
    session.add(row)


def alarms_of(session: Session, conversation_id: str) -> Sequence[Alarm]:
    """The alarms of a conversation, in order."""
    mine = select(Alarm).where(Alarm.conversation_id == conversation_id).order_by(Alarm.message_seq)
    return session.scalars(mine).all()
