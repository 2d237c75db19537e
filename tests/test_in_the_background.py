"""What a running web does by itself gets done, and after a failure it is done all the same."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from structlog.testing import capture_logs

from desk.conversations.log import Draft, start_conversation, store_patient_message
from desk.database import Database
from desk.keeping.tidying import keep_tidy
from desk.models import Conversation, Message, Notice
from knowledge.encoder import Encoder
from knowledge.library import Library
from tests.support.editing import Editor
from tests.support.handing_off import Turns
from tests.support.receivers import MailBox
from tests.support.small_web import NewWeb, SmallWeb, small_web
from tests.support.system import until

FAILURES = {
    "tidying failed; it is tried again",
    "the outbox could not be emptied",
    "late handoffs could not be looked for",
    "messages without a reply could not be looked for",
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have everything done many times a second, and what is done daily at once."""
    for name in ("desk.keeping.tidying._LOOK_SECONDS", "desk.post.sending._POLL_SECONDS", "desk.post.sending._LOOK_SECONDS"):
        monkeypatch.setattr(name, 0.05)
    for name in ("desk.keeping.tidying._FIRST_SECONDS", "desk.keeping.tidying._DAY_SECONDS"):
        monkeypatch.setattr(name, 0.0)
    monkeypatch.setattr("turns.sweeping.SWEEP_SECONDS", 0.05)
    monkeypatch.setattr("web.app._REFRESH_SECONDS", 0.05)


@pytest.fixture
def web(new_web: NewWeb, box: MailBox) -> SmallWeb:
    """A running web whose coordinators get e-mails."""
    return new_web(smtp_url=box.url, mail_from="cordial@birchwood.example", notify_emails="coordinators@birchwood.example")


def old_chat(database: Database) -> str:
    """A chat without a case, whose last message is months old."""
    with database.write() as session:
        name = start_conversation(session, [Draft("Hello.")])[0].id
        session.execute(update(Conversation).where(Conversation.id == name).values(started_at=days_ago(99)))
        session.execute(update(Message).where(Message.conversation_id == name).values(at=days_ago(99)))
    return name


def message_left_behind(database: Database) -> str:
    """A chat whose message was stored by a process that died then."""
    with database.write() as session:
        name = start_conversation(session, [Draft("Hello.")])[0].id
        store_patient_message(session, name, str(uuid4()), "Is anybody there?")
        session.execute(update(Message).where(Message.conversation_id == name, Message.seq == 2).values(at=days_ago(0.1)))
    return name


def late_handoff(database: Database) -> None:
    """A patient who has waited for ten days."""
    conversation = Turns(database).asks_for_a_person()
    with database.write() as session:
        session.get_one(Conversation, conversation).waiting_since = days_ago(10)


def renames(database: Database, table: str, name: str) -> None:
    """Have a table under another name, so that nothing can be read or written."""
    with database.write() as session:
        session.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


def days_ago(days: float) -> datetime:
    """A time in the past."""
    return datetime.now(UTC) - timedelta(days=days)


def is_there(database: Database, conversation: str) -> bool:
    """Whether a chat is still in the records."""
    with database.read() as session:
        return session.get(Conversation, conversation) is not None


def replies(database: Database, conversation: str) -> list[str]:
    """What the assistant said after the greeting."""
    with database.read() as session:
        query = select(Message).where(Message.conversation_id == conversation, Message.seq > 2).order_by(Message.seq)
        return [message.text for message in session.scalars(query)]


def events_sent(database: Database) -> set[str]:
    """What the coordinators were told of."""
    with database.read() as session:
        return set(session.scalars(select(Notice.event).where(Notice.state == "sent")))


def test_chats_go_when_the_rules_of_retention_say_so(web: SmallWeb) -> None:
    database = web.parts.database
    young = message_left_behind(database)
    old = old_chat(database)
    until(lambda: not is_there(database, old), 30, "the old chat is erased")
    assert is_there(database, young)


def test_what_is_due_once_a_day_is_tried_again_soon_when_it_failed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.keeping.tidying._DAY_SECONDS", 24 * 3600.0)
    message_left_behind(database)  # or the clock would seem to have leapt
    old = old_chat(database)
    renames(database, "conversations", "away")

    async def work() -> None:
        with capture_logs() as logged:
            tidying = asyncio.create_task(keep_tidy(database, tmp_path))
            await asyncio.to_thread(until, lambda: logged != [], 30, "it has failed")
        renames(database, "away", "conversations")
        await asyncio.to_thread(until, lambda: not is_there(database, old), 30, "the old chat is erased")
        tidying.cancel()

    asyncio.run(work())


def test_coordinators_are_told_of_a_new_case_and_of_one_that_waits_too_long(web: SmallWeb, box: MailBox) -> None:
    late_handoff(web.parts.database)
    until(lambda: events_sent(web.parts.database) == {"new", "overdue"}, 30, "both are sent")
    assert [message["To"] for message in box.taken] == ["coordinators@birchwood.example"] * 2


def test_a_notice_to_somebody_who_is_no_longer_told_is_given_up(web: SmallWeb) -> None:
    database = web.parts.database
    Turns(database).asks_for_a_person()
    with database.write() as session:
        session.execute(update(Notice).values(receiver="gone@birchwood.example", state="waiting", due_at=days_ago(1)))

    def given_up() -> bool:
        with database.read() as session:
            return "given_up" in set(session.scalars(select(Notice.state)))

    until(given_up, 30, "the notice is given up")


def test_a_message_that_was_left_behind_is_answered(web: SmallWeb) -> None:
    conversation = message_left_behind(web.parts.database)
    until(lambda: replies(web.parts.database, conversation) != [], 30, "there is a reply")
    assert replies(web.parts.database, conversation) == ["You said: Is anybody there?"]


def test_everything_is_done_after_the_records_could_not_be_read_for_a_while(web: SmallWeb) -> None:
    database = web.parts.database
    with capture_logs() as logged:
        for table in ("conversations", "messages", "notices"):
            renames(database, table, f"away_{table}")
        until(lambda: {entry["event"] for entry in logged} >= FAILURES, 30, "every look has failed")
        for table in ("conversations", "messages", "notices"):
            renames(database, f"away_{table}", table)
    conversation = message_left_behind(database)
    late_handoff(database)
    old = old_chat(database)
    until(lambda: not is_there(database, old), 30, "the old chat is erased")
    until(lambda: events_sent(database) == {"new", "overdue"}, 30, "both notices are sent")
    until(lambda: replies(database, conversation) != [], 30, "there is a reply")


def test_a_new_index_is_taken_up_and_a_broken_one_is_not(tmp_path: Path, encoder: Encoder) -> None:
    editor = Editor(tmp_path, encoder)
    editor.writes("fever")
    editor.builds()
    library = Library(editor.folder, encoder)
    with small_web(tmp_path, library, encoder):
        current = editor.folder / "current"
        good = current.read_text("utf-8")
        with capture_logs() as logged:
            current.write_text("nothing-of-ours\n", "utf-8")
            refused = "a new index could not be taken up; the old one stays"
            until(lambda: refused in {entry["event"] for entry in logged}, 30, "the broken one is refused")
        assert library.generation.articles["fever"].front.version == 1
        current.write_text(good, "utf-8")
        editor.writes("fever", version=2, text="A fever may follow. Drink much.")
        editor.builds()
        until(lambda: library.generation.articles["fever"].front.version == 2, 30, "the new one is taken up")
