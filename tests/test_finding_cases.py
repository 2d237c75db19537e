"""A coordinator finds a case by what was written in it, however it was written; the index alone tells nobody what was said."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from desk.cases.search import find, marked, snippets_of
from desk.cases.taking_over import take_over, write
from desk.conversations.words import rebuild
from desk.database import Database
from desk.keeping.erasure import delete_rows
from desk.looked_for import normal, words_of
from desk.models import Conversation, Word
from desk.sealed import Keyring, new_key
from tests.support.records import asks_for_a_person, colleague, conversation


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


def test_what_a_coordinator_wrote_is_found_too(database: Database, cases: dict[str, str]) -> None:
    with database.write() as session:
        ana = colleague(session)
        take_over(session, cases["ruta"], ana, session.get_one(Conversation, cases["ruta"]).revision)
        write(session, cases["ruta"], ana, "Please bring the discharge letter.", "id-1")
    assert found(database, cases, "discharge letters") == ["ruta"]


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
        before = set(session.execute(text("SELECT word, message_id FROM words")).all())
        session.execute(text("DELETE FROM words"))
        rebuild(session)
        assert set(session.execute(text("SELECT word, message_id FROM words")).all()) == {tuple(row) for row in before}


@pytest.mark.parametrize(
    ("one", "other"),
    [("Knees", "knee"), ("allergies", "allergy"), ("Žiurkė", "ziurke"), ("STRASSE", "straße"), ("clots", "CLOT")],
)
def test_words_are_the_same_however_they_are_written(one: str, other: str) -> None:
    assert normal(one) == normal(other)


def test_short_words_and_no_plurals_stay() -> None:
    assert words_of("a virus, arthritis, gas and loss") == {"virus", "arthritis", "gas", "and", "loss"}
