"""How an answer is read back: in the patient's words, and as it was understood where that is not the same."""

from __future__ import annotations

from datetime import date

import phonenumbers

from intake.fields import Intake, IntakeField
from intake.judging.birth import written
from intake.judging.plain import letters
from intake.record import FieldAnswer, IntakeRecord


def line(intake: Intake, field: IntakeField, answer: FieldAnswer) -> str:
    """One line of a summary."""
    said = intake.says.left_out if answer.skipped else answer.said
    shown = "" if answer.skipped else understood_as(intake, field, answer)
    if shown and letters(shown) != letters(said):
        said = intake.says.understood_as.format(said=said, shown=shown)
    return f"{field.label}: {said}"


def lines(intake: Intake, record: IntakeRecord) -> list[str]:
    """Every answer, in the order of the fields; without the consent, which is no detail."""
    return [line(intake, field, record.answers[field.name]) for field in intake.told(record.answers)]


def understood_as(intake: Intake, field: IntakeField, answer: FieldAnswer) -> str:
    """The understood value in words; nothing where it is the text itself."""
    value = answer.value
    match field.kind, value:
        case "contact", {"by": "phone", "value": number}:
            return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        case "contact", {"value": address}:
            return str(address)
        case "birth", {"date": day}:
            return written(date.fromisoformat(str(day)), intake.language)
        case ("birth", {"age": told}) | ("country", {"name": told}):
            return str(told)
        case "list", [*items]:
            names = [str(item["name"]) for item in items if isinstance(item, dict)]
            said = [str(item["said"]) for item in items if isinstance(item, dict)]
            return ", ".join(names) if [letters(name) for name in names] != [letters(text) for text in said] else ""
    titles = [option.title for option in field.options if option.value == value]
    return titles[0] if titles else value if field.kind == "name" and isinstance(value, str) else ""
