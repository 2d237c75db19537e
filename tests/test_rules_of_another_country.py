"""Nobody is told the rules of another country than they asked for, nor that there are no prices when they asked for none."""

from __future__ import annotations

import pytest

from knowledge.countries import the_countries
from knowledge.library import OTHER_COUNTRY, Library


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("is it legal in Thailand?", {"TH"}),
        ("german law", {"DE"}),
        ("can you tell us what is allowed in the US", {"US"}),
        ("tell us", set()),
        ("I fly from Riga to Bangkok", {"LV", "TH"}),
        ("Thailandish", set()),
        ("a polished answer", set()),
    ],
)
def test_countries_are_known_by_their_names_and_cities(text: str, named: set[str]) -> None:
    assert the_countries().named_in(text) == named


def test_what_is_said_of_europe_is_said_of_its_countries() -> None:
    assert {"DE", "LT", "FR"} < the_countries().named_in("in the EU")
    assert "GB" not in the_countries().named_in("in the EU")


@pytest.mark.parametrize(
    ("question", "answered_by"),
    [("is it legal in Thailand?", "thailand"), ("are cord cells allowed in Germany", "eu"), ("is it approved in the US", "us")],
)
def test_a_country_that_has_a_passage_gets_it(library: Library, question: str, answered_by: str) -> None:
    [answer] = library.ask(question)
    assert answer.status == "answered"
    assert the_countries().named_in(question) & the_countries().named_in(
        " ".join([answer.passages[0].heading, answer.passages[0].quote])
    ), answered_by


@pytest.mark.parametrize("country", ["Brazil", "Egypt", "Vietnam", "Peru", "Morocco", "Argentina"])
def test_rules_of_one_country_are_not_given_as_those_of_another(library: Library, country: str) -> None:
    asked = the_countries().named_in(country)
    for question in (
        f"is it legal in {country}?",
        f"what does the law say in {country}",
        f"and are cord cells allowed in {country}",
    ):
        for explanation in library.explain(question):
            for quote in explanation.answer.passages:
                named = the_countries().named_in(f"{quote.heading} {quote.quote}")
                assert explanation.answer.about != "regulation" or not named or named & asked, (question, quote.heading)
            assert explanation.answer.status != "abstained" or explanation.declined in {OTHER_COUNTRY, None}


@pytest.mark.parametrize("question", ["whats your email", "do you have a license", "where do I sign"])
def test_what_is_not_about_money_is_not_told_that_there_are_no_prices(library: Library, question: str) -> None:
    assert "price" not in {each.declined for each in library.explain(question)}


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("what do you charge for one drip", "price"),
        ("can we pay half now and the rest after summer", "price"),
        ("is there vat on top of your prices", "price"),
        ("is it my fault he got cp, i smoked the first few weeks", "personal"),
        ("ringworm all over my scalp, what clears it", "other-condition"),
    ],
)
def test_what_is_near_a_kind_is_still_told_why_it_is_declined(library: Library, question: str, kind: str) -> None:
    assert library.explain(question)[0].declined == kind
