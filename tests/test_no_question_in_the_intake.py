"""Ordinary answers to every question of the intake raise no alarm, and hardly ever the question whether it happens now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cordial.bootstrap import PROJECT
from emergencies.every_language import read_every_language
from emergencies.other_languages import read_other_languages
from emergencies.red_flags import RedFlag, RedFlags
from intake.clinic import read_clinic
from intake.fields import the_intake
from knowledge.encoder import Encoder

CLINIC = read_clinic(PROJECT / "clinic.yml")
TABLES = Path(__file__).parent / "answers"
ASKED_AT_MOST = 1 / 200
# The fields that each table of tests/answers is about, where its name does not say so.
FIELDS = {
    "births": ("birth",),
    "consent": ("consent",),
    "contacts": ("contact",),
    "guardians": ("guardian",),
    "names": ("full_name", "guardian_name"),
    "sexes": ("sex",),
    "whom": ("for_whom",),
}
LISTS = ("medicines", "allergies")
FOR_TODAY = {("infection", "39.4 since Friday")}  # a high fever that lasts: somebody should look at it the same day


def texts(content: Any) -> Iterator[str]:
    """The answers of a table, whatever is expected of them."""
    for answers in content.values():
        yield from map(str, answers)


def answers() -> dict[str, list[str]]:
    """What is answered to each field."""

    def table(name: str) -> Any:
        return yaml.safe_load((TABLES / f"{name}.yml").read_text("utf-8"))

    found = {field: list(texts(table(name))) for name, fields in FIELDS.items() for field in fields}
    lists = table("lists")
    of_both = {name: content for name, content in lists.items() if name not in LISTS}
    found |= {name: [*map(str, lists[name]), *texts(of_both)] for name in LISTS}
    found |= {field: list(texts(content)) for field, content in table("histories").items()}
    return found | table("in_own_words")


ANSWERS = answers()


@pytest.fixture(scope="module")
def check(encoder: Encoder) -> RedFlags:
    """The check as web uses it: in every language, with the examples."""
    rules = read_every_language(read_other_languages())
    rules.ask_examples(encoder.encode, encoder.name)
    return rules


@pytest.fixture(scope="module")
def found(check: RedFlags) -> dict[tuple[str, str], RedFlag]:
    """What the check finds in them, each with its question."""
    looked = {
        (field, text): check.check(text, CLINIC, asked=field, chat="en") for field, some in ANSWERS.items() for text in some
    }
    return {answer: flag for answer, flag in looked.items() if flag}


def test_there_are_answers_to_every_field() -> None:
    assert set(ANSWERS) == {field.name for field in the_intake().fields}
    assert min(map(len, ANSWERS.values())) >= 20


def test_no_answer_raises_an_alarm(found: dict[tuple[str, str], RedFlag]) -> None:
    assert [(*answer, flag.group) for answer, flag in found.items() if flag.level == "emergency"] == []
    assert {answer for answer, flag in found.items() if flag.level == "urgent"} == FOR_TODAY


def test_at_most_one_answer_in_two_hundred_is_asked_about(found: dict[tuple[str, str], RedFlag]) -> None:
    asked = [(*answer, flag.group) for answer, flag in found.items() if flag.level == "check"]
    assert len(asked) <= ASKED_AT_MOST * sum(map(len, ANSWERS.values())), asked
