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
from intake.judging.results import Context, Doubt, Judgement, Refused, Understood

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


def taken(judgement: Judgement) -> object:
    """What was understood for certain; anything else by its name."""
    match judgement:
        case Understood(value=value, to_check=False):
            return value
        case Understood(value=value):
            return "checked", value
        case Doubt(says=says):
            return says
        case Refused():
            return "refused"
    return "again"


def wrong_in(field: str, content: dict[str, Any]) -> list[tuple[str, object, object]]:
    """The texts of a table that are understood otherwise than it says."""
    kept = [(text, value) for text, value in (content.get("kept") or content.get("taken") or {}).items()]
    checked = [(text, ("checked", value)) for text, value in content.get("checked", {}).items()]
    others = [*content.get("asked", {}).items(), *((text, name) for name in ("again", "refused") for text in content[name])]
    return [(text, value, got) for text, value in [*kept, *checked, *others] if (got := taken(judged(field, text))) != value]


@pytest.mark.parametrize(("field", "name"), [("full_name", "names"), ("birth", "births"), ("contact", "contacts")])
def test_a_name_a_birth_and_a_contact_are_kept_as_told_or_asked_about(field: str, name: str) -> None:
    assert wrong_in(field, table(name)) == []


def item_in_short(item: dict[str, Any]) -> str:
    """An item of a list as the table writes it."""
    more = item.get("dose") or item.get("reaction")
    named = "+".join(item["names"]) or item["name"]
    return f"{named} | {more}" if more else named


@pytest.mark.parametrize("field", ["medicines", "allergies"])
def test_every_item_of_a_list_is_found_with_its_dose_or_reaction(field: str) -> None:
    wrong = []
    for text, expected in table("lists")[field].items():
        judgement = judged(field, text)
        assert isinstance(judgement, Understood), text
        assert isinstance(judgement.value, list), text
        got = [item_in_short(item) for item in judgement.value]
        if got != expected:
            wrong.append((text, expected, got))
    assert wrong == []


@pytest.mark.parametrize("field", ["medicines", "allergies"])
def test_a_list_of_nothing_is_empty_and_a_doubtful_one_is_left_to_a_person(field: str) -> None:
    content = table("lists")
    wrong = [(text, got) for text in content["nothing"] if (got := taken(judged(field, text))) != []]
    wrong += [(text, got) for text in content["refused"] if (got := taken(judged(field, text))) != "refused"]
    unchecked = [(text, got) for text in content["checked"] if (got := short(judged(field, text))) != "checked"]
    assert (wrong, unchecked) == ([], [])
