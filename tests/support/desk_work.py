"""Patients and cases for tests of the console, where Rasa is replaced by what a test wants it to decide."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

import httpx

from tests.support import broken_rasa as rasa
from tests.support.broken_rasa import BrokenRasa
from tests.support.people import ANSWERS, Patient
from tests.support.staff import Staff

_REVISION = re.compile(r'name="revision" value="(\d+)"')
_MESSAGE_ID = re.compile(r'name="id" value="([0-9a-f-]{36})"')
# What the judges understand of our patient's answers, where the tests need more than the words.
UNDERSTOOD: dict[str, Any] = {
    "consent": {"agreed": True, "version": 2, "wording": "I agree that the clinic stores my details."},
    "birth": {"date": "1961-03-14", "age": 65},
    "country": {"code": "LT", "name": "Lithuania"},
    "contact": {"by": "email", "value": "maria@mail.example"},
    "medicines": [{"name": "ramipril", "said": "ramipril 5 mg"}, {"name": "aspirin", "said": "aspirin"}],
    "clots": {"answer": "yes", "detail": "in the left leg in 2015"},
    "allergies": [{"name": "penicillin", "said": "penicillin"}],
    **{name: {"answer": "no", "detail": None} for name in ("immune_status", "infection", "cancer")},
}


# An answer that quotes nothing.
ABSTAINED = {"status": "abstained", "about": None, "evidence": "none", "passages": [], "sources": [], "reviewed_on": None}


def new_reference() -> str:
    """A reference number that no other test has."""
    return f"C-{secrets.token_hex(2).upper()}-{secrets.token_hex(2).upper()}"


def decides(*items: dict[str, Any]) -> rasa.Behaviour:
    """A Rasa that says and does just this."""
    return rasa.answers(200, json.dumps(list(items)).encode())


def says(text: str, **custom: Any) -> dict[str, Any]:
    """One message of Rasa, with what belongs to it."""
    return {"text": text, "custom": custom} if custom else {"text": text}


def asked_for_a_person(reference: str) -> dict[str, Any]:
    """Rasa passes the conversation on."""
    effect = {"effect": "handoff_asked", "reference": reference, "reason": "asked"}
    return says(f"A person will answer you. Your reference number is {reference}.", kind="handoff", effects=[effect])


def answered(field: str, said: str, value: Any = None) -> dict[str, Any]:
    """Rasa took an answer to a field of the intake."""
    answer = {"said": said, "value": UNDERSTOOD.get(field, said) if value is None else value}
    return {"effect": "field_answered", "field": field, "answer": answer}


def waits(patient: Patient, broken_rasa: BrokenRasa, reference: str) -> str:
    """Let a patient ask for a person; gives the reference."""
    broken_rasa.behaves(decides(asked_for_a_person(reference)))
    patient.says("Can I talk to a person, please?")
    return reference


def finishes_intake(patient: Patient, broken_rasa: BrokenRasa, reference: str, **changed: str) -> str:
    """Let a patient answer every field, one message each, and send them; gives the reference."""
    for name, said in {**ANSWERS, **changed}.items():
        effects = [{"effect": "field_asked", "field": name}, answered(name, said, changed.get(name))]
        broken_rasa.behaves(decides(says("Thank you.", effects=effects)))
        patient.says(said)
    done = {"effect": "intake_completed", "reference": reference}
    broken_rasa.behaves(decides(says(f"Your reference number is {reference}.", kind="handoff", effects=[done])))
    patient.says("Send it")
    return reference


def revision_on(page: str) -> str:
    """The revision that a case's page was made from."""
    found = _REVISION.search(page)
    assert found, page
    return found.group(1)


def acts(staff: Staff, reference: str, act: str, **form: str) -> httpx.Response:
    """Look at a case and use one of its forms."""
    page = staff.http.get(f"/desk/cases/{reference}").text
    return staff.http.post(f"/desk/cases/{reference}/{act}", data={"revision": revision_on(page), **form})


def writes(staff: Staff, reference: str, text: str) -> httpx.Response:
    """Write to a patient whom this person has taken over."""
    page = staff.http.get(f"/desk/cases/{reference}").text
    found = _MESSAGE_ID.search(page)
    assert found, "there is nothing to write in"
    return staff.http.post(f"/desk/cases/{reference}/messages", data={"id": found.group(1), "text": text})
