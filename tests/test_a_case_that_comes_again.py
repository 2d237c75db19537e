"""A case that comes again after it was closed or handed back is told like a new one, and so is an alarm for the same day."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from desk.cases import taking_over
from desk.cases.alerts import news
from desk.database import MIGRATIONS, Database
from desk.models import Conversation, Handoff
from desk.post.notices import body, email
from desk.post.outbox import Claimed
from desk.sealed import Keyring, new_key
from intake.record import FieldAnswer, FieldAnswered, HandoffAsked, IntakeAmended, IntakeCompleted, Urgent
from tests.support.handing_off import COORDINATORS, Turns
from tests.support.records import colleague

AT = "2026-11-20 10:00:00.000000"
CONVERSATION = f"""(id, started_at, last_seq, state, language, revision, legal_hold, last_message_at)
VALUES ('c1', '{AT}', 0, 'waiting', 'en', 0, 0, '{AT}')"""
HANDOFF = f"(reference, conversation_id, reason, state, created_at) VALUES ('C-AAAA-0001', 'c1', 'asked', 'open', '{AT}')"
REFERENCE = "C-2345-6789"
ASKED = HandoffAsked(reference=REFERENCE, reason="asked")


def alarm(level: Any, group: str = "harm") -> HandoffAsked:
    """The same handoff, with an alarm."""
    return HandoffAsked(reference=REFERENCE, reason="harm", urgent=Urgent(group=group, level=level))


def someone_has(turns: Turns, conversation: str) -> taking_over.Colleague:
    """Let somebody take the conversation over and write."""
    with turns.database.write() as session:
        ana = colleague(session)
        taking_over.take_over(session, conversation, ana, session.get_one(Conversation, conversation).revision)
        taking_over.write(session, conversation, ana, "Good morning.", ana.id)
    return ana


def lets_go(turns: Turns, conversation: str, does: str = "close") -> None:
    """Let somebody help, and then close the case or hand it back."""
    ana = someone_has(turns, conversation)
    with turns.database.write() as session:
        seen = session.get_one(Conversation, conversation).revision
        if does == "close":
            taking_over.close(session, conversation, ana, seen, taking_over.Outcome.ANSWERED)
        else:
            taking_over.hand_back(session, conversation, ana, seen)


def mails(turns: Turns) -> list[str]:
    """Of what the coordinators are told by e-mail."""
    return [notice.event for notice in turns.notices(channel="email") if notice.event != "replied"]  # told in a file of its own


def heard(turns: Turns, since: datetime) -> list[str]:
    """What every open page of the console says is new."""
    with turns.database.read() as session:
        return [each.kind for each in news(session, "somebody else", since)]


@pytest.mark.parametrize("does", ["close", "hand back"])
def test_who_asks_for_a_person_again_is_told_like_somebody_new(does: str, turns: Turns) -> None:
    conversation = turns.asks_for_a_person()
    lets_go(turns, conversation, does)
    since = datetime.now(UTC)
    turns.says(conversation, "Once more, please", ASKED)
    assert mails(turns) == ["new", "new"]
    assert heard(turns, since) == ["again"]


def test_who_sends_the_intake_after_they_were_handed_back_is_told_at_once(turns: Turns) -> None:
    conversation = turns.asks_for_a_person()
    lets_go(turns, conversation, "hand back")
    turns.says(conversation, "send it", IntakeCompleted(reference=REFERENCE))
    assert mails(turns) == ["new", "new"]


def test_who_asks_again_while_they_wait_is_told_once(turns: Turns) -> None:
    conversation = turns.asks_for_a_person()
    since = datetime.now(UTC)
    turns.says(conversation, "Once more, please", ASKED)
    assert mails(turns) == ["new"]
    assert heard(turns, since) == []


def test_each_time_that_a_case_comes_again_is_told(turns: Turns) -> None:
    conversation = turns.asks_for_a_person()
    for _ in range(2):
        lets_go(turns, conversation)
        turns.says(conversation, "Once more, please", ASKED)
    assert mails(turns) == ["new", "new", "new"]


def test_an_answered_emergency_that_comes_again_is_no_emergency_and_is_told(turns: Turns) -> None:
    conversation = turns.asks_for_a_person(level="emergency")
    lets_go(turns, conversation)
    since = datetime.now(UTC)
    turns.says(conversation, "Thank you, one more question", ASKED)
    assert mails(turns) == ["urgent", "new"]
    assert heard(turns, since) == ["again"]


def test_the_same_alarm_soon_after_the_case_was_closed_is_told(turns: Turns) -> None:
    conversation = turns.asks_for_a_person(level="emergency")
    lets_go(turns, conversation)
    turns.says(conversation, "It hurts again", alarm("emergency", "chest"))
    assert mails(turns) == ["urgent", "urgent"]


def test_a_change_of_a_closed_case_is_told_as_one_that_comes_again(turns: Turns) -> None:
    conversation = turns.starts()
    turns.says(conversation, "send it", IntakeCompleted(reference=REFERENCE))
    lets_go(turns, conversation)
    since = datetime.now(UTC)
    answer = FieldAnswered(field="contact", answer=FieldAnswer(said="+370 1", value="+370 1"))
    turns.says(conversation, "+370 1", answer, IntakeAmended())
    assert mails(turns) == ["new", "new"]
    assert heard(turns, since) == ["again"]


def test_an_alarm_for_the_day_in_a_case_that_nobody_has_is_heard_once(turns: Turns) -> None:
    conversation = turns.asks_for_a_person()
    since = datetime.now(UTC)
    for _ in range(3):
        turns.says(conversation, "The arm is red since the infusion", alarm("urgent"))
        assert heard(turns, since) == ["urgent"]
    with turns.database.write() as session:
        handoff = session.get_one(Handoff, REFERENCE)
        handoff.called_at = since - timedelta(minutes=31)
    assert heard(turns, since) == []
    turns.says(conversation, "It is worse", alarm("urgent"))
    assert heard(turns, since) == ["urgent"], "half an hour later it is heard again"


def test_an_alarm_for_the_day_after_an_answered_emergency_is_heard(turns: Turns) -> None:
    conversation = turns.asks_for_a_person(level="emergency")
    lets_go(turns, conversation, "hand back")
    since = datetime.now(UTC)
    turns.says(conversation, "The arm is red since the infusion", alarm("urgent"))
    assert heard(turns, since) == ["urgent"]


def test_an_alarm_for_the_day_is_left_to_who_has_the_case(turns: Turns) -> None:
    conversation = turns.asks_for_a_person()
    someone_has(turns, conversation)
    since = datetime.now(UTC)
    turns.says(conversation, "The arm is red since the infusion", alarm("urgent"))
    assert heard(turns, since) == []
    assert mails(turns) == ["new", "urgent"]


def test_an_e_mail_says_that_a_case_comes_again_and_a_program_gets_what_it_knows(turns: Turns) -> None:
    conversation = turns.asks_for_a_person()
    lets_go(turns, conversation)
    turns.says(conversation, "Once more, please", ASKED)
    first, second = (
        Claimed(each.id, 1, each.key, each.event, COORDINATORS, each.payload, each.created_at)
        for each in turns.notices(channel="email")
        if each.event != "replied"
    )
    console = "https://desk.birchwood.example"
    assert email(first, "cordial@birchwood.example", console)["Subject"] == f"New case {REFERENCE}"
    message = email(second, "cordial@birchwood.example", console)
    assert message["Subject"] == f"Case {REFERENCE} is waiting again"
    assert "waits for a person once more" in message.get_content()
    assert b'"event": "new"' in body(second, console)
    assert first.public_id != second.public_id


def test_cases_of_an_earlier_version_called_when_they_came(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'records.db'}", Keyring([new_key()]))) as records:
        _brought_to(records, "0017b")
        with records.engine.begin() as connection:
            connection.execute(text(f"INSERT INTO conversations {CONVERSATION}"))
            connection.execute(text(f"INSERT INTO handoffs {HANDOFF}"))
        records.migrate()
        with records.read() as session:
            assert [each.kind for each in news(session, "u1", datetime(2026, 11, 20, 9, tzinfo=UTC))] == ["new"]
            assert news(session, "u1", datetime(2026, 11, 20, 11, tzinfo=UTC)) == []


def _brought_to(records: Database, schema: str) -> None:
    """Make the tables of an earlier version."""
    with records.engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes.update(connection=connection, keyring=records.keyring)
        command.upgrade(config, schema)
        connection.commit()
