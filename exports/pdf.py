"""One case as a PDF for a physician: a page to take in at a glance, the intake, the conversation with its sources.

Everything on it was said, understood or quoted; no sentence about the patient is made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, get_args
from zoneinfo import ZoneInfo

from cordial.data_files import DataFileError, Part, PlainText, by_name, fills, read_data
from desk.cases.flags import flags_of
from exports.case_file import CaseFile, Spoken
from exports.fonts import USUAL_FOLDERS
from exports.sheet import Frame, Sheet
from intake.fields import Intake, IntakeField, Role
from intake.judging.plain import letters
from intake.record import FieldAnswer, Status
from intake.showing import needs_check, understood_as
from language.spoken import text_file

_REASONS = ("asked", "deletion", "red_flag", "harm", "intake_completed")
_SENDERS = ("patient", "assistant", "coordinator", "system")
_AT_A_GLANCE: tuple[Role, ...] = (
    "name",
    "birth",
    "guardian_name",
    "country",
    "contact",
    "condition",
    "medicines",
    "allergies",
    "hopes",
    "questions",
)


class PdfError(DataFileError):
    """`pdf.yml` cannot be used; the message names the text."""


class Texts(Part):
    """The words of the PDF, beside the intake's labels and what was said."""

    confidential: PlainText
    title: Annotated[str, fills("reference")]
    page: Annotated[str, fills("page", "pages")]
    made: Annotated[str, fills("clinic", "at")]
    reasons: Annotated[dict[str, str], by_name({reason: () for reason in _REASONS})]
    urgency: Annotated[dict[str, str], by_name({"emergency": (), "urgent": ()})]
    handed_over: Annotated[str, fills("at", "reason")]
    handed_over_flag: Annotated[str, fills("at", "reason")]
    statuses: Annotated[dict[str, str], by_name({status: () for status in get_args(Status)})]
    origin: PlainText
    summary: PlainText
    told_yes: PlainText
    nothing_told: PlainText
    left_out: PlainText
    intake: Annotated[str, fills("status")]
    no_intake: PlainText
    columns: tuple[PlainText, PlainText, PlainText]
    skipped: PlainText
    to_check: PlainText
    to_check_first: PlainText
    consent: Annotated[str, fills("version", "at", "wording")]
    no_consent: PlainText
    declined: PlainText
    flags: PlainText
    flags_note: PlainText
    transcript: PlainText
    senders: Annotated[dict[str, str], by_name({sender: () for sender in _SENDERS})]
    quoted: Annotated[str, fills("heading", "article", "version", "title", "quote", "url", "start", "end")]
    source: Annotated[str, fills("source")]
    missing: PlainText


@dataclass(frozen=True)
class Style:
    """How a PDF looks where clinics differ."""

    zone: str = "UTC"
    font_folders: Sequence[Path] = USUAL_FOLDERS
    flags: Sequence[tuple[str, str]] = field(default_factory=tuple)  # what to look at, and the words that raised it


def style_for(case: CaseFile, zone: str, font_folders: Sequence[Path] = USUAL_FOLDERS) -> Style:
    """The style of a clinic in a time zone, with what a physician should see at once in this case."""
    today = case.read_at.astimezone(ZoneInfo(zone)).date()
    return Style(zone, font_folders=font_folders, flags=[(flag.label, flag.words) for flag in flags_of(case.intake, today)])


def case_pdf(case: CaseFile, intake: Intake, style: Style | None = None) -> bytes:
    """The PDF of a case."""
    style = style or Style()
    sheet = _Sheet(case, style)
    sheet.add_page()
    _heading(sheet, case)
    _flags(sheet, style.flags)  # before anything that can fill the first page
    _at_a_glance(sheet, case, intake)
    _declined(sheet, case)
    if case.intake.answers:
        sheet.add_page()  # so that what is to be taken in at a glance stands by itself
    _intake(sheet, case, intake)
    _transcript(sheet, case)
    if sheet.fit.missing:
        sheet.small(sheet.said.missing, above=4)
    return bytes(sheet.output())


def read_pdf_texts(file: Path | None = None) -> Texts:
    """Read the words; by default those of the language that is spoken.

    Raises:
        PdfError: naming what is wrong.
    """
    return read_data(Texts, file or text_file("exports", "pdf.yml"), PdfError)


@cache
def _texts() -> Texts:
    return read_pdf_texts()


class _Sheet(Sheet):
    """The pages of one case."""

    def __init__(self, case: CaseFile, style: Style) -> None:
        self.case, self.style, self.said = case, style, _texts()
        said = self.said
        super().__init__(
            Frame(
                title=said.title.format(reference=case.reference),
                left=said.confidential,
                right=case.reference,
                page=said.page,
                made=said.made.replace("{clinic}", case.clinic),
                at=case.read_at,
                zone=style.zone,
                font_folders=style.font_folders,
            )
        )


