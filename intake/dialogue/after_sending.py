"""What is told after everything was sent, and belongs to it."""

from __future__ import annotations

from intake.changing import wants_to_change
from intake.dialogue.contacts import ways_of
from intake.dialogue.progress import Progress
from intake.dialogue.taking import take
from intake.judge import judge
from intake.judging.contact import names_a_contact
from intake.judging.expressions import expression
from intake.judging.results import Understood
from intake.reading import Taken, told_and_asked
from intake.record import IntakeRecord


def may_give_a_contact(record: IntakeRecord, text: str) -> bool:
    """Whether a message seems to give another way to reach the patient, "my second number is …", and asks for nothing."""
    told, asked = told_and_asked(text)
    offers = expression("contact_given").search(told) is not None and names_a_contact(told)
    return record.sent and offers and not asked and not wants_to_change(told)


def takes_a_contact(progress: Progress) -> bool:
    """Whether a message gave another way to reach the patient: it is kept beside the first."""
    contact = next(each for each in progress.intake.fields if each.kind == "contact")
    before = progress.record.answers.get(contact.name)
    if before is None or not may_give_a_contact(progress.record, progress.heard.text):
        return False
    told, _ = told_and_asked(progress.heard.text)
    judged = judge(contact, told, progress.context_of()(contact))
    if not isinstance(judged, Understood) or all(way in ways_of(before.value) for way in ways_of(judged.value)):
        return False
    take(progress, Taken(contact, told, judged), progress.intake.fields[0])
    return True
