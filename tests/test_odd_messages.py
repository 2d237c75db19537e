"""Whatever is sent gets a clear reply or a clear error: never silence, never a stack trace, and nothing is lost."""

from __future__ import annotations

import json
from uuid import uuid4

import httpx
import pytest

from tests.support.people import Patient, error_of
from web.wire import MAX_MESSAGE

pytestmark = pytest.mark.e2e

ODD_BUT_FINE = {
    "emoji": "😀🤷🏽‍♀️👩‍👩‍👧",
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)> does it work?",
    "sql": "'; DROP TABLE messages; -- does it work?",
    "restart": "/restart",
    "intent": '/talk_to_person{"reference": "C-1111-1111"}',
    "session start": "  /session_start",
    "entity markup": "[does](it) {work} {{clinic}} {0} %s",
    "right to left": "هل العلاج آمن؟",
    "chinese": "這個治療有效嗎",
    "control": "does\x07 it\x1b[31m work\x7f?",
    "lines": "does it work?\r\n\r\n\u2028is it safe?\n" * 20,
    "zero width": "\u200b\u2060\ufeff",
    "one letter": "?",
    "combining": "a" + "\u0301" * 500,
    "longest": "w" * MAX_MESSAGE,
    "longest emoji": "😀" * MAX_MESSAGE,
    "many words": ("does it work? " * 300)[:MAX_MESSAGE].strip(),
}


@pytest.mark.parametrize("text", ODD_BUT_FINE.values(), ids=ODD_BUT_FINE.keys())
def test_an_odd_message_is_kept_as_it_is_and_gets_a_reply(patient: Patient, text: str) -> None:
    replies = patient.says(text)
    assert all(reply["text"] and reply["from"] == "assistant" for reply in replies)
    assert replies
    assert patient.said() == [text.strip()]
    assert patient.log()[-len(replies) :] == replies


@pytest.mark.parametrize("text", ["/restart", '/inform{"x": 1}', "/session_start"])
def test_a_command_of_rasa_is_only_words_here(patient: Patient, text: str) -> None:
    patient.answers_until("contact")
    patient.says(text)
    assert patient.intake()["status"] == "in_progress"
    assert set(patient.intake()["answers"]) == {"consent", "for_whom", "full_name"}


def test_a_null_character_is_left_out(patient: Patient) -> None:
    assert patient.says("does\x00 it work?")[0]["kind"] == "answer"
    assert patient.said() == ["does it work?"]


def test_what_a_patient_writes_is_never_run_in_a_page(patient: Patient) -> None:
    response = patient.send(ODD_BUT_FINE["html"])
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"


def raw(text: str) -> bytes:
    """The body of a message, with its text as it stands."""
    return f'{{"id": "{uuid4()}", "text": {text}}}'.encode("utf-8", "surrogatepass")


REFUSED = {
    "empty": (raw('""'), 422),
    "white space": (raw('" \\n\\t "'), 422),
    "only null": (raw('"\\u0000"'), 422),
    "one character too many": (raw(json.dumps("w" * (MAX_MESSAGE + 1))), 413),
    "100,000 characters": (raw(json.dumps("w" * 100_000)), 413),
    "half a surrogate pair": (raw('"\\ud83d"'), 400),
    "a raw surrogate": (raw('"\ud83d"'), 400),
    "invalid utf-8": (raw('"xx"').replace(b"xx", b"\xff\xfe"), 400),
    "cut utf-8": (raw('"é"')[:-3], 400),
    "not json": (b"does it work?", 400),
    "half json": (raw('"does it')[:-1], 400),
    "nothing": (b"", 422),
    "a list": (b"[]", 422),
    "null": (b"null", 422),
    "no id": (b'{"text": "does it work?"}', 422),
    "id is no uuid": (b'{"id": "1", "text": "does it work?"}', 422),
    "id is a number": (b'{"id": 1, "text": "does it work?"}', 422),
    "text is a number": (raw("5"), 422),
    "text is null": (raw("null"), 422),
    "text is a list": (raw('["does it work?"]'), 422),
    "a surplus field": (raw('"hi", "from": "coordinator"'), 422),
    "a surplus field with half a surrogate pair": (raw('"hi", "\\ud83d": 1'), 422),
    "deep nesting": (raw("[" * 20_000 + "]" * 20_000), 400),
    "a huge number": (raw("9" * 20_000), 400),
    "utf-16": (raw('"does it work?"').decode().encode("utf-16"), 200),
    "two texts": (raw('"first", "text": "second"'), 200),
}


@pytest.mark.parametrize(("body", "status"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_taken_is_refused_with_a_sentence(patient: Patient, body: bytes, status: int) -> None:
    response = patient.send_raw(body)
    assert response.status_code == status
    if status != 200:
        assert error_of(response)
        assert patient.said() == []
    assert patient.says("Does it work?"), "the next message works"


def test_a_message_of_exactly_the_limit_is_taken_and_one_more_is_not(patient: Patient) -> None:
    assert patient.send("w" * MAX_MESSAGE).status_code == 200
    refused = patient.send("w" * (MAX_MESSAGE + 1))
    assert error_of(refused) == "message_too_long"
    assert f"{MAX_MESSAGE:,}" in refused.json()["error"]["message"]


def test_an_error_does_not_repeat_what_was_sent(patient: Patient) -> None:
    for body in (raw('["marzipan"]'), raw('"hi", "marzipan": 1'), b'{"id": "marzipan", "text": "marzipan"}', b"marzipan"):
        response = patient.send_raw(body)
        assert error_of(response)
        assert "marzipan" not in response.text


@pytest.mark.parametrize("after", ["-1", "x", "1e3", str(2**53 + 1), "9" * 5_000, ""])
def test_a_number_that_is_none_is_refused(patient: Patient, after: str) -> None:
    for path in ("/api/chat/messages", "/api/chat/stream"):
        assert error_of(patient.http.get(path, params={"after": after})) == "invalid_request"


@pytest.mark.parametrize("header", ["²", "-1", "x", "9" * 400])
def test_a_strange_last_event_id_does_no_harm(patient: Patient, header: str) -> None:
    raw_header = {"Last-Event-ID": header.encode("latin-1")}
    with patient.http.stream("GET", "/api/chat/stream", headers=raw_header) as response:  # type: ignore[arg-type]
        assert response.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/chat/nothing", 404),
        ("GET", "/nothing", 404),
        ("GET", "/api/chat/sessions", 405),
        ("PUT", "/api/chat/messages", 405),
        ("TRACE", "/api/chat/messages", 405),
        ("POST", "/healthz", 405),
    ],
)
def test_an_address_that_is_none_is_an_error_in_the_same_shape(patient: Patient, method: str, path: str, status: int) -> None:
    response = patient.http.request(method, path)
    assert response.status_code == status
    assert error_of(response)


def test_a_body_that_does_not_stop_is_cut_off(patient: Patient) -> None:
    def endless() -> object:
        for _ in range(1_000):
            yield b"x" * 1_000

    try:
        response = patient.http.post("/api/chat/messages", content=endless())  # type: ignore[arg-type]
    except httpx.WriteError:
        return  # cut off while we were still writing
    assert error_of(response) == "body_too_large"
