"""What was said is sealed at rest: a thief of the files reads no word of it, and one damaged record costs only itself."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, column, table, text

from commands.running import StartError
from commands.start import Child, _wait_for
from cordial.bootstrap import PROJECT
from desk.audit import verify
from desk.cases.case import find_case
from desk.cases.notes import add_note
from desk.cases.queue import Desk, Filters, View, look
from desk.cases.search import find
from desk.conversations.held_back import held_back
from desk.conversations.log import Draft, last_question, messages_after, start_conversation, store_patient_message, store_turn
from desk.conversations.own_data import held_on
from desk.database import MIGRATIONS, Database
from desk.keeping.backup import make, restore
from desk.keeping.key_check import check_keys
from desk.migrations import sealing_old, sealing_wordings
from desk.models import ArticleDraft, Conversation, Message, Review
from desk.sealed import Keyring, SealError, new_key
from exports.case_file import as_json, case_file
from exports.fhir import bundle
from exports.pdf import case_pdf
from intake.clinic import read_clinic
from intake.fields import the_intake
from knowledge.answer import ABSTAINED
from tests.support.records import answers, asks_for_a_person, colleague, conversation
from web.console.case import told

BUTTON = {"title": "Marzipanmedicine", "value": "marzipanmedicine"}
QUESTION = {"field": "medicines", "options": [BUTTON]}


def bytes_in(folder: Path) -> bytes:
    """Every byte of every file."""
    return b"\n".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def words(said: str) -> set[bytes]:
    """The words of a text as they may stand in a file. Shorter ones come about by chance in what is random."""
    found = {form for word in re.findall(r"[^\W_]{6,}", said) for form in (word, word.lower(), word.upper())}
    return {word.encode(coding) for word in found for coding in ("utf-8", "utf-16-le")}


WORDS = st.text("abdegiklnorstuéžшя", min_size=6, max_size=14)


@given(said=st.lists(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=5))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_word_that_was_said_is_in_a_byte_of_the_folder(said: list[str], database: Database, tmp_path: Path) -> None:
    before = bytes_in(tmp_path)  # the names of tables and columns
    with database.write() as session:
        name = start_conversation(session, [Draft("Hello.", buttons=[BUTTON])])[0].id
        for number, each in enumerate(said):
            seq = store_patient_message(session, name, f"id-{number}", each).seq
            reply = Draft(f"Chocolate: {each}", question=QUESTION, answer=ABSTAINED, buttons=[BUTTON])
            store_turn(session, name, seq, [reply], answers("hopes", each))
        add_note(session, name, colleague(session).id, said[0])
    make(database, database.keyring, tmp_path)
    with database.read() as session:
        assert [message.text for message in messages_after(session, name, 0) if message.sender == "patient"] == said
    kept = bytes_in(tmp_path)
    assert not {word for word in words(" ".join([*said, "Marzipanmedicine Chocolate"])) if word in kept and word not in before}


def test_everything_that_was_said_is_read_back(database: Database) -> None:
    with database.write() as session:
        name = start_conversation(session, [Draft("Which?", "question", "assistant", [BUTTON], ABSTAINED, QUESTION)])[0].id
    with database.read() as session:
        [message] = messages_after(session, name, 0)
    assert (message.text, message.buttons, message.answer, message.question) == ("Which?", [BUTTON], ABSTAINED, QUESTION)
    with database.read() as session:
        again = last_question(session, name, "medicines")
    assert again is not None
    assert again.question == QUESTION


def test_one_message_that_cannot_be_opened_costs_only_itself(database: Database) -> None:
    with database.write() as session:
        name = conversation(session, "my knees hurt", "and my back", effects=asks_for_a_person("C-AAAA-0001"))
        session.execute(text("UPDATE messages SET sealed = x'01aabb' WHERE seq = 2"))
    with database.read() as session:
        messages = messages_after(session, name, 0)
        assert [message.seq for message in messages if not message.readable] == [2]
        assert messages[1].text == "This message cannot be read."
        assert "and my back" in [message.text for message in messages]
        assert find(session, "back", [], 10) == [name]


def test_answers_and_notes_that_cannot_be_opened_say_so_in_the_case_and_in_what_leaves_it(database: Database) -> None:
    everything = [effect for field in the_intake().fields for effect in answers(field.name, "yes", "yes")]
    with database.write() as session:
        name = conversation(session, "here you are", effects=[*everything, *asks_for_a_person("C-AAAA-0001")])
        add_note(session, name, colleague(session).id, "Sounds worried.")
        session.execute(text("UPDATE intake_answers SET sealed = 'damaged'"))
        session.execute(text("UPDATE notes SET sealed = 'damaged'"))
    with database.read() as session:
        case, leaving = find_case(session, "C-AAAA-0001"), case_file(session, "C-AAAA-0001", "Clinic", datetime.now(UTC))
        assert case is not None
        assert leaving is not None
        assert case.flags() == []
        assert {each.change.answer.said for each in told(case)} == {"This answer cannot be read."}
        assert [note.text for note in case.notes] == ["This note cannot be read."]
        assert "This answer cannot be read." in as_json(leaving)
        assert "This answer cannot be read." in bundle(leaving, the_intake())
        assert case_pdf(leaving, the_intake()).startswith(b"%PDF")
        assert held_on(session, name).notes[0].text == "This note cannot be read."
        assert look(
            session, Filters(view=View.ALL), Desk("", read_clinic(PROJECT / "clinic.yml").hours, datetime.now(UTC))
        ).rows


def test_a_message_opens_in_its_own_place_only(database: Database) -> None:
    with database.write() as session:
        name = conversation(session, "it began in May", "it began in June")
        session.execute(text("UPDATE messages SET sealed = (SELECT sealed FROM messages WHERE seq = 2) WHERE seq = 3"))
    with database.read() as session:
        assert [message.readable for message in messages_after(session, name, 0)][:3] == [True, True, False]


def test_a_conversation_opens_with_its_own_key_only(database: Database) -> None:
    with database.write() as session:
        one, other = conversation(session, "my knees"), conversation(session, "my hips")
        taken = session.get_one(Conversation, other).sealed_key
        session.get_one(Conversation, one).sealed_key = taken
    with database.read() as session:
        assert not any(message.readable for message in messages_after(session, one, 0))
        assert all(message.readable for message in messages_after(session, other, 0))


def test_a_message_is_stored_also_where_the_key_of_its_conversation_is_damaged(database: Database) -> None:
    with database.write() as session:
        name = conversation(session, "my knees")
        session.get_one(Conversation, name).sealed_key = "damaged"
    with database.write() as session:
        store_patient_message(session, name, "id-9", "I cannot breathe")
    with database.read() as session:
        assert messages_after(session, name, 0)[-1].text == "I cannot breathe"


def test_a_changed_message_is_sealed_anew(database: Database) -> None:
    with database.write() as session:
        name = conversation(session, "my knees")
    with database.write() as session:
        messages_after(session, name, 0)[1].text = "removed"
    with database.read() as session:
        assert messages_after(session, name, 0)[1].text == "removed"


def test_the_key_of_a_conversation_is_sealed_with_ours() -> None:
    keyring = Keyring([new_key()])
    sealed = keyring.seal_within(keyring.new_data_key(), {"text": "knees"}, "here")
    with pytest.raises(SealError):
        Keyring([new_key()]).open_within(keyring.new_data_key(), sealed, "here")


def test_another_key_is_refused_by_the_key_of_a_conversation_alone(database: Database) -> None:
    with database.write() as session:
        conversation(session, "my knees")
    stranger = Database(str(database.engine.url), Keyring([new_key()]))
    with pytest.raises(SealError, match="not the one with which the records were sealed"):
        check_keys(stranger)
    stranger.close()
    check_keys(database)


def brought_to(records: Database, schema: str) -> None:
    """Make the tables of an earlier version."""
    with records.engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, schema)
        connection.commit()


AT = "2026-11-20 10:00:00.000000"
CONVERSATION = {"id": "c1", "started_at": AT, "last_seq": 4, "state": "bot", "language": "en"}
REVIEWER = {"id": "u1", "email": "r@clinic.example", "name": "Rita", "role": "physician", "created_at": AT}
REVIEWER |= {"totp_step": 0, "recovery": "[]", "failures": 0}
REVIEW = {"conversation_id": "c1", "verdict": "right", "user_id": "u1", "at": AT}
DRAFT = {"slug": "fever", "text": "So.", "revision": 1, "state": "draft", "base_version": 0, "base_text": "", "reason": ""}
DRAFT |= {"author_id": "u1", "writers": "[]", "created_at": AT, "changed_at": AT}


class Earlier:
    """Records of the version before, with words in clear."""

    MESSAGES = 1_203

    def __init__(self, folder: Path, schema: str) -> None:
        self.file, self.key = folder / "records.db", new_key()
        self.records = Database(f"sqlite:///{self.file}", Keyring([self.key]), folder=folder)
        brought_to(self.records, schema)
        with closing(sqlite3.connect(self.file)) as old:
            at = "2026-11-20 10:00:00.000000"
            old.execute(
                "INSERT INTO conversations (id, started_at, last_seq, state, language, revision, legal_hold, last_message_at) "
                "VALUES ('c1', ?, ?, 'waiting', 'en', 0, 0, ?)",
                (at, self.MESSAGES, at),
            )
            old.execute(
                "INSERT INTO handoffs (reference, conversation_id, reason, state, created_at) "
                "VALUES ('C-AAAA-0001', 'c1', 'asked', 'open', ?)",
                (at,),
            )
            old.executemany(
                "INSERT INTO messages (conversation_id, seq, at, sender, kind, text, buttons, answer, question, answered) "
                "VALUES ('c1', ?, ?, ?, ?, ?, ?, ?, ?, 1)",
                (self._row(seq, at) for seq in range(1, self.MESSAGES + 1)),
            )
            old.execute(
                "INSERT INTO users (id, email, name, role, created_at, totp_step, recovery, failures) "
                "VALUES ('u1', 'r@clinic.example', 'Rita', 'physician', ?, 0, '[]', 0)",
                (at,),
            )
            old.execute(
                "INSERT INTO reviews (conversation_id, message_seq, verdict, article, wording, user_id, at) "
                "VALUES ('c1', 4, 'right', 'safety', 'Is brittleword safe?', 'u1', ?)",
                (at,),
            )
            old.execute(
                "INSERT INTO held_back (conversation_id, message_seq, state, alarm) "
                """VALUES ('c1', 2, 'asked', '{"group": "pralinegroup"}')"""
            )
            old.commit()

    @staticmethod
    def _row(seq: int, at: str) -> tuple[Any, ...]:
        if seq % 3 == 0:
            return seq, at, "assistant", "question", "Which nougat?", '[{"title": "nougat"}]', "null", '{"field": "medicines"}'
        if seq % 3 == 1:
            return seq, at, "assistant", "answer", "So.", "[]", '{"status": "abstained", "passages": []}', "null"
        return seq, at, "patient", "text", f"marzipanword call +370 612 34567 {seq}", "[]", "null", None


CLEAR = (b"marzipanword", b"nougat", b"pralinegroup", b"brittleword")


@pytest.fixture
def earlier(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Earlier]:
    """Records of the version before, or of the one that a test names."""
    records = Earlier(tmp_path, getattr(request, "param", "0011"))
    yield records
    records.records.close()


def assert_sealed(earlier: Earlier) -> None:
    """Everything is there, and nothing in clear."""
    with earlier.records.read() as session:
        messages = messages_after(session, "c1", 0)
        assert len(messages) == earlier.MESSAGES
        assert messages[1].text == "marzipanword call +370 612 34567 2"
        assert messages[2].buttons == [{"title": "nougat"}]
        assert (messages[2].asked, messages[2].question) == ("medicines", {"field": "medicines"})
        assert messages[3].answer is not None
        assert messages[3].answer.status == "abstained"
        assert held_back(session, "c1")[0].alarm == {"group": "pralinegroup"}
        assert session.query(Review).one().wording == "Is brittleword safe?"
        assert find(session, "marzi", [], 5) == find(session, "0612 34567", [], 5) == ["c1"]
    kept = bytes_in(earlier.file.parent)
    assert not any(word in kept for word in CLEAR)


@pytest.mark.parametrize("earlier", ["0009", "0011"], indirect=True)
def test_old_records_are_sealed_and_leave_no_clear_copy(earlier: Earlier) -> None:
    assert all(word in bytes_in(earlier.file.parent) for word in CLEAR)
    earlier.records.migrate()
    assert_sealed(earlier)


@pytest.mark.parametrize("earlier", ["0009", "0011"], indirect=True)
def test_a_backup_of_an_earlier_version_comes_back_sealed(
    earlier: Earlier, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring, elsewhere = Keyring([earlier.key]), tmp_path_factory.mktemp("elsewhere")
    with monkeypatch.context() as patch:  # that version wrote the entry of its audit log in its own way
        patch.setattr("desk.keeping.backup.record", lambda *_given, **_more: None)
        backup = make(earlier.records, keyring, earlier.file.parent)
    earlier.records.close()
    earlier.file = elsewhere / "records.db"
    earlier.records = Database(f"sqlite:///{earlier.file}", keyring, folder=elsewhere)
    earlier.records.migrate()
    restore(backup.file, f"sqlite:///{earlier.file}", keyring, elsewhere)
    assert_sealed(earlier)
    with earlier.records.read() as session:
        assert verify(session) is None
    earlier.records.migrate()  # as the next start does
    assert_sealed(earlier)


@pytest.mark.parametrize("stopped", [None, "_seal_some", "write_anew"])
def test_wordings_of_reviews_are_sealed_and_their_copies_in_drafts_are_forgotten(
    database: Database, tmp_path: Path, stopped: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "earlier"
    earlier = Database(f"sqlite:///{folder / 'records.db'}", database.keyring, folder=folder)
    brought_to(earlier, "0014")
    effect = json.dumps({"changes": [{"question": "Is brittleword safe?"}]})
    with earlier.engine.begin() as connection:
        _put_in(connection, "conversations", **CONVERSATION, sealed_key=earlier.keyring.new_data_key())
        _put_in(connection, "users", **REVIEWER)
        _put_in(connection, "reviews", **REVIEW, message_seq=4, wording="Is brittleword safe?")
        _put_in(connection, "reviews", **REVIEW, message_seq=3)
        _put_in(connection, "article_drafts", **DRAFT, effect=effect)
    assert b"brittleword" in bytes_in(folder)
    if stopped:
        with monkeypatch.context() as patch:
            patch.setattr(sealing_wordings, stopped, _interrupted)
            with pytest.raises(KeyboardInterrupt):
                earlier.migrate()
    earlier.migrate()
    with earlier.read() as session:
        assert {review.wording for review in session.query(Review)} == {"Is brittleword safe?", None}
        assert session.query(ArticleDraft).one().effect is None
    assert b"brittleword" not in bytes_in(folder)
    earlier.close()


def _put_in(connection: Connection, into: str, **values: Any) -> None:
    connection.execute(table(into, *map(column, values)).insert().values(values))


def _interrupted(*_given: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_sealing_old_records_goes_on_where_it_was_stopped(
    earlier: Earlier, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        if after == 3:
            patch.setattr(sealing_old, "write_anew", _interrupted)
        else:
            patch.setattr(sealing_old._Progress, "add", _stops_after(after))
        with pytest.raises(KeyboardInterrupt):
            earlier.records.migrate()
    earlier.records.migrate()
    assert_sealed(earlier)


def test_a_start_knows_how_far_the_sealing_of_old_records_is(earlier: Earlier) -> None:
    log = earlier.file.with_name("web.log")
    log.write_text("sealing stored messages        done=5 of=7\n", "utf-8")  # of an earlier start
    web = Child("web", [sys.executable, "-c", migrating(earlier)], dict(os.environ), log)
    web.start()
    assert web.process is not None
    assert web.process.wait(60) == 0
    assert web.progress() == "sealing stored messages, 1,203 of 1,203"


@pytest.mark.parametrize(("moves_until", "comes_up"), [(5_000, True), (100, False)])
def test_a_start_waits_for_the_sealing_of_old_records_as_long_as_it_moves(
    moves_until: int, comes_up: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, said = [0], list[str]()

    def waits(_seconds: float) -> None:
        now[0] += 10

    web = SimpleNamespace(name="web", running=True, log=Path("web.log"), progress=lambda: f"{min(now[0], moves_until) // 100}")
    monkeypatch.setattr("commands.start._pause", waits)
    monkeypatch.setattr("commands.start.time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr("commands.start._answers", lambda *_: now[0] > 5_000)
    with nullcontext() if comes_up else pytest.raises(StartError, match="was not ready"):
        _wait_for("http://127.0.0.1", web, said.append)  # type: ignore[arg-type]
    assert said == [f"{hundreds} …" for hundreds in range(min(now[0], moves_until) // 100 + 1)]


@pytest.mark.parametrize("told", [1, 2, 3])
def test_sealing_old_records_goes_on_where_it_was_killed(earlier: Earlier, told: int) -> None:
    """Killed, as by a power cut, when it has told so often that it goes on."""
    with subprocess.Popen([sys.executable, "-c", migrating(earlier)], stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        for _ in range(told):
            while "sealing stored messages" not in killed.stdout.readline():
                assert killed.poll() is None, "it had ended"
        killed.kill()
    assert killed.returncode == -signal.SIGKILL
    earlier.records.migrate()
    assert_sealed(earlier)


def migrating(earlier: Earlier) -> str:
    """A program that seals old records, tells of each step, and takes its time."""
    return f"""
import time
from desk.database import Database
from desk.migrations import sealing_old
from desk.sealed import Keyring
sealing_old._TOLD_EVERY = 0
tells = sealing_old._Progress.add
sealing_old._Progress.add = lambda progress, number: (tells(progress, number), time.sleep(0.3))
Database("sqlite:///{earlier.file}", Keyring(["{earlier.key}"])).migrate()
"""


def _stops_after(batches: int) -> Any:
    done: list[int] = []

    def add(_progress: object, number: int) -> None:
        done.append(number)
        if len(done) > batches:
            raise KeyboardInterrupt

    return add


def test_a_row_made_by_hand_is_sealed_when_it_is_stored(database: Database) -> None:
    with database.write() as session:
        name = conversation(session, "my knees")
        row = Message(conversation_id=name, seq=99, at=datetime.now(UTC), sender="coordinator", kind="text", text="Good day.")
        session.add(row)
    with database.read() as session:
        assert messages_after(session, name, 0)[-1].text == "Good day."
