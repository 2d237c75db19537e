"""Whoever asks for easier words means what was quoted to them last, in the conversation as it is stored."""

from __future__ import annotations

from desk.conversations.log import Draft, start_conversation, store_patient_message, store_turn
from desk.conversations.quoted import quoted_before
from desk.database import Database
from knowledge.answer import ABSTAINED, Answer, Quote


def quoting(article: str) -> Answer:
    """An answer that quotes an article."""
    quote = Quote(article=article, version=1, title="", heading=f"About {article}", quote="So.", start=0, end=3, url="/")
    return ABSTAINED.model_copy(update={"status": "answered", "passages": [quote]})


def chat(database: Database, *replies: Answer | None) -> tuple[str, int]:
    """A conversation in which each message got an answer or another reply; and the number after the last."""
    with database.write() as session:
        name = start_conversation(session, [Draft("Hello.")])[0].id
        for number, answer in enumerate(replies):
            seq = store_patient_message(session, name, f"{name}-{number}", f"Message {number}").seq
            kind = "text" if answer is None else "answer"
            store_turn(session, name, seq, [Draft("…", kind=kind, answer=answer)], [])
        return name, store_patient_message(session, name, f"{name}-last", "please easy").seq


def quoted(database: Database, *replies: Answer | None) -> dict[str, object] | None:
    """What was quoted before the last message of such a conversation."""
    name, seq = chat(database, *replies)
    chat(database, quoting("of-somebody-else"))
    with database.read() as session:
        return quoted_before(session, name, seq)


def test_it_is_what_the_newest_answer_quoted_first(database: Database) -> None:
    found = quoted(database, quoting("does-it-work"), quoting("evidence-diabetes"))
    assert found == {"article": "evidence-diabetes", "heading": "About evidence-diabetes", "just": True}


def test_what_was_said_since_is_not_forgotten_to_have_come_between(database: Database) -> None:
    found = quoted(database, quoting("does-it-work"), None, ABSTAINED)
    assert found == {"article": "does-it-work", "heading": "About does-it-work", "just": False}


def test_without_a_quote_there_is_none(database: Database) -> None:
    assert quoted(database, None, ABSTAINED) is None
