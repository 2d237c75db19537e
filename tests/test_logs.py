"""No log ever holds what a patient wrote, whatever goes wrong; and every failure that is told can be found in it."""

from __future__ import annotations

import json
from uuid import uuid4

import httpx
import pytest

from tests.support import broken_rasa as rasa
from tests.support.broken_rasa import BrokenRasa
from tests.support.people import Patient
from tests.support.system import System

pytestmark = pytest.mark.e2e

SECRET = "marzipan"


def logs(system: System) -> str:
    """Everything that the system has logged and printed."""
    return system.log("web") + system.log("rasa") + system.said()


def test_nothing_that_is_said_is_logged(cordial: System, patient: Patient) -> None:
    for text in (f"Does {SECRET} work?", f"/{SECRET}", f"hello {SECRET}", f"I want to talk to a person about {SECRET}"):
        patient.says(text)
    patient.answers_until("full_name")
    for text in (f"Maria {SECRET.title()}", f"{SECRET}@mail.example", f"{SECRET} {SECRET}?", f"bad {SECRET} of the knee"):
        patient.says(text)
    assert len([text for text in patient.said() if SECRET in text.lower()]) == 8
    assert "request" in logs(cordial)
    assert SECRET not in logs(cordial).lower()


def test_nothing_that_is_refused_is_logged(cordial: System, patient: Patient) -> None:
    message_id = str(uuid4())
    patient.send("Does it work?", message_id)
    refused = [
        patient.send(f"Is {SECRET} safe?", message_id),
        patient.send(SECRET * 600),
        patient.send(SECRET * 100_000),
        patient.send_raw(SECRET.encode()),
        patient.send_raw(f'{{"id": "{SECRET}", "text": "{SECRET}", "{SECRET}": 1}}'.encode()),
        patient.http.get(f"/{SECRET}"),
        patient.http.get(f"/api/chat/messages?after={SECRET}"),
        patient.http.get(f"/library/articles/{SECRET}?q={SECRET}"),
        httpx.get(f"{cordial.url}/api/chat/messages", headers={"Authorization": f"Bearer {SECRET}"}, trust_env=False),
    ]
    assert {response.status_code for response in refused} <= {400, 401, 404, 409, 413, 422}
    assert SECRET not in logs(cordial).lower()


def test_no_failure_logs_what_was_said_even_when_all_is_logged(
    lonely_web: System, broken_rasa: BrokenRasa, lonely_patient: Patient
) -> None:
    failures = [rasa.answers(500, SECRET.encode()), rasa.answers(200, f'[{{"text": ["{SECRET}"]}}]'.encode()), rasa.hangs_up]
    for behaviour in failures:
        broken_rasa.behaves(behaviour)
        [notice] = lonely_patient.says(f"Does {SECRET} work?")
        assert notice["kind"] == "notice"
    log = logs(lonely_web)
    assert log.count("rasa gave no reply") >= len(failures)
    assert SECRET not in log.lower()


def test_an_action_that_fails_logs_an_incident_and_no_words(cordial: System) -> None:
    tracker = {
        "sender_id": "test",
        "slots": {"intake": SECRET},
        "latest_message": {"text": SECRET},
        "events": [],
        "paused": False,
        "followup_action": None,
        "active_loop": {},
        "latest_action_name": None,
    }
    call = {"next_action": "validate_intake_form", "sender_id": "test", "tracker": tracker, "domain": {}, "version": "3.6.21"}
    done = httpx.post(f"{cordial.url}/webhook", json=call, trust_env=False).json()
    assert done["events"] == []
    [reply] = done["responses"]
    assert reply["response"] == "utter_internal_error"
    log = logs(cordial)
    assert reply["incident"] in log
    assert "validate_intake_form" in log
    assert SECRET not in log.lower()


def test_every_line_for_programs_is_one_json_object(lonely_web: System, lonely_patient: Patient) -> None:
    lonely_patient.http.get("/nothing")
    lines = [line for line in lonely_web.said().splitlines() if '"event": "request"' in line]
    assert lines
    for line in lines:
        event = json.loads(line)
        assert {"event", "level", "timestamp", "method", "route", "status", "ms"} <= set(event)


def test_the_token_is_never_logged(cordial: System, patient: Patient) -> None:
    patient.says("hello")
    assert patient.token not in logs(cordial)


def test_rasa_keeps_no_words_on_the_disk(cordial: System, patient: Patient) -> None:
    patient.says(f"Does {SECRET} work?")
    held = [
        file
        for file in cordial.data.rglob("*")
        if file.is_file() and not file.name.startswith("cordial.db") and SECRET.encode() in file.read_bytes().lower()
    ]
    assert held == []
