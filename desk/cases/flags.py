"""What a physician should see at once in a case, by the rules of `flags.yml`, each with the words that raised it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from cordial.data_files import DataFileError, Faults, Name, Part, PlainText, Text, Way, did_you_mean, read_data
from intake.fields import Role, the_intake
from intake.judging.birth import age_of
from intake.judging.vocabulary import kinds_of, medicine_kinds, medicines_of
from intake.record import FieldAnswer, IntakeRecord
from language.context import assertion_of
from language.spoken import text_file


class FlagsError(DataFileError):
    """`flags.yml` cannot be used; the message names the flag."""


class Rule(Part):
    """When a flag is raised, and what it says."""

    name: Name
    label: PlainText
    check: PlainText | None = None
    because: PlainText
    medicines: list[Text] = []
    words: list[Text] = []
    history: str | None = None
    ages: tuple[int, int] | None = None
    answered: dict[str, bool] = {}
    listed: str | None = None

    @model_validator(mode="after")
    def _one_rule(self) -> Rule:
        kinds = (self.medicines or self.words, self.history, self.ages, self.answered, self.listed)
        if sum(bool(kind) for kind in kinds) != 1:
            raise ValueError("a flag has one rule: medicines and words, or history, or ages, or answered, or listed")
        return self

    def fields(self) -> Iterator[tuple[Way, str]]:
        """The fields of the intake that it needs, each with the way to its name."""
        yield from ((("answered", name), name) for name in self.answered)
        yield from (((way,), name) for way, name in (("history", self.history), ("listed", self.listed)) if name)
        if (self.medicines or self.words) and not _name_of("medicines"):
            yield ("medicines" if self.medicines else "words",), "with the role medicines"


class Flags(Part):
    """The whole file."""

    version: int
    flags: list[Rule]

    @model_validator(mode="after")
    def _are_told_apart(self) -> Flags:
        names, kinds, asked = [rule.name for rule in self.flags], list(medicine_kinds()), the_intake().names
        wrong: list[tuple[Way, str]] = []
        for at, rule in enumerate(self.flags):
            if rule.name in names[:at]:
                wrong.append((("flags", at, "name"), f"there is a flag {rule.name} already. Give each its own name"))
            for number, kind in enumerate(rule.medicines):
                if kind not in kinds:
                    hint = did_you_mean(kind, kinds) or ". The kinds stand in intake/judging/medicines.yml"
                    wrong.append((("flags", at, "medicines", number), f"there is no kind of medicine {kind}{hint}"))
            for way, name in rule.fields():
                if name not in asked:
                    hint = did_you_mean(name, asked) or ". Take this flag out, or ask for it in fields.yml"
                    wrong.append((("flags", at, *way), f"the intake has no field {name}{hint}"))
        if wrong:
            raise Faults(wrong)
        return self


class Flag(BaseModel):
    """One thing to look at."""

    model_config = ConfigDict(frozen=True)

    name: str
    label: str
    because: str  # why a physician wants to know
    field: str  # of the intake, that raised it
    words: str  # the patient's, that raised it
    sure: bool  # whether they say so clearly


def flags_of(record: IntakeRecord, today: date | None = None) -> list[Flag]:
    """Every flag of an intake, in the order of the file.

    Args:
        record: the intake.
        today: from which an age is counted; without it, the age is taken as it was told.
    """
    intake = the_intake()
    answers = {intake.name_now(name): answer for name, answer in record.answers.items()}
    return [flag for rule in _rules() for flag in _raised(rule, answers, today)]


def _raised(rule: Rule, answers: Mapping[str, FieldAnswer], today: date | None) -> list[Flag]:
    found: list[tuple[str, str, bool]] = []
    if rule.medicines or rule.words:
        name = _name_of("medicines")
        found = [(name, said, sure) for said, sure in _named(rule, answers.get(name))]
    elif rule.history:
        found = [(rule.history, said, sure) for said, sure in _told(answers.get(rule.history))]
    elif rule.ages:
        name = _name_of("birth")
        birth = answers.get(name)
        found = [(name, said, not (birth and birth.to_check)) for said in _aged(rule.ages, birth, today)]
    elif rule.listed:
        answer = answers.get(rule.listed)
        found = [(rule.listed, answer.said, not answer.to_check)] if answer and not answer.skipped and answer.value else []
    else:
        chosen = [(name, answers.get(name), value) for name, value in rule.answered.items()]
        found = [(name, answer.said, True) for name, answer, value in chosen if answer and answer.value is value]
    return [_flag(rule, field, said, sure) for field, said, sure in found]


def _name_of(role: Role) -> str:
    field = the_intake().role(role)
    return field.name if field else ""


def _flag(rule: Rule, field: str, said: str, sure: bool) -> Flag:
    label = rule.label if sure else rule.check or rule.label
    return Flag(name=rule.name, label=label, because=rule.because, field=field, words=said, sure=sure)


def _named(rule: Rule, answer: FieldAnswer | None) -> list[tuple[str, bool]]:
    """The items of the list of medicines that a rule is about: one line for all that are sure, one for the others."""
    items = answer.value if answer and not answer.skipped and isinstance(answer.value, list) else []
    sure: list[str] = []
    unsure: list[str] = []
    for item in items:
        said = str(item["said"])
        told = [assertion_of(said, mention) for mention in _mentions(rule, str(item["name"]), said)]
        there = [each for each in told if not each.denied]
        if not there:
            continue
        certain = any(not (each.past or each.doubtful or each.hypothetical or each.of_somebody_else) for each in there)
        (sure if certain and not _is_doubtful(item, items, answer) else unsure).append(said)
    return [(", ".join(group), group is sure) for group in (sure, unsure) if group]


def _is_doubtful(item: Mapping[str, Any], items: list[Any], answer: FieldAnswer | None) -> bool:
    """Whether a person has to check an item; all of them, where a doubtful answer does not say which."""
    marked = any(each.get("doubtful") for each in items)
    return bool(item.get("doubtful")) if marked else bool(answer and answer.to_check)


def _mentions(rule: Rule, name: str, said: str) -> list[tuple[int, int]]:
    """Where an item of a list names what a rule is about: any of its medicines, or one of the rule's words."""
    of_rule = [each.span for each in medicines_of(said) if _is_of(rule, each.substances)]
    words = [match.span() for word in rule.words for match in re.finditer(rf"(?i)\b{re.escape(word)}\b", said)]
    if not of_rule and kinds_of(name) & set(rule.medicines):  # understood by an older list of names
        of_rule = [(len(said), len(said))]
    return [*of_rule, *words]


