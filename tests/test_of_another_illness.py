"""Nobody is quoted an article on one illness who asks about another."""

from __future__ import annotations

import pytest

from knowledge.library import Library
from knowledge.other_illnesses import illnesses_named
from knowledge.topic import conditions_in, topic_of


@pytest.mark.parametrize(
    "message",
    ["Does it help with impotence? My diabetes is under control.", "Do cord cells work for vitiligo and lupus patients?"],
)
def test_what_is_said_beside_the_question_is_not_quoted_in_its_place(library: Library, message: str) -> None:
    asked = conditions_in(message)
    for each in library.ask(message):
        assert all(quote.article != "evidence-diabetes" for quote in each.passages)
    assert asked


def test_a_follow_up_does_not_go_to_another_illness(library: Library) -> None:
    turns = [("Do cord cells help asthma?", library.ask("Do cord cells help asthma?"))]
    for quote in [quote for each in library.ask("can I join a study?", topic_of(turns)) for quote in each.passages]:
        assert not quote.article.startswith("evidence-") or quote.article == "evidence-lungs-covid-and-sepsis"


@pytest.mark.parametrize(
    ("message", "article"),
    [
        (
            "My cousin has a spinal cord injury. Would he be able to use his hands again?",
            "evidence-spinal-cord-injury-and-stroke",
        ),
        ("Does it help my heart? It is heart failure.", "evidence-heart-failure"),
        ("motor neurone disease, does it help", "evidence-multiple-sclerosis-and-als"),
        ("Do cord cells help with dementia?", "evidence-frailty-and-ageing"),
    ],
)
def test_other_names_and_parts_of_the_body_hold_nothing_back(library: Library, message: str, article: str) -> None:
    quoted = {quote.article for each in library.ask(message) for quote in each.passages}
    assert article in quoted


def test_the_rules_of_a_country_that_is_not_covered_are_not_those_of_the_fda(library: Library) -> None:
    [explained] = library.explain("is this allowed in norway")
    assert not any(word in quote.quote for quote in explained.answer.passages for word in ("FDA", " US ", "United States"))


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Мой отец болен паркинсонизмом", "parkinson"),
        ("¿Sirve para el alzhéimer?", "alzheimer"),
        ("Czy pomaga na łuszczycę?", "psoriasis"),
        ("糖尿病に効きますか", "diabetes"),
        ("Aiuta nella SLA?", "als"),
    ],
)
def test_illnesses_are_known_in_other_languages(text: str, english: str) -> None:
    assert english in illnesses_named(text)


def test_what_names_none_is_no_reason_to_hold_anything_back() -> None:
    assert not illnesses_named("Wie lange dauert die Infusion?")
