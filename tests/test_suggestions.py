"""What the controls of the intake suggest while somebody types: whatever is suggested is understood for certain."""

from __future__ import annotations

from datetime import date

import httpx
import pytest

from intake.chosen import judge_value
from intake.fields import the_intake
from intake.judging.results import Context, Understood
from intake.suggesting import suggestions
from tests.support.small_web import NewWeb

CONTEXT = Context("LT", date(2026, 11, 29), "en", 0, None)


@pytest.mark.parametrize(
    ("name", "some"),
    [
        ("countries", [("Lithuania", "LT"), ("Côte d'Ivoire", "CI")]),
        ("medicines", [("metformin", "metformin"), ("warfarin", "warfarin")]),
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


def test_the_lists_need_no_token_and_others_are_not_found(new_web: NewWeb) -> None:
    web = new_web()
    for name in ("countries", "medicines", "allergies"):
        given = httpx.get(f"{web.url}/api/chat/suggestions/{name}", trust_env=False)
        assert given.status_code == 200
        assert given.json()["suggestions"][0].keys() == {"title", "value"}
    assert httpx.get(f"{web.url}/api/chat/suggestions/patients", trust_env=False).status_code == 422
