"""What the page for a physician is made of: its words (`sign_off.yml`), and sections of paragraphs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from cordial.data_files import DataFileError, Name, Part, PlainText, by_name, fills, read_data
from emergencies.concepts import WAYS
from emergencies.happening_now import HappeningNowTexts
from emergencies.other_languages import OtherThresholds
from emergencies.red_flags_file import Thresholds
from language.spoken import text_file

PATTERNS = ("evidence", "not_meant", "background", "now", "signs", "illnesses", "together", "urgent", "urgent_together")

OWN_CARD = ("text", "danger", "words", "unless_before", "unless_in")


class SignOffError(DataFileError):
    """`sign_off.yml` cannot be used; the message names the text."""


class SignOffTexts(Part):
    """The words of the page, beside the rules."""

    title: PlainText
    confidential: PlainText
    page: Annotated[str, fills("page", "pages")]
    made: Annotated[str, fills("clinic", "at")]
    about: Annotated[str, fills("clinic", "place", "language")]
    sign_off: PlainText
    waits: PlainText
    waits_groups: Annotated[str, fills("number", "all", "language", "role")]
    waits_others: Annotated[str, fills("number", "all", "languages")]
    nothing_waits: PlainText
    text: PlainText
    urgent_text: PlainText
    patterns: PlainText
    patterns_of: Annotated[dict[str, str], by_name({name: () for name in PATTERNS})]
    told_in: PlainText
    figures: PlainText
    found: Annotated[str, fills("caught", "messages", "right")]
    none_of_group: PlainText
    examples: Annotated[str, fills("number")]
    figures_of_all: PlainText
    overall: Annotated[str, fills("caught", "messages", "false", "calm")]
    with_examples: PlainText
    patterns_alone: PlainText
    not_counted: PlainText
    elsewhere: PlainText
    numbers: Annotated[str, fills("place")]
    ambulance: PlainText
    police: PlainText
    crisis_lines: PlainText
    of_the_clinic: PlainText
    source: Annotated[str, fills("what", "read")]
    disagree: PlainText
    calling: PlainText
    lives_here: Annotated[str, fills("place")]
    lives_elsewhere: Annotated[str, fills("place")]
    nothing_known: PlainText
    is_elsewhere: Annotated[str, fills("place")]
    happening_now: PlainText
    happening_now_of: Annotated[dict[str, str], by_name({name: () for name in HappeningNowTexts.model_fields})]
    despair: PlainText
    despair_says: PlainText
    despair_not_meant: PlainText
    after_alarm: PlainText
    when: PlainText
    hints: PlainText
    hints_about: PlainText
    circumstances_about: PlainText
    thresholds: PlainText
    thresholds_about: PlainText
    thresholds_of: Annotated[dict[str, str], by_name({name: () for name in Thresholds.model_fields})]
    lists: PlainText
    numbers_everywhere: PlainText
    crisis_lines_everywhere: PlainText
    languages: PlainText
    languages_about: Annotated[str, fills("number")]
    ways: Annotated[dict[str, str], by_name({way: () for way in WAYS})]
    language_thresholds_of: Annotated[dict[str, str], by_name({name: () for name in OtherThresholds.model_fields})]
    own_card: PlainText
    own_card_about: Annotated[str, fills("file")]
    own_card_of: Annotated[dict[str, str], by_name({name: () for name in OWN_CARD})]
    language: Annotated[str, fills("name", "code", "english")]
    sign_offs: Annotated[dict[str, str], by_name({"pending": (), "done": ()})]
    found_by_words: Annotated[str, fills("caught", "messages", "false", "calm")]
    text_of_kind: Annotated[str, fills("kind", "groups")]
    text_named: Annotated[str, fills("name")]
    words_understood: Annotated[str, fills("name")]
    words_of: Annotated[str, fills("concept", "means")]
    names_in_sets: dict[Name, Name]


@dataclass(frozen=True)
class Paragraph:
    """Something to read, with what it is."""

    label: str
    text: str


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    heading: str
    paragraphs: list[Paragraph]


def apart(patterns: str) -> str:
    """Patterns with room between their alternatives, so that a long one can be broken into lines."""
    return patterns.strip().replace("|", " | ")


def one_line(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


def read_sign_off_texts(file: Path | None = None) -> SignOffTexts:
    """Read the words; by default those of the language that is spoken.

    Raises:
        SignOffError: naming what is wrong.
    """
    return read_data(SignOffTexts, file or text_file("emergencies", "sign_off.yml"), SignOffError)


@cache
def the_sign_off_texts() -> SignOffTexts:
    """The shipped words, read once a process."""
    return read_sign_off_texts()
