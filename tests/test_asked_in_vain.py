"""Editors see what patients asked in vain: masked, gathered by meaning, nothing of whoever is gone or withdrew the consent."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

from commands.cli import app
from commands.records import open_database
from cordial.settings import Settings
from desk.cases.reviews import Opinion, Verdict, all_reviews, review
from desk.conversations.log import Draft, append, start_conversation, store_patient_message, store_turn
from desk.conversations.own_data import withdraw_consent
from desk.database import Database
from desk.insight.in_vain import Asked, Line, Why, asked_in_vain, grouped, lines
from desk.insight.period import Period
from desk.keeping.erasure import delete_rows
from desk.masking.masking import masker_of
from desk.models import AnswerFact, AuditEntry, Feedback, Message, Review
from desk.people.roles import Role
from desk.people.users import Newcomer, create_user
from intake.record import Effect, FieldAnswer, FieldAnswered, FieldAsked
from knowledge.answer import ABSTAINED, Answer, Quote
from knowledge.encoder import Encoder
from knowledge.library import Library
from tests.support.console_alone import ConsoleAlone
from tests.support.staff import PASSWORD, Staff

VILNIUS = ZoneInfo("Europe/Vilnius")
NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)  # a Thursday
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), VILNIUS)
QUOTE = Quote(article="safety", version=1, title="", heading="", quote="So.", start=0, end=3, url="/")
ANSWERED = ABSTAINED.model_copy(update={"status": "answered", "passages": [QUOTE]})
CATS = ("Do you treat cats?", "Can you treat my cat?", "Do you treat a cat?")


def asks(
    database: Database,
    text: str,
    answer: Answer = ABSTAINED,
    at: datetime = NOON,
    effects: list[Effect] | None = None,
    into: str = "",
) -> tuple[str, int]:
    """Somebody asks; gives the place of the answer."""
    with database.write() as session:
        name = into or start_conversation(session, [Draft("Hello.")])[0].id
        seq = store_patient_message(session, name, str(uuid4()), text).seq
        [reply] = store_turn(session, name, seq, [Draft("…", kind="answer", answer=answer)], effects or [])
        for table in (Message, AnswerFact):
            session.execute(update(table).where(table.conversation_id == name).values(at=at))
    return name, reply.seq


def listed(database: Database, library: Library, encoder: Encoder) -> list[Line]:
    """What an editor sees of November."""
    with database.read() as session:
        return lines(session, NOVEMBER, library, encoder.encode)


def texts(database: Database, library: Library) -> set[str]:
    """Every question that an editor sees of November."""
    with database.read() as session:
        return {one.text for one in asked_in_vain(session, NOVEMBER, library)}


def test_questions_that_mean_the_same_stand_together_with_the_nearest_sections(
    database: Database, library: Library, encoder: Encoder
) -> None:
    for text in (*CATS, "Who won the cup in 1966?"):
        asks(database, text)
    first, second = listed(database, library, encoder)
    assert {first.text, *first.others} == set(CATS)
    assert (first.asked, first.conversations, first.why) == (3, 3, {Why.UNANSWERED: 3})
    assert (second.text, second.asked) == ("Who won the cup in 1966?", 1)
    assert len(first.near) == 2
    for near in first.near:
        article = library.article(near.article)
        assert article is not None
        assert near.url == f"/library/articles/{near.article}#{near.section}"
        assert article.section(near.section) is not None


def test_details_are_masked_and_nothing_leads_to_a_conversation(database: Database, library: Library, encoder: Encoder) -> None:
    name, _ = asks(database, "My name is Wilhelmina Example, mail me at w@mail.example. Do you treat cats in Lithuania?")
    [line] = listed(database, library, encoder)
    assert line.text == "My name is [name], mail me at [email]. Do you treat cats in Lithuania?"
    assert name not in repr(line)
    assert "12:00" not in repr(line)


def test_of_those_that_mean_the_same_the_one_with_least_masked_comes_first(
    database: Database, library: Library, encoder: Encoder
) -> None:
    for text in ("My name is Farid Example, do you treat cats?", CATS[0]):
        asks(database, text)
    [line] = listed(database, library, encoder)
    assert (line.text, line.others) == (CATS[0], ["My name is [name], do you treat cats?"])


def test_the_name_that_the_intake_holds_is_masked_wherever_it_stands(database: Database, library: Library) -> None:
    told = FieldAnswer(said="Ruta Plain", value="Ruta Plain")
    effects: list[Effect] = [FieldAsked(field="full_name"), FieldAnswered(field="full_name", answer=told)]
    name, _ = asks(database, "Ruta Plain", ANSWERED, effects=effects)
    asks(database, "is it plain to see for plain folk like me", into=name)
    assert texts(database, library) == {"is it [name] to see for [name] folk like me"}


def test_the_day_is_shown_where_enough_asked_and_otherwise_only_the_week(
    database: Database, library: Library, encoder: Encoder
) -> None:
    for days, text in enumerate(CATS):
        asks(database, text, at=NOON - timedelta(days=days))
    asks(database, "Who won the cup in 1966?")
    many, one = listed(database, library, encoder)
    assert (many.newest, many.by_week) == (date(2026, 11, 12), False)
    assert (one.newest, one.by_week) == (date(2026, 11, 9), True)


def test_what_was_rated_or_reviewed_as_bad_is_there_once_with_its_reasons(
    database: Database, library: Library, encoder: Encoder, reviewer: str
) -> None:
    name, seq = asks(database, CATS[0], ANSWERED)
    good, good_seq = asks(database, "Is fever a bad sign?", ANSWERED)
    with database.write() as session:
        session.add(Feedback(conversation_id=name, message_seq=seq, helpful=False, at=NOON))
        session.add(Feedback(conversation_id=good, message_seq=good_seq, helpful=True, at=NOON))
        review(session, name, seq, reviewer, Opinion(Verdict.WRONG))
        review(session, good, good_seq, reviewer, Opinion(Verdict.RIGHT))
        session.execute(update(Review).values(at=NOON))
    [line] = listed(database, library, encoder)
    assert (line.text, line.asked) == (CATS[0], 1)
    assert line.why == {Why.NOT_HELPFUL: 1, Why.REVIEWED: 1}


def test_the_table_of_it_runs_nothing_in_a_spreadsheet(tmp_path: Path, library: Library, encoder: Encoder) -> None:
    web = ConsoleAlone(tmp_path, library=library, encoder=encoder)
    try:
        asks(web.database, "=SUM of my questions: do you treat cats?", at=datetime.now(UTC))
        with Staff(web.url, web.database, "editor") as editor:
            given = editor.http.get("/desk/insight/unanswered.csv")
    finally:
        web.closes()
    assert (given.status_code, given.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    _, row = csv.reader(io.StringIO(given.content.decode("utf-8-sig"), newline=""))
    assert row[:4] == ["'=SUM of my questions: do you treat cats?", "", "1", "1"]


def test_an_erased_conversation_is_not_shown(database: Database, library: Library) -> None:
    asks(database, "Do you treat dogs?")
    name, _ = asks(database, CATS[0])
    with database.write() as session:
        delete_rows(session, [name])
    assert texts(database, library) == {"Do you treat dogs?"}


def test_nothing_of_a_withdrawn_consent_is_shown(database: Database, library: Library, reviewer: str) -> None:
    agreed: list[Effect] = [
        FieldAsked(field="consent"),
        FieldAnswered(
            field="consent", answer=FieldAnswer(said="I agree", value={"agreed": True, "version": 2, "wording": "…"})
        ),
    ]
    name, _ = asks(database, "I agree", ANSWERED, effects=agreed)
    _, seq = asks(database, CATS[0], into=name)
    with database.write() as session:
        review(session, name, seq, reviewer, Opinion(Verdict.WRONG))
    assert texts(database, library) == {CATS[0]}
    with database.write() as session:
        withdraw_consent(session, name, lambda *_: [])
    assert texts(database, library) == set()
    with database.read() as session:
        assert [one.asked for one in all_reviews(session, masker=masker_of(library))] == [None]


def test_what_was_typed_to_the_intake_is_listed_only_if_it_was_answered_as_a_question(
    database: Database, library: Library
) -> None:
    question: Effect = FieldAsked(field="condition")
    name, _ = asks(database, "Start the intake", ANSWERED, effects=[question])
    for text, answer in (("something with the sclera", ABSTAINED), (CATS[0], ANSWERED), ("What is an aphorism?", ABSTAINED)):
        if text != "What is an aphorism?":
            with database.write() as session:
                append(session, name, [Draft("Which illness?", kind="question", question={"field": "condition"})])
        _, seq = asks(database, text, answer, into=name)
        with database.write() as session:
            session.add(Feedback(conversation_id=name, message_seq=seq, helpful=False, at=NOON))
    assert texts(database, library) == {CATS[0], "What is an aphorism?"}


def test_an_answer_to_the_intake_is_no_question_for_editors(database: Database, library: Library) -> None:
    told: list[Effect] = [
        FieldAsked(field="condition"),
        FieldAnswered(field="condition", answer=FieldAnswer(said="Is it a cat?", value="Is it a cat?")),
    ]
    asks(database, "Is it a cat?", effects=told)
    assert texts(database, library) == set()


def test_only_the_period_counts_from_its_first_instant_to_its_last(database: Database, library: Library) -> None:
    for name, at in (
        ("early", NOVEMBER.start - timedelta(microseconds=1)),
        ("first", NOVEMBER.start),
        ("last", NOVEMBER.end - timedelta(microseconds=1)),
        ("over", NOVEMBER.end),
    ):
        asks(database, f"{name}?", at=at)
    assert texts(database, library) == {"first?", "last?"}
    with database.read() as session:
        assert [one.text for one in asked_in_vain(session, NOVEMBER, library, most=1)] == ["last?"]


def test_an_editor_sees_the_masked_question_beside_a_review(database: Database, library: Library, reviewer: str) -> None:
    name, seq = asks(database, "I am Wilhelmina. Do you treat cats?")
    with database.write() as session:
        review(session, name, seq, reviewer, Opinion(Verdict.WRONG, wording="Do you treat pets?"))
    with database.read() as session:
        [found] = all_reviews(session, masker=masker_of(library))
    assert (found.wording, found.asked) == ("Do you treat pets?", "I am [name]. Do you treat cats?")


def question(number: int, conversation: str = "") -> Asked:
    """A question of a conversation."""
    return Asked(conversation or str(number), f"question {number}", NOON, frozenset({Why.UNANSWERED}))


def test_questions_are_near_from_six_tenths_on_and_the_nearest_to_all_comes_first() -> None:
    questions = [question(number) for number in range(3)]
    just = np.array([[0.6, 0.8], [1, 0], [0.6, -0.8]], dtype=np.float32)
    [group] = grouped(questions, just)
    assert [one.conversation_id for one in group.questions] == ["1", "0", "2"]
    apart = np.array([[0.59, 0.81], [1, 0], [0.59, -0.81]], dtype=np.float32)
    assert [len(group.questions) for group in grouped(questions, apart)] == [1, 1, 1]
    nowhere = np.zeros((3, 2), dtype=np.float32)
    assert [len(group.questions) for group in grouped(questions, nowhere)] == [1, 1, 1], "what cannot be placed stands alone"


def test_what_most_conversations_asked_comes_first_and_no_question_is_in_two_groups() -> None:
    questions = [*(question(number) for number in range(4)), *(question(number, "one patient") for number in range(4, 9))]
    vectors = np.array([[1, 0]] * 4 + [[0, 1]] * 5, dtype=np.float32)
    groups = grouped(questions, vectors)
    assert [group.conversations for group in groups] == [4, 1]
    assert [len(group.questions) for group in groups] == [4, 5]
    assert grouped([], np.zeros((0, 4), dtype=np.float32)) == []


def test_the_command_lists_it_and_is_noted(prepared: Path, library: Library, tmp_path: Path) -> None:
    assert library
    for part in ("encoder", "knowledge"):
        (tmp_path / part).symlink_to(prepared / part)
    settings = Settings(data=tmp_path)
    runs = CliRunner(env={"CORDIAL_DATA": str(tmp_path)})
    assert "Nothing was asked in vain" in runs.invoke(app, ["kb", "asked"]).output
    database = open_database(settings)
    asks(database, "I am Wilhelmina. Do you treat cats?", at=datetime.now(UTC))
    asks(database, "Do you treat dogs?", at=datetime.now(UTC) - timedelta(days=9))
    said = runs.invoke(app, ["kb", "asked", "--days", "5"])
    assert said.exit_code == 0, said.output
    assert "1 × “I am [name]. Do you treat cats?”" in said.output
    assert "dogs" not in said.output
    told = json.loads(runs.invoke(app, ["kb", "asked", "--json"]).output)
    assert {text for group in told["groups"] for text in (group["text"], *group["others"])} == {
        "I am [name]. Do you treat cats?",
        "Do you treat dogs?",
    }
    with database.read() as session:
        noted = list(session.scalars(select(AuditEntry.actor).where(AuditEntry.action == "questions.viewed")))
    database.close()
    assert noted == ["command line"] * 2


@pytest.fixture
def reviewer(database: Database) -> str:
    """Somebody who reviews answers."""
    with database.write() as session:
        user = create_user(session, Newcomer("r@clinic.example", "R Example", Role.COORDINATOR), PASSWORD, "command line")
        return user.id
