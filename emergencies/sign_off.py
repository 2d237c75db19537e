"""What a physician reads to review the check, on one page: each group with its texts, patterns and figures, all numbers, and
what is said and looked for in every language."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from emergencies.calling import Calling, Where
from emergencies.numbers import Service, crisis_lines_in, numbers_in, the_numbers
from emergencies.other_texts import languages
from emergencies.red_flags import RedFlag, RedFlags, field_of
from emergencies.sign_off_languages import FoundByWords, about_languages, language_called, signed_off
from emergencies.sign_off_numbers import crisis_lines_everywhere, numbers_everywhere, source_of
from emergencies.sign_off_own_card import OwnCard, own_card
from emergencies.sign_off_texts import PATTERNS, Paragraph, Section, apart, one_line, the_sign_off_texts
from emergencies.whereabouts import country_called
from intake.clinic import Clinic
from language.spoken import spoken

_ELSEWHERE = ("US", "TH")  # two countries to show as examples how numbers are said
_SET = "dev"


@dataclass(frozen=True)
class GroupFigures:
    """How many messages of one group raised an alarm."""

    caught: int
    right: int  # of them, the alarm of that group
    messages: int


@dataclass(frozen=True)
class Figures:
    """What was counted on the development set."""

    groups: Mapping[str, GroupFigures]
    false_alarms: int
    calm: int
    with_examples: bool


@dataclass(frozen=True)
class Counted:
    """Everything on the page that was counted."""

    figures: Figures | None  # on the development set, if it is there
    examples: Mapping[str, int]  # of each group, from which the check learns
    others: Mapping[str, FoundByWords]  # in each other language that is shown


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
    names = the_sign_off_texts().names_in_sets
    messages, caught, right = Counter[str](), Counter[str](), Counter[str]()
    for each in emergencies:
        group, flag = names.get(each["group"], each["group"]), check(each["text"])
        messages[group] += 1
        caught[group] += flag is not None
        right[group] += flag is not None and flag.group == group
    false_alarms = sum(check(each["text"]) is not None for each in calm)
    groups = {group: GroupFigures(caught[group], right[group], number) for group, number in messages.items()}
    return Figures(groups, false_alarms, len(calm), with_examples)


def sign_off_page(rules: RedFlags, clinic: Clinic, counted: Counted, own_cards: Mapping[str, OwnCard]) -> list[Section]:
    """The page, from top to bottom.

    Args:
        rules: the check.
        clinic: whose numbers are shown.
        counted: what was counted. Other languages are shown if something was counted in them.
        own_cards: what the chat page says by itself in an emergency, in each language that it knows.
    """
    figures, examples = counted.figures, counted.examples
    said, place = the_sign_off_texts(), country_called(clinic.country)
    about = said.about.format(clinic=clinic.name, place=place, language=spoken())
    return [
        Section(said.title, [Paragraph("", about), Paragraph(said.sign_off, rules.file.reviewer_role)]),
        Section(said.waits, [Paragraph("", text) for text in _waits(rules, own_cards)]),
        Section(said.numbers.format(place=place), list(_numbers(clinic))),
        Section(said.calling, list(_calling(rules, clinic))),
        Section(said.figures_of_all, [Paragraph("", text) for text in _overall(figures)]),
        *(_group(rules, clinic, name, _figures_of(name, figures, examples)) for name in rules.group_names),
        Section(said.happening_now, list(_happening_now(rules, clinic))),
        Section(said.despair, list(_despair(rules, clinic))),
        Section(said.after_alarm, list(_after_alarm(rules, clinic))),
        *(Section(said.own_card, list(own_card(card))) for name, card in own_cards.items() if name not in languages()),
        Section(said.hints, list(_hints(rules))),
        Section(said.thresholds, list(_thresholds(rules))),
        Section(said.lists, [Paragraph(f"<{name}>", one_line(words)) for name, words in rules.file.lists.items()]),
        Section(said.numbers_everywhere, list(numbers_everywhere())),
        Section(said.crisis_lines_everywhere, list(crisis_lines_everywhere())),
        *about_languages(clinic, counted.others, own_cards),
    ]


def _waits(rules: RedFlags, own_cards: Mapping[str, OwnCard]) -> Iterator[str]:
    """What nobody has signed off yet."""
    said, groups, done = the_sign_off_texts(), [rules.group(name) for name in rules.group_names], signed_off(own_cards)
    waiting = [group for group in groups if group.reviewer_role is None]
    if waiting:
        language, role = language_called(spoken(), spoken()), rules.file.reviewer_role
        yield said.waits_groups.format(number=len(waiting), all=len(groups), language=language, role=role)
    others = [name for name, is_done in done.items() if not is_done]
    if others:
        yield said.waits_others.format(number=len(others), all=len(done), languages=", ".join(others))
    if not waiting and not others:
        yield said.nothing_waits


def _numbers(clinic: Clinic) -> Iterator[Paragraph]:
    said, country = the_sign_off_texts(), clinic.country
    services: list[tuple[Service, str]] = [("ambulance", said.ambulance), ("police", said.police)]
    for service, label in services:
        yield Paragraph(label, f"{', '.join(numbers_in(country, clinic, service))} ({_source_of_number(country, clinic)})")
    listed = {line.number: line.source for line in the_numbers().crisis_lines.get(country, ())}
    own = country in clinic.crisis_lines
    for line in crisis_lines_in(country, clinic):
        source = said.of_the_clinic if own else source_of(listed[line.number])
        yield Paragraph(said.crisis_lines, " ".join(filter(None, [line.name, line.number, f"({source})"])))


def _source_of_number(country: str, clinic: Clinic) -> str:
    said, listed = the_sign_off_texts(), the_numbers().emergency.get(country)
    if listed is None or country in clinic.emergency_numbers or clinic.emergency_number not in listed.ambulance:
        return said.of_the_clinic
    sources = "; ".join(map(source_of, listed.sources))
    return " ".join(filter(None, [sources, said.disagree if listed.disagree else "", listed.note]))


def _calling(rules: RedFlags, clinic: Clinic) -> Iterator[Paragraph]:
    said = the_sign_off_texts()
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
    said = the_sign_off_texts()
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
    yield said.with_examples if figures.with_examples else said.patterns_alone
    yield said.elsewhere


def _figures_of(name: str, figures: Figures | None, examples: Mapping[str, int]) -> str:
    said = the_sign_off_texts()
    learned = said.examples.format(number=examples.get(name, 0))
    if figures is None:
        return learned
    found = figures.groups.get(name)
    counted = found and said.found.format(caught=found.caught, right=found.right, messages=found.messages)
    return f"{counted or said.none_of_group}\n{learned}"


def _group(rules: RedFlags, clinic: Clinic, name: str, figures: str) -> Section:
    said, group = the_sign_off_texts(), rules.group(name)
    emergency, urgent = rules.texts_of(name, clinic, Where(lives=clinic.country))
    patterns = [(said.patterns_of[key], apart(getattr(group, key))) for key in PATTERNS]
    paragraphs = [
        (said.sign_off, group.reviewer_role or rules.file.reviewer_role),
        (said.text, emergency),
        (said.urgent_text, urgent),
        (said.figures, figures),
        *((f"{said.patterns}, {which}", words) for which, words in patterns),
        (said.told_in, ", ".join(field.label for field in map(field_of, group.told_in) if field)),
    ]
    return Section(f"{group.label} ({name})", [Paragraph(label, text) for label, text in paragraphs if text])


def _after_alarm(rules: RedFlags, clinic: Clinic) -> Iterator[Paragraph]:
    said = the_sign_off_texts()
    for each, text in rules.after_alarm_texts(clinic, Where(lives=clinic.country)):
        yield Paragraph(f"{said.when} ({each.name})", apart(each.says))
        yield Paragraph(said.text, text)


def _happening_now(rules: RedFlags, clinic: Clinic) -> Iterator[Paragraph]:
    """The question, its answers, and what is said around it."""
    labels = the_sign_off_texts().happening_now_of
    for name, text in rules.file.happening_now.model_dump().items():
        is_looked_for = name.endswith(("_by", "_words"))
        yield Paragraph(labels[name], apart(text) if is_looked_for else rules.said(text, clinic, clinic.country))


def _despair(rules: RedFlags, clinic: Clinic) -> Iterator[Paragraph]:
    said, file = the_sign_off_texts(), rules.file
    yield Paragraph(said.text, rules.said(file.despair_text, clinic, clinic.country))
    yield Paragraph(said.despair_says, apart(file.despair))
    yield Paragraph(said.despair_not_meant, apart(file.despair_not_meant))


def _hints(rules: RedFlags) -> Iterator[Paragraph]:
    said = the_sign_off_texts()
    yield Paragraph(said.hints_about, one_line(apart(rules.file.hints)))
    yield Paragraph(said.circumstances_about, one_line(apart(rules.file.circumstances)))


def _thresholds(rules: RedFlags) -> Iterator[Paragraph]:
    said = the_sign_off_texts()
    yield Paragraph("", said.thresholds_about)
    for name, value in rules.file.thresholds:
        yield Paragraph(f"{name}: {said.thresholds_of[name]}", f"{value:g}")
