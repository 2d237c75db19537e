"""Several web processes on one database deal with one message of a patient after the other, and leave none behind."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from cordial.bootstrap import PROJECT
from desk.conversations.log import store_patient_message
from desk.database import Database
from desk.models import IntakeAnswer, Message
from intake.clinic import read_clinic
from tests.support import broken_rasa as rasa
from tests.support.broken_rasa import BrokenRasa
from turns.gateway import Gateway
from turns.rasa import AT_ONCE, RasaClient
from turns.sweeping import MOST_TRIES, Sweeper

pytestmark = pytest.mark.both_databases

Work = Callable[[list[Gateway]], Coroutine[Any, Any, None]]
EMERGENCY = "I cannot breathe and my chest hurts"


@pytest.fixture
def slow_rasa() -> Iterator[BrokenRasa]:
    """A Rasa that repeats what was said, and takes its time."""
    stand_in = BrokenRasa()
    stand_in.behaves(rasa.repeats_what_was_said(0.2))
    yield stand_in
    stand_in.goes_away()


def run(database: Database, stand_in: BrokenRasa, work: Work, timeout: float = 2.0) -> None:
    """Work with two gateways that share nothing but the database, as two web processes do."""

    async def both() -> None:
        clients = [RasaClient(stand_in.url, timeout) for _ in range(2)]
        try:
            await work([Gateway(database, client, read_clinic(PROJECT / "clinic.yml")) for client in clients])
        finally:
            for client in clients:
                await client.close()

    asyncio.run(both())


def log_of(database: Database, conversation_id: str) -> list[str]:
    """The texts of a conversation after the greeting, in order."""
    with database.read() as session:
        found = session.query(Message).where(Message.conversation_id == conversation_id, Message.seq > 1)
        return [message.text for message in found.order_by(Message.seq)]


def left_behind(database: Database, conversation_id: str, text: str, seconds_ago: float) -> None:
    """Store a message as a process does that dies then."""
    with database.write() as session:
        stored = store_patient_message(session, conversation_id, str(uuid4()), text)
        message = session.query(Message).where(Message.conversation_id == conversation_id, Message.seq == stored.seq).one()
        message.at = datetime.now(UTC) - timedelta(seconds=seconds_ago)


def test_messages_sent_to_two_processes_at_once_are_answered_one_after_the_other(
    database: Database, slow_rasa: BrokenRasa
) -> None:
    async def work(gateways: list[Gateway]) -> None:
        conversation_id, _ = await gateways[0].start()
        sent = [gateways[n % 2].receive(conversation_id, str(uuid4()), f"message {n}") for n in range(6)]
        replies = await asyncio.gather(*sent)
        assert [reply.text for [reply] in replies] == [f"You said: message {n}" for n in range(6)]
        log = log_of(database, conversation_id)
        assert sorted(log[::2]) == [f"message {n}" for n in range(6)]
        assert log[1::2] == [f"You said: {text}" for text in log[::2]]

    run(database, slow_rasa, work, timeout=8)


def test_the_same_message_sent_to_two_processes_at_once_has_one_outcome(database: Database, slow_rasa: BrokenRasa) -> None:
    async def work(gateways: list[Gateway]) -> None:
        conversation_id, _ = await gateways[0].start()
        client_id = str(uuid4())
        one, other = await asyncio.gather(*(gateway.receive(conversation_id, client_id, "hello") for gateway in gateways))
        assert [message.seq for message in one] == [message.seq for message in other]
        assert log_of(database, conversation_id) == ["hello", "You said: hello"]

    run(database, slow_rasa, work)


def test_rasa_gets_so_many_messages_at_a_time_and_all_are_answered(database: Database, slow_rasa: BrokenRasa) -> None:
    at_once, lock = [0], threading.Lock()

    def counts(handler: Any, body: bytes) -> None:
        with lock:
            at_once.append(at_once[-1] + 1)
        time.sleep(0.1)
        with lock:
            at_once.append(at_once[-1] - 1)
        rasa.repeats_what_was_said()(handler, body)

    slow_rasa.behaves(counts)

    async def work(gateways: list[Gateway]) -> None:
        patients = [(await gateways[0].start())[0] for _ in range(3 * AT_ONCE)]
        replies = await asyncio.gather(*(gateways[0].receive(each, str(uuid4()), "hello") for each in patients))
        assert {reply.text for [reply] in replies} == {"You said: hello"}
        assert 1 < max(at_once) <= AT_ONCE

    run(database, slow_rasa, work, timeout=30)


def test_an_emergency_is_answered_at_once_while_another_message_is_dealt_with(
    database: Database, slow_rasa: BrokenRasa
) -> None:
    slow_rasa.behaves(rasa.repeats_what_was_said(4))

    async def work(gateways: list[Gateway]) -> None:
        conversation_id, _ = await gateways[0].start()
        first = asyncio.create_task(gateways[0].receive(conversation_id, str(uuid4()), "hello"))
        await asyncio.to_thread(slow_rasa.asked.wait, 5)
        for gateway in gateways:  # the process that deals with the first, and another
            began = time.monotonic()
            [reply] = await gateway.receive(conversation_id, str(uuid4()), EMERGENCY)
            assert reply.kind == "emergency"
            assert time.monotonic() - began < 1.5
        await first

    run(database, slow_rasa, work, timeout=8)


def test_nothing_is_asked_by_a_turn_that_was_overtaken_by_an_emergency(database: Database, slow_rasa: BrokenRasa) -> None:
    answer = {"effect": "field_answered", "field": "full_name", "answer": {"said": "Maria Example"}}
    question = {"question": {"field": "contact", "step": 3, "steps": 9}, "kind": "question"}
    asked = [{"text": "How can we reach you?"}, {"custom": {**question, "effects": [answer]}}]
    slow_rasa.behaves(rasa.after(0.8, asked))

    async def work(gateways: list[Gateway]) -> None:
        conversation_id, _ = await gateways[0].start()
        first = asyncio.create_task(gateways[0].receive(conversation_id, str(uuid4()), "Maria Example"))
        await asyncio.to_thread(slow_rasa.asked.wait, 5)
        await gateways[1].receive(conversation_id, str(uuid4()), EMERGENCY)
        [late] = await first
        assert (late.kind, late.question) == ("notice", None)
        with database.read() as session:
            assert session.query(IntakeAnswer).count() == 0

    run(database, slow_rasa, work)


def test_a_message_left_behind_is_answered_before_the_next_one(database: Database, slow_rasa: BrokenRasa) -> None:
    async def work(gateways: list[Gateway]) -> None:
        conversation_id, _ = await gateways[0].start()
        left_behind(database, conversation_id, "hello", seconds_ago=60)
        await gateways[0].receive(conversation_id, str(uuid4()), "hello?")
        assert log_of(database, conversation_id) == ["hello", "hello?", "You said: hello", "You said: hello?"]

    run(database, slow_rasa, work, timeout=8)


def test_a_message_left_behind_is_found_while_web_runs(database: Database, slow_rasa: BrokenRasa) -> None:
    async def work(gateways: list[Gateway]) -> None:
        conversation_id, _ = await gateways[0].start()
        left_behind(database, conversation_id, "old", seconds_ago=60)
        left_behind(database, conversation_id, "new", seconds_ago=0)
        sweepers = [Sweeper(database, gateway.rasa, gateway) for gateway in gateways]
        await asyncio.gather(*(sweeper.sweep() for sweeper in sweepers))
        assert log_of(database, conversation_id) == ["old", "new", "You said: old"], "the new one may be in good hands"

    run(database, slow_rasa, work)


def test_while_rasa_is_away_a_message_left_behind_waits_for_a_real_reply(database: Database, slow_rasa: BrokenRasa) -> None:
    async def work(gateways: list[Gateway]) -> None:
        conversation_id, _ = await gateways[0].start()
        sweeper = Sweeper(database, gateways[0].rasa, gateways[0])
        slow_rasa.goes_away()
        left_behind(database, conversation_id, "hello", seconds_ago=60)
        await sweeper.sweep()
        assert log_of(database, conversation_id) == ["hello"]
        slow_rasa.behaves(rasa.repeats_what_was_said())
        await sweeper.sweep()
        assert log_of(database, conversation_id) == ["hello", "You said: hello"]

    run(database, slow_rasa, work)


def test_a_message_that_cannot_be_answered_is_given_up_with_a_sentence_and_a_person(
    database: Database, slow_rasa: BrokenRasa
) -> None:
    async def work(gateways: list[Gateway]) -> None:
        somebody, _ = await gateways[0].start()
        conversation_id, _ = await gateways[0].start()
        # No two cases have one number, so what works for the first patient cannot be stored for the second.
        effects = [{"effect": "intake_completed", "reference": "C-2345-6789"}]
        slow_rasa.behaves(rasa.after(0, [{"text": "Thank you."}, {"custom": {"effects": effects}}]))
        await gateways[0].receive(somebody, str(uuid4()), "Send it")
        left_behind(database, conversation_id, "hello", seconds_ago=60)
        sweeper = Sweeper(database, gateways[0].rasa, gateways[0])
        for _ in range(MOST_TRIES):
            await sweeper.sweep()
            assert log_of(database, conversation_id) == ["hello"]
        await sweeper.sweep()
        [_, notice] = log_of(database, conversation_id)
        assert "112" in notice
        await sweeper.sweep()
        assert len(log_of(database, conversation_id)) == 2

    run(database, slow_rasa, work)


def test_when_there_is_no_time_left_the_message_is_kept_and_the_patient_told(database: Database, slow_rasa: BrokenRasa) -> None:
    slow_rasa.behaves(rasa.takes(30))

    async def work(gateways: list[Gateway]) -> None:
        conversation_id, _ = await gateways[0].start()
        began = time.monotonic()
        sent = [gateways[n % 2].receive(conversation_id, str(uuid4()), f"message {n}") for n in range(6)]
        replies = await asyncio.gather(*sent)
        assert time.monotonic() - began < 8, "they do not wait one after the other"
        assert [[reply.kind for reply in each] for each in replies] == [["notice"]] * 6
        log = log_of(database, conversation_id)
        assert sorted(text for text in log if text.startswith("message")) == [f"message {n}" for n in range(6)]
        assert len(log) == 12

    run(database, slow_rasa, work, timeout=2)


def test_a_person_can_be_called_while_rasa_is_away(database: Database, slow_rasa: BrokenRasa) -> None:
    slow_rasa.goes_away()

    async def work(gateways: list[Gateway]) -> None:
        conversation_id, _ = await gateways[0].start()
        [notice] = await gateways[0].receive(conversation_id, str(uuid4()), "Does it work?")
        offered = notice.buttons[0]["value"]
        [one] = await gateways[0].receive(conversation_id, str(uuid4()), offered)
        [again] = await gateways[1].receive(conversation_id, str(uuid4()), offered)
        assert one.kind == "handoff"
        assert one.text == again.text, "one case, one number"

    run(database, slow_rasa, work)
