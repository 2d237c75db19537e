"""How long the numbers of the console take on many conversations: `python -m bench.insight [conversations]`."""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from desk.database import Database
from desk.insight import numbers as insight
from desk.insight.period import last_days
from desk.keeping.retention import due, the_rules
from desk.models import AnswerFact, Base, Conversation, Feedback, Handoff, Intake, Message
from desk.sealed import Keyring, new_key
from knowledge.answer import stored_answer

ROUNDS = 9
FIELDS = ["consent", "full_name", "contact", "birth", "condition", "medicines", "clots"]
Row = tuple[type[Base], dict[str, Any]]


def conversation(number: int, chance: random.Random, now: datetime) -> Iterator[Row]:
    """About twelve messages over an hour, somewhere in the last year, with four answers of the usual length."""
    name, at = f"{number:032x}", now - timedelta(minutes=chance.randint(0, 365 * 24 * 60))
    handed, talked = chance.random() < 0.3, chance.random() < 0.25
    count = chance.randint(6, 18)
    yield Conversation, {"id": name, "started_at": at, "last_seq": count, "state": "waiting" if handed else "bot"}
    if handed:
        reference, created = f"C-{number:08d}", at + timedelta(minutes=20)
        yield Handoff, {"reference": reference, "conversation_id": name, "reason": "asked", "created_at": created}
    if chance.random() < 0.4:
        status = chance.choice(["completed", "in_progress", "stopped"])
        open_field = "condition" if status == "in_progress" else None
        ended = at + timedelta(minutes=count)
        yield Intake, {"conversation_id": name, "status": status, "open_field": open_field, "updated_at": ended}
    for seq in range(1, count + 1):
        yield from message(name, seq, at + timedelta(minutes=2 * seq), chance, talked and seq == count)


def message(name: str, seq: int, at: datetime, chance: random.Random, by_person: bool) -> Iterator[Row]:
    """One message, every third of them an answer, with a note of it and sometimes what the patient thought of it."""
    answer: dict[str, Any] | None = None
    if seq % 3 == 0:
        article, status = f"article-{chance.randint(1, 32)}", chance.choices(["answered", "abstained", "clarify"], [7, 2, 1])[0]
        heading = f"Question {chance.randint(1, 8)}"
        words = "Words of a passage. " * 30
        passage = {
            "article": article,
            "version": 1,
            "heading": heading,
            "quote": words,
            "start": 0,
            "end": len(words),
            "url": "/",
        }
        given = {"status": status, "passages": [passage, passage] if status == "answered" else []}
        answer = stored_answer(given).model_dump(mode="json")
        said = {"article": article, "section": heading} if status == "answered" else {"article": None, "section": None}
        yield AnswerFact, {"conversation_id": name, "message_seq": seq, "at": at, "status": status, **said}
        if chance.random() < 0.1:
            yield Feedback, {"conversation_id": name, "message_seq": seq, "helpful": chance.random() < 0.8, "at": at}
    sender = "coordinator" if by_person else "assistant" if seq % 2 else "patient"
    question = {"field": chance.choice(FIELDS)} if seq % 4 == 1 else None
    yield (
        Message,
        {
            "conversation_id": name,
            "seq": seq,
            "at": at,
            "sender": sender,
            "kind": "question" if question else "text",
            "asked": question["field"] if question else None,
            "content": {"text": "Some words that somebody wrote. " * 4, "answer": answer, "question": question},
        },
    )


def _sealed(row: dict[str, Any], keyring: Keyring) -> dict[str, Any]:
    place = f"message {row['conversation_id']} {row['seq']}"
    sealed = keyring.seal_within(None, row["content"], place)
    return {**{name: value for name, value in row.items() if name != "content"}, "sealed": sealed}


def fill(database: Database, count: int) -> None:
    """Store that many conversations."""
    chance, now = random.Random(7), datetime.now(UTC)  # noqa: S311
    for start in range(0, count, 2_000):
        rows: dict[type[Base], list[dict[str, Any]]] = {}
        for number in range(start, min(count, start + 2_000)):
            for table, row in conversation(number, chance, now):
                rows.setdefault(table, []).append(_sealed(row, database.keyring) if table is Message else row)
        with database.write() as session:
            for table in (Conversation, Message, Intake, Handoff, AnswerFact, Feedback):
                session.execute(insert(table), rows.get(table, []))


def main() -> None:
    """Measure each number over the whole year and over the last 30 days."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/cordial.db", Keyring([new_key()]))
        database.migrate()
        fill(database, count)
        print(f"{count} conversations, {Path(folder, 'cordial.db').stat().st_size / 1e6:.0f} MB")
        for days in (30, 366):
            period = last_days(days, ZoneInfo("Europe/Vilnius"))
            parts = (insight.by_step, insight.first_replies, insight.intake_ends, insight.most_asked, insight.how_helpful)
            total = sum(
                report(f"{days} days: {part.__name__}", database, lambda s, p=part, d=period: p(s, d)) for part in parts
            )
            print(f"{days} days: all five {total:.0f} ms")
        report("what the rules would erase", database, lambda session: due(session, the_rules()))
        database.close()


def report(name: str, database: Database, work: Callable[[Session], object]) -> float:
    """Print the median and the longest time, in milliseconds; gives the longest."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with database.read() as session:
            work(session)
        times.append((time.perf_counter() - began) * 1_000)
    print(f"{name}: median {statistics.median(times):.0f} ms, longest {max(times):.0f} ms")
    return max(times)


if __name__ == "__main__":
    main()
