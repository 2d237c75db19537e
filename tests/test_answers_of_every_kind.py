"""Answers in many voices, in tables of their own: what each is understood as, and what is left for a person to look at."""

from __future__ import annotations

import sys
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


def test_a_parent_or_guardian_is_one_by_words_of_their_own_right_and_nobody_else_is() -> None:
    wrong = [
        (text, expected, got)
        for text, expected in rows(table("guardians"))
        if (got := short(judge(the_intake().field("guardian"), text, Context("LT", TODAY, whom="my_child")))) != expected
    ]
    assert wrong == []


def test_whom_it_is_for_is_understood_in_many_voices_and_languages() -> None:
    wrong = [
        (text, expected, got) for text, expected in rows(table("whom")) if (got := taken(judged("for_whom", text))) != expected
    ]
    assert wrong == []


def test_female_or_male_is_taken_as_papers_or_people_say_it() -> None:
    wrong = [
        (text, expected, got) for text, expected in rows(table("sexes")) if (got := taken(judged("sex", text))) != expected
    ]
    assert wrong == []


@pytest.mark.parametrize("field", list(table("histories")))
def test_a_history_is_understood_for_certain_or_left_to_a_person(field: str) -> None:
    wrong = [
        (text, expected, got)
        for text, expected in rows(table("histories")[field])
        if (got := short(judged(field, text))) != expected.replace("then_checked", "again")
    ]
    assert wrong == []


@pytest.mark.parametrize("field", ["clots", "infection", "cancer", "pregnancy"])
def test_what_tells_of_a_relative_alone_is_asked_once_more_and_then_left_to_a_person(field: str) -> None:
    texts = table("histories")[field]["then_checked"]
    assert {text: short(judged(field, text, attempts=1)) for text in texts} == dict.fromkeys(texts, "checked")


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
    wrong += [(text, got) for text in content["again"] if (got := taken(judged(field, text))) != "again"]
    unchecked = [(text, got) for text in content["checked"] if (got := short(judged(field, text))) != "checked"]
    assert (wrong, unchecked) == ([], [])


@pytest.mark.parametrize(
    ("whom", "field", "text", "expected"),
    [
        ("my_child", "cancer", "my son had leukaemia as a baby", "yes"),
        ("me", "cancer", "my son had leukaemia as a baby", "again"),
        ("my_child", "cancer", "my daughter has never had cancer", "no"),
        ("another_adult", "clots", "my mother had a clot in 2015", "yes"),
        ("another_adult", "clots", "my mother's sister had a clot", "again"),
        ("me", "clots", "my mother had a clot in 2015", "again"),
        ("", "clots", "my mother had a clot in 2015", "again"),
    ],
)
def test_an_illness_of_somebody_else_is_not_the_patients(whom: str, field: str, text: str, expected: str) -> None:
    context = Context("LT", TODAY, whom=whom)
    assert short(judge(the_intake().field(field), text, context)) == expected


@pytest.mark.parametrize(
    ("whom", "text", "to_check"),
    [
        ("my_child", "my son takes methotrexate", False),
        ("me", "my son takes methotrexate", True),
        ("another_adult", "my husband takes ramipril", False),
        ("another_adult", "my husband takes ramipril, I take nothing", True),
        ("", "my husband takes ramipril, I take nothing", True),
    ],
)
def test_a_medicine_of_somebody_else_is_left_to_a_person(whom: str, text: str, to_check: bool) -> None:
    judgement = judge(the_intake().field("medicines"), text, Context("LT", TODAY, whom=whom))
    assert isinstance(judgement, Understood)
    assert judgement.to_check == to_check


@pytest.mark.parametrize(
    ("field", "text"),
    [("medicines", "my husband takes ramipril, I take nothing"), ("allergies", "my aunt cannot have latex, I am not allergic")],
)
def test_whoever_takes_nothing_takes_nothing_of_what_others_take(field: str, text: str) -> None:
    assert judge(the_intake().field(field), text, Context("LT", TODAY, whom="me")) == Understood([])


@pytest.mark.parametrize("text", ["an do", "i need a name that nobody reads", "Hello Kitty"])
def test_a_name_that_is_not_read_twice_is_offered_as_it_was_written(text: str) -> None:
    assert taken(judged("full_name", text)) == taken(judged("full_name", text, attempts=1)) == "again"
    offered = judged("full_name", text, attempts=2)
    assert isinstance(offered, Doubt)
    assert (offered.says, offered.buttons) == ("name_as_written", [text])
    assert taken(judged("full_name", text, attempts=3)) == ("checked", text)


def test_somebody_near_18_who_gives_no_day_is_taken_for_17() -> None:
    assert taken(judged("birth", "2008", attempts=2)) == ("checked", {"year": 2008, "age": 17})
    assert taken(judged("birth", "almost 18", attempts=2)) == ("checked", {"age": 17})


def test_the_age_of_who_writes_is_not_that_of_the_patient() -> None:
    about_my_mother = Context("LT", TODAY, whom="another_adult")
    assert judge(the_intake().field("birth"), "I am 45, my mother 70", about_my_mother) == Understood({"age": 70})


def test_no_medicine_is_looked_up_anywhere_but_in_the_package() -> None:
    judged("medicines", "zestril, nebivololum and something nobody knows")
    assert "drug_named_entity_recognition" not in sys.modules, "its code is not run"


@pytest.mark.parametrize("text", ["no", "yes", "none", "I agree", "what?"])
def test_a_yes_or_no_never_becomes_a_name(text: str) -> None:
    assert all(taken(judged("full_name", text, attempts=attempts)) == "again" for attempts in range(5))


@pytest.mark.parametrize("seed", ["a", "m ", "1", ". ", "(", "dot ", "A-", "one ", "no ", "5 mg ", "ramipril ", "a.b-"])
@pytest.mark.parametrize("field", ["full_name", "contact", "birth", "country", "medicines", "clots", "allergies"])
def test_the_longest_message_is_read_in_the_end(field: str, seed: str) -> None:
    assert taken(judged(field, f"{seed * 2000}"[:1990] + "!")) is not None
