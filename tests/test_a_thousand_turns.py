"""A thousand turns on bad lines: nothing is lost, nothing is doubled, nothing is out of order."""

from __future__ import annotations

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from uuid import uuid4

import httpx
import pytest

from tests.support.people import Message, Patient
from tests.support.small_web import NewWeb
from tests.support.system import System

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PATIENTS, TURNS, AT_ONCE = 10, 100, 4


def sends_on_a_bad_line(patient: Patient, text: str, chance: random.Random) -> list[Message]:
    """Send a message until its replies have come: sometimes the line is cut before, sometimes it is sent twice."""
    message_id = str(uuid4())
    while True:
        try:
            cut = chance.random() < 0.2
            limit = httpx.Timeout(30, read=chance.uniform(0.001, 0.05)) if cut else httpx.Timeout(30)
            response = patient.http.post("/api/chat/messages", json={"id": message_id, "text": text}, timeout=limit)
        except httpx.TransportError:
            continue
        assert response.status_code == 200, response.text
        if chance.random() < 0.2:
            assert patient.send(text, message_id).json() == response.json()
        return list(response.json()["messages"])


def follows_on_a_bad_line(patient: Patient, until_text: str, chance: random.Random) -> list[Message]:
    """Follow the stream, which breaks again and again, and goes on after the last message that came."""
    seen: list[Message] = []
    while not (seen and seen[-1]["text"] == until_text):
        stream = patient.stream(headers={"Last-Event-ID": str(seen[-1]["seq"])} if seen else None)
        for _ in range(chance.randint(1, 30)):
            seen.append(next(stream))
            if seen[-1]["text"] == until_text:
                break
        stream.close()
    return seen


def one_patient(url: str, number: int, turns: int = TURNS) -> tuple[list[Message], list[Message], list[list[Message]]]:
    """A patient who sends several messages at once; gives the log, what the stream showed, and all replies."""
    chance = random.Random(number)  # noqa: S311
    with Patient(url) as patient, Patient(url) as follower, ThreadPoolExecutor(AT_ONCE + 1) as pool:
        follower.http.headers["Authorization"] = patient.http.headers["Authorization"]
        followed = pool.submit(follows_on_a_bad_line, follower, "You said: the end", random.Random(number))  # noqa: S311
        texts = [f"message {number}.{turn}" for turn in range(turns - 1)]
        replies = list(pool.map(lambda text: sends_on_a_bad_line(patient, text, chance), texts))
        replies.append(sends_on_a_bad_line(patient, "the end", chance))
        return patient.log(), followed.result(60), replies


def check(log: list[Message], seen: list[Message], replies: list[list[Message]], number: int, turns: int = TURNS) -> None:
    """Nothing is lost, doubled or out of order."""
    assert [message["seq"] for message in log] == list(range(1, 2 * turns + 2)), "no number is missing or used twice"
    assert seen == log, "the stream showed the same"
    said = Counter(message["text"] for message in log if message["from"] == "patient")
    assert said == Counter([*(f"message {number}.{turn}" for turn in range(turns - 1)), "the end"])
    for one, other in pairwise(log[1:]):
        if one["from"] == "patient":
            assert other["text"] == f"You said: {one['text']}", "each message is followed by its own reply"
    by_seq = {message["seq"]: message for message in log}
    assert all([by_seq[reply["seq"]]] == [reply] for [reply] in replies), "what was replied is what is in the log"


def test_a_thousand_turns_on_bad_lines(new_web: NewWeb, capsys: pytest.CaptureFixture[str]) -> None:
    # With much patience: on a busy machine a message that waits too long gets a notice out of its turn, as it should.
    web = new_web(limits="off", rasa_timeout=60)
    began = time.monotonic()
    with ThreadPoolExecutor(PATIENTS) as pool:
        results = list(pool.map(lambda number: one_patient(web.url, number), range(PATIENTS)))
    seconds = time.monotonic() - began
    for number, (log, seen, replies) in enumerate(results):
        check(log, seen, replies, number)
    with capsys.disabled():
        print(f"\n{PATIENTS * TURNS} turns of {PATIENTS} patients in {seconds:.1f} s")  # noqa: T201


@pytest.mark.e2e
def test_a_hundred_turns_with_the_real_rasa(cordial: System) -> None:
    chance = random.Random(0)  # noqa: S311
    texts = ["Does it work?", "hello", "Is it safe?", "thank you"]
    with Patient(cordial.url) as patient, ThreadPoolExecutor(2) as pool:
        turns = [f"{texts[turn % 4]} ({turn})" for turn in range(100)]
        replies = list(pool.map(lambda text: sends_on_a_bad_line(patient, text, chance), turns))
        log = patient.log()
    assert [message["seq"] for message in log] == list(range(1, len(log) + 1))
    assert Counter(message["text"] for message in log if message["from"] == "patient") == Counter(turns)
    for text, turn in zip(turns, replies, strict=True):
        position = next(number for number, message in enumerate(log) if message["text"] == text)
        assert log[position + 1 : position + 1 + len(turn)] == turn
        assert turn
    assert sum(map(len, replies)) + len(turns) + 1 == len(log)
