"""A coordinator finds a case by what was written in it, however it was written; the index alone tells nobody what was said."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from desk.cases.notes import add_note
from desk.cases.search import find, marked, snippets_of
from desk.cases.taking_over import take_over, write
from desk.conversations.own_data import withdraw_consent
from desk.conversations.words import rebuild
from desk.database import Database
from desk.keeping.erasure import delete_rows
from desk.looked_for import normal, words_of
from desk.models import Conversation, Note, NoteWord, Word
from desk.sealed import Keyring, new_key
from tests.support.records import asks_for_a_person, colleague, conversation

pytestmark = pytest.mark.both_databases


@pytest.fixture
def cases(database: Database) -> dict[str, str]:
    """Three cases and a chat that nobody passed on."""
    with database.write() as session:
        return {
            "maria": conversation(session, "Ich heiße María", "My knees hurt", effects=asks_for_a_person("C-AAAA-0001")),
            "jonas": conversation(session, "my knee", "and warfarin daily", effects=asks_for_a_person("C-AAAA-0002")),
            "ruta": conversation(session, "allergies to penicillin", effects=asks_for_a_person("C-BBBB-0003")),
            "nobody": conversation(session, "only a question about knees"),
        }


def found(database: Database, cases: dict[str, str], words: str) -> list[str]:
    """Who is found, by our names for them."""
    names = {id_: name for name, id_ in cases.items()}
    with database.read() as session:
        return [names[id_] for id_ in find(session, words, [], 10)]


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("knee", ["jonas", "maria"]),
        ("KNEES", ["jonas", "maria"]),
        ("knee warfarin", ["jonas"]),
        ("maria", ["maria"]),
        ("María", ["maria"]),
        ("allergy", ["ruta"]),
        ("penicillin knee", []),
        ("nothing-such", []),
        ("!?", []),
        ("C-AAAA-0002", ["jonas"]),
        ("c-aaaa", ["jonas", "maria"]),
        ("c-zzzz", []),
        ("0002", ["jonas"]),
        ("bbbb", ["ruta"]),
        ("AAAA", ["jonas", "maria"]),
        ("aaaa-0001", ["maria"]),
        ("AAAA 0001", ["maria"]),
        ("aaaa0001", ["maria"]),
        ("aaaa 00", ["jonas", "maria"]),
        ("c aaaa 0001", ["maria"]),
        ("CAAAA0001", ["maria"]),
        ("0001 warfarin", []),
        ("warf", ["jonas"]),
        ("WAR pen", []),
        ("war dai", ["jonas"]),
        ("aller", ["ruta"]),
        ("allergie", ["ruta"]),
        ("kn", []),
        ("farin", []),
    ],
)
def test_a_case_is_found_by_all_its_words_or_its_number(
    database: Database, cases: dict[str, str], words: str, who: list[str]
) -> None:
    assert found(database, cases, words) == who


def test_what_may_be_half_a_number_is_also_looked_for_among_the_words(database: Database) -> None:
    with database.write() as session:
        ruta = conversation(session, "born in 1961", effects=asks_for_a_person("C-7K4M-2QWX"))
        jonas = conversation(session, "call me", effects=asks_for_a_person("C-7K4M-1961"))
        cilla = conversation(session, "call me, too", effects=asks_for_a_person("C-C7K4-M2QW"))
    with database.read() as session:
        assert find(session, "1961", [], 10) == [jonas, ruta]
        assert find(session, "1961", [], 1) == [jonas]
        assert set(find(session, "C7K4M2QW", [], 10)) == {cilla, ruta}, "the first C may be the number's own"


def test_what_a_coordinator_wrote_is_found_too(database: Database, cases: dict[str, str]) -> None:
    with database.write() as session:
        ana = colleague(session)
        take_over(session, cases["ruta"], ana, session.get_one(Conversation, cases["ruta"]).revision)
        write(session, cases["ruta"], ana, "Please bring the discharge letter.", "id-1")
    assert found(database, cases, "discharge letters") == ["ruta"]


def noted(database: Database, conversation_id: str, text: str) -> None:
    """A colleague keeps a note on a case."""
    with database.write() as session:
        add_note(session, conversation_id, colleague(session).id, text)


def test_a_case_is_found_by_what_a_note_says(database: Database, cases: dict[str, str]) -> None:
    noted(database, cases["ruta"], "Called her: +370 612 34567. Wants the Thursday appointment.")
    assert found(database, cases, "appointments") == found(database, cases, "thurs") == ["ruta"]
    assert found(database, cases, "061234567") == ["ruta"]
    assert found(database, cases, "thursday knee") == []


def test_words_are_looked_for_across_messages_and_notes(database: Database, cases: dict[str, str]) -> None:
    noted(database, cases["jonas"], "Stops on Thursday.")
    for words in ("warfarin thursday", "thursday warfarin", "knee daily stops"):
        assert found(database, cases, words) == ["jonas"], words


def test_the_newest_mention_comes_first_in_a_note_too(database: Database, cases: dict[str, str]) -> None:
    assert found(database, cases, "knee") == ["jonas", "maria"]
    noted(database, cases["maria"], "It is the left knee.")
    assert found(database, cases, "knee") == ["maria", "jonas"]
    with database.read() as session:
        assert find(session, "knee", [], 1) == [cases["maria"]]


def test_a_note_that_was_found_is_shown_as_one(database: Database, cases: dict[str, str]) -> None:
    noted(database, cases["jonas"], "Stops warfarin on Thursday.")
    with database.read() as session:
        note, message = snippets_of(session, [cases["jonas"]], "warfarin")[cases["jonas"]]
    assert (note.sender, message.sender) == ("note", "patient")
    assert ("warfarin", True) in note.parts


def test_a_note_on_a_chat_that_nobody_passed_on_is_not_found(database: Database, cases: dict[str, str]) -> None:
    noted(database, cases["nobody"], "Thursday.")
    assert found(database, cases, "thursday") == []


@pytest.mark.parametrize("gone", ["note", "conversation", "consent"])
def test_the_words_of_a_note_go_with_it(database: Database, cases: dict[str, str], gone: str) -> None:
    noted(database, cases["ruta"], "Wants the Thursday appointment.")
    noted(database, cases["jonas"], "Stops on Thursday.")
    with database.write() as session:
        before = session.query(NoteWord).count()
        if gone == "note":
            session.execute(text("DELETE FROM notes WHERE conversation_id = :ruta"), {"ruta": cases["ruta"]})
        elif gone == "conversation":
            delete_rows(session, [cases["ruta"]])
        else:
            withdraw_consent(session, cases["ruta"], lambda _reference, _hold: [])
    assert found(database, cases, "thursday") == ["jonas"]
    with database.read() as session:
        left = select(Note.conversation_id).join(NoteWord, NoteWord.note_id == Note.id).distinct()
        assert list(session.scalars(left)) == [cases["jonas"]]
        assert 0 < session.query(NoteWord).count() < before


def test_what_is_found_is_shown_with_the_words_around_it(database: Database, cases: dict[str, str]) -> None:
    with database.read() as session:
        [snippet] = snippets_of(session, [cases["jonas"]], "warfarin")[cases["jonas"]]
    assert snippet.parts == [("and ", False), ("warfarin", True), (" daily", False)]


def test_a_long_message_is_cut_around_the_word() -> None:
    parts = marked("before " * 50 + "warfarin" + " after" * 50, [("warfarin",)])
    shown = "".join(part for part, _ in parts)
    assert ("warfarin", True) in parts
    assert shown.startswith("… before")
    assert shown.endswith("…")
    assert len(shown) < 250


@pytest.mark.parametrize("written", ["+370 612 34567", "+37061234567", "0 612 34 567", "(8-612) 34567", "00370.612.34567"])
@pytest.mark.parametrize("looked_for", ["+370 612 34567", "37061234567", "061234567", "612 34567", "34567", "234567"])
def test_a_phone_number_is_found_by_its_digits(database: Database, written: str, looked_for: str) -> None:
    with database.write() as session:
        name = conversation(session, f"call me at {written} 2 times", effects=asks_for_a_person("C-AAAA-0001"))
        conversation(session, "call me at +370 698 76543", effects=asks_for_a_person("C-AAAA-0002"))
    with database.read() as session:
        assert find(session, looked_for, [], 10) == [name]


def test_a_date_is_found_as_it_was_written(database: Database) -> None:
    with database.write() as session:
        name = conversation(session, "born on 14.03.1961", effects=asks_for_a_person("C-AAAA-0001"))
    with database.read() as session:
        assert find(session, "14.03.1961", [], 10) == find(session, "1961", [], 10) == [name]
        assert find(session, "15.03.1961", [], 10) == []


def test_what_was_found_by_its_beginning_or_its_digits_is_shown(database: Database) -> None:
    with database.write() as session:
        name = conversation(session, "warfarin, call +370 612 34567", effects=asks_for_a_person("C-AAAA-0001"))
    with database.read() as session:
        [snippet] = snippets_of(session, [name], "warf 061234567")[name]
    assert [part for part, hit in snippet.parts if hit] == ["warfarin", "+370 612 34567"]


def test_a_deleted_conversation_leaves_no_word(database: Database, cases: dict[str, str]) -> None:
    with database.write() as session:
        delete_rows(session, list(cases.values()))
    with database.read() as session:
        assert session.query(Word).count() == 0


def test_the_index_does_not_hold_the_words(tmp_path: Path) -> None:
    keys = [new_key(), new_key()]
    numbers = []
    for key in keys:
        database = Database(f"sqlite:///{tmp_path / key[:6]}.db", Keyring([key]))
        database.migrate()
        with database.write() as session:
            conversation(session, "warfarin")
            numbers.append({row[0] for row in session.execute(text("SELECT word FROM words"))})
        database.close()
    assert numbers[0].isdisjoint(numbers[1]), "without the key, the same word is another number"


def test_the_index_can_be_made_anew(database: Database, cases: dict[str, str]) -> None:
    with database.write() as session:
        add_note(session, cases["ruta"], colleague(session).id, "Wants the Thursday appointment.")
        before = everything_indexed(session)
        session.execute(text("DELETE FROM words"))
        session.execute(text("DELETE FROM note_words"))
        assert rebuild(session) == (6, 1)
        assert everything_indexed(session) == before


def everything_indexed(session: Session) -> set[tuple[str, int, int]]:
    """Every row of the index."""
    words = session.execute(text("SELECT 'message', word, message_id FROM words")).tuples()
    return {*words, *session.execute(text("SELECT 'note', word, note_id FROM note_words")).tuples()}


@pytest.fixture
def earlier(database: Database, cases: dict[str, str]) -> Database:
    """Records of the version before, with a thousand notes in no index, one of which is damaged."""
    with database.write() as session:
        ana = colleague(session).id
        for number in range(1_000):
            add_note(session, cases["jonas"], ana, f"Call {number}")
        add_note(session, cases["maria"], ana, "Thursday.")
        add_note(session, cases["ruta"], ana, "Wants the Thursday appointment.")
        session.execute(text("UPDATE notes SET sealed = 'damaged' WHERE conversation_id = :maria"), {"maria": cases["maria"]})
        for table in ("note_words", "corrections"):
            session.execute(text(f"DROP TABLE {table}"))
        session.execute(text("DROP INDEX ix_handoffs_called"))
        for table, column in (("handoffs", "called_at"), ("handoffs", "called_for"), ("users", "mail_replies")):
            session.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        session.execute(text("UPDATE alembic_version SET version_num = '0017b'"))
    return database


def test_notes_of_an_earlier_version_are_found_after_the_update(earlier: Database, cases: dict[str, str]) -> None:
    earlier.migrate()
    assert found(earlier, cases, "thursday") == ["ruta"]
    assert found(earlier, cases, "call 999") == ["jonas"]
    earlier.migrate()
    noted(earlier, cases["maria"], "Friday.")
    assert found(earlier, cases, "friday") == ["maria"]


def test_an_update_that_was_interrupted_begins_anew(
    earlier: Database, cases: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = iter(range(700))  # more than are put in at once, and fewer than there are
    with monkeypatch.context() as patch:
        patch.setattr(Keyring, "open_if_possible", lambda *_given: {"text": f"Call {next(opened)}"})
        with pytest.raises(StopIteration):
            earlier.migrate()
    earlier.migrate()
    assert found(earlier, cases, "thursday") == ["ruta"]
    with earlier.read() as session:
        assert session.query(NoteWord.note_id).distinct().count() == 1_001


def test_a_note_that_cannot_be_opened_costs_only_itself(database: Database, cases: dict[str, str]) -> None:
    for name in ("ruta", "jonas"):
        noted(database, cases[name], "Thursday.")
    with database.write() as session:
        session.execute(text("UPDATE notes SET sealed = 'damaged' WHERE conversation_id = :ruta"), {"ruta": cases["ruta"]})
        assert rebuild(session) == (6, 1)
    assert found(database, cases, "thursday") == ["jonas"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Knees", "knee"), ("allergies", "allergy"), ("Žiurkė", "ziurke"), ("STRASSE", "straße"), ("clots", "CLOT")],
)
def test_words_are_the_same_however_they_are_written(one: str, other: str) -> None:
    assert normal(one) == normal(other)


def test_short_words_and_no_plurals_stay() -> None:
    assert words_of("a virus, arthritis, gas and loss") == {"virus", "arthritis", "gas", "and", "loss"}
