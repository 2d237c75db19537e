"""What people think of the assistant's answers: for the editors, and for measuring with `cordial kb eval`.

A patient's words are personal. Editors see the question masked; what is measured with is what the reviewer wrote down anew and
confirmed to tell nothing about the patient. What looks personal all the same is refused. See docs/decisions/0019 and 0037.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.cases.asked import masked_questions, names_told
from desk.conversations.intakes import intake_record
from desk.looked_for import words_of
from desk.masking.masking import Masker
from desk.models import Message, Review
from intake.record import IntakeRecord
from knowledge.answer import Answer

_EMAIL = re.compile(r"\S+@\S+\.\w")
_LONG_NUMBER = re.compile(r"\d(?:[ ./()-]?\d){5,}")  # a phone number, a date, a number of an insurance
_REFERENCE = re.compile(r"(?i)\bc-[0-9a-z]{4}-[0-9a-z]{4}\b")


class Verdict(StrEnum):
    """What somebody thinks of an answer."""

    RIGHT = "right"
    WRONG = "wrong"
    INCOMPLETE = "incomplete"
    SHOULD_HAVE_ANSWERED = "should_have_answered"


class NoAnswer(Exception):
    """That message is no answer of the assistant."""


class LooksPersonal(Exception):
    """A wording holds something that may tell who the patient is; `what` names it."""

    def __init__(self, what: str) -> None:
        """Say what was found."""
        super().__init__(what)
        self.what = what


class ArticleNeeded(Exception):
    """Nothing is known of what should have been said."""


@dataclass(frozen=True)
class Opinion:
    """What a reviewer says."""

    verdict: Verdict
    article: str | None = None  # that should have answered, or is missing
    wording: str | None = None  # the question without anything personal, confirmed


@dataclass(frozen=True)
class Reviewed:
    """A review as an editor sees it: nothing in it tells who the patient is."""

    id: int
    verdict: Verdict
    article: str | None
    wording: str | None
    at: datetime
    answer: Answer  # as it was given
    asked: str | None = None  # what the patient wrote, masked


def review(session: Session, conversation_id: str, seq: int, user_id: str, opinion: Opinion) -> None:
    """Keep what somebody thinks of an answer; the last opinion counts.

    Raises:
        NoAnswer: if there is no such answer.
        ArticleNeeded: if an answer is missing and no article is named.
        LooksPersonal: if the wording may tell who the patient is.
    """
    message = session.scalar(select(Message).where(Message.conversation_id == conversation_id, Message.seq == seq))
    if message is None or message.answer is None:
        raise NoAnswer
    if opinion.verdict in {Verdict.INCOMPLETE, Verdict.SHOULD_HAVE_ANSWERED} and not opinion.article:
        raise ArticleNeeded
    wording = " ".join((opinion.wording or "").split()) or None
    if wording:
        _refuse_personal(wording, intake_record(session, conversation_id))
    row = session.scalar(select(Review).where(Review.conversation_id == conversation_id, Review.message_seq == seq))
    if row is None:
        row = Review(conversation_id=conversation_id, message_seq=seq)
        session.add(row)
    row.verdict, row.article, row.wording = opinion.verdict, opinion.article, wording
    row.user_id, row.at = user_id, datetime.now(UTC)
    record(session, user_id, "answer.reviewed", conversation_id, seq=seq, verdict=opinion.verdict)


def all_reviews(
    session: Session, verdict: Verdict | None = None, most: int = 500, masker: Masker | None = None
) -> list[Reviewed]:
    """Every review, the newest first, without anything that tells who the patient is; with `masker`, what was asked, masked."""
    query = (
        select(Review, Message)
        .join(Message, (Message.conversation_id == Review.conversation_id) & (Message.seq == Review.message_seq))
        .order_by(Review.at.desc())
        .limit(most)
    )
    if verdict:
        query = query.where(Review.verdict == verdict)
    rows = [(row, message.answer) for row, message in session.execute(query) if message.answer]
    places = [(row.conversation_id, row.message_seq) for row, _ in rows]
    asked = masked_questions(session, places, masker) if masker else {}
    return [
        Reviewed(row.id, Verdict(row.verdict), row.article, row.wording, row.at, answer, question.text if question else None)
        for (row, answer), place in zip(rows, places, strict=True)
        for question in [asked.get(place)]
    ]


def wordings(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """What some reviews put the question into, where it is still there."""
    rows = session.scalars(select(Review).where(Review.id.in_(ids)))
    return {row.id: row.wording for row in rows if row.wording}


def evaluation_lines(reviews: list[Reviewed]) -> Iterator[dict[str, Any]]:
    """The reviews that have a wording, as questions for `cordial kb eval`."""
    for reviewed in reviews:
        if reviewed.wording:
            yield {"text": reviewed.wording, "articles": _articles(reviewed), "about": _about(reviewed)}


def quoted_articles(answer: Answer) -> list[str]:
    """The articles that an answer quotes, each once."""
    return list(dict.fromkeys(passage.article for passage in answer.passages))


def _articles(reviewed: Reviewed) -> list[str]:
    """What should answer: for a wrong answer without a better article, nothing should."""
    named = [reviewed.article] if reviewed.article else []
    if reviewed.verdict in {Verdict.RIGHT, Verdict.INCOMPLETE}:
        return list(dict.fromkeys([*quoted_articles(reviewed.answer), *named]))
    return named


def _about(reviewed: Reviewed) -> str | None:
    return reviewed.answer.about if reviewed.verdict is Verdict.RIGHT else None


def _refuse_personal(wording: str, intake: IntakeRecord) -> None:
    for what, pattern in (("e-mail", _EMAIL), ("number", _LONG_NUMBER), ("reference", _REFERENCE)):
        if pattern.search(wording):
            raise LooksPersonal(what)
    names = {word for told in names_told(intake) for word in words_of(told) if len(word) > 2}
    if names & words_of(wording):
        raise LooksPersonal("name")
