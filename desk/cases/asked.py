"""Patients' questions as people may see them who see no cases: masked, and none of whoever withdrew the consent.

What was an answer to the intake is left out, too, also one that was not understood: it was told for the care of that patient.
Nothing masked is stored; it is made anew whenever it is shown, so that an erased conversation is gone from here as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session, aliased, load_only

from desk.conversations.intakes import intake_record
from desk.conversations.log import REMOVED, to_the_intake
from desk.conversations.own_data import withdrawn_among
from desk.masking.masking import Masker
from desk.models import Intake, IntakeAnswer, Message
from intake.fields import the_intake
from intake.record import IntakeRecord

Place = tuple[str, int]  # a conversation and the number of an answer in it
_AT_ONCE = 400  # places of one query


@dataclass(frozen=True)
class MaskedQuestion:
    """What a patient asked, as it is shown."""

    place: Place  # of the message that asks
    text: str


def masked_questions(session: Session, answers: Sequence[Place], masker: Masker) -> dict[Place, MaskedQuestion]:
    """The questions to which some answers were given, by the places of the answers; without those that nobody may see here."""
    asked = list(_questions(session, answers))
    conversations = sorted({message.conversation_id for message, _ in asked})
    hidden = withdrawn_among(session, conversations)
    told, typed = _answers_of_the_intake(session, conversations), _typed_to_the_intake(session, conversations)
    names: dict[str, frozenset[str]] = {}
    found = {}
    for message, reply in asked:
        mine = (message.conversation_id, message.seq)
        if message.conversation_id in hidden or mine in told or (mine in typed and not _answers(reply)):
            continue
        known = names.setdefault(message.conversation_id, _names_in_the_intake(session, message.conversation_id))
        text = masker.mask(" ".join(message.text.split()), known)
        found[reply.conversation_id, reply.seq] = MaskedQuestion(mine, text)
    return found


def names_told(intake: IntakeRecord) -> frozenset[str]:
    """What an intake holds of names: the patient's, and of who answers for them."""
    given = the_intake().by_role(intake.answers)
    told = [answer for role in ("name", "guardian_name") if (answer := given.get(role)) and not answer.skipped]
    return frozenset(f"{answer.said} {answer.value or ''}" for answer in told)


def _questions(session: Session, answers: Sequence[Place]) -> Iterable[tuple[Message, Message]]:
    """The messages that were answered, with the answers, where they are still there and can be opened."""
    reply, asked = aliased(Message), aliased(Message)
    for first in range(0, len(answers), _AT_ONCE):
        query = (
            select(asked, reply)
            .select_from(reply)
            .join(asked, (asked.conversation_id == reply.conversation_id) & (asked.seq == reply.reply_to))
            .where(tuple_(reply.conversation_id, reply.seq).in_(answers[first : first + _AT_ONCE]))
            .where(asked.sender == "patient", asked.kind != REMOVED)
        )
        for message, answered in session.execute(query):
            if message.readable:
                yield message, answered


def _answers_of_the_intake(session: Session, conversations: Sequence[str]) -> set[Place]:
    query = select(IntakeAnswer.conversation_id, IntakeAnswer.message_seq).where(
        IntakeAnswer.conversation_id.in_(conversations)
    )
    return {(row[0], row[1]) for row in session.execute(query)}


def _typed_to_the_intake(session: Session, conversations: Sequence[str]) -> set[Place]:
    """What was written where the intake had asked something, whether it was understood or not."""
    query = (
        select(Message)
        .join(Intake, Intake.conversation_id == Message.conversation_id)
        .where(Message.conversation_id.in_(conversations))
        .order_by(Message.conversation_id, Message.seq)
        .options(load_only(Message.conversation_id, Message.seq, Message.sender, Message.kind, Message.asked))
    )
    logs = groupby(session.scalars(query), key=lambda message: message.conversation_id)
    return {(conversation, seq) for conversation, log in logs for seq in to_the_intake(log)}


def _answers(reply: Message) -> bool:
    """Whether a question was answered; what was an answer itself never is."""
    return reply.answer is not None and reply.answer.status == "answered"


def _names_in_the_intake(session: Session, conversation_id: str) -> frozenset[str]:
    return names_told(intake_record(session, conversation_id)) if session.get(Intake, conversation_id) else frozenset()
