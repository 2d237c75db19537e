"""What the controls of the intake suggest while somebody types: whatever is suggested is understood for certain."""

from __future__ import annotations

from datetime import date

import httpx
import pytest

from cordial.bootstrap import PROJECT
from emergencies.red_flags import read_red_flags
from intake.chosen import judge_value
from intake.clinic import read_clinic
from intake.fields import the_intake
from intake.judging.results import Context, Understood
from intake.suggesting import suggestions
from knowledge.encoder import Encoder
from tests.support.small_web import NewWeb

CONTEXT = Context("LT", date(2026, 11, 29), "en", 0, None)


@pytest.mark.parametrize(
    ("name", "some"),
    [
        ("countries", [("Lithuania", "LT"), ("Côte d'Ivoire", "CI")]),
        ("medicines", [("metformin", "metformin"), ("warfarin", "warfarin")]),
        ("mail", [("gmail.com", "gmail.com"), ("gmx.de", "gmx.de")]),
        ("conditions", [("knee osteoarthritis", "knee osteoarthritis"), ("multiple sclerosis", "multiple sclerosis")]),
        ("treatments", [("physiotherapy", "physiotherapy")]),
        ("allergies", [("latex", "latex"), ("peanuts", "peanuts"), ("penicillin", "penicillin")]),
    ],
)
def test_what_people_look_for_is_there(name: str, some: list[tuple[str, str]]) -> None:
    assert [each for each in some if each not in suggestions(name)] == []


def test_nothing_is_suggested_twice_in_two_forms() -> None:
    titles = [title for title, _ in suggestions("allergies")]
    assert len(titles) == len(set(titles))
    assert "peanut" not in titles


def test_every_country_that_is_suggested_is_taken() -> None:
    field = the_intake().field("country")
    for title, code in suggestions("countries"):
        judged = judge_value(the_intake(), field, code, CONTEXT)
        assert isinstance(judged, Understood)
        assert judged.value == {"code": code, "name": title}


@pytest.mark.parametrize(("field", "name"), [("condition", "conditions"), ("treatments", "treatments")])
def test_every_illness_and_treatment_that_is_suggested_is_an_answer(field: str, name: str) -> None:
    intake = the_intake()
    for title, _ in suggestions(name):
        assert judge_value(intake, intake.field(field), f"{title}, since 2019", CONTEXT) == Understood(f"{title}, since 2019")


def test_every_provider_of_mail_that_is_suggested_makes_an_address() -> None:
    intake = the_intake()
    for title, _ in suggestions("mail"):
        address = f"maria@{title}"
        value = {"by": "email", "value": address}
        assert judge_value(intake, intake.field("contact"), value, CONTEXT) == Understood(value)


def test_the_lists_need_no_token_and_others_are_not_found(new_web: NewWeb) -> None:
    web = new_web()
    for name in ("countries", "mail", "conditions", "treatments", "medicines", "allergies"):
        given = httpx.get(f"{web.url}/api/chat/suggestions/{name}", trust_env=False)
        assert given.status_code == 200
        assert given.json()["suggestions"][0].keys() == {"title", "value"}
    assert httpx.get(f"{web.url}/api/chat/suggestions/patients", trust_env=False).status_code == 422


def test_nobody_is_asked_whether_it_is_an_emergency_for_choosing_what_is_suggested(encoder: Encoder) -> None:
    rules = read_red_flags()
    rules.ask_examples(encoder.encode, encoder.name)
    clinic = read_clinic(PROJECT / "clinic.yml")
    lines = [(f"Condition: {title}", "condition") for title, _ in suggestions("conditions")]
    lines += [(f"Earlier treatments: {title}", "treatments") for title, _ in suggestions("treatments")]
    assert [line for line, asked in lines if rules.check(line, clinic, None, asked)] == []


@pytest.mark.parametrize(("typed", "first"), [("met", "metformin"), ("a", "atorvastatin"), ("war", "warfarin")])
def test_of_the_medicines_that_fit_the_commonest_comes_first(typed: str, first: str) -> None:
    fitting = [title for title, _ in suggestions("medicines") if title.lower().startswith(typed)]
    assert fitting[0] == first
