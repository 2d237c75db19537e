"""A coordinator sees first who needs them first, and finds whom they look for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from desk.cases.queue import Desk, Filters, Queue, View, look
from desk.cases.taking_over import assign, bring_back, close, hand_back, snooze, take_over, write
from desk.conversations.own_data import withdraw_consent
from desk.conversations.states import Outcome
from desk.database import Database
from desk.models import Conversation, Handoff
from desk.working_hours import due_at, is_open, is_overdue, next_opening, overdue_before
from intake.clinic import Hours
from intake.record import IntakeAmended, IntakeCompleted
from tests.support.records import answers, asks_for_a_person, colleague, conversation, says

pytestmark = pytest.mark.both_databases

WEEK = Hours(
    zone="Europe/Vilnius",
    open={day: ["09:00-17:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")},  # type: ignore[misc]
    closed_on=[date(2026, 12, 25)],
    target_minutes=480,
)
ALWAYS = Hours(zone="UTC", target_minutes=60)


def queue(database: Database, me: str = "", hours: Hours = ALWAYS, **filters: object) -> Queue:
    """The queue as it is now."""
    with database.read() as session:
        return look(session, Filters(**filters), Desk(me, hours, datetime.now(UTC)))  # type: ignore[arg-type]


def references(found: Queue) -> list[str]:
    """Who is in it, in order."""
    return [row.handoff.reference for row in found.rows]


def age(database: Database, conversation_id: str, minutes: int) -> None:
    """Let somebody have waited for so long."""
    with database.write() as session:
        session.get_one(Conversation, conversation_id).waiting_since = datetime.now(UTC) - timedelta(minutes=minutes)


def test_emergencies_come_first_then_today_then_overdue_then_who_waited_longest(database: Database) -> None:
    with database.write() as session:
        ids = {
            "C-AAAA-0001": conversation(session, "hello", effects=asks_for_a_person("C-AAAA-0001")),
            "C-AAAA-0002": conversation(session, "hello", effects=asks_for_a_person("C-AAAA-0002")),
            "C-AAAA-0003": conversation(session, "hello", effects=asks_for_a_person("C-AAAA-0003")),
            "C-AAAA-0004": conversation(session, "fever", effects=asks_for_a_person("C-AAAA-0004", "urgent")),
            "C-AAAA-0005": conversation(session, "chest pain", effects=asks_for_a_person("C-AAAA-0005", "emergency")),
        }
    for reference, minutes in {"C-AAAA-0001": 10, "C-AAAA-0002": 20, "C-AAAA-0003": 61, "C-AAAA-0004": 1}.items():
        age(database, ids[reference], minutes)
    found = queue(database)
    assert references(found) == ["C-AAAA-0005", "C-AAAA-0004", "C-AAAA-0003", "C-AAAA-0002", "C-AAAA-0001"]
    assert [row.overdue for row in found.rows] == [False, False, True, False, False]
    assert found.counts[View.OVERDUE] == 1
    assert references(queue(database, view=View.OVERDUE)) == ["C-AAAA-0003"]


def test_an_alarm_is_overdue_after_half_an_hour_at_any_time_of_day(database: Database) -> None:
    with database.write() as session:
        for number, level in ((1, None), (2, "urgent"), (3, "emergency")):
            one = conversation(session, "hello", effects=asks_for_a_person(f"C-AAAA-000{number}", level))
            minutes = 29 if level == "urgent" else 31
            session.get_one(Conversation, one).waiting_since = datetime.now(UTC) - timedelta(minutes=minutes)
    rarely = Hours(open={"monday": ["09:00-09:01"]}, target_minutes=480)
    found = queue(database, hours=rarely)
    assert {row.handoff.reference: row.overdue for row in found.rows} == {
        "C-AAAA-0001": False,
        "C-AAAA-0002": False,
        "C-AAAA-0003": True,
    }
    assert found.counts[View.OVERDUE] == 1
    assert references(queue(database, hours=rarely, view=View.OVERDUE)) == ["C-AAAA-0003"]
    [late] = [row for row in found.rows if row.overdue]
    assert late.due is not None
    assert late.due < datetime.now(UTC), "it was due half an hour after it came"


def test_the_notices_and_the_queue_agree_on_what_is_overdue() -> None:
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    for hours_ago in range(96):
        since = now - timedelta(hours=hours_ago)
        for urgent in (False, True):
            late = is_overdue(WEEK, since, now, urgent)
            assert late is (since <= overdue_before(WEEK, now, urgent)) is (due_at(WEEK, since, urgent) <= now)


def test_who_was_written_to_does_not_wait_and_who_writes_back_waits_again(database: Database) -> None:
    with database.write() as session:
        ana = colleague(session)
        one = conversation(session, "hello", effects=asks_for_a_person("C-AAAA-0001"))
        take_over(session, one, ana, session.get_one(Conversation, one).revision)
        assert session.get_one(Conversation, one).waiting_since is not None, "nobody has written yet"
        write(session, one, ana, "Good morning.", "id-1")
        session.refresh(session.get_one(Conversation, one))
        assert session.get_one(Conversation, one).waiting_since is None
        says(session, one, "Thank you, and my other question?")
        assert session.get_one(Conversation, one).waiting_since is not None


def test_the_views_show_whose_cases_they_are_and_count_them(database: Database) -> None:
    with database.write() as session:
        ana, ben = colleague(session), colleague(session, "Ben Example")
        ids = [conversation(session, "hello", effects=asks_for_a_person(f"C-AAAA-000{n}")) for n in range(5)]
        revision = session.get_one(Conversation, ids[0]).revision
        take_over(session, ids[0], ana, revision)
        assign(session, ids[1], ana, revision, ben.id)
        snooze(session, ids[2], ana, revision, datetime.now(UTC) + timedelta(hours=1))
        close(session, ids[3], ana, revision, Outcome.ANSWERED)
    assert references(queue(database, ana.id, view=View.MINE)) == ["C-AAAA-0000"]
    assert references(queue(database, ben.id, view=View.MINE)) == ["C-AAAA-0001"]
    assert references(queue(database, view=View.UNASSIGNED)) == ["C-AAAA-0004"]
    assert references(queue(database, view=View.SNOOZED)) == ["C-AAAA-0002"]
    assert references(queue(database, view=View.CLOSED)) == ["C-AAAA-0003"]
    assert len(queue(database, view=View.ALL).rows) == 5
    counts = queue(database, ana.id).counts
    assert [counts[view] for view in (View.OPEN, View.MINE, View.UNASSIGNED, View.SNOOZED, View.CLOSED)] == [3, 1, 1, 1, 1]
    assert references(queue(database, state="human")) == ["C-AAAA-0000"]


def test_words_are_looked_for_in_the_view_that_is_open(database: Database) -> None:
    with database.write() as session:
        ana = colleague(session)
        ids = [conversation(session, "my knees", effects=asks_for_a_person(f"C-AAAA-000{n}")) for n in range(2)]
        close(session, ids[0], ana, session.get_one(Conversation, ids[0]).revision, Outcome.ANSWERED)
    assert references(queue(database, view=View.OPEN, text="knees")) == ["C-AAAA-0001"]
    assert references(queue(database, view=View.CLOSED, text="knees")) == ["C-AAAA-0000"]
    assert sorted(references(queue(database, view=View.ALL, text="knees"))) == ["C-AAAA-0000", "C-AAAA-0001"]


def test_an_emergency_that_is_put_off_stays_in_sight_behind_the_others(database: Database) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=15)
    with database.write() as session:
        ana = replace(colleague(session), because="calling")
        ids = [
            conversation(session, "chest pain", effects=asks_for_a_person(f"C-AAAA-000{n}", level))
            for n, level in enumerate(("emergency", "emergency", None))
        ]
        snooze(session, ids[0], ana, 1, soon)
    assert references(queue(database)) == ["C-AAAA-0001", "C-AAAA-0000", "C-AAAA-0002"]
    assert references(queue(database, view=View.SNOOZED)) == ["C-AAAA-0000"]
    assert queue(database).counts[View.OPEN] == 3
    with database.write() as session:
        bring_back(session, ids[0], ana, 2)
    assert references(queue(database, view=View.SNOOZED)) == []


@pytest.mark.parametrize("rare", [0, 2_000], ids=["frequent words", "rare words"])  # which are looked for in two ways
def test_cases_are_found_by_country_language_day_and_condition(
    rare: int, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.cases.search._RARE", rare)
    with database.write() as session:
        country = answers("country", "Lithuania", {"code": "LT", "name": "Lithuania"})
        one = conversation(session, "my knees hurt, arthritis", effects=answers("condition", "my knees hurt, arthritis"))
        says(session, one, "Lithuania", [*country, *asks_for_a_person("C-AAAA-0001")])
        two = conversation(session, "I take arthritis tablets", effects=asks_for_a_person("C-AAAA-0002"))
        session.get_one(Handoff, "C-AAAA-0002").created_at = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)
        session.get_one(Conversation, two).language = "lt"
    assert references(queue(database, country="LT")) == ["C-AAAA-0001"]
    assert references(queue(database, language="lt")) == ["C-AAAA-0002"]
    assert references(queue(database, condition="arthritis")) == ["C-AAAA-0001"], "words of that field only"
    assert references(queue(database, condition="knee arthritis")) == ["C-AAAA-0001"]
    assert references(queue(database, condition="hip")) == []
    for view in View:
        for text in ("arthritis", "C-AAAA-0001"):
            both = references(queue(database, view=view, text=text, condition="arthritis", since=date(2020, 1, 1)))
            assert both == (["C-AAAA-0001"] if view in {View.OPEN, View.UNASSIGNED, View.ALL} else [])
    january = {"since": date(2026, 1, 6), "until": date(2026, 1, 6)}
    assert references(queue(database, hours=WEEK, **january)) == ["C-AAAA-0002"], "a day is one of the clinic's time zone"
    assert references(queue(database, hours=ALWAYS, **january)) == []


def test_handing_back_keeps_the_case_open_and_asking_again_lets_it_wait(database: Database) -> None:
    with database.write() as session:
        ana = colleague(session)
        one = conversation(session, "hello", effects=asks_for_a_person("C-AAAA-0001"))
        take_over(session, one, ana, 1)
        hand_back(session, one, ana, 2)
        assert session.get_one(Conversation, one).state == "bot"
    assert references(queue(database, state="bot")) == ["C-AAAA-0001"]
    with database.write() as session:
        says(session, one, "a person, please", asks_for_a_person("C-AAAA-0001"))
    [row] = queue(database, state="waiting").rows
    assert row.conversation.waiting_since is not None


def test_a_change_after_closing_brings_the_case_back(database: Database) -> None:
    with database.write() as session:
        ana = colleague(session)
        one = conversation(session, "send it", effects=[IntakeCompleted(reference="C-AAAA-0001")])
        close(session, one, ana, 1, Outcome.APPOINTMENT)
        says(session, one, "my phone number has changed", [*answers("contact", "+370 612 34567"), IntakeAmended()])
    [row] = queue(database).rows
    assert (row.handoff.reference, row.handoff.state, row.intake) == ("C-AAAA-0001", "open", "amended")
    assert row.conversation.waiting_since is not None


def test_a_withdrawn_consent_is_seen_in_the_queue_until_it_is_given_again(database: Database) -> None:
    agreed = answers("consent", "yes", {"agreed": True, "version": 2, "wording": "I agree."})
    with database.write() as session:
        one = conversation(session, "yes", effects=[*agreed, *asks_for_a_person("C-AAAA-0001")])
        conversation(session, "hello", effects=asks_for_a_person("C-AAAA-0002"))
    assert not any(row.withdrawn for row in queue(database).rows)
    with database.write() as session:
        withdraw_consent(session, one, lambda _reference, _on_hold: [])
    assert {row.handoff.reference: row.withdrawn for row in queue(database).rows} == {"C-AAAA-0001": True, "C-AAAA-0002": False}
    with database.write() as session:
        says(session, one, "yes", agreed)
    assert not any(row.withdrawn for row in queue(database).rows)


@pytest.mark.parametrize(
    ("since", "due"),
    [
        ("2026-11-23T08:00", "2026-11-23T17:00"),  # a Monday before opening: the same day
        ("2026-11-23T12:00", "2026-11-24T12:00"),
        ("2026-11-27T16:00", "2026-11-30T16:00"),  # over a weekend
        ("2026-11-28T10:00", "2026-11-30T17:00"),  # a Saturday
        ("2026-12-24T16:00", "2026-12-28T16:00"),  # over a day on which the clinic is closed
        ("2026-10-23T16:00", "2026-10-26T16:00"),  # over the night in which the clocks change
    ],
)
def test_only_opening_hours_count_as_waiting(since: str, due: str) -> None:
    def local(text: str) -> datetime:
        from zoneinfo import ZoneInfo  # noqa: PLC0415

        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(WEEK.zone))

    assert due_at(WEEK, local(since)) == local(due)
    for minutes, overdue in ((-1, False), (1, True)):
        now = local(due) + timedelta(minutes=minutes)
        assert (local(since) <= overdue_before(WEEK, now)) is overdue or local(since) == overdue_before(WEEK, now)


def test_the_clinic_opens_again_after_a_weekend() -> None:
    friday = datetime(2026, 11, 27, 16, tzinfo=UTC)
    assert not is_open(WEEK, friday)
    assert is_open(WEEK, friday - timedelta(hours=4))
    assert next_opening(WEEK, friday) == datetime(2026, 11, 30, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Europe/Nowhere"},
        {"open": {"monday": ["9 to 5"]}},
        {"open": {"monday": ["17:00-09:00"]}},
        {"open": {"someday": ["09:00-17:00"]}},
        {"target_minutes": 0},
    ],
)
def test_hours_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Hours.model_validate(wrong)
