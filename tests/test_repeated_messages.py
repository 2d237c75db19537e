"""A message that is sent twice is said once; what is shown later is what was shown first, in the same order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.support.people import ANSWERS, ASKED, Coordinator, Patient, error_of, open_field, reference_in

pytestmark = pytest.mark.e2e


def test_the_same_id_again_gives_the_same_reply(patient: Patient) -> None:
    message_id = str(uuid4())
    first = patient.send("Does it work?", message_id)
    log = patient.log()
    assert patient.send("Does it work?", message_id).json() == first.json()
    assert patient.send("Does it work?", message_id.upper()).json() == first.json()
    assert patient.log() == log


def test_the_same_answer_sent_twice_is_taken_once(patient: Patient) -> None:
    patient.answers_until("full_name")
    message_id = str(uuid4())
    for _ in range(2):
        replies = patient.send(ANSWERS["full_name"], message_id).json()["messages"]
        assert open_field(replies) == "contact"
    assert set(patient.intake()["answers"]) == {"consent", "for_whom", "full_name"}


def test_sending_twice_is_one_handoff(patient: Patient, coordinator: Coordinator) -> None:
    patient.answers_until(ASKED[-1])
    patient.says(ANSWERS[ASKED[-1]])
    message_id = str(uuid4())
    references = {reference_in(patient.send("Send it", message_id).json()["messages"]) for _ in range(2)}
    assert len(references) == 1
    listed = [row["reference"] for row in coordinator.reads("handoffs", "list")["handoffs"]]
    assert listed.count(references.pop()) == 1


def test_the_same_id_sent_at_once_has_one_effect(patient: Patient) -> None:
    patient.answers_until("full_name")
    message_id = str(uuid4())
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: patient.send(ANSWERS["full_name"], message_id), range(8)))
    assert {response.status_code for response in sent} == {200}
    assert len({response.text for response in sent}) == 1
    assert patient.said().count(ANSWERS["full_name"]) == 1


def test_the_same_id_with_another_text_is_refused(patient: Patient) -> None:
    message_id = str(uuid4())
    patient.send("Does it work?", message_id)
    refused = patient.send("Is it safe?", message_id)
    assert (refused.status_code, error_of(refused)) == (409, "id_reused")
    assert patient.said() == ["Does it work?"]


def test_the_same_id_of_another_patient_is_another_message(new_patient: Callable[[], Patient]) -> None:
    message_id = str(uuid4())
    one, other = new_patient(), new_patient()
    one.send("Does it work?", message_id)
    assert other.send("I want to talk to a person", message_id).json()["messages"][0]["kind"] == "handoff"


def test_messages_sent_at_once_are_all_answered_one_after_the_other(patient: Patient) -> None:
    texts = [f"Does it work, question {number}?" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(patient.says, texts))
    log = patient.log()
    assert [message["seq"] for message in log] == list(range(1, len(log) + 1))
    assert sorted(patient.said()) == sorted(texts)
    # Each patient's message is directly followed by its own replies.
    for text, turn in zip(texts, replies, strict=True):
        position = next(number for number, message in enumerate(log) if message["text"] == text)
        assert log[position + 1 : position + 1 + len(turn)] == turn


def test_patients_who_write_at_once_each_get_their_own_replies(new_patient: Callable[[], Patient]) -> None:
    patients = [new_patient() for _ in range(6)]
    names = [f"{first} Example" for first in ("Ana", "Ben", "Cleo", "Dan", "Eva", "Finn")]
    for patient in patients:
        patient.answers_until("full_name")
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(Patient.says, patients, names))
    assert [patient.intake()["answers"]["full_name"] for patient in patients] == names


def test_the_log_is_replayed_after_any_number(patient: Patient) -> None:
    patient.says("Does it work?")
    patient.says("thank you")
    whole = patient.log()
    assert whole[: len(patient.greeting)] == patient.greeting
    for after in range(len(whole) + 2):
        assert patient.log(after) == whole[after:]


def test_a_message_has_the_shape_of_the_contract(patient: Patient) -> None:
    patient.answers_until("full_name")
    for message in patient.log():
        assert set(message) == {
            "seq",
            "at",
            "from",
            "kind",
            "text",
            "buttons",
            "answer",
            "question",
            "review",
            "author",
            "hands",
            "calls",
            "lang",
            "values",
        }
        assert message["at"].endswith("Z")


def test_the_stream_gives_what_was_and_then_what_comes(patient: Patient) -> None:
    patient.says("hello")
    before = len(patient.log())
    stream = patient.stream()
    seen = [next(stream) for _ in range(before)]
    patient.says("Does it work?")
    seen += [next(stream) for _ in range(2)]
    assert seen == patient.log()
    stream.close()


def test_a_broken_stream_goes_on_where_it_was(patient: Patient) -> None:
    patient.says("hello")
    log = patient.log()
    for number in range(len(log)):
        by_header = patient.stream(headers={"Last-Event-ID": str(number)})
        by_address = patient.stream(after=number)
        assert next(by_header) == next(by_address) == log[number]
        by_header.close()
        by_address.close()


def test_two_streams_show_the_same(patient: Patient) -> None:
    streams = [patient.stream(after=1) for _ in range(2)]
    replies = patient.says("hello")
    for stream in streams:
        assert [next(stream)["text"], next(stream)] == ["hello", replies[0]]
        stream.close()


def test_a_choice_that_is_sent_twice_is_taken_once_and_another_under_its_id_is_refused(patient: Patient) -> None:
    patient.answers_until("birth")
    message = {"id": str(uuid4()), "text": "Born: 14 March 1961", "value": {"field": "birth", "value": {"date": "1961-03-14"}}}
    first, again = (patient.http.post("/api/chat/messages", json=message) for _ in range(2))
    assert (first.status_code, first.json()) == (200, again.json())
    assert patient.intake()["answers"]["birth"]["date"] == "1961-03-14"
    other = patient.http.post("/api/chat/messages", json={**message, "value": {"field": "birth", "value": {"age": 64}}})
    assert (other.status_code, error_of(other)) == (409, "id_reused")
    assert patient.log()[-len(first.json()["messages"]) - 1]["values"] == [message["value"]]


def test_a_card_is_answered_in_one_message(patient: Patient) -> None:
    patient.answers_until("full_name")
    values = [{"field": "full_name", "value": "Maria Example"}, {"field": "country", "value": "LT"}]
    sent = {"id": str(uuid4()), "text": "Name: Maria Example\nCountry: Lithuania", "values": values}
    replies = patient.http.post("/api/chat/messages", json=sent).json()["messages"]
    assert open_field(replies) == "contact"
    assert patient.intake()["answers"]["country"]["code"] == "LT"
