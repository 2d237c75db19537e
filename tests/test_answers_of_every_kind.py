"""Answers in many voices, in tables of their own: what each is understood as, and what is left for a person to look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from intake.fields import the_intake
from intake.judge import judge
from intake.judging.results import Context, Judgement, Refused, Understood

TABLES = Path(__file__).parent / "answers"
TODAY = date(2026, 11, 28)


def table(name: str) -> Any:
    """One of the tables."""
    return yaml.safe_load((TABLES / f"{name}.yml").read_text("utf-8"))


def judged(field: str, text: str, attempts: int = 0) -> Judgement:
    """What the judge of a field makes of a text."""
    return judge(the_intake().field(field), text, Context("LT", TODAY, attempts=attempts))


def rows(content: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """The texts of a table, each with what is expected of it."""
    return ((text, expected) for expected, texts in content.items() for text in texts)


def short(judgement: Judgement) -> str:
    """A judgement of a yes-or-no in one word."""
    if isinstance(judgement, Refused):
        return "refused"
    if not isinstance(judgement, Understood):
        return "again"
    if judgement.to_check:
        return "checked"
    value = judgement.value
    return str(value["answer"]) if isinstance(value, dict) else {True: "yes", False: "no"}[bool(value)]


def test_an_agreement_counts_only_when_all_of_it_is_a_yes() -> None:
    wrong = [
        (text, expected, got)
        for text, expected in rows(table("consent"))
        if (got := short(judged("consent", text))) != expected.replace("neither", "again")
    ]
    assert wrong == []


@pytest.mark.parametrize("field", list(table("histories")))
def test_a_history_is_understood_for_certain_or_left_to_a_person(field: str) -> None:
    wrong = [
        (text, expected, got)
        for text, expected in rows(table("histories")[field])
        if (got := short(judged(field, text))) != expected
    ]
    assert wrong == []
