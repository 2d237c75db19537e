"""By which e-mail address a patient may be told, and what they are asked before the link opens anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from desk.conversations.corrections import as_corrected, corrections_of
from desk.conversations.intakes import answers_given, intake_record
from desk.conversations.own_data import consent_withdrawn_at
from desk.database import reaches_patients
from intake.fields import the_intake
from intake.record import FieldAnswer


class Asks(StrEnum):
    """What is asked before a link opens a chat."""

    BIRTH = "birth"
    CODE = "code"


class WhyNot(StrEnum):
    """Why a patient cannot be told."""

    OFF = "off"  # the clinic has not switched it on
    WITHDRAWN = "withdrawn"
    NO_EMAIL = "no_email"
    TO_CHECK = "to_check"  # what they gave has to be looked at by a person first
    CORRECTED = "corrected"  # a colleague gave another address, and there is no date of birth to ask for


@dataclass(frozen=True)
class Way:
    """Where an e-mail goes, and what its link asks."""

    address: str
    asks: Asks


def way_to(session: Session, conversation_id: str) -> Way | WhyNot:
    """How a patient who left can be told, or why they cannot be."""
    if not reaches_patients(session):
        return WhyNot.OFF
    if consent_withdrawn_at(session, conversation_id) is not None:
        return WhyNot.WITHDRAWN
    given = the_intake().by_role(intake_record(session, conversation_id).answers)
    contact = _contact(session, conversation_id, given.get("contact"))
    address = next(_emails(contact), None) if contact else None
    if contact is None or address is None:
        return WhyNot.NO_EMAIL
    if contact.to_check:
        return WhyNot.TO_CHECK
    if exact_birth(given.get("birth")):
        return Way(address, Asks.BIRTH)
    # A code proves something only to an address that the patient gave: one that a colleague typed may be a stranger's.
    return Way(address, Asks.CODE) if _gave(session, conversation_id, address) else WhyNot.CORRECTED


def birth_of(session: Session, conversation_id: str) -> str | None:
    """The patient's date of birth, as in 1961-03-14, if the intake has it exactly."""
    return exact_birth(the_intake().by_role(intake_record(session, conversation_id).answers).get("birth"))


def exact_birth(answer: FieldAnswer | None) -> str | None:
    """A whole date that nobody has to check."""
    if answer is None or answer.skipped or answer.to_check or not isinstance(answer.value, dict):
        return None
    day = answer.value.get("date")
    return str(day) if day else None


def _contact(session: Session, conversation_id: str, given: FieldAnswer | None) -> FieldAnswer | None:
    """The contact as a colleague set it right, or as the patient gave it."""
    corrected = as_corrected(corrections_of(session, conversation_id)).get("contact")
    return FieldAnswer(said=corrected.text, value=corrected.value) if corrected else given


def _gave(session: Session, conversation_id: str, address: str) -> bool:
    """Whether the patient gave an address themselves, now or before."""
    answers = [
        answer for row, answer in answers_given(session, conversation_id) if the_intake().role_of(row.field) == "contact"
    ]
    return any(address == each for answer in answers if answer for each in _emails(answer))


def _emails(contact: FieldAnswer) -> Iterator[str]:
    """The e-mail addresses among the ways that were given, the first one first."""
    if contact.skipped or not isinstance(contact.value, dict):
        return
    for each in (contact.value, *contact.value.get("also", [])):
        if each.get("by") == "email" and each.get("value"):
            yield str(each["value"])
