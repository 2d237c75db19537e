"""The review of the check for emergencies as a PDF, so that a physician can print it, mark it and sign it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from emergencies.sign_off_texts import Section, the_sign_off_texts
from exports.fonts import USUAL_FOLDERS
from exports.sheet import Frame, Sheet


def sign_off_pdf(
    sections: Sequence[Section], clinic: str, at: datetime, zone: str = "UTC", font_folders: Sequence[Path] = USUAL_FOLDERS
) -> bytes:
    """The PDF of a review.

    Args:
        sections: what `emergencies.sign_off.sign_off_page` gave; the first is the head of the page.
        clinic: the name of the clinic.
        at: when it was made.
        zone: the clinic's time zone.
        font_folders: where to look for fonts.
    """
    said = the_sign_off_texts()
    made = said.made.replace("{clinic}", clinic)
    sheet = Sheet(Frame(said.title, said.confidential, clinic, said.page, made, at, zone, font_folders))
    sheet.add_page()
    head, *others = sections
    sheet.headline(head.heading)
    _paragraphs(sheet, head)
    for section in others:
        sheet.section(section.heading)
        _paragraphs(sheet, section)
    return bytes(sheet.output())


def _paragraphs(sheet: Sheet, section: Section) -> None:
    for each in section.paragraphs:
        if each.label:
            sheet.small(each.label, above=1.5)
        sheet.body(each.text)
