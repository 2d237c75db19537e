"""Who names an illness and plainly asks whether cells help, or are safe, is answered from the section on that illness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from knowledge.asked import asked_in
from knowledge.library import Explanation, Library
from knowledge.questions import questions_in
from knowledge.topic import Topic, topic_of
from language.questions import asks_somewhere

HELPS = [
    (
        "My sister died of it, now my dad has heart failure, EF 20. Please tell me if there is something in this.",
        "evidence-heart-failure",
    ),
    (
        "RA since 1999, on methotrexate and rituximab. What is the evidence for UC-MSC in RA, proper studies please.",
        "evidence-rheumatoid-arthritis",
    ),
    ("bad back, slipped disc L5, do you treat that", "evidence-shoulder-back-and-tendons"),
    ("I read that frailty can be treated now. True or nonsense?", "evidence-frailty-and-ageing"),
    ("hair going thin on top at 60. any hope for hair with the cells", "evidence-skin-hair-and-immune-illness"),
    ("my uncle has a head injury from 2015. anything for that?", "evidence-spinal-cord-injury-and-stroke"),
    ("lupus nephritis, 34, on mycophenolate. any data", "evidence-crohns-disease-and-lupus"),
    ("gran has alzheimers. real or scam", "evidence-frailty-and-ageing"),
]


def _after(library: Library, *messages: str) -> Topic | None:
    turns: list[tuple[str, Sequence[Any]]] = []
    for message in messages:
        turns.append((message, library.ask(message, topic_of(turns))))
    return topic_of(turns)


def _headings(found: list[Explanation]) -> list[str]:
    return [each.answer.passages[0].heading for each in found if each.answer.passages]


@pytest.mark.parametrize(("message", "article"), HELPS)
def test_a_story_with_a_plain_question_leads_to_the_section_on_the_illness(
    library: Library, message: str, article: str
) -> None:
    [found] = library.explain(message)
    assert found.is_answered_surely
    assert found.answer.passages[0].article == article
    assert found.answer.about == "benefit"


@pytest.mark.parametrize(
    ("name", "article"),
    [
        ("hips", "evidence-knee-osteoarthritis"),
        ("alopecia areata", "evidence-skin-hair-and-immune-illness"),
        ("a fracture", "evidence-shoulder-back-and-tendons"),
        ("dementia with lewy bodies", "evidence-other-nerve-illnesses"),
        ("myalgic encephalomyelitis", "evidence-shoulder-back-and-tendons"),
        ("vascular dementia", "evidence-frailty-and-ageing"),
        ("duchenne", "evidence-muscles-hearing-and-epilepsy"),
        ("epilepsy", "evidence-muscles-hearing-and-epilepsy"),
        ("hearing loss", "evidence-muscles-hearing-and-epilepsy"),
    ],
)
def test_an_illness_is_found_by_other_names_than_the_article_has_for_it(library: Library, name: str, article: str) -> None:
    assert library.ask(f"does it help {name}?")[0].passages[0].article == article


@pytest.mark.parametrize(
    "message", ["does it work for sickle cell disease", "Has it been tested in narcolepsy?", "anything for cystic fibrosis?"]
)
def test_an_illness_that_no_passage_names_is_said_not_to_be_covered(library: Library, message: str) -> None:
    [found] = library.explain(message)
    assert found.answer.status == "abstained"
    assert found.declined == "other-condition"


def test_an_illness_that_comes_later_is_not_answered_with_a_neighbour_of_it(library: Library) -> None:
    topic = _after(library, "Do cord cells help Parkinson's disease?")
    [found] = library.explain("and what about MSA", topic)
    assert "MSA" in found.answer.passages[0].heading
    [found] = library.explain("and what about narcolepsy", topic)
    assert (found.answer.status, found.nothing_on) == ("abstained", "narcolepsy")


@pytest.mark.parametrize(
    "message", ["thanks that helps", "hope so", "how does it work for ms", "is it better than ocrevus for ms"]
)
def test_what_asks_more_or_nothing_is_no_plain_question(message: str) -> None:
    assert asked_in(message) is None


@pytest.mark.parametrize(
    ("before", "message", "heading"),
    [
        (
            "Do cord cells help COPD?",
            "how many times he need to receive it",
            "How many infusions did people with lung disease get?",
        ),
        (
            "Do cord cells help heart failure?",
            "and drip or into the heart",
            "Are cord cells for heart failure given in a vein or into the heart?",
        ),
        ("Do cord cells help autism?", "What about risks for one so little", "Are cord cells safe for children?"),
        ("Do cord cells help hair?", "is it like a shot in the head", "The way in"),
    ],
)
def test_a_short_question_goes_on_with_the_illness_in_hand(library: Library, before: str, message: str, heading: str) -> None:
    assert _headings(library.explain(message, _after(library, before))) == [heading]


def test_two_questions_with_one_illness_told_beside_them_are_both_on_it(library: Library) -> None:
    found = library.explain("my kidneys are stage 3. does it help those and is it safe with them")
    assert {each.answer.passages[0].article for each in found} == {"evidence-kidney-disease"}
    assert len(found) > 1


@pytest.mark.parametrize("message", ["And speaking? It can come back?", "where would it go exactly. is it where i think"])
def test_a_question_that_leans_on_the_one_before_is_not_looked_up_alone(message: str) -> None:
    assert questions_in(message) == [message]


def test_trials_of_one_illness_are_not_quoted_for_another_of_the_same_article(library: Library) -> None:
    topic = _after(library, "Do cord cells help ulcerative colitis?")
    for each in library.explain("any trials", topic):
        assert all("Crohn's disease?" not in quote.heading for quote in each.answer.passages)


@pytest.mark.parametrize("message", ["hes on madopar would he have to stop it", "im breastfeeding is that a problem"])
def test_a_question_in_the_midst_of_something_told_is_one(message: str) -> None:
    assert asks_somewhere(message)


@pytest.mark.parametrize(
    "message", ["we did that already", "he has it too", "I can't do it twice", "my worry is that it gets worse", "so do i"]
)
def test_what_only_tells_is_none(message: str) -> None:
    assert not asks_somewhere(message)