def _heading(sheet: _Sheet, case: CaseFile) -> None:
    said = sheet.said
    sheet.headline(said.title.format(reference=case.reference))
    if case.urgent_level in said.urgency:
        sheet.ln(2)
        sheet.alarm(said.urgency[str(case.urgent_level)])
    sentence = said.handed_over_flag if case.reason == "red_flag" else said.handed_over
    reason = said.reasons.get(case.reason, case.reason)
    sheet.body(sentence.format(at=sheet.at(case.created_at), reason=reason))
    sheet.small(said.origin, above=1)


def _at_a_glance(sheet: _Sheet, case: CaseFile, intake: Intake) -> None:
    given, by_role = case.intake.answers, intake.by_role(case.intake.answers)
    first = [(intake.role(role), by_role[role]) for role in _AT_A_GLANCE if role in by_role and not by_role[role].skipped]
    rows = [(field.label, _short(intake, field, answer)) for field, answer in first if field]
    asked = intake.told(given)
    told = [field for field in asked if field.kind == "history" and _is_told(given[field.name])]
    yes = "\n".join(f"{field.label}: {given[field.name].said}" for field in told)
    left = [field.label for field in asked if given[field.name].skipped]
    doubtful = "\n".join(f"{field.label}: {given[field.name].said}" for field in asked if needs_check(given[field.name]))
    if not rows:
        return
    sheet.section(sheet.said.summary)
    rows.append((sheet.said.told_yes, yes or sheet.said.nothing_told))
    rows += [(sheet.said.to_check_first, doubtful)] if doubtful else []
    rows += [(sheet.said.left_out, ", ".join(left))] if left else []
    sheet.rows(rows, (30, 70))


def _short(intake: Intake, field: IntakeField, answer: FieldAnswer) -> str:
    """What was understood where that says as much as the words, and otherwise the words: a dose must not get lost."""
    exact = field.kind in {"name", "birth", "contact", "country"}
    shown = (understood_as(intake, field, answer) if exact else "") or answer.said
    match answer.value:
        case {"date": str(), "age": int(age)}:
            return f"{shown} ({age})"
    return shown


def _is_told(answer: FieldAnswer | None) -> bool:
    value = answer.value if answer else None
    return isinstance(value, dict) and (value.get("answer") in {"yes", "unsure"} or answer.to_check)  # type: ignore[union-attr]


def _flags(sheet: _Sheet, flags: Sequence[tuple[str, str]]) -> None:
    if flags:
        sheet.section(sheet.said.flags)
        sheet.rows([list(flag) for flag in flags], (35, 65))
        sheet.small(sheet.said.flags_note, above=1)


def _declined(sheet: _Sheet, case: CaseFile) -> None:
    asked = {message.seq: message.text for message in case.messages if message.sender == "patient"}
    declined = [
        asked[message.reply_to]
        for message in case.messages
        if message.answer and message.answer.status == "abstained" and message.reply_to in asked
    ]
    if declined:
        sheet.section(sheet.said.declined)
        for text in dict.fromkeys(declined):
            sheet.body(f"–  {text}")


def _intake(sheet: _Sheet, case: CaseFile, intake: Intake) -> None:
    said, given = sheet.said, case.intake.answers
    sheet.section(said.intake.format(status=said.statuses[case.intake.status]))
    rows = []
    for each in intake.told(given):
        answer = given[each.name]
        understood = "" if answer.skipped else understood_as(intake, each, answer)
        if letters(understood) == letters(answer.said):
            understood = ""  # said in the same words
        if needs_check(answer):
            understood = f"{understood} ({said.to_check})" if understood else said.to_check
        rows.append((each.label, said.skipped if answer.skipped else answer.said, understood))
    if rows:
        sheet.rows(rows, (26, 46, 28), said.columns)
    else:
        sheet.body(said.no_intake)
    agreed = intake.by_role(given).get("consent")
    consent = agreed.value if agreed else None
    if isinstance(consent, dict):
        at = sheet.at(intake.by_role(case.answered_at).get("consent", case.created_at))
        sheet.small(said.consent.format(version=consent["version"], at=at, wording=consent["wording"]), above=2)
    else:
        sheet.small(said.no_consent, above=2)


def _transcript(sheet: _Sheet, case: CaseFile) -> None:
    if case.messages:
        sheet.section(sheet.said.transcript)
    for message in case.messages:
        _message(sheet, message)


def _message(sheet: _Sheet, message: Spoken) -> None:
    if sheet.will_page_break(14):
        sheet.add_page()
    who = message.author or sheet.said.senders.get(message.sender, message.sender)
    sheet.speaker(f"{message.seq}   {who}   {sheet.at(message.at)}", message.sender == "patient")
    if message.text.strip():
        sheet.body(message.text)
    for passage in message.answer.passages if message.answer else []:
        sheet.quote(passage.quote, sheet.said.quoted.format(**passage.model_dump()))
    for source in message.answer.sources if message.answer else []:
        named = ", ".join(str(part) for part in (source.title, source.publisher, source.year, source.doi) if part)
        sheet.small(sheet.said.source.format(source=named), indent=5)
