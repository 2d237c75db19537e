"""The form for the text of a draft: its fields, a row for each section, the text, and why it is changed."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from desk.models import ArticleDraft
from knowledge.editing import FIELDS, CannotEdit, changed_text, plain_ends, refuse_too_much, taken_apart
from knowledge.section_rows import SectionRow, as_wordings, headings_of, rows_of, under_headings, with_rows


class TextForm(BaseModel):
    """A draft as its form was sent."""

    revision: Annotated[int, Field(ge=1, le=2**31 - 1)]
    title: str = ""
    summary: str = ""
    about: str = ""
    author_role: str = ""
    review_due: str = ""
    sources: str = ""
    needs_check: str = ""
    sections: str | None = None  # as they are written, where no rows can be made of them
    row_heading: list[str] = []
    row_about: list[str] = []
    row_evidence: list[str] = []
    row_quoted: list[str] = []
    row_plain: list[str] = []
    row_questions: list[str] = []
    body: str = ""
    asked: Annotated[str, Field(max_length=1_000)] = ""  # in vain; shown beside the form, and kept nowhere
    reason: Annotated[str, Field(max_length=1_000)] = ""
    action: str = "save"

    def text_after(self, before: str) -> str:
        """The whole text.

        Raises:
            CannotEdit: if it cannot be kept.
        """
        fields = {name: getattr(self, name) for name in FIELDS if name in self.model_fields_set}
        sections = taken_apart(before).sections if self.sections is None else self.sections
        text = changed_text(before, fields, sections, self.body)
        if self.sections is not None:
            return text
        apart = taken_apart(text)
        rows = self.rows if self.row_heading else rows_of(taken_apart(before))
        text = with_rows(apart, under_headings(rows, headings_of(apart.body), apart.value("about"))).text
        refuse_too_much(text)
        return text

    @property
    def rows(self) -> list[SectionRow]:
        """The rows as they were sent.

        Raises:
            CannotEdit: if they are not whole.
        """
        boxes = (self.row_heading, self.row_about, self.row_evidence, self.row_questions, self.row_plain, self.row_quoted)
        try:
            return [
                SectionRow(heading, about, evidence, as_wordings(asked), " ".join(plain.split()), quoted != "false")
                for heading, about, evidence, asked, plain, quoted in zip(*boxes, strict=True)
            ]
        except ValueError:
            raise CannotEdit("The sections did not arrive whole. Please load the page again.") from None

    @property
    def shown_rows(self) -> list[SectionRow]:
        """A row for each heading of the text as it is in the form; none where they did not arrive whole."""
        try:
            return under_headings(self.rows, headings_of(plain_ends(self.body)), self.about)
        except CannotEdit:
            return []


def form_of(draft: ArticleDraft, text: str) -> TextForm:
    """The form for a draft, filled with a text.

    Raises:
        CannotEdit: if that cannot be taken apart.
    """
    apart = taken_apart(text)
    fields = {name: apart.value(name) for name in FIELDS}
    form = TextForm(revision=draft.revision, body=apart.body, reason=draft.reason, **fields)
    try:
        return form.model_copy(update=_boxes(rows_of(apart)))
    except CannotEdit:
        return form.model_copy(update={"sections": apart.sections})


def _boxes(rows: list[SectionRow]) -> dict[str, list[str]]:
    """What stands in the boxes of rows."""
    return {
        "row_heading": [row.heading for row in rows],
        "row_about": [row.about for row in rows],
        "row_evidence": [row.evidence for row in rows],
        "row_quoted": [str(row.quoted).lower() for row in rows],
        "row_plain": [row.plain for row in rows],
        "row_questions": ["\n".join(row.questions) for row in rows],
    }
