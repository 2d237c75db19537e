"""A person takes a conversation over: the patient sees who it is, the assistant is silent, and hands change one at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from tests.support.broken_rasa import BrokenRasa
from tests.support.desk_work import acts, decides, revision_on, says, waits, writes
from tests.support.people import Patient
from tests.support.staff import Staff
from tests.support.system import System, until

pytestmark = pytest.mark.e2e


@pytest.fixture
def waiting(broken_rasa: BrokenRasa, lonely_patient: Patient, reference: str) -> str:
    """The reference of a patient who waits for a person."""
    return waits(lonely_patient, broken_rasa, reference)


def is_listed(staff: Staff, reference: str, view: str = "open") -> bool:
    """Whether a view shows a case, also where others fill its first page."""
    page = staff.http.get("/desk/queue", params={"view": view, "text": reference})
    return f'href="/desk/cases/{reference}' in page.text


def test_the_patient_reads_who_is_with_them_now(ana: Staff, waiting: str, lonely_patient: Patient) -> None:
    acts(ana, waiting, "take-over")
    notice = lonely_patient.log()[-1]
    assert (notice["from"], notice["kind"]) == ("system", "notice")
    assert "Ana Example, coordinator at Birchwood Example Clinic" in notice["text"]


def test_the_patient_sees_at_once_what_a_person_writes(ana: Staff, waiting: str, lonely_patient: Patient) -> None:
    acts(ana, waiting, "take-over")
    last = lonely_patient.log()[-1]["seq"]
    with Listening(lonely_patient, last) as stream:
        writes(ana, waiting, "Good morning. I have read your case.")
        until(lambda: bool(stream.seen), 15, "the message in the stream")
    assert [(m["from"], m["text"], m["author"]) for m in stream.seen] == [
        ("coordinator", "Good morning. I have read your case.", {"name": "Ana Example", "role": "coordinator"})
    ]


def test_the_assistant_is_silent_while_a_person_has_the_conversation(
    ana: Staff, waiting: str, broken_rasa: BrokenRasa, lonely_patient: Patient
) -> None:
    acts(ana, waiting, "take-over")
    broken_rasa.behaves(decides(says("I am only the assistant.")))
    assert lonely_patient.says("Are you there?") == []
    assert not broken_rasa.asked.is_set(), "Rasa is not even asked"
    assert "Are you there?" in ana.http.get(f"/desk/cases/{waiting}").text


def test_an_emergency_gets_its_fixed_answer_also_then_and_comes_first(
    ana: Staff, waiting: str, lonely_patient: Patient
) -> None:
    acts(ana, waiting, "take-over")
    [reply] = lonely_patient.says("I have crushing chest pain and cannot breathe")
    assert reply["kind"] == "emergency"
    rows = ana.http.get("/desk/queue").text.split(" data-row>")[1:]
    before = rows[: next(place for place, row in enumerate(rows) if waiting in row) + 1]
    assert all("Emergency" in row for row in before), "only other emergencies stand before it"


def test_what_was_written_to_a_person_is_the_assistants_after_handing_back(
    ana: Staff, waiting: str, broken_rasa: BrokenRasa, lonely_patient: Patient
) -> None:
    acts(ana, waiting, "take-over")
    broken_rasa.behaves(decides(says("The assistant answers.")))
    lonely_patient.says("And is it safe?")
    acts(ana, waiting, "hand-back")
    until(lambda: lonely_patient.log()[-1]["text"] == "The assistant answers.", 30, "the assistant's answer")
    assert [m["text"] for m in lonely_patient.log()].count("The assistant answers.") == 1
    assert lonely_patient.says("And now?")[0]["text"] == "The assistant answers."


def test_what_a_person_has_answered_is_not_answered_again(
    ana: Staff, waiting: str, broken_rasa: BrokenRasa, lonely_patient: Patient
) -> None:
    acts(ana, waiting, "take-over")
    broken_rasa.behaves(decides(says("The assistant answers.")))
    lonely_patient.says("Is anybody there?")
    writes(ana, waiting, "Yes, I am.")
    acts(ana, waiting, "hand-back")
    lonely_patient.says("Thank you")
    assert [m["text"] for m in lonely_patient.log()].count("The assistant answers.") == 1


def test_a_reply_of_the_assistant_that_comes_after_a_person_is_dropped(
    ana: Staff, waiting: str, broken_rasa: BrokenRasa, lonely_patient: Patient
) -> None:
    go_on = threading.Event()

    def slow(handler: object, _body: bytes) -> None:
        go_on.wait(5)
        handler.reply(200, b'[{"text": "Too late."}]')  # type: ignore[attr-defined]

    broken_rasa.behaves(slow)
    sending = threading.Thread(target=lambda: lonely_patient.send("Does it work?"))
    sending.start()
    broken_rasa.asked.wait(5)
    acts(ana, waiting, "take-over")
    go_on.set()
    sending.join(20)
    said = [m["text"] for m in lonely_patient.log()]
    assert "Too late." not in said
    page = ana.http.get(f"/desk/cases/{waiting}").text
    assert "waits for" in page, "a person is waited for"


def test_who_comes_second_sees_who_has_it_and_changes_nothing(ana: Staff, ben: Staff, waiting: str) -> None:
    seen = revision_on(ben.http.get(f"/desk/cases/{waiting}").text)
    acts(ana, waiting, "take-over")
    late = ben.http.post(f"/desk/cases/{waiting}/take-over", data={"revision": seen})
    assert late.status_code == 409
    assert "who has it: Ana Example" in late.text
    assert "You have it" in ana.http.get(f"/desk/cases/{waiting}").text


def test_what_a_person_typed_too_late_is_given_back_to_them(ana: Staff, ben: Staff, waiting: str) -> None:
    acts(ana, waiting, "take-over")
    acts(ben, waiting, "take-over")
    late = ana.http.post(
        f"/desk/cases/{waiting}/messages",
        data={"id": "6d0d4f0e-3c39-4a8c-8c0e-0d8f5cf2a111", "text": "A long and careful letter."},
    )
    assert late.status_code == 409
    assert "Ben Example" in late.text
    assert "A long and careful letter." in late.text


def test_sending_the_same_form_twice_says_it_once(ana: Staff, waiting: str, lonely_patient: Patient) -> None:
    acts(ana, waiting, "take-over")
    form = {"id": "0a0d4f0e-3c39-4a8c-8c0e-0d8f5cf2a222", "text": "Said once."}
    for _ in range(2):
        assert ana.http.post(f"/desk/cases/{waiting}/messages", data=form).status_code == 200
    assert [m["text"] for m in lonely_patient.log()].count("Said once.") == 1


def test_an_open_placeholder_is_not_sent(ana: Staff, waiting: str, lonely_patient: Patient) -> None:
    acts(ana, waiting, "take-over")
    refused = writes(ana, waiting, "Hello {name}, this is a person.")
    assert refused.status_code == 422
    assert "Please fill in {name} first" in refused.text
    assert "Hello {name}, this is a person." in refused.text, "what was typed is still there"
    assert lonely_patient.log()[-1]["from"] == "system"


def test_canned_replies_are_filled_with_what_is_known(ana: Staff, waiting: str) -> None:
    acts(ana, waiting, "take-over")
    page = ana.http.get(f"/desk/cases/{waiting}").text
    assert f"Your reference number is {waiting}." in page
    assert "Hello {name}, this is a person from Birchwood Example Clinic." in page


def test_a_closed_case_goes_on_when_the_patient_writes_again(
    ana: Staff, waiting: str, broken_rasa: BrokenRasa, lonely_patient: Patient
) -> None:
    acts(ana, waiting, "take-over")
    acts(ana, waiting, "close", outcome="answered")
    assert "closed this conversation" in lonely_patient.log()[-1]["text"]
    broken_rasa.behaves(decides(says("The assistant answers.")))
    assert lonely_patient.says("One more thing")[0]["text"] == "The assistant answers."
    assert not is_listed(ana, waiting)
    again = waits(lonely_patient, broken_rasa, waiting[:-1] + ("0" if waiting[-1] != "0" else "1"))
    assert is_listed(ana, again)


def test_a_case_that_is_put_off_comes_back_when_the_patient_writes(
    ana: Staff, waiting: str, broken_rasa: BrokenRasa, lonely_patient: Patient
) -> None:
    acts(ana, waiting, "snooze", how_long="week")
    assert not is_listed(ana, waiting)
    assert is_listed(ana, waiting, view="snoozed")
    broken_rasa.behaves(decides(says("The assistant answers.")))
    lonely_patient.says("I am still waiting")
    assert is_listed(ana, waiting)


def test_a_case_can_be_given_to_a_colleague(ana: Staff, ben: Staff, waiting: str) -> None:
    acts(ana, waiting, "assign", to=ben.user_id)
    assert waiting in ben.http.get("/desk/queue?view=mine").text
    assert waiting not in ana.http.get("/desk/queue?view=mine").text


@pytest.mark.parametrize("role", ["editor", "administrator"])
def test_who_does_not_work_on_cases_cannot(
    new_staff: Callable[..., Staff], lonely_web: System, waiting: str, role: str
) -> None:
    other = new_staff(lonely_web, role)
    assert other.http.get("/desk/queue").status_code == 403
    assert other.http.get(f"/desk/cases/{waiting}").status_code == 403
    assert other.http.post(f"/desk/cases/{waiting}/take-over", data={"revision": "1"}).status_code == 403


class Listening:
    """A patient's page that listens."""

    def __init__(self, patient: Patient, after: int) -> None:
        self.seen: list[dict[str, object]] = []
        self._patient, self._after = patient, after
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def _listen(self) -> None:
        for message in self._patient.stream(after=self._after):
            self.seen.append(message)
            return

    def __enter__(self) -> Listening:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(5)
