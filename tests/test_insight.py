"""The numbers are right, in the clinic's days, and tell nobody who it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from desk.conversations.log import Draft, start_conversation, store_patient_message, store_turn
from desk.database import Database
from desk.insight.numbers import Asked, Helpful, by_step, first_replies, how_helpful, intake_ends, most_asked
from desk.insight.period import Period, last_days
from desk.models import AnswerFact, Conversation, Feedback, Handoff, Intake, Message
from intake.record import Effect, FieldAsked, IntakeStopped
from knowledge.answer import ABSTAINED, Answer, Quote
from web.console.charts import stacked

VILNIUS = ZoneInfo("Europe/Vilnius")
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), VILNIUS)


def answer(article: str | None) -> Answer:
    """An answer that quotes an article; without one there was none."""
    if article is None:
        return ABSTAINED
    quote = Quote(article=article, version=1, title="", heading=f"About {article}", quote="So.", start=0, end=3, url="/")
    return ABSTAINED.model_copy(update={"status": "answered", "passages": [quote]})


def chat(database: Database, question: str, article: str | None, at: datetime = NOON, helpful: bool | None = None) -> str:
    """A conversation with one question, at some time."""
    with database.write() as session:
        name = start_conversation(session, [Draft("Hello.")])[0].id
        seq = store_patient_message(session, name, f"id-{name}", question).seq
        [reply] = store_turn(session, name, seq, [Draft("…", kind="answer", answer=answer(article))], [])
        if helpful is not None:
            session.add(Feedback(conversation_id=name, message_seq=reply.seq, helpful=helpful, at=at))
        session.execute(update(Conversation).where(Conversation.id == name).values(started_at=at))
        for table in (Message, AnswerFact):
            session.execute(update(table).where(table.conversation_id == name).values(at=at))
    return name


def test_a_day_is_a_day_of_the_clinic(database: Database) -> None:
    late = datetime(2026, 11, 9, 22, 30, tzinfo=UTC)  # half past midnight in Vilnius
    chat(database, "Does it work?", "does-it-work", late)
    with database.read() as session:
        days = {one.first: one for one in by_step(session, NOVEMBER)}
    assert len(days) == 30
    assert (days[date(2026, 11, 10)].conversations, days[date(2026, 11, 10)].answered) == (1, 1)
    assert sum(one.conversations for one in days.values()) == 1


def test_what_happens_at_midnight_belongs_to_the_day_that_begins(database: Database) -> None:
    midnight = datetime(2026, 11, 9, 22, 0, tzinfo=UTC)
    for at in (midnight - timedelta(microseconds=1), midnight, midnight + timedelta(hours=1)):
        name = chat(database, "Does it work?", "does-it-work", at)
        with database.write() as session:
            session.add(Handoff(reference=f"C-{at.timestamp()}", conversation_id=name, reason="asked", created_at=at))
    with database.read() as session:
        days = [(one.first.day, one.conversations, one.handoffs, one.answered) for one in by_step(session, NOVEMBER)]
    assert [day for day in days if any(day[1:])] == [(9, 1, 1, 1), (10, 2, 2, 2)]


def test_the_days_on_which_clocks_change_are_whole() -> None:
    steps = Period(date(2026, 3, 28), date(2026, 3, 30), VILNIUS).steps()
    assert [(step.end - step.start).total_seconds() / 3600 for step in steps] == [24, 23, 24]
    assert [one.end for one in steps[:-1]] == [other.start for other in steps[1:]]


@pytest.mark.parametrize(("days", "each", "most"), [(7, "day", 7), (92, "day", 92), (93, "week", 15), (800, "month", 28)])
def test_steps_grow_with_the_period(days: int, each: str, most: int) -> None:
    period = last_days(days, VILNIUS, NOON)
    assert period.each == each
    assert len(period.steps()) <= most
    assert (period.steps()[0].start, period.steps()[-1].end) == (period.start, period.end)


def test_waits_are_counted_from_the_handoff_to_the_first_words_of_a_person(database: Database) -> None:
    for number, minutes in enumerate([10, 20, 30, 400, None]):
        name = chat(database, "I want a person", None)
        with database.write() as session:
            session.add(Handoff(reference=f"C-{number}", conversation_id=name, reason="asked", created_at=NOON))
            for after in (-60, minutes, 900) if minutes else ():
                row = {"conversation_id": name, "seq": 1000 + after, "at": NOON + timedelta(minutes=after)}
                session.add(Message(**row, sender="coordinator", kind="text", text="Hello", buttons=[]))
    with database.read() as session:
        waits = first_replies(session, NOVEMBER)
    assert (waits.handoffs, waits.replied) == (5, 4)
    assert (waits.median, waits.p90) == (timedelta(minutes=20), timedelta(minutes=400))


def test_an_intake_is_left_at_the_field_that_was_asked_last(database: Database) -> None:
    def at_field(effects: list[Effect], updated: datetime, status: str | None = None) -> None:
        name = chat(database, "Start the intake", None)
        with database.write() as session:
            seq = store_patient_message(session, name, "go", "Go").seq
            store_turn(
                session, name, seq, [Draft("Which medicines?", kind="question", question={"field": "medicines"})], effects
            )  # type: ignore[arg-type]
            values = {"updated_at": updated, **({"status": status} if status else {})}
            session.execute(update(Intake).where(Intake.conversation_id == name).values(**values))

    at_field([FieldAsked(field="medicines"), IntakeStopped()], NOON)
    at_field([FieldAsked(field="condition")], NOON - timedelta(hours=30))
    at_field([FieldAsked(field="condition")], NOON - timedelta(hours=2))
    at_field([FieldAsked(field="condition")], NOON, "completed")
    with database.read() as session:
        ends = intake_ends(session, NOVEMBER, NOON)
    assert (ends.begun, ends.sent, ends.under_way) == (4, 1, 1)
    assert ends.left == {"medicines": 1, "condition": 1}


def test_what_few_asked_is_counted_together(database: Database) -> None:
    for article, count in (("safety", 3), ("rare-illness", 2), ("cost", 1)):
        for _ in range(count):
            chat(database, "?", article)
    with database.read() as session:
        assert most_asked(session, NOVEMBER) == [Asked("safety", "About safety", 3, 3), Asked(None, None, 3, 3)]


def test_helpful_or_not_is_by_article_and_hides_what_few_said(database: Database) -> None:
    for article, helpful in [("safety", True), ("safety", True), ("safety", False), ("cost", False)]:
        chat(database, "?", article, helpful=helpful)
    with database.read() as session:
        assert how_helpful(session, NOVEMBER) == [Helpful("safety", 2, 1), Helpful(None, 0, 1)]


def test_only_the_period_counts(database: Database) -> None:
    chat(database, "?", "safety", datetime(2026, 10, 31, 21, 59, tzinfo=UTC))
    chat(database, "?", "safety", datetime(2026, 11, 30, 22, 0, tzinfo=UTC))
    with database.read() as session:
        assert not any(one.conversations or one.answered for one in by_step(session, NOVEMBER))
        assert most_asked(session, NOVEMBER) == []


def test_a_chart_shows_every_number_within_its_frame() -> None:
    chart = stacked([f"{day} Nov" for day in range(1, 31)], [[day for day in range(30)], [1] * 30])
    assert len(chart.bars) == 29 + 30
    assert len(chart.across) <= 6
    assert [tick.text for tick in chart.up] == ["0", "10", "20", "30", "40"]
    assert all(chart.left <= bar.x and bar.x + bar.width <= chart.right and bar.y >= 0 for bar in chart.bars)
    assert stacked([], [[]]).bars == []
