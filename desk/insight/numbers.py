"""Numbers about what patients ask and how they are helped. Counted in the database, in the clinic's days, without any words.

A section or article that fewer than `FEW` conversations touched is not shown by itself: in a small clinic such a line could
tell who it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import ScalarSelect, Select, case, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from desk.insight.period import Period
from desk.models import AnswerFact, Conversation, Feedback, Handoff, Intake, Message

FEW = 3  # conversations
LEFT_AFTER = timedelta(hours=24)  # an intake in which nothing was written for so long counts as left
_MOST = 100  # lines of a table
_FACT_OF_FEEDBACK = (AnswerFact.conversation_id == Feedback.conversation_id) & (AnswerFact.message_seq == Feedback.message_seq)


@dataclass(frozen=True)
class StepCounts:
    """What happened in one step of a period."""

    first: date
    conversations: int
    handoffs: int
    answered: int
    clarify: int
    abstained: int


@dataclass(frozen=True)
class Waits:
    """How long patients waited for the first words of a person."""

    handoffs: int
    replied: int  # of these
    median: timedelta | None
    p90: timedelta | None  # nine of ten waited no longer


@dataclass(frozen=True)
class IntakeEnds:
    """How the intakes stand that were last changed in a period."""

    begun: int
    sent: int
    under_way: int
    left: dict[str, int]  # by the field that was asked last


@dataclass(frozen=True)
class Asked:
    """How often a section was the first that was quoted; no article: all that are too few to be shown."""

    article: str | None
    section: str | None
    conversations: int
    answers: int


@dataclass(frozen=True)
class Helpful:
    """What patients thought of the answers from an article; no article: all that are too few to be shown."""

    article: str | None
    helpful: int
    not_helpful: int


def by_step(session: Session, period: Period) -> list[StepCounts]:
    """Conversations, handoffs and answers, step by step."""
    conversations = _in_steps(session, period, Conversation.started_at)
    handoffs = _in_steps(session, period, Handoff.created_at)
    steps = [
        select(literal(number).label("step"), AnswerFact.status, func.count())
        .where(AnswerFact.at >= step.start, AnswerFact.at < step.end)
        .group_by(AnswerFact.status)
        for number, step in enumerate(period.steps())
    ]
    answers = {(row[0], row[1]): row[2] for row in session.execute(union_all(*steps))}
    return [
        StepCounts(
            step.first,
            conversations[number],
            handoffs[number],
            *(answers.get((number, status), 0) for status in ("answered", "clarify", "abstained")),
        )
        for number, step in enumerate(period.steps())
    ]


def first_replies(session: Session, period: Period) -> Waits:
    """The time from a handoff to the first message of a coordinator."""
    replied = (
        select(func.min(Message.at))
        .where(
            Message.conversation_id == Handoff.conversation_id,
            Message.sender == "coordinator",
            Message.at >= Handoff.created_at,
        )
        .scalar_subquery()
    )
    rows = session.execute(_within(select(Handoff.created_at, replied), Handoff.created_at, period)).all()
    waits = sorted(reply - created for created, reply in rows if reply is not None)
    return Waits(len(rows), len(waits), _rank(waits, 0.5), _rank(waits, 0.9))


def intake_ends(session: Session, period: Period, now: datetime | None = None) -> IntakeEnds:
    """How far the intakes came that were last changed in a period; a stopped or left one counts at the field asked last."""
    long_ago = (now or datetime.now(UTC)) - LEFT_AFTER
    gone = (Intake.status == "in_progress") & (Intake.updated_at < long_ago)
    status, field = case((gone, "left"), else_=Intake.status), case((gone, Intake.open_field))
    begun = _within(select(status, field, func.count()).select_from(Intake), Intake.updated_at, period)
    counted = session.execute(begun.where(Intake.status != "none").group_by(status, field)).all()
    stopped = _within(select(_asked_last()).select_from(Intake), Intake.updated_at, period)
    left = Counter(session.scalars(stopped.where(Intake.status == "stopped")))
    by_status: Counter[str] = Counter()
    for ended, open_field, number in counted:
        by_status[ended] += number
        left[open_field] += number if ended == "left" else 0
    sent = by_status["completed"] + by_status["amended"]
    named = {name: number for name, number in left.items() if name and number}
    return IntakeEnds(by_status.total(), sent, by_status["in_progress"], named)


def most_asked(session: Session, period: Period) -> list[Asked]:
    """The sections that were quoted first, those of most conversations at the top."""
    people = func.count(AnswerFact.conversation_id.distinct())
    query = select(AnswerFact.article, AnswerFact.section, people, func.count()).where(AnswerFact.status == "answered")
    rows = session.execute(
        _within(query, AnswerFact.at, period)
        .group_by(AnswerFact.article, AnswerFact.section)
        .order_by(people.desc(), AnswerFact.article)
    ).all()
    shown = [Asked(*row) for row in rows if row[2] >= FEW][:_MOST]
    few = [row for row in rows if row[2] < FEW]
    return [*shown, Asked(None, None, sum(row[2] for row in few), sum(row[3] for row in few))] if few else shown


def how_helpful(session: Session, period: Period) -> list[Helpful]:
    """What patients said of answers in a period, by the article that was quoted first; the least helpful at the top."""
    yes = func.sum(case((Feedback.helpful, 1), else_=0))
    people = func.count(Feedback.conversation_id.distinct())
    query = (
        select(AnswerFact.article, yes, func.count() - yes, people).select_from(Feedback).join(AnswerFact, _FACT_OF_FEEDBACK)
    )
    rows = session.execute(
        _within(query.where(AnswerFact.article.is_not(None)), Feedback.at, period)
        .group_by(AnswerFact.article)
        .order_by((func.count() - yes).desc(), AnswerFact.article)
    ).all()
    shown = [Helpful(row[0], row[1], row[2]) for row in rows if row[3] >= FEW]
    few = [row for row in rows if row[3] < FEW]
    return [*shown, Helpful(None, sum(row[1] for row in few), sum(row[2] for row in few))] if few else shown


def _asked_last() -> ScalarSelect[str | None]:
    """The field that was asked last in an intake's conversation; a stopped intake has no open one."""
    return (
        select(Message.asked)
        .where(Message.conversation_id == Intake.conversation_id, Message.kind == "question")
        .order_by(Message.seq.desc())
        .limit(1)
        .scalar_subquery()
    )


def _in_steps(session: Session, period: Period, at: InstrumentedAttribute[datetime]) -> list[int]:
    counts = [
        select(literal(number), func.count()).where(at >= step.start, at < step.end)
        for number, step in enumerate(period.steps())
    ]
    found = {row[0]: row[1] for row in session.execute(union_all(*counts))}
    return [found[number] for number in range(len(counts))]


def _within(query: Select[Any], at: InstrumentedAttribute[datetime], period: Period) -> Select[Any]:
    return query.where(at >= period.start, at < period.end)


def _rank(waits: Sequence[timedelta], share: float) -> timedelta | None:
    return waits[max(0, ceil(share * len(waits)) - 1)] if waits else None
