"""A country whose name holds another country's name is taken for itself, alone and in a sentence."""

from __future__ import annotations

import pytest

from intake.fields import the_intake
from intake.judge import judge
from intake.judging.results import Context, Doubt, Understood
from tests.support.talking import TODAY

NAMES = [
    ("Northern Ireland", "GB"),
    ("Ireland", "IE"),
    ("South Sudan", "SS"),
    ("Sudan", "SD"),
    ("Guinea", "GN"),
    ("Equatorial Guinea", "GQ"),
    ("Papua New Guinea", "PG"),
    ("Guinea-Bissau", "GW"),
    ("Dominica", "DM"),
    ("Dominican Republic", "DO"),
    ("Niger", "NE"),
    ("Nigeria", "NG"),
    ("DR Congo", "CD"),
    ("Democratic Republic of the Congo", "CD"),
    ("North Korea", "KP"),
    ("South Korea", "KR"),
    ("American Samoa", "AS"),
    ("Samoa", "WS"),
    ("Mali", "ML"),
    ("Somalia", "SO"),
    ("New Mexico", "US"),
    ("New Jersey", "US"),
]


@pytest.mark.parametrize("name", ["Georgia", "Congo"])
def test_a_name_that_two_countries_share_is_asked_about_once(name: str) -> None:
    country = next(field for field in the_intake().fields if field.kind == "country")
    asked = judge(country, name, Context("LT", TODAY))
    assert isinstance(asked, Doubt)
    assert len(asked.buttons) == 2
    assert isinstance(judge(country, name, Context("LT", TODAY, attempts=1)), Understood)


@pytest.mark.parametrize("sentence", ["{}", "I live in {}.", "{}, for ten years now", "we are from {}"])
@pytest.mark.parametrize(("name", "code"), NAMES)
def test_the_country_is_the_one_that_was_named(name: str, code: str, sentence: str) -> None:
    country = next(field for field in the_intake().fields if field.kind == "country")
    judged = judge(country, sentence.format(name), Context("LT", TODAY))
    assert isinstance(judged, Understood)
    assert judged.value["code"] == code


@pytest.mark.parametrize("text", ["hello", "on an island", "we live on a small island"])
def test_no_country_is_read_out_of_words_that_only_begin_like_one(text: str) -> None:
    country = next(field for field in the_intake().fields if field.kind == "country")
    assert not isinstance(judge(country, text, Context(region="LT", today=TODAY)), Understood)
