"""One case as a PDF for a physician: a page to take in at a glance, the intake, the conversation with its sources.

With it stands who has the case, how it ended, what colleagues think of answers and, if somebody wants them, their notes.
Everything on it was said, understood, quoted or written down; no sentence about the patient is made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, cast, get_args
from zoneinfo import ZoneInfo

from cordial.data_files import DataFileError, Part, PlainText, by_name, fills, read_data
from desk.cases.flags import flags_of
from desk.conversations.states import Outcome
from exports.case_file import CaseFile, Judged, Spoken
from exports.fonts import USUAL_FOLDERS
from exports.opinions import in_words
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
    alarm: Annotated[str, fills("label", "number", "why")]
    urgency: Annotated[dict[str, str], by_name({"emergency": (), "urgent": ()})]
    handed_over: Annotated[str, fills("at", "reason")]
    handed_over_flag: Annotated[str, fills("at", "reason")]
    has: Annotated[str, fills("name")]
    had: Annotated[str, fills("name")]
    nobody_has: PlainText
    closed: Annotated[str, fills("at", "outcome")]
    outcomes: Annotated[dict[str, str], by_name({outcome.value: () for outcome in Outcome})]
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
    corrected: Annotated[str, fills("label")]
    corrected_by: Annotated[str, fills("text", "by", "at")]
    transcript: PlainText
    senders: Annotated[dict[str, str], by_name({sender: () for sender in _SENDERS})]
    quoted: Annotated[str, fills("heading", "article", "version", "title", "quote", "url", "start", "end")]
    source: Annotated[str, fills("source")]
    review: Annotated[str, fills("name", "at", "words")]
    notes: PlainText
    notes_origin: PlainText
    no_notes: PlainText
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
    _notes(sheet, case)
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
    for each in case.alarms:
        sheet.body(said.alarm.format(label=each.label, number=each.seq, why=each.why))
    sentence = said.handed_over_flag if case.reason == "red_flag" else said.handed_over
    reason = said.reasons.get(case.reason, case.reason)
    sheet.body(sentence.format(at=sheet.at(case.created_at), reason=reason))
    sheet.body(_standing(sheet, case))
    sheet.small(said.origin, above=1)


def _standing(sheet: _Sheet, case: CaseFile) -> str:
    """Who has the case, and how it ended."""
    said = sheet.said
    if case.closed_at is None:
        return said.has.format(name=case.holder) if case.holder else said.nobody_has
    outcome = said.outcomes.get(str(case.outcome), str(case.outcome))
    had = [said.had.format(name=case.holder)] if case.holder else []
    return " ".join([*had, said.closed.format(at=sheet.at(case.closed_at), outcome=outcome)])


def _at_a_glance(sheet: _Sheet, case: CaseFile, intake: Intake) -> None:
    given, by_role = case.intake.answers, intake.by_role(case.intake.answers)
    first = [(intake.role(role), by_role[role]) for role in _AT_A_GLANCE if role in by_role and not by_role[role].skipped]
    rows = [
        *_corrected(sheet, case, intake),
        *((field.label, _short(intake, field, answer)) for field, answer in first if field),
    ]
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


def _corrected(sheet: _Sheet, case: CaseFile, intake: Intake) -> list[tuple[str, str]]:
    """Name and contact as people of the clinic set them right; below them stands what the patient said."""
    fields = ((intake.role(cast(Role, what)), each) for what, each in case.corrected.items())
    return [
        (
            sheet.said.corrected.format(label=field.label),
            sheet.said.corrected_by.format(text=each.text, by=each.by, at=sheet.at(each.at)),
        )
        for field, each in fields
        if field
    ]


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


def _notes(sheet: _Sheet, case: CaseFile) -> None:
    if case.notes is None:
        return
    sheet.section(sheet.said.notes)
    sheet.small(sheet.said.notes_origin if case.notes else sheet.said.no_notes)
    for note in case.notes:
        sheet.small(f"{note.by}   {sheet.at(note.at)}", above=1.8)
        sheet.body(note.text)


def _transcript(sheet: _Sheet, case: CaseFile) -> None:
    if case.messages:
        sheet.section(sheet.said.transcript)
    reviews = {review.seq: review for review in case.reviews}
    for message in case.messages:
        _message(sheet, message, reviews.get(message.seq))


def _message(sheet: _Sheet, message: Spoken, review: Judged | None) -> None:
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
    if review:
        said = sheet.said.review.format(name=review.by, at=sheet.at(review.at), words=in_words(review))
        sheet.small(said, above=0.8, indent=5)
