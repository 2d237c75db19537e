"""Processes are killed at the worst moment, for real; no message is lost, none is answered twice, nothing is left running."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.people import ANSWERS, Patient, open_field, reference_in
from tests.support.system import System, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

EMERGENCY = "I have chest pain and I cannot breathe"


@pytest.fixture(scope="module")
def system(new_data_folder: Callable[[str], Path]) -> Iterator[System]:
    """A system to hurt."""
    # A message that a dead process left behind is taken up when Rasa cannot be at it any more.
    system = System(new_data_folder("victim"), rasa_timeout="15")
    yield system
    system.close()


@pytest.fixture
def victim(system: System) -> System:
    """It, running."""
    if system.ended:
        system.start()
    system.wait_until_ready()
    return system


@pytest.fixture
def patient(victim: System) -> Iterator[Patient]:
    """A patient of the system that is going to be hurt."""
    with Patient(victim.url) as patient:
        yield patient


def replies_to(patient: Patient, text: str) -> list[str]:
    """The texts that follow a patient's message, up to their next one."""
    log = patient.log()
    position = next(number for number, message in enumerate(log) if message["text"] == text)
    replies = []
    for message in log[position + 1 :]:
        if message["from"] == "patient":
            break
        replies.append(message["text"])
    return replies


def test_a_killed_rasa_comes_back_and_meanwhile_a_patient_is_told(victim: System, patient: Patient) -> None:
    pid = victim.kill("rasa")
    started = time.monotonic()
    [notice] = patient.says("Does it work?")
    assert time.monotonic() - started < 10
    assert notice["kind"] == "notice"
    until(lambda: pid not in victim.processes() and "rasa has ended" in victim.said(), 20, "it was noticed")
    victim.wait_until_ready()
    assert patient.says("Does it work?")[0]["kind"] == "answer"
    assert patient.said() == ["Does it work?"] * 2


@pytest.mark.timeout(400)
def test_a_rasa_that_stands_still_is_noticed_and_comes_back(victim: System, patient: Patient) -> None:
    still = victim.pid_of("rasa")
    os.kill(still, signal.SIGSTOP)
    until(lambda: "rasa runs and gives no answer" in victim.said(), 90, "it was noticed")
    until(lambda: still not in victim.processes(), 20, "it is gone")
    victim.wait_until_ready()
    assert patient.says("Does it work?")[0]["kind"] == "answer"


def test_an_emergency_is_answered_while_rasa_stands_still_or_is_not_there(victim: System, patient: Patient) -> None:
    rasa = victim.pid_of("rasa")
    os.kill(rasa, signal.SIGSTOP)
    waiting = threading.Thread(target=patient.says, args=("Does it work?",))
    try:
        with Patient(victim.url) as other:
            waiting.start()
            assert [reply["kind"] for reply in other.says(EMERGENCY)] == ["emergency"]
            assert waiting.is_alive(), "rasa had answered the question"
            victim.kill("rasa")
            assert [reply["kind"] for reply in other.says(EMERGENCY)] == ["emergency"]
            assert other.said() == [EMERGENCY] * 2
    finally:
        waiting.join(60)
    victim.wait_until_ready()


def test_a_message_stored_and_not_answered_gets_its_reply_after_web_was_killed(victim: System, patient: Patient) -> None:
    patient.answers_until("full_name")
    rasa = victim.pid_of("rasa")
    os.kill(rasa, signal.SIGSTOP)  # so that web stores the message and then waits
    sending = threading.Thread(target=send_into_the_void, args=(patient, "Maria Example"))
    try:
        with Patient(victim.url) as onlooker:
            sending.start()
            onlooker.http.headers["Authorization"] = patient.http.headers["Authorization"]
            until(lambda: "Maria Example" in onlooker.said(), 30, "the message was stored")
        victim.kill("web")
    finally:
        os.kill(rasa, signal.SIGCONT)
    sending.join()
    victim.wait_until_ready()
    until(lambda: bool(replies_to(patient, "Maria Example")), 90, "the reply came")
    time.sleep(1)  # for a second one that must not come
    assert len(replies_to(patient, "Maria Example")) == 1
    assert patient.intake()["answers"]["full_name"] == "Maria Example"
    assert open_field(patient.says(ANSWERS["contact"])) == "birth"


def send_into_the_void(patient: Patient, text: str) -> None:
    """Send a message whose answer never comes."""
    with pytest.raises(httpx.TransportError):
        patient.send(text)


def test_the_intake_goes_on_after_everything_was_killed(victim: System, patient: Patient) -> None:
    patient.answers_until("contact")
    before = patient.log()
    built = state_of(victim.data / "knowledge")
    assert victim.processes()
    victim.send(signal.SIGKILL)
    until(victim.nothing_left, 20, f"nothing stays behind: {victim.processes()}")
    victim.start()
    assert patient.log() == before
    assert patient.intake()["answers"]["full_name"] == ANSWERS["full_name"]
    assert open_field(patient.says(ANSWERS["contact"])) == "birth"
    assert reference_in(patient.finishes())
    assert "training" not in victim.said()
    assert state_of(victim.data / "knowledge") == built, "nothing had changed, so nothing is built again"


def state_of(folder: Path) -> dict[Path, float]:
    """Every file of a folder, and when it was written."""
    return {file: file.stat().st_mtime for file in folder.rglob("*") if file.is_file()}


def test_ctrl_c_ends_both_processes_in_order_even_while_a_patient_listens(victim: System, patient: Patient) -> None:
    stream = patient.stream()
    next(stream)
    assert victim.send(signal.SIGINT) == 0
    stream.close()
    assert victim.nothing_left()
    assert "Traceback" not in victim.said()
