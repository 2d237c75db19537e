"""The open field, or everything that is read back, as it is put to the patient."""

from __future__ import annotations

from dataclasses import dataclass

from intake.dialogue.progress import Setting
from intake.fields import REVIEW, Intake
from intake.record import FieldAnswer, IntakeRecord
from intake.showing import lines


@dataclass(frozen=True)
class Asked:
    """The open field, or the review, as it is put to the patient."""

    text: str
    kind: str
    buttons: list[str]
    question: dict[str, object] | None


def ask(setting: Setting, record: IntakeRecord) -> Asked:
    """The open field in words.

    Raises:
        ValueError: if none is open.
    """
    if record.open_field is None:
        raise ValueError("no field is open")
    if record.open_field == REVIEW:
        return _review(setting, record)
    intake, open_field = setting.intake, setting.intake.field(record.open_field)
    asked = [each.name for each in intake.asked_of(setting.age_in(record))]
    step = asked.index(open_field.name) + 1 if open_field.name in asked else len(asked)
    question: dict[str, object] = {"field": open_field.name, "step": step, "steps": len(asked)}
    if record.detail_asked and open_field.more:
        return Asked(open_field.more, "question", [intake.skip_button], question)
    text = setting.fill(open_field.ask, consent=setting.fill(intake.consent.wording))
    buttons = [*open_field.buttons]
    if open_field.name in record.answers:
        text = f"{text} {intake.says.it_was.format(said=_said(intake, record.answers[open_field.name]))}"
        buttons.append(intake.keep_button)
    elif open_field.skippable:
        buttons.append(intake.skip_button)
    return Asked(text, "question", buttons, question)


def _review(setting: Setting, record: IntakeRecord) -> Asked:
    review = setting.intake.review
    text = "\n".join([setting.fill(review.ask), *lines(setting.intake, record), review.offer])
    return Asked(text, "summary", list(review.buttons), None)


def _said(intake: Intake, answer: FieldAnswer) -> str:
    return intake.says.left_out if answer.skipped else answer.said
