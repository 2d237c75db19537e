"""How fast the console is with many stored conversations: queue, search and case, with the page made.

    .venv/bin/python -m bench.desk [conversations] [file]

It makes conversations of realistic lengths in a database of its own and prints the median and the 95th percentile of each kind
of page in milliseconds, as a coordinator's browser gets them: over HTTP, from a process of its own, with the login, the audit
log and the template.
"""

from __future__ import annotations

import random
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from multiprocessing import Process
from pathlib import Path
from statistics import median, quantiles
from typing import Any, cast
from urllib.parse import urlencode

import httpx
import uvicorn
from sqlalchemy import func, insert, select, text

from cordial.bootstrap import PROJECT, data_folder
from cordial.settings import Settings
from desk.cases.queue import Filters, View
from desk.database import Database
from desk.looked_for import index_words
from desk.models import Conversation, Handoff, Intake, IntakeAnswer, Message, User, Word
from desk.people.logins import Lasting, start_login
from desk.people.roles import Role
from desk.people.users import Newcomer, create_user
from desk.post.sender import Post
from desk.sealed import Keyring, new_key
from intake.clinic import read_clinic
from knowledge.encoder import Encoder
from knowledge.library import Library
from web.app import create_app
from web.console.cookies import LOGIN
from web.parts import Parts
from web.throttling import make_limits
from web.tokens import Tokens

CONVERSATIONS = 50_000
_AT_ONCE = 500
_ROUNDS = 40
_NOW = datetime.now(UTC)
_SYLLABLES = ["ka", "ro", "mi", "ten", "lo", "va", "sur", "del", "pi", "nor", "gas", "hem", "tu", "bri", "ost", "fen"]
_COMMON = [
    "i",
    "the",
    "and",
    "a",
    "to",
    "my",
    "is",
    "it",
    "of",
    "for",
    "in",
    "have",
    "with",
    "that",
    "on",
    "not",
    "was",
    "can",
    "do",
    "how",
    "what",
    "me",
    "but",
    "you",
    "after",
    "take",
    "pain",
    "years",
    "knee",
    "treatment",
    "cells",
    "doctor",
    "help",
    "does",
    "since",
    "left",
    "right",
    "week",
    "month",
    "medicine",
    "feel",
    "better",
    "worse",
    "stem",
    "risk",
    "safe",
    "before",
    "back",
    "leg",
    "also",
]
_CONDITIONS = ["knee arthritis", "multiple sclerosis", "back pain", "lupus", "stroke", "autism", "diabetes", "hip arthritis"]
_FIELDS = {
    "full_name": "Maria Example",
    "contact": "maria@mail.example",
    "birth": "14 March 1961",
    "country": "Lithuania",
    "treatments": "physiotherapy",
    "medicines": "ramipril 5 mg and aspirin",
    "immune_status": "No",
    "clots": "No",
    "infection": "No",
    "cancer": "No",
    "allergies": "penicillin",
    "travel": "None",
    "hopes": "less pain",
    "questions": "None",
}
_QUOTE = "A short fever in the first day was seen more often with cells than without, and it went away by itself. " * 3


