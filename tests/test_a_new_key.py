"""A new encryption key is taken up while Cordial runs, and seals everything anew; nothing becomes unreadable on the way."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner

from commands.cli import app
from desk.audit import verify
from desk.conversations.intakes import apply_effects, intake_record
from desk.conversations.log import Draft, append, messages_after, start_conversation
from desk.models import Conversation, IntakeAnswer
from desk.sealed import Keyring, new_key
from intake.record import FieldAnswer, FieldAnswered
from tests.support.small_web import NewWeb, SmallWeb

pytestmark = pytest.mark.slow


@pytest.fixture
def web(new_web: NewWeb) -> SmallWeb:
    """A web that runs meanwhile."""
    return new_web(limits="off")


def tells(web: SmallWeb, said: str) -> str:
    """A patient answers a field; gives the conversation."""
    with web.parts.database.write() as session:
        conversation, _ = start_conversation(session, [Draft("Hello.")])
        apply_effects(session, conversation.id, 1, [FieldAnswered(field="travel", answer=FieldAnswer(said=said))])
    return conversation.id


def runs(web: SmallWeb, *words: str, **settings: str) -> tuple[int, str]:
    """Run a command beside it."""
    done = CliRunner().invoke(app, words, env={"CORDIAL_DATA": str(web.parts.settings.data), **settings})
    return done.exit_code, done.output


def keys_of(web: SmallWeb) -> list[str]:
    """The keys in the data folder."""
    return (web.parts.settings.data / "encryption_key").read_text("ascii").split()


def test_a_new_key_seals_everything_and_the_running_web_goes_on(web: SmallWeb) -> None:
    before = tells(web, "by train")
    [old] = keys_of(web)
    code, printed = runs(web, "keys", "rotate")
    assert code == 0, printed
    new, kept = keys_of(web)
    assert kept == old != new
    assert (web.parts.settings.data / "encryption_key").stat().st_mode & 0o077 == 0
    after = tells(web, "by bus")
    database = web.parts.database
    with database.read() as session:
        sealed = list(session.scalars(select(IntakeAnswer.sealed)))
        assert [intake_record(session, each).answers["travel"].said for each in (before, after)] == ["by train", "by bus"]
        assert verify(session) is None
    assert [Keyring([new]).open(each)["said"] for each in sealed] == ["by train", "by bus"], "also what the web seals now"
    (web.parts.settings.data / "encryption_key").write_text(new, "ascii")
    assert runs(web, "handoffs", "list")[0] == 0, "the old key is not needed any more"
    assert runs(web, "audit", "verify")[0] == 0, "nor for the audit log"
    assert not (web.parts.settings.data / "encryption_key.new").exists()


def test_what_was_stopped_goes_on_and_what_cannot_be_opened_stays(web: SmallWeb) -> None:
    tells(web, "by train")
    [old] = keys_of(web)
    newest, damaged = new_key(), "gAAAAAB-something-once"
    with web.parts.database.write() as session:
        conversation, _ = start_conversation(session, [Draft("Hello.")])
        answer = {"field": "travel", "message_seq": 1, "at": datetime.now(UTC)}
        done = Keyring([newest]).seal({"said": "by bus"})
        session.add_all(IntakeAnswer(conversation_id=conversation.id, sealed=each, **answer) for each in (done, damaged))
    code, printed = runs(web, "keys", "reseal", CORDIAL_ENCRYPTION_KEYS=f"{newest},{old}")
    assert code == 0, printed
    with web.parts.database.engine.connect() as connection:
        first, *others = connection.execute(text("SELECT sealed FROM intake_answers ORDER BY id")).scalars()
    assert Keyring([newest]).open(first)["said"] == "by train"
    assert others == [done, damaged]


def test_words_and_the_keys_of_conversations_are_sealed_anew(web: SmallWeb) -> None:
    [old], newest, database = keys_of(web), new_key(), web.parts.database
    with database.write() as session:
        names = [start_conversation(session, [Draft("Hello.")])[0].id for _ in range(2)]
        session.get_one(Conversation, names[1]).sealed_key = "damaged"
    with database.write() as session:
        for name in names:
            append(session, name, [Draft("by train")])
    assert runs(web, "keys", "reseal", CORDIAL_ENCRYPTION_KEYS=f"{newest},{old}")[0] == 0
    database.keyring.take_up([newest])
    with database.read() as session:
        assert [messages_after(session, name, 1)[0].text for name in names] == ["by train"] * 2


def test_keys_of_the_settings_are_left_to_people(web: SmallWeb) -> None:
    code, printed = runs(web, "keys", "rotate", CORDIAL_ENCRYPTION_KEYS=keys_of(web)[0])
    assert code == 1
    assert "run `cordial keys reseal`" in printed
