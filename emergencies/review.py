"""What a physician reads to review the check, on one page: each group with its texts, wordings, figures, and all numbers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from cordial.data_files import DataFileError, Name, Part, PlainText, by_name, fills, read_data
from emergencies.calling import Calling, Where
from emergencies.numbers import Service, crisis_lines_in, numbers_in, the_numbers
from emergencies.red_flags import RedFlag, RedFlags
from emergencies.whereabouts import country_called
from intake.clinic import Clinic
from language.spoken import spoken, text_file

_WORDINGS = ("not_meant", "background", "now", "signs", "illnesses", "together", "urgent", "urgent_together")
_ELSEWHERE = ("US", "TH")  # two countries to show as examples how numbers are said
_SET = "dev"


class ReviewError(DataFileError):
    """`review.yml` cannot be used; the message names the text."""


class ReviewTexts(Part):
    """The words of the page, beside the rules."""

    title: PlainText
    confidential: PlainText
    page: Annotated[str, fills("page", "pages")]
    made: Annotated[str, fills("clinic", "at")]
    about: Annotated[str, fills("clinic", "place", "language")]
    sign_off: PlainText
    text: PlainText
    urgent_text: PlainText
    wordings: PlainText
    wordings_of: Annotated[dict[str, str], by_name({name: () for name in _WORDINGS})]
    figures: PlainText
    found: Annotated[str, fills("caught", "messages", "right")]
    none_of_group: PlainText
    examples: Annotated[str, fills("number")]
    figures_of_all: PlainText
    overall: Annotated[str, fills("caught", "messages", "false", "calm")]
    with_examples: PlainText
    wordings_alone: PlainText
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
    after_alarm: PlainText
    when: PlainText
    lists: PlainText
    names_in_sets: dict[Name, Name]


@dataclass(frozen=True)
class Found:
    """How many messages of one group raised an alarm."""

    caught: int
    right: int  # of them, the alarm of that group
    messages: int


@dataclass(frozen=True)
class Figures:
    """What was counted on the development set."""

    groups: Mapping[str, Found]
    false_alarms: int
    calm: int
    with_examples: bool


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


def count(check: Callable[[str], RedFlag | None], folder: Path, *, with_examples: bool) -> Figures | None:
    """Count on the development set what the check finds.

    Args:
        check: gives the alarm of a message.
        folder: where the sets are.
        with_examples: whether the check asks the examples as well.

    Returns:
        The figures; nothing if the sets are not there.
    """
    files = [folder / f"{kind}_{_SET}.jsonl" for kind in ("emergencies", "calm")]
    if not all(file.is_file() for file in files):
        return None
    emergencies, calm = ([json.loads(line) for line in file.read_text("utf-8").splitlines()] for file in files)
    names = the_review_texts().names_in_sets
    messages, caught, right = Counter[str](), Counter[str](), Counter[str]()
    for each in emergencies:
        group, flag = names.get(each["group"], each["group"]), check(each["text"])
        messages[group] += 1
        caught[group] += flag is not None
        right[group] += flag is not None and flag.group == group
    false_alarms = sum(check(each["text"]) is not None for each in calm)
    groups = {group: Found(caught[group], right[group], number) for group, number in messages.items()}
    return Figures(groups, false_alarms, len(calm), with_examples)


def review(rules: RedFlags, clinic: Clinic, figures: Figures | None, examples: Mapping[str, int]) -> list[Section]:
    """The page, from top to bottom.

    Args:
        rules: the check.
        clinic: whose numbers are shown.
        figures: what was counted, if anything.
        examples: how many examples of each group the check learns from.
    """
    said = the_review_texts()
    about = said.about.format(clinic=clinic.name, place=country_called(clinic.country), language=spoken())
    return [
        Section(said.title, [Paragraph("", about), Paragraph(said.sign_off, rules.file.reviewer_role)]),
        Section(said.numbers.format(place=country_called(clinic.country)), list(_numbers(clinic))),
        Section(said.calling, list(_calling(rules, clinic))),
        Section(said.figures_of_all, [Paragraph("", text) for text in _overall(figures)]),
        *(_group(rules, clinic, name, _figures_of(name, figures, examples)) for name in rules.group_names),
        Section(said.after_alarm, list(_after_alarm(rules, clinic))),
        Section(said.lists, [Paragraph(f"<{name}>", _one_line(words)) for name, words in rules.file.lists.items()]),
    ]


def _numbers(clinic: Clinic) -> Iterator[Paragraph]:
    said, country = the_review_texts(), clinic.country
    services: list[tuple[Service, str]] = [("ambulance", said.ambulance), ("police", said.police)]
    for service, label in services:
        yield Paragraph(label, f"{', '.join(numbers_in(country, clinic, service))} ({_source_of_number(country, clinic)})")
    listed = {line.number: line.source for line in the_numbers().crisis_lines.get(country, ())}
    own = country in clinic.crisis_lines
    for line in crisis_lines_in(country, clinic):
        source = said.of_the_clinic if own else _source(listed[line.number])
        yield Paragraph(said.crisis_lines, " ".join(filter(None, [line.name, line.number, f"({source})"])))


def _source_of_number(country: str, clinic: Clinic) -> str:
    said, listed = the_review_texts(), the_numbers().emergency.get(country)
    if listed is None or country in clinic.emergency_numbers or clinic.emergency_number not in listed.ambulance:
        return said.of_the_clinic
    sources = "; ".join(map(_source, listed.sources))
    return " ".join(filter(None, [sources, said.disagree if listed.disagree else "", listed.note]))


def _source(name: str) -> str:
    source = the_numbers().sources[name]
    return the_review_texts().source.format(what=source.what, read=source.read.isoformat())


def _calling(rules: RedFlags, clinic: Clinic) -> Iterator[Paragraph]:
    said = the_review_texts()
    elsewhere = next(code for code in _ELSEWHERE if code != clinic.country)
    place = country_called(elsewhere)
    cases = [
        (said.lives_here.format(place=country_called(clinic.country)), Where(lives=clinic.country)),
        (said.lives_elsewhere.format(place=place), Where(lives=elsewhere)),
        (said.is_elsewhere.format(place=place), Where(here=elsewhere, lives=clinic.country)),
        (said.nothing_known, Where()),
    ]
    for label, where in cases:
        yield Paragraph(label, Calling(rules.file.calling, clinic, where).how())


def _overall(figures: Figures | None) -> Iterator[str]:
    said = the_review_texts()
    if figures is None:
        yield said.not_counted
        return
    found = figures.groups.values()
    yield said.overall.format(
        caught=sum(each.caught for each in found),
        messages=sum(each.messages for each in found),
        false=figures.false_alarms,
        calm=figures.calm,
    )
    yield said.with_examples if figures.with_examples else said.wordings_alone
    yield said.elsewhere


def _figures_of(name: str, figures: Figures | None, examples: Mapping[str, int]) -> str:
    said = the_review_texts()
    learned = said.examples.format(number=examples.get(name, 0))
    if figures is None:
        return learned
    found = figures.groups.get(name)
    counted = found and said.found.format(caught=found.caught, right=found.right, messages=found.messages)
    return f"{counted or said.none_of_group}\n{learned}"


def _group(rules: RedFlags, clinic: Clinic, name: str, figures: str) -> Section:
    said, group = the_review_texts(), rules.group(name)
    emergency, urgent = rules.texts_of(name, clinic, Where(lives=clinic.country))
    wordings = [(said.wordings_of[key], _apart(getattr(group, key))) for key in _WORDINGS]
    paragraphs = [
        (said.sign_off, group.reviewer_role or rules.file.reviewer_role),
        (said.text, emergency),
        (said.urgent_text, urgent),
        (said.figures, figures),
        *((f"{said.wordings}, {which}", words) for which, words in wordings),
    ]
    return Section(f"{group.label} ({name})", [Paragraph(label, text) for label, text in paragraphs if text])


def _after_alarm(rules: RedFlags, clinic: Clinic) -> Iterator[Paragraph]:
    said = the_review_texts()
    for each, text in rules.after_alarm_texts(clinic, Where(lives=clinic.country)):
        yield Paragraph(f"{said.when} ({each.name})", _apart(each.says))
        yield Paragraph(said.text, text)


def _apart(patterns: str) -> str:
    """Patterns with room between their alternatives, so that a long one can be broken into lines."""
    return patterns.strip().replace("|", " | ")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def read_review_texts(file: Path | None = None) -> ReviewTexts:
    """Read the words; by default those of the language that is spoken.

    Raises:
        ReviewError: naming what is wrong.
    """
    return read_data(ReviewTexts, file or text_file("emergencies", "review.yml"), ReviewError)


@cache
def the_review_texts() -> ReviewTexts:
    """The shipped words, read once a process."""
    return read_review_texts()
