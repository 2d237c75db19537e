"""What patients asked in vain: masked, gathered by what it means, with the sections that come nearest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.cases.asked import Place, masked_questions
from desk.cases.reviews import Verdict
from desk.insight.numbers import FEW
from desk.insight.period import Period
from desk.masking.masking import masker_of
from desk.models import AnswerFact, Feedback, Review
from knowledge.library import Library

NEAR = 0.6  # cosine of two questions that ask for about the same
MOST = 400  # newest questions that are looked at; embedding them takes seconds
_SECTIONS = 2
_BRACKETS = re.compile(r"\[[^\]]*\]")

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]


class Why(StrEnum):
    """How a question is known to have been asked in vain."""

    UNANSWERED = "unanswered"
    NOT_HELPFUL = "not_helpful"  # the patient said so
    REVIEWED = "reviewed"  # somebody of the clinic found the answer wrong or incomplete


@dataclass(frozen=True)
class Asked:
    """A question as it is shown, and where it comes from."""

    conversation_id: str
    text: str
    at: datetime
    why: frozenset[Why]


@dataclass(frozen=True)
class Group:
    """Questions near to each other; the first is the one that is nearest to all of them."""

    questions: list[Asked]
    conversations: int


@dataclass(frozen=True)
class Near:
    """A section that comes near to a question."""

    article: str
    title: str
    section: str
    heading: str

    @property
    def url(self) -> str:
        """Where it is read."""
        return f"/library/articles/{self.article}#{self.section}"


@dataclass(frozen=True)
class Line:
    """One group as it is listed: nothing in it leads to a conversation."""

    text: str
    others: list[str]
    asked: int
    conversations: int
    newest: date
    by_week: bool  # whether `newest` is the Monday of a week: few asked it, and the day might tell who
    why: dict[Why, int]
    near: list[Near]


def lines(session: Session, period: Period, library: Library, encode: Encode) -> list[Line]:
    """What was asked in vain in a period, what most conversations asked first."""
    asked = asked_in_vain(session, period, library)
    vectors = encode([_searched(one.text) for one in asked])
    return [_line(group, period.zone, library) for group in grouped(asked, vectors)]


def asked_in_vain(session: Session, period: Period, library: Library, most: int = MOST) -> list[Asked]:
    """The newest questions without an answer, or with one that somebody did not find good."""
    reasons: dict[Place, set[Why]] = {}
    times: dict[Place, datetime] = {}
    for place, at, why in _in_vain(session, period, most):
        reasons.setdefault(place, set()).add(why)
        times[place] = max(at, times.get(place, at))
    newest = sorted(times, key=lambda place: (times[place], place), reverse=True)[:most]
    found = masked_questions(session, newest, masker_of(library))
    told: dict[Place, Asked] = {}
    for answer in newest:
        if (question := found.get(answer)) is None:
            continue
        before = told.get(question.place)
        every_reason = frozenset(reasons[answer]) | (before.why if before else frozenset())
        at = max(times[answer], before.at) if before else times[answer]
        told[question.place] = Asked(question.place[0], question.text, at, every_reason)
    return list(told.values())


def grouped(questions: Sequence[Asked], vectors: npt.NDArray[np.float32]) -> list[Group]:
    """Groups of near questions, those of most conversations first.

    The question with most others near it takes them with it; then the same with the rest, until nothing is left. The same
    questions in the same order give the same groups.

    Args:
        questions: what was asked.
        vectors: their unit vectors, in the same order.
    """
    near = vectors @ vectors.T
    free = np.ones(len(questions), dtype=bool)
    groups = []
    while free.any():
        counts = ((near >= NEAR) & free[None, :]).sum(axis=1)
        leader = int(np.where(free, counts, -1).argmax())
        members = np.flatnonzero((near[leader] >= NEAR) & free & (np.arange(len(questions)) != leader))
        members = members[np.argsort(-near[leader][members], kind="stable")]
        free[members] = False
        free[leader] = False
        chosen = [questions[leader], *(questions[int(number)] for number in members)]
        groups.append(Group(chosen, len({one.conversation_id for one in chosen})))
    return sorted(groups, key=lambda group: (-group.conversations, -len(group.questions)))


def _in_vain(session: Session, period: Period, most: int) -> Iterator[tuple[Place, datetime, Why]]:
    """The places of answers that were none or not good, with when that was."""
    bad = [verdict.value for verdict in Verdict if verdict is not Verdict.RIGHT]
    for why, table, in_vain in (
        (Why.UNANSWERED, AnswerFact, AnswerFact.status == "abstained"),
        (Why.NOT_HELPFUL, Feedback, Feedback.helpful.is_(False)),
        (Why.REVIEWED, Review, Review.verdict.in_(bad)),
    ):
        query = select(table.conversation_id, table.message_seq, table.at).where(
            in_vain, table.at >= period.start, table.at < period.end
        )
        for conversation, seq, at in session.execute(query.order_by(table.at.desc()).limit(most)):
            yield (conversation, seq), at, why


def _line(group: Group, zone: ZoneInfo, library: Library) -> Line:
    texts = dict.fromkeys(one.text for one in group.questions)
    first, *rest = sorted(
        texts, key=lambda text: len(_BRACKETS.findall(text))
    )  # what had least to be masked is read most easily
    newest = max(one.at for one in group.questions).astimezone(zone).date()
    few = group.conversations < FEW
    why = Counter(reason for one in group.questions for reason in one.why)
    return Line(
        text=first,
        others=rest,
        asked=len(group.questions),
        conversations=group.conversations,
        newest=newest - timedelta(days=newest.weekday()) if few else newest,
        by_week=few,
        why={reason: why[reason] for reason in Why if why[reason]},
        near=_nearest(library, first),
    )


def _nearest(library: Library, text: str) -> list[Near]:
    """The sections that a question comes nearest to."""
    generation = library.generation
    names = {(one.article, one.section): (one.title, one.heading) for one in generation.passages}
    sections = dict.fromkeys((each.article, each.section) for each in library.explain(_searched(text))[0].candidates)
    known = [section for section in sections if section in names][:_SECTIONS]
    return [Near(article, names[article, section][0], section, names[article, section][1]) for article, section in known]


def without_masks(text: str) -> str:
    """A masked text without what stands in brackets for something personal."""
    return " ".join(_BRACKETS.sub(" ", text).split())


def _searched(text: str) -> str:
    """A masked text without the words in brackets, which say nothing about what is asked."""
    return without_masks(text) or text