def main() -> None:
    """Make the conversations and measure."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CONVERSATIONS
    with tempfile.TemporaryDirectory() as folder:
        file = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(folder) / "bench.db"
        key = file.with_suffix(".key")
        if not key.exists():
            key.write_text(new_key())
        database = _records(file)
        database.migrate()
        with database.read() as session:
            made = session.scalar(select(func.count()).select_from(Conversation)) or 0
        if made < count:
            started = time.perf_counter()
            fill(database, Keyring([key.read_text()]), count)
            print(f"{count:,} conversations made in {time.perf_counter() - started:.0f} s")
        report(database, file)
        database.close()


def fill(database: Database, keyring: Keyring, count: int) -> None:
    """Store conversations: most were never passed on, one in three is closed, three in a hundred are open."""
    chance = random.Random(7)  # noqa: S311
    vocabulary = _vocabulary(chance)
    weights = [1 / (rank + 3) for rank in range(len(vocabulary))]
    words = islice(iter(lambda: chance.choices(vocabulary, weights, k=10_000), None), None)
    rare = (word for some in words for word in some)
    with database.write() as session:
        session.execute(
            insert(User),
            [{"id": "ana", "email": "ana@clinic.example", "name": "Ana", "role": "coordinator", "created_at": _NOW}],
        )
    blind: dict[str, int] = {}
    sealed = {name: keyring.seal({"said": said, "value": said}) for name, said in _FIELDS.items()}
    sealed |= {said: keyring.seal({"said": said, "value": said}) for said in _CONDITIONS}
    message_id = 0
    for first in range(0, count, _AT_ONCE):
        rows: dict[Any, list[dict[str, Any]]] = {
            table: [] for table in (Conversation, Handoff, Intake, IntakeAnswer, Message, Word)
        }
        for number in range(first, min(first + _AT_ONCE, count)):
            message_id = _one(rows, number, count, message_id, chance, rare, sealed)
        keys = {conversation["id"]: keyring.new_data_key() for conversation in rows[Conversation]}
        for conversation in rows[Conversation]:
            conversation["sealed_key"] = keys[conversation["id"]]
        for message in rows[Message]:
            said = message.pop("text")
            place = f"message {message['conversation_id']} {message['seq']}"
            message["sealed"] = keyring.seal_within(keys[message["conversation_id"]], {"text": said}, place)
            if message["sender"] == "patient":
                for word in index_words(said):
                    if word not in blind:
                        blind[word] = keyring.blind(word)
                    rows[Word].append({"word": blind[word], "message_id": message["id"]})
        with database.write() as session:
            for table, some in rows.items():
                if some:
                    session.execute(insert(table), some)
    with database.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()


def _vocabulary(chance: random.Random) -> list[str]:
    """Made-up words, the most frequent first."""
    return ["".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))) for _ in range(20_000)]


def _one(  # noqa: PLR0913, PLR0917
    rows: dict[Any, list[dict[str, Any]]],
    number: int,
    count: int,
    message_id: int,
    chance: random.Random,
    rare: Iterator[str],
    sealed: dict[str, str],
) -> int:
    """One conversation; gives the number of its last message."""
    id_ = f"{number:032x}"
    began = _NOW - timedelta(minutes=20 * (count - number))
    state = chance.choices(["bot", "closed", "waiting", "human"], [64, 33, 2, 1])[0]
    condition = chance.choice(_CONDITIONS)
    pairs = max(1, int(chance.gauss(6, 3)))
    for seq in range(1, 2 * pairs + 1):
        message_id += 1
        mine = seq % 2 == 0
        said = " ".join([*chance.choices(_COMMON, k=chance.randint(2, 14)), *islice(rare, chance.randint(1, 4))])
        rows[Message].append(
            {
                "id": message_id,
                "conversation_id": id_,
                "seq": seq,
                "at": began + timedelta(minutes=seq),
                "kind": "text",
                "sender": "patient" if mine else "assistant",
                "text": (condition if seq == 2 else said) if mine else _QUOTE,
                "answered": True,
                "reply_to": None if mine else seq - 1,
            }
        )
    waits = state == "waiting" or (state == "human" and chance.random() < 0.5)
    rows[Conversation].append(
        {
            "id": id_,
            "started_at": began,
            "last_seq": 2 * pairs,
            "state": state,
            "language": "en",
            "revision": 1,
            "holder": "ana" if state == "human" else None,
            "waiting_since": began if waits else None,
            "closed_at": began if state == "closed" else None,
            "outcome": "answered" if state == "closed" else None,
            "last_message_at": began + timedelta(minutes=2 * pairs),
            "country": chance.choice(["LT", "DE", "GB", None]),
            "legal_hold": False,
        }
    )
    if state != "bot":
        letters = f"{number:08X}"
        urgent = {"urgent_level": "emergency", "urgent_group": "heart", "urgent_at": began} if chance.random() < 0.03 else {}
        rows[Handoff].append(
            {
                "reference": f"C-{letters[:4]}-{letters[4:]}",
                "conversation_id": id_,
                "reason": "intake_completed",
                "state": "closed" if state == "closed" else "open",
                "created_at": began,
                "urgent_level": None,
                "urgent_group": None,
                "urgent_at": None,
                **urgent,
            }
        )
        rows[Intake].append(
            {"conversation_id": id_, "status": "completed", "attempts": 0, "reference": None, "updated_at": began}
        )
        rows[IntakeAnswer] += [
            {"conversation_id": id_, "field": name, "sealed": sealed[name], "message_seq": 2, "at": began} for name in _FIELDS
        ]
        rows[IntakeAnswer].append(
            {"conversation_id": id_, "field": "condition", "sealed": sealed[condition], "message_seq": 2, "at": began}
        )
    return message_id


def report(database: Database, file: Path) -> None:
    """Measure, and print one line for each kind of page."""
    with database.read() as session:
        counted = {t.__tablename__: session.scalar(select(func.count()).select_from(t)) for t in (Conversation, Message, Word)}
        references = list(session.scalars(select(Handoff.reference).order_by(func.random()).limit(_ROUNDS)))
    print(", ".join(f"{value:,} {name}" for name, value in counted.items()), f"{file.stat().st_size / 2**20:.0f} MB")
    rare = _vocabulary(random.Random(7))[12_345]  # noqa: S311
    looks: dict[str, Filters] = {
        "queue": Filters(),
        "queue, mine": Filters(view=View.MINE),
        "queue, overdue": Filters(view=View.OVERDUE),
        "queue, closed": Filters(view=View.CLOSED),
        "queue, country and condition": Filters(country="LT", condition="arthritis"),
        "closed, days and condition": Filters(view=View.CLOSED, condition="lupus", since=date(2025, 1, 1), until=_NOW.date()),
        "search, frequent word": Filters(view=View.ALL, text="knee"),
        "search, rare word": Filters(view=View.ALL, text=rare),
        "search, word of nobody": Filters(view=View.ALL, text="unheardof"),
        "search, two frequent words": Filters(view=View.ALL, text="knee doctor"),
        "search, frequent and rare": Filters(view=View.ALL, text=f"pain {rare}"),
        "search, two that rarely meet": Filters(view=View.ALL, text="lupus sclerosis"),
        "search among the open": Filters(text="stroke"),
        "search, page 10": Filters(view=View.ALL, text="pain", page=10),
        "search, reference": Filters(view=View.ALL, text=references[0]),
    }
    with Console(database, file) as console:
        for name, filters in looks.items():
            _time(name, [lambda filters=filters: console.look(filters)] * _ROUNDS)  # type: ignore[misc]
        _time("case", [lambda reference=reference: console.get(f"/desk/cases/{reference}") for reference in references])  # type: ignore[misc]


def _time(name: str, works: list[Callable[[], None]]) -> None:
    works[0]()
    waited = []
    for work in works:
        started = time.perf_counter()
        work()
        waited.append((time.perf_counter() - started) * 1000)
    print(f"{name:<32} median {median(waited):7.1f} ms   p95 {quantiles(waited, n=20)[-1]:7.1f} ms", flush=True)


class Console:
    """The console in a process of its own, and a coordinator who is logged in."""

    def __init__(self, database: Database, file: Path) -> None:
        """Make the coordinator, and describe the process."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        self._url = f"http://127.0.0.1:{port}"
        self._process = Process(target=_serve, args=(file, port), daemon=True)
        address = f"{new_key()[:8].lower()}@clinic.example"
        with database.write() as session:
            user = create_user(session, Newcomer(address, "Ana Example", Role.COORDINATOR), new_key(), "command line")
            login = start_login(session, user, Lasting(timedelta(hours=1), timedelta(hours=1)))
        self._http = httpx.Client(base_url=self._url, headers={"Accept": "text/html"}, timeout=60, trust_env=False)
        self._http.cookies.set(f"cordial_{LOGIN}", login)

    def __enter__(self) -> Console:
        """Start it and wait until it answers."""
        self._process.start()
        while True:
            try:
                self._http.get("/desk/login")
            except httpx.ConnectError:
                time.sleep(0.1)
            else:
                return self

    def __exit__(self, *_error: object) -> None:
        """End it."""
        self._http.close()
        self._process.terminate()
        self._process.join()

    def look(self, filters: Filters) -> None:
        """One page of the queue."""
        asked = {name: value for name, value in vars(filters).items() if value != getattr(Filters(), name)}
        self.get(f"/desk/queue?{urlencode(asked)}")

    def get(self, path: str) -> None:
        """One page, read to its end."""
        page = self._http.get(path)
        if page.status_code != 200:
            raise RuntimeError(f"{path}: {page.status_code}")


def _serve(file: Path, port: int) -> None:
    """Web without what answers patients; the articles are those that `make run` has made ready."""
    settings, nothing = Settings(data=file.parent, port=port, limits="off"), cast(Any, None)
    library = Library(data_folder() / "knowledge", Encoder(data_folder() / "encoder"))
    parts = Parts(
        settings=settings,
        database=_records(file),
        encoder=nothing,
        library=library,
        rasa=nothing,
        gateway=nothing,
        executor=nothing,
        clinic=read_clinic(PROJECT / "clinic.yml"),
        tokens=Tokens(new_key(), 1),
        limits=make_limits(False, None),
        post=Post((), None, "", {}, settings.web_url),
    )
    uvicorn.run(create_app(parts), port=port, lifespan="off", log_config=None, access_log=False)


def _records(file: Path) -> Database:
    return Database(f"sqlite:///{file}", Keyring([file.with_suffix(".key").read_text()]))


if __name__ == "__main__":
    main()
