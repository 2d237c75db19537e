"""When patients get no answers, the clinic is told: after a few messages in a row, once, and without a word of theirs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from cordial.bootstrap import PROJECT
from desk.database import Database
from desk.post.notices import body, email
from intake.clinic import read_clinic
from tests.support.broken_rasa import BrokenRasa, repeats_what_was_said
from tests.support.handing_off import Turns, claimed, text_of
from turns.gateway import Gateway
from turns.rasa import RasaClient
from turns.silence import TOLD_AFTER

CONSOLE = "https://desk.birchwood.example"


@pytest.fixture
def rasa() -> Iterator[BrokenRasa]:
    """A Rasa that is away until a test says otherwise."""
    rasa = BrokenRasa()
    yield rasa
    rasa.goes_away()


@pytest.fixture
def gateway(told: Database, rasa: BrokenRasa) -> Gateway:
    """Where patients' messages arrive."""
    return Gateway(told, RasaClient(rasa.url, 5), read_clinic(PROJECT / "clinic.yml"))


async def says(gateway: Gateway, *texts: str) -> None:
    """Somebody writes these messages in a new conversation."""
    conversation, _ = await gateway.start()
    for number, text in enumerate(texts):
        await gateway.receive(conversation, f"{conversation}-{number}", text)


def test_some_messages_in_a_row_without_an_answer_are_told_once(gateway: Gateway, turns: Turns) -> None:
    async def patients_write() -> None:
        await says(gateway, *["Does it work?"] * (TOLD_AFTER - 1))
        assert turns.notices() == []
        await says(gateway, *["Does it work?"] * (TOLD_AFTER + 1))
        await gateway.rasa.close()

    asyncio.run(patients_write())
    notices = turns.notices(event="away")
    assert [notice.channel for notice in notices] == ["email", "webhook"]
    assert "work" not in json.dumps([[notice.payload, notice.key] for notice in notices])


def test_failures_with_answers_between_them_are_not_told(gateway: Gateway, turns: Turns, rasa: BrokenRasa) -> None:
    async def patients_write() -> None:
        for _ in range(TOLD_AFTER):
            await says(gateway, *["Does it work?"] * (TOLD_AFTER - 1))
            rasa.behaves(repeats_what_was_said())
            await says(gateway, "Does it work?")
            rasa.goes_away()
        await gateway.rasa.close()

    asyncio.run(patients_write())
    assert turns.notices() == []


def test_the_e_mail_says_what_to_do_and_leads_to_the_queue() -> None:
    notice = replace(claimed("away"), payload={"at": "2026-11-22T09:00:00+00:00"})
    message = email(notice, "cordial@birchwood.example", CONSOLE)
    assert "no answers" in message["Subject"]
    assert "queue" in text_of(message)
    assert "C-" not in text_of(message)
    assert json.loads(body(notice, CONSOLE))["event"] == "away"
