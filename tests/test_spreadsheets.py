"""Whatever is taken away as CSV opens in a spreadsheet as it is meant: no cell of it is run, and every letter is right."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi.routing import APIRoute

from cordial.bootstrap import PROJECT
from desk.conversations.log import Draft, store_patient_message, store_turn
from desk.models import Conversation, Feedback, Handoff, Intake
from exports.spreadsheet import as_csv, harmless
from intake.record import FieldAsked
from knowledge.answer import stored_answer
from knowledge.sources import load_studies
from tests.support.console_alone import ConsoleAlone
from tests.support.handing_off import Turns
from tests.support.staff import Staff, console_client
from web.app import ROUTERS

NASTY = [
    "=1+1",
    "+370 6",
    "-1",
    "@SUM(A1)",
    "|calc",
    "%x",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\xa0=1",
    "\u3000\u200b=1",
    " \t-1",
    "＝1",
    "﹢1",
    "－1",
    "＠A1",
    "％x",
    "\N{FULLWIDTH VERTICAL LINE}calc",
]
ADDRESSES = {
    "/desk/queue.csv": ["/desk/queue.csv", "/desk/queue.csv?view=all"],
    "/desk/insight/{name}.csv": [f"/desk/insight/{name}.csv" for name in ("days", "asked", "left", "helpful")],
    "/library/research.csv": ["/library/research.csv"],
}
ELSEWHERE = {"/desk/insight/unanswered.csv"}  # in tests/test_asked_in_vain.py, as it needs the index
HOSTILE = "=HYPERLINK(A1)"


def cells_of(content: bytes) -> list[list[str]]:
    """The cells of a file, as a spreadsheet reads it."""
    assert content.startswith(b"\xef\xbb\xbf"), "Excel needs this to see that it is UTF-8"
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def is_run(cell: str) -> bool:
    """Whether a spreadsheet could take a cell for a formula."""
    return bool(re.match(r"[\s\u200b]*[=+\-@|%]", unicodedata.normalize("NFKC", cell)))


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleAlone]:
    """The console over a library whose one study has a formula wherever there can be a text."""
    [study, *_] = load_studies(PROJECT / "knowledge")
    hostile = study.model_copy(update={name: HOSTILE for name in ("title", "journal", "cells", "route", "finding", "url")})
    shelf: Any = SimpleNamespace(generation=SimpleNamespace(studies=[hostile], articles={}), article=lambda _slug: None)
    web = ConsoleAlone(tmp_path_factory.mktemp("console"), library=shelf)
    yield web
    web.closes()


@pytest.fixture(scope="module")
def coordinator(web: ConsoleAlone) -> Iterator[Staff]:
    """Somebody with a formula for a name, who has three conversations full of formulas."""
    with Staff(web.url, web.database, name=HOSTILE) as person:
        turns = Turns(web.database)
        for number in range(3):
            plant(turns, turns.asks_for_a_person(f"={number}"), person.user_id)
        person.prove()
        yield person


def plant(turns: Turns, conversation: str, holder: str) -> None:
    """Leave a formula in whatever of a conversation is counted or listed."""
    now = datetime.now(UTC)
    passage = {"article": HOSTILE, "heading": HOSTILE, "version": 1, "quote": "…", "start": 0, "end": 1, "url": "/library"}
    with turns.database.write() as session:
        seq = store_patient_message(session, conversation, "asks", "?").seq
        given = Draft("…", kind="answer", answer=stored_answer({"status": "answered", "passages": [passage]}))
        asking = Draft("…", kind="question", question={"field": HOSTILE})
        reply, _ = store_turn(session, conversation, seq, [given, asking], [FieldAsked(field="medicines")])
        session.add(Feedback(conversation_id=conversation, message_seq=reply.seq, helpful=False, at=now))
        talk = session.get_one(Conversation, conversation)
        talk.holder, talk.country, talk.language, talk.outcome = holder, "=1", "=de", HOSTILE
        intake = session.get_one(Intake, conversation)
        intake.status = "stopped"
        session.query(Handoff).filter_by(conversation_id=conversation).update({"reason": "=asked"})


def test_every_address_that_gives_a_table_is_looked_at_here() -> None:
    routes = {cast(APIRoute, route).path for router in ROUTERS for route in router.routes}
    assert {path for path in routes if "csv" in path} == {*ADDRESSES, *ELSEWHERE}


@pytest.mark.parametrize("address", [one for each in ADDRESSES.values() for one in each])
def test_no_cell_of_any_table_is_run(address: str, coordinator: Staff) -> None:
    given = coordinator.http.get(address)
    assert (given.status_code, given.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    [_, *rows] = cells_of(given.content)
    assert rows
    assert not any(is_run(cell) for row in rows for cell in row)
    assert address.endswith("days.csv") or any(cell.startswith("'=") for row in rows for cell in row), "it has been tried"


def test_the_studies_are_there_for_everybody(web: ConsoleAlone) -> None:
    with console_client(web.url) as stranger:
        assert cells_of(stranger.get("/library/research.csv").content)[0][:2] == ["id", "title"]


@pytest.mark.parametrize("text", NASTY)
def test_a_text_that_would_be_run_is_written_as_a_text(text: str) -> None:
    assert is_run(text)
    assert cells_of(as_csv(["said"], [[text]])) == [["said"], [f"'{text}"]]


@pytest.mark.parametrize("text", ["Ona Example", "", "a=b", "C-2345-6789", "šiandien", " leading", 'she said "no"', "one\ntwo"])
def test_ordinary_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text
    assert cells_of(as_csv(["said"], [[text]]))[1] == [text]


def test_numbers_stay_numbers_and_times_are_readable() -> None:
    given = as_csv(["n", "at", "none"], [[-2, datetime(2026, 11, 22, 9, 5, tzinfo=UTC), None]])
    assert given.decode("utf-8-sig").splitlines() == ['"n","at","none"', '-2,"2026-11-22 09:05:00",""']


def test_nothing_else_of_ours_writes_csv() -> None:
    rooms = (PROJECT / "pyproject.toml").read_text("utf-8").split("root_packages = [")[1].split("]")[0]
    files = [file for room in re.findall(r'"(\w+)"', rooms) if room != "bench" for file in (PROJECT / room).rglob("*.py")]
    assert len(files) > 100
    writing = {file for file in files if re.search(r"^\s*(import|from) csv\b", file.read_text("utf-8"), re.MULTILINE)}
    assert writing == {PROJECT / "exports" / "spreadsheet.py"}
