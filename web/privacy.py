"""What a patient is told about their data before they write: a line in the chat, and the page behind it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from cordial.data_files import DataFileError, Part, Text, fills, read_data
from desk.keeping.retention import Rule, Rules, the_rules
from intake.clinic import Clinic
from language.spoken import text_file
from web.pages import page
from web.parts import PartsNow

router = APIRouter(include_in_schema=False)


class PrivacyError(DataFileError):
    """`privacy.yml` cannot be used; the message names the text."""


class Section(Part):
    """A part of the page."""

    heading: Text
    paragraphs: list[Annotated[str, fills("clinic")]] = Field(min_length=1)


class Privacy(Part):
    """The texts about a patient's data."""

    line: Annotated[str, fills("clinic", "questions")]
    link: Text
    title: Text
    sections: list[Section] = Field(min_length=1)
    keeping: Text
    since_last_message: Annotated[str, fills("days")]
    since_closed: Annotated[str, fills("days")]
    hold: Annotated[str, fills("backups")]


def read_privacy(file: Path | None = None) -> Privacy:
    """Read the texts; by default those of the language that is spoken.

    Raises:
        PrivacyError: naming what is wrong.
    """
    return read_data(Privacy, file or text_file("web", "privacy.yml"), PrivacyError)


@cache
def _privacy() -> Privacy:
    return read_privacy()


def privacy_line(clinic: Clinic) -> dict[str, str]:
    """The line before the first message, and the words of its link."""
    said = _privacy()
    return {"text": said.line.format(clinic=clinic.name, questions=_days_of_questions(the_rules())), "link": said.link}


@router.get("/privacy")
def privacy(request: Request, parts: PartsNow) -> Response:
    """What is kept, for how long, and who reads it."""
    said, rules = _privacy(), the_rules()
    sections = [(one.heading, [text.format(clinic=parts.clinic.name) for text in one.paragraphs]) for one in said.sections]
    kept = [(rule.text, _in_words(rule)) for rule in rules.conversations]
    hold = said.hold.format(backups=rules.other.backups)
    return page(request, "privacy.html", said=said, sections=sections, kept=kept, hold=hold)


def _days_of_questions(rules: Rules) -> int:
    """After how many days a chat is gone in which nobody was asked for a person and no intake was begun."""
    asked_only = [rule for rule in rules.conversations if "bot" in rule.states and not rule.handoff]
    return min((rule.days for rule in asked_only if rule.intake is None or "none" in rule.intake), default=36_500)


def _in_words(rule: Rule) -> str:
    said = _privacy()
    return (said.since_closed if rule.since == "closed" else said.since_last_message).format(days=rule.days)
