"""Questions that the library had no answer to, gathered by nearness, so that editors see what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from desk.insight.numbers import FEW
from desk.insight.period import Period
from desk.models import AnswerFact, Message

NEAR = 0.6  # cosine of two questions that ask for about the same
MOST = 400  # newest questions that are looked at; embedding them takes seconds


@dataclass(frozen=True)
class Unanswered:
    """A question as a patient wrote it."""

    conversation_id: str
    text: str


@dataclass(frozen=True)
class Group:
    """Questions near to each other; the first is the one that is nearest to all of them."""

    questions: list[Unanswered]
    conversations: int


def unanswered_questions(session: Session, period: Period, most: int = MOST) -> list[Unanswered]:
    """The newest messages to which the reply was that there is no reviewed answer."""
    reply, asked = aliased(Message), aliased(Message)
    query = (
        select(asked)
        .select_from(AnswerFact)
        .join(reply, (reply.conversation_id == AnswerFact.conversation_id) & (reply.seq == AnswerFact.message_seq))
        .join(asked, (asked.conversation_id == reply.conversation_id) & (asked.seq == reply.reply_to))
        .where(AnswerFact.status == "abstained", AnswerFact.at >= period.start, AnswerFact.at < period.end)
        .order_by(AnswerFact.at.desc())
        .limit(most)
    )
    return [Unanswered(message.conversation_id, message.text) for message in session.scalars(query) if message.readable]


def grouped(questions: Sequence[Unanswered], vectors: npt.NDArray[np.float32], few: int = FEW) -> list[Group]:
    """Groups of near questions, the largest first. What fewer than `few` conversations asked is left out.

    The question with most others near it takes them with it; then the same with the rest, until nothing large enough is left.
    A question of one patient alone could tell who it was, so it is in no group.

    Args:
        questions: what was asked.
        vectors: their unit vectors, in the same order.
        few: the smallest number of different conversations in a group.
    """
    near = vectors @ vectors.T
    free = np.ones(len(questions), dtype=bool)
    groups = []
    while free.any():
        counts = ((near >= NEAR) & free[None, :]).sum(axis=1)
        leader = int(np.where(free, counts, -1).argmax())
        members = np.flatnonzero((near[leader] >= NEAR) & free)
        members = members[np.argsort(-near[leader][members], kind="stable")]
        free[members] = False
        free[leader] = False  # also where it is near to nothing, not even to itself
        chosen = [questions[int(number)] for number in members]
        people = len({question.conversation_id for question in chosen})
        if people >= few:
            groups.append(Group(chosen, people))
    return sorted(groups, key=lambda group: -group.conversations)
