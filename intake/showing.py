"""How an answer is read back: in the patient's words, and as it was understood where that is not the same."""

from __future__ import annotations

from typing import Any

from intake.fields import Intake, IntakeField
from intake.judging.birth import shown as shown_birth
from intake.judging.contact import shown_number
from intake.judging.plain import letters
from intake.record import FieldAnswer, IntakeRecord


def line(intake: Intake, field: IntakeField, answer: FieldAnswer) -> str:
    """One line of a summary: as said, as understood where that is not the same, and whether a person has to check it."""
    said = intake.says.left_out if answer.skipped else answer.said
    shown = "" if answer.skipped else understood_as(intake, field, answer)
    if shown and letters(shown) != letters(said):
        said = intake.says.understood_as.format(said=said, shown=shown)
    return f"{field.label}: {intake.says.to_check.format(said=said) if needs_check(answer) else said}"


def needs_check(answer: FieldAnswer) -> bool:
    """Whether a person has to look at an answer, because it was not understood for certain."""
    return answer.to_check and not answer.skipped


def lines(intake: Intake, record: IntakeRecord) -> list[str]:
    """Every answer, in the order of the fields; without the consent, which is no detail."""
    return [line(intake, field, record.answers[field.name]) for field in intake.told(record.answers)]


def understood_as(intake: Intake, field: IntakeField, answer: FieldAnswer) -> str:
    """The understood value in words; nothing where it is the text itself, or where a person has to find out what it means."""
    value = answer.value
    match field.kind, value:
        case "contact", {"value": _}:
            return _contacts(value)
        case "birth", dict():
            return shown_birth(value, intake.language)
        case ("country", {"name": str(told)}) | ("name", str(told)):
            return told
        case "list", list():
            return _items([item for item in value if isinstance(item, dict)]) if value else intake.says.nothing_listed
    return _chosen(intake, field, answer)


def _chosen(intake: Intake, field: IntakeField, answer: FieldAnswer) -> str:
    """One of a few answers, in its words; nothing of a history that has to be checked, because it may be either."""
    match field.kind, answer.value:
        case "history", {"answer": str(told)} if not answer.to_check:
            return intake.says.answers.get(told, "")
    return next((option.title for option in field.options if option.value == answer.value), "")


def _contacts(value: dict[str, Any]) -> str:
    """The contact that comes first, and the others."""
    all_of_them = [value, *value.get("also", [])]
    return ", ".join(
        shown_number(str(each["value"]), each.get("extension")) if each.get("by", "phone") == "phone" else str(each["value"])
        for each in all_of_them
    )


def _items(items: list[dict[str, Any]]) -> str:
    """The items of a list by their names; nothing, if that is what was said."""
    names = [_item(item) for item in items]
    same = [letters(name) for name in names] == [letters(str(item["said"])) for item in items]
    return "" if same else ", ".join(names)


def _item(item: dict[str, Any]) -> str:
    name, substances = str(item["name"]), [str(each) for each in item.get("names", [])]
    inside = ", ".join(each for each in substances if letters(each) not in letters(name))
    more = [part for part in (inside, str(item.get("reaction", ""))) if part]
    dose = f" {item['dose']}" if item.get("dose") else ""
    return f"{name}{dose} ({'; '.join(more)})" if more else f"{name}{dose}"
