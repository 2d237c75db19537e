"""The open field, or everything that is read back, as it is put to the patient: in words, and as controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from intake.dialogue.progress import Setting
from intake.fields import REVIEW, IntakeField
from intake.inputs import input_of
from intake.judging.country import code_of
from intake.judging.plain import letters
from intake.record import FieldAnswer, IntakeRecord
from intake.showing import line, needs_check, understood_as

SEND, CHANGE = "send", "change"


@dataclass(frozen=True)
class Asked:
    """The open field, or everything that is read back, as it is put to the patient."""

    text: str
    kind: str
    buttons: list[str]
    question: dict[str, object] | None


def ask(setting: Setting, record: IntakeRecord, again: bool = False) -> Asked:
    """The open field in words.

    Args:
        setting: what the intake asks, and of which clinic.
        record: where the patient is.
        again: whether the message before asked it already, so that a long text need not be said twice.

    Raises:
        ValueError: if none is open.
    """
    if record.open_field is None:
        raise ValueError("no field is open")
    if record.open_field == REVIEW:
        return _read_back(setting, record)
    intake, open_field = setting.intake, setting.intake.field(record.open_field)
    question = _question(setting, record, open_field)
    if record.detail_asked and open_field.more:
        return Asked(open_field.more, "question", [intake.skip_button], question)
    text = setting.fill(open_field.ask_again) if again and open_field.ask_again else _put(setting, record, open_field)
    buttons = [*open_field.offered]
    if open_field.name in record.answers:
        text = f"{text} {intake.says.it_was.format(said=_said(setting, record.answers[open_field.name]))}"
        buttons.append(intake.keep_button)
    elif open_field.skippable:
        buttons.append(intake.skip_button)
    return Asked(text, "question", buttons, question)


def _put(setting: Setting, record: IntakeRecord, field: IntakeField) -> str:
    return setting.fill(field.asked(setting.for_whom(record)), consent=setting.fill(setting.intake.consent.wording))


def _question(setting: Setting, record: IntakeRecord, open_field: IntakeField) -> dict[str, object]:
    asked = [each.name for each in setting.asked_of(record)]
    step = asked.index(open_field.name) + 1 if open_field.name in asked else len(asked)
    question: dict[str, object] = {"field": open_field.name, "step": step, "steps": len(asked)}
    if record.detail_asked:  # a few words, to a yes that was given
        return {**question, "input": {"kind": "text", "options": [], "multiple": False, "optional": True}}
    before = record.answers.get(open_field.name)
    whole = {**question, "input": _input(setting, record, open_field), "card": _card(setting, record, open_field)}
    return {**whole, "value": before.value} if before and before.value is not None else whole


def _input(setting: Setting, record: IntakeRecord, field: IntakeField) -> dict[str, object]:
    """The control of a field; the number in it begins as it does where the patient lives."""
    told = next(
        (
            record.answers[each.name].value
            for each in setting.intake.fields
            if each.kind == "country" and each.name in record.answers
        ),
        None,
    )
    return input_of(setting.intake, field, code_of(told))


def _card(setting: Setting, record: IntakeRecord, open_field: IntakeField) -> dict[str, object] | None:
    """The open field with what is still to be asked on its card; nothing where it stands alone."""
    waiting = [each for each in setting.asked_of(record) if each.name not in record.answers]
    together = [open_field, *(each for each in waiting if each.card == open_field.card and each != open_field)]
    if open_field.card is None or open_field.name in record.answers or len(together) == 1:
        return None
    return _titled(setting, record, open_field.card, together)


def _titled(setting: Setting, record: IntakeRecord, name: str | None, fields: Sequence[IntakeField]) -> dict[str, object]:
    title = next((card.title for card in setting.intake.cards if card.name == name), "")
    return {"name": name or "", "title": title, "fields": [_on_card(setting, record, each) for each in fields]}


def _on_card(setting: Setting, record: IntakeRecord, field: IntakeField) -> dict[str, object]:
    answer = record.answers.get(field.name)
    asked = {
        "field": field.name,
        "label": field.label,
        "ask": _put(setting, record, field) if setting.intake.asks(field.name) else "",
        "why": field.why,
        "input": _input(setting, record, field),
        "value": answer.value if answer else None,
    }
    if answer is None:
        return asked
    shown = "" if answer.skipped else understood_as(setting.intake, field, answer)
    differs = letters(shown) != letters(answer.said)
    told = {"said": None if answer.skipped else answer.said, "shown": shown if shown and differs else None}
    return {**asked, **told, "skipped": answer.skipped, "to_check": needs_check(answer)}


def _read_back(setting: Setting, record: IntakeRecord) -> Asked:
    review = setting.intake.review
    text = "\n".join([setting.fill(review.ask), *_told_by_subject(setting, record), "", review.offer])
    steps = len(setting.asked_of(record))
    question = {
        "field": REVIEW,
        "step": steps,
        "steps": steps,
        "input": _to_send(review.buttons),
        "review": _by_subject(setting, record),
    }
    return Asked(text, "summary", list(review.buttons), question)


def told_so_far(setting: Setting, record: IntakeRecord) -> dict[str, object]:
    """Every answer so far, for a client that lets each be changed in its place."""
    steps = len(setting.intake.asked_of(setting.age_in(record)))
    return {"field": REVIEW, "step": steps, "steps": steps, "review": _by_subject(setting, record)}


def _to_send(buttons: Sequence[str]) -> dict[str, object]:
    options = [{"title": title, "value": value} for title, value in zip(buttons, (SEND, CHANGE), strict=True)]
    return {"kind": "choice", "options": options, "multiple": False, "optional": False}


def _by_subject(setting: Setting, record: IntakeRecord) -> list[dict[str, object]]:
    """Every answer, under the heading of its subject."""
    return [_titled(setting, record, heading, fields) for heading, fields in _subjects(setting, record).items()]


def _told_by_subject(setting: Setting, record: IntakeRecord) -> list[str]:
    """The same as lines of text."""
    told: list[str] = []
    for heading, fields in _subjects(setting, record).items():
        title = next((card.title for card in setting.intake.cards if card.name == heading), None)
        told += ["", *([title] if title else []), *(line(setting.intake, each, record.answers[each.name]) for each in fields)]
    return told


def _subjects(setting: Setting, record: IntakeRecord) -> dict[str | None, list[IntakeField]]:
    """The fields with an answer by their headings, both in the order in which they are asked."""
    found: dict[str | None, list[IntakeField]] = {}
    for each in setting.intake.told(record.answers):
        found.setdefault(each.heading, []).append(each)
    return found


def _said(setting: Setting, answer: FieldAnswer) -> str:
    return setting.intake.says.left_out if answer.skipped else answer.said
