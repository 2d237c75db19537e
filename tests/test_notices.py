"""Whoever is to be told about a handoff gets one notice for each thing that happens, and never a detail about a patient."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk.cases import taking_over
from desk.conversations.intakes import apply_effects
from desk.conversations.own_data import withdraw_consent
from desk.database import Database
from desk.models import Conversation, Handoff
from desk.post import outbox
from desk.post.notices import body, email
from desk.receiver import Receiver
from desk.sealed import new_key
from intake.clinic import Hours
from intake.record import FieldAnswer, FieldAnswered, HandoffAsked, IntakeAmended, IntakeCompleted, Urgent
from tests.support.handing_off import COORDINATORS, Turns, claimed, records, text_of
from tests.support.records import colleague

pytestmark = pytest.mark.both_databases

NOW = datetime.now(UTC)
FOUR_HOURS = Hours(target_minutes=240)  # at any time of the day


@pytest.fixture(autouse=True)
def the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let NOW be when a test begins: from the import on, more time may pass than some of these tests are about."""
    monkeypatch.setitem(globals(), "NOW", datetime.now(UTC))


def spans_since(began: datetime, length: timedelta) -> int:
    """How many spans there were since then, in each of which one notice may stand: one, unless a span has just ended."""
    seconds = length.total_seconds()
    return 1 + int(datetime.now(UTC).timestamp() // seconds) - int(began.timestamp() // seconds)


def test_each_receiver_gets_one_notice_of_a_new_handoff(turns: Turns) -> None:
    turns.asks_for_a_person()
    assert [(notice.event, notice.channel) for notice in turns.notices()] == [("new", "email"), ("new", "webhook")]


def test_asking_again_for_the_same_person_is_told_once(turns: Turns) -> None:
    conversation = turns.asks_for_a_person()
    turns.says(conversation, "a person, please", HandoffAsked(reference="C-2345-6789", reason="asked"))
    assert len(turns.notices()) == 2


def test_a_turn_that_is_not_stored_leaves_no_notice(told: Database, turns: Turns) -> None:
    conversation = turns.starts()
    with suppress(ZeroDivisionError), told.write() as session:
        apply_effects(session, conversation, 1, [HandoffAsked(reference="C-2345-6789", reason="asked")])
        raise ZeroDivisionError
    assert turns.notices() == []


def test_an_alarm_is_one_urgent_notice_and_no_other(turns: Turns) -> None:
    turns.asks_for_a_person(level="emergency")
    assert {notice.event for notice in turns.notices()} == {"urgent"}
    assert turns.notices()[0].payload["urgency"] == "emergency"


def test_an_alarm_in_a_case_that_waits_already_is_told(turns: Turns) -> None:
    conversation = turns.asks_for_a_person()
    urgent = HandoffAsked(reference="C-2345-6789", reason="red_flag", urgent=Urgent(group="chest", level="emergency"))
    began = datetime.now(UTC)
    for _ in range(3):
        turns.says(conversation, "it hurts", urgent)
    assert 1 <= len(turns.notices(event="urgent", channel="email")) <= spans_since(began, timedelta(minutes=30))


def test_the_same_alarm_half_an_hour_later_is_told_again(told: Database, turns: Turns) -> None:
    turns.asks_for_a_person(level="emergency")
    with told.write() as session:
        outbox.announce(session, session.get_one(Handoff, "C-2345-6789"), "urgent", NOW + timedelta(minutes=31))
    assert len(turns.notices(channel="email")) == 2


def test_a_completed_intake_is_told_and_its_changes_in_one_notice(turns: Turns) -> None:
    conversation, began = turns.starts(), datetime.now(UTC)
    turns.says(conversation, "send it", IntakeCompleted(reference="C-2345-6789"))
    for phone in ("+370 1", "+370 2", "+370 3"):
        answer = FieldAnswered(field="contact", answer=FieldAnswer(said=phone, value=phone))
        turns.says(conversation, phone, answer, IntakeAmended())
    assert len(turns.notices(event="new", channel="email")) == 1
    changes = turns.notices(event="amended", channel="email")
    assert 1 <= len(changes) <= spans_since(began, timedelta(minutes=5))
    assert all(change.due_at > change.created_at for change in changes)


def test_an_intake_that_is_completed_after_asking_for_a_person_is_a_change(turns: Turns) -> None:
    conversation = turns.asks_for_a_person()
    turns.says(conversation, "send it", IntakeCompleted(reference="C-2345-6789"))
    assert len(turns.notices(event="amended", channel="email")) == 1


@pytest.mark.parametrize("handed_over", [True, False])
def test_a_withdrawn_consent_is_told_to_who_has_the_case(handed_over: bool, told: Database, turns: Turns) -> None:
    conversation = turns.asks_for_a_person() if handed_over else turns.starts()
    consent = FieldAnswer(said="yes", value={"agreed": True, "version": 2, "wording": "I agree."})
    turns.says(conversation, "yes", FieldAnswered(field="consent", answer=consent))
    with told.write() as session:
        withdraw_consent(session, conversation, lambda _reference, _on_hold: [])
    assert len(turns.notices(event="amended", channel="email")) == handed_over


def test_a_wait_that_is_too_long_is_told_once(told: Database, turns: Turns) -> None:
    turns.asks_for_a_person()
    for hours in (3, 5, 6):
        with told.write() as session:
            outbox.announce_overdue(session, NOW + timedelta(hours=hours), FOUR_HOURS)
        assert len(turns.notices(event="overdue", channel="email")) == (0 if hours < 4 else 1)


def test_a_second_wait_in_the_same_case_is_told_again(told: Database, turns: Turns) -> None:
    conversation = turns.asks_for_a_person()
    for day in (1, 2):
        with told.write() as session:
            session.get_one(Conversation, conversation).waiting_since = NOW + timedelta(days=day)
            outbox.announce_overdue(session, NOW + timedelta(days=day, hours=5), FOUR_HOURS)
    assert len(turns.notices(event="overdue", channel="email")) == 2


def test_after_an_alarm_half_an_hour_is_too_long_whatever_the_hours_are(told: Database, turns: Turns) -> None:
    turns.asks_for_a_person(level="emergency")
    never_open = Hours(open={"monday": ["09:00-09:01"]}, target_minutes=480)
    for minutes in (25, 35):
        with told.write() as session:
            outbox.announce_overdue(session, NOW + timedelta(minutes=minutes), never_open)
        assert len(turns.notices(event="overdue", channel="email")) == (0 if minutes < 30 else 1)


def test_an_emergency_is_told_again_each_half_hour_also_while_it_is_put_off(told: Database, turns: Turns) -> None:
    conversation = turns.asks_for_a_person(level="emergency")
    with told.write() as session:
        somebody = replace(colleague(session), because="calling")
        taking_over.snooze(session, conversation, somebody, 1, datetime.now(UTC) + timedelta(minutes=30))
        session.get_one(Conversation, conversation).snoozed_until = NOW + timedelta(days=9)  # as earlier versions let it be
    for minutes, times in ((25, 0), (35, 1), (50, 1), (65, 2), (95, 3)):
        with told.write() as session:
            outbox.announce_overdue(session, NOW + timedelta(minutes=minutes), FOUR_HOURS)
        assert len(turns.notices(event="overdue", channel="email")) == times


@pytest.mark.parametrize("does", ["close", "snooze", "write"])
def test_who_no_longer_waits_is_never_late(does: str, told: Database, turns: Turns) -> None:
    conversation = turns.asks_for_a_person()
    with told.write() as session:
        somebody = colleague(session)
        taking_over.take_over(session, conversation, somebody, 1)
        if does == "close":
            taking_over.close(session, conversation, somebody, 2, taking_over.Outcome.ANSWERED)
        elif does == "snooze":
            taking_over.snooze(session, conversation, somebody, 2, NOW + timedelta(days=9))
        else:
            taking_over.write(session, conversation, somebody, "Good morning.", "id")
    with told.write() as session:
        assert outbox.announce_overdue(session, NOW + timedelta(days=2), FOUR_HOURS) == 0


def test_deleting_a_conversation_deletes_its_notices(told: Database, turns: Turns) -> None:
    conversation = turns.asks_for_a_person()
    with told.write() as session:
        session.delete(session.get_one(Conversation, conversation))
    assert turns.notices() == []


def test_notices_to_somebody_who_is_no_longer_configured_do_not_wait_for_ever(tmp_path: Path) -> None:
    key = new_key()
    before = records(tmp_path / "records.db", key, COORDINATORS, Receiver("webhook", "old"))
    Turns(before).asks_for_a_person()
    before.close()
    now = records(tmp_path / "records.db", key, COORDINATORS)
    with now.write() as session:
        assert outbox.drop_unknown_receivers(session, NOW + timedelta(minutes=1)) == 1
    assert [(n.receiver, n.state) for n in Turns(now).notices()] == [
        ("coordinators@birchwood.example", "waiting"),
        ("old", "given_up"),
    ]
    now.close()


def test_nothing_that_a_patient_said_is_in_a_notice(turns: Turns) -> None:
    turns.asks_for_a_person(level="emergency")
    notices = turns.notices()
    assert [notice.channel for notice in notices] == ["email", "webhook"]
    for notice in notices:
        stored = json.dumps([notice.payload, notice.key])
        assert "Maria" not in stored
        assert "pain" not in stored
        assert "chest" not in json.dumps(notice.payload)


@pytest.mark.parametrize("event", ["new", "urgent", "amended", "overdue", "undelivered"])
def test_an_e_mail_names_the_case_and_where_to_see_it(event: str) -> None:
    message = email(claimed(event), "cordial@birchwood.example", "https://desk.birchwood.example")
    assert "C-2345-6789" in message["Subject"]
    assert "https://desk.birchwood.example/desk/cases/C-2345-6789" in message.get_content()
    assert "2026-11-22 09:00 UTC" in message.get_content()
    assert "{" not in text_of(message)


def test_an_urgent_e_mail_says_so_in_its_subject() -> None:
    message = email(claimed("urgent", urgency="emergency"), "cordial@birchwood.example", "https://desk.birchwood.example")
    assert message["Subject"].startswith("URGENT")
    assert message["X-Priority"] == "1"


def test_times_are_written_in_the_time_of_the_clinic() -> None:
    message = email(claimed(), "cordial@birchwood.example", "https://desk.birchwood.example", "Europe/Vilnius")
    assert "2026-11-22 11:00 EET" in message.get_content()


def test_what_a_program_gets_is_the_same_each_time() -> None:
    first, second = (body(claimed(), "https://desk.birchwood.example") for _ in range(2))
    assert first == second
    assert set(json.loads(first)) == {"version", "id", "event", "reference", "urgency", "waiting_since", "at", "link"}


@pytest.mark.parametrize("event", ["new", "urgent"])
def test_pauses_grow_and_end_at_a_limit(event: str) -> None:
    pauses = [outbox.pause_after(attempt, event, 0.5) for attempt in range(1, 60)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=30)
    assert pauses[-1] == timedelta(minutes=5 if event == "urgent" else 30)
    assert outbox.pause_after(1, event, 0.0) < outbox.pause_after(1, event, 1.0)