def _is_of(rule: Rule, substances: Iterable[str]) -> bool:
    return any(kinds_of(substance) & set(rule.medicines) for substance in substances)


def _told(answer: FieldAnswer | None) -> list[tuple[str, bool]]:
    """The words that say yes, or may say it: those that are not known, or that a person has to check."""
    if answer is None or answer.skipped or not isinstance(answer.value, dict):
        return []
    told, detail = answer.value.get("answer"), answer.value.get("detail")
    said = f"{answer.said} – {detail}" if detail and detail not in answer.said else answer.said
    if told in {"no", "not_applicable"} and not answer.to_check:
        return []
    return [(said, told == "yes" and not answer.to_check)]


def _aged(ages: tuple[int, int], answer: FieldAnswer | None, today: date | None) -> list[str]:
    if answer is None or answer.skipped:
        return []
    age = _age(answer.value, today)
    return [answer.said] if age is not None and ages[0] <= age <= ages[1] else []


def _age(value: Any, today: date | None) -> int | None:
    if today and isinstance(value, dict) and value.get("date"):
        born = date.fromisoformat(str(value["date"]))
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return age_of(value)


def read_flags(file: Path | None = None) -> Flags:
    """Read the rules; by default those of the language that is spoken.

    Raises:
        FlagsError: naming what is wrong.
    """
    return read_data(Flags, file or text_file("desk/cases", "flags.yml"), FlagsError)


@cache
def _rules() -> list[Rule]:
    return read_flags().flags
