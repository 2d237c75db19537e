"""Two people and the assistant race for the same patients: never do both talk, never nobody, and no change is lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cordial.bootstrap import PROJECT
from desk.cases.taking_over import Colleague, hand_back, take_over, write
from desk.conversations.log import messages_after
from desk.conversations.states import NotPossible, Stale
from desk.database import Database
from desk.models import AuditEntry, Conversation, Message
from intake.clinic import read_clinic
from tests.support.broken_rasa import BrokenRasa, answers
from tests.support.records import asks_for_a_person, colleague, conversation
from turns.gateway import Gateway
from turns.rasa import RasaClient

pytestmark = pytest.mark.both_databases

PATIENTS, MESSAGES, ACTS = 4, 10, 25  # of four patients, each with two people: 200 races
pytestmark = pytest.mark.timeout(240)


class Race:
    """Two web processes' gateways on one database, and everybody who is in it."""

    def __init__(self, database: Database, rasa: BrokenRasa) -> None:
        """Let four patients wait for a person."""
        self.database, self.chance = database, random.Random(11)  # noqa: S311
        clinic = read_clinic(PROJECT / "clinic.yml")
        self.rasas = [RasaClient(rasa.url, 8) for _ in range(2)]
        self.gateways = [Gateway(database, client, clinic) for client in self.rasas]
        with database.write() as session:
            self.people = [colleague(session), colleague(session, "Ben Example")]
            self.conversations = [
                conversation(session, "A person, please", effects=asks_for_a_person(f"C-RACE-000{n}")) for n in range(PATIENTS)
            ]
        self.changes: Counter[str] = Counter()
        self.refused = 0

    async def run(self) -> None:
        """Let everybody begin at once, and hand everything back at the end."""
        patients = [self._patient(id_) for id_ in self.conversations]
        workers = [self._person(id_, person, n) for id_ in self.conversations for n, person in enumerate(self.people)]
        await asyncio.gather(*patients, *workers)
        for id_ in self.conversations:
            await self._tries(0, id_, lambda s, i: hand_back(s, i, self.people[0], _revision(s, i)), changes=True)
        while any(gateway._going_on for gateway in self.gateways):
            await asyncio.sleep(0.05)
        for client in self.rasas:
            await client.close()

    async def _patient(self, id_: str) -> None:
        for number in range(MESSAGES):
            await self.gateways[number % 2].receive(id_, str(uuid4()), f"Question {number}?")
            await asyncio.sleep(self.chance.random() / 20)

    async def _person(self, id_: str, by: Colleague, gateway: int) -> None:
        for _ in range(ACTS):
            seen = await asyncio.to_thread(self._look, id_)
            await asyncio.sleep(self.chance.random() / 50)
            kind = self.chance.choice(["take over", "take over", "hand back", "write"])
            if kind == "take over":
                await self._tries(gateway, id_, lambda s, i, seen=seen: take_over(s, i, by, seen), changes=True)
            elif kind == "hand back":
                await self._tries(gateway, id_, lambda s, i, seen=seen: hand_back(s, i, by, seen), changes=True)
            else:
                await self._tries(gateway, id_, lambda s, i: write(s, i, by, "I am here.", str(uuid4())))

    async def _tries(self, gateway: int, id_: str, act: Callable[[Session, str], object], changes: bool = False) -> None:
        try:
            await self.gateways[gateway].act_as_person(id_, lambda session: act(session, id_))
            self.changes[id_] += changes
        except (Stale, NotPossible):
            self.refused += 1

    def _look(self, id_: str) -> int:
        with self.database.read() as session:
            return _revision(session, id_)


@pytest.fixture
def race(database: Database, broken_rasa: BrokenRasa) -> Race:
    """A race that has been run."""
    broken_rasa.behaves(answers(200, b'[{"text": "The assistant."}]'))
    race = Race(database, broken_rasa)
    asyncio.run(race.run())
    return race


def test_two_hundred_races_leave_every_patient_in_good_hands(race: Race) -> None:
    assert race.refused > 0, "or nobody raced"
    with race.database.read() as session:
        for id_ in race.conversations:
            log = messages_after(session, id_, 0)
            _never_both_talk(log)
            _never_nobody(log)
            revision = session.scalar(select(Conversation.revision).where(Conversation.id == id_))
            audited = session.scalar(
                select(func.count()).where(
                    AuditEntry.subject == id_, AuditEntry.action.in_(("case.taken_over", "case.handed_back"))
                )
            )
            assert revision == 1 + race.changes[id_], "every change counts, and there is no other"
            assert audited == race.changes[id_]


def _never_both_talk(log: list[Message]) -> None:
    """Notices of taking over and handing back stand in the log where they happened, so the log tells who had it when."""
    holder: str | None = None
    for message in log:
        if message.sender == "system":
            taken = "is with you now" in message.text
            holder = " ".join(message.text.split()[:2]).strip(",") if taken else None
        elif message.sender == "assistant":
            assert holder is None, f"the assistant talks beside {holder}"
        elif message.sender == "coordinator":
            assert message.author == holder, f"{message.author} talks while {holder} has it"


def _never_nobody(log: list[Message]) -> None:
    replied = {message.reply_to for message in log}
    spoken = max((message.seq for message in log if message.sender == "coordinator"), default=0)
    for message in log:
        if message.sender == "patient":
            assert message.answered
            assert message.seq in replied or message.seq < spoken, f"nobody cared about {message.seq}"


def _revision(session: Session, id_: str) -> int:
    return session.scalar(select(Conversation.revision).where(Conversation.id == id_)) or 0
