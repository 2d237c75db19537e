"""Two places that give different numbers for the same measure of the same study are told, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.figures import Statement, contradictions, figures_of
from tests.support.checking import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Two articles in order."""
    shelf = Shelf(tmp_path)
    shelf.adds_a_second("What is known about fever.", "What is known about chills.")
    return shelf


def clash(one: str, other: str, study: str = "study-two") -> bool:
    """Whether two sentences about one study contradict each other."""
    said = [Statement("study-one", one, "one.md", 1), Statement(study.replace("two", "one"), other, "other.md", 2)]
    if study == "another":
        said[1] = Statement("another", other, "other.md", 2)
    return bool(contradictions(said))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("In a trial of 480 people it was tested.", "A trial of 408 people tested it at 1 year."),
        ("The trial had 18 people in all.", "Only 81 people took part."),
        ("There were 30 people in the trial.", "In a small trial with 13 adults it was tried."),
        ("A 2026 review of 42 trials and 2,280 adults saw it.", "It pooled 42 randomised trials with 2,820 adults."),
        ("A review of 42 trials saw it.", "Researchers found 24 randomised trials."),
        ("Fever was more common (relative risk 2.34).", "Fever was more common (RR 2.43)."),
        ("For clots, one review gives an odds ratio of 1.14.", "Clots were not clearly more common (OR 1.41)."),
        ("The main goal was not met (HR 1.2).", "For the main goal of it the hazard ratio was 2.1, so it failed."),
        ("60 in 100 had responded with cells and 50 in 100 without.", "The response was 66 % against 50 %."),
        ("Pain fell by 2.1 points, and by 1.8 points with placebo.", "Pain fell 2.9 points, against 1.8 points."),
        (
            "60 in 100 responded with cells and 50 in 100 without (p = 0.375).",
            "60 % responded against 50 % without (p = 0.735).",
        ),
        ("At 6 months 60 % responded against 50 %.", "After six months 61 % responded against 50 %."),
    ],
)
def test_these_contradict_each_other(one: str, other: str) -> None:
    assert clash(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("In a trial of 480 people it was tested.", "Results were counted for 440 people."),
        ("In a trial of 480 people it was tested.", "The trial gave cells to 120 people and a steroid to 40."),
        ("The trial had 30 people, 15 with cells and 15 without.", "In 15 people of the trial a clot was seen."),
        ("In a study of 40 people it was seen.", "In a study of 20 people given cells and 20 given salt water it was."),
        ("A review pooled 62 studies.", "But 42 studies had no comparison group."),
        ("A review pooled 11 studies.", "It pooled 498 records from 11 studies."),
        ("Fever was more common (relative risk 2.34).", "Fewer deaths were seen (relative risk 0.78)."),
        ("Fever was more common (relative risk 2.34).", "Fever was more common (odds ratio 3.65)."),
        ("Fever, clots and deaths were counted (relative risk 2.34).", "Fever was more common (relative risk 1.14)."),
        ("83 in 100 responded with cells and 71 in 100 without.", "82.8 % responded, against 70.7 % without."),
        ("About 5 in 100 responded with cells, 20 in 100 without.", "4.55 % responded, against 20 % without."),
        ("50 in 100 responded, against 60 in 100 with cells.", "60 % responded with cells and 50 % without."),
        ("At 6 months 60 % responded against 50 %.", "After two years 40 % responded against 35 %."),
        ("The response at day 28 was 60 % against 50 %.", "A full response came in 83 % against 55 %."),
        ("A trial of about 2,700 people was run.", "A trial of 2,696 people was run."),
        ("A trial of over 1,500 people was run.", "A trial of 1,612 people was run."),
        ("At least 18 studies were found.", "Researchers found 21 studies."),
        ("An immune response was seen in 60 % against 50 %.", "60 % responded against 40 % without."),
    ],
)
def test_these_do_not(one: str, other: str) -> None:
    assert not clash(one, other)


def test_other_studies_may_give_other_numbers() -> None:
    assert not clash("In a trial of 480 people it was tested.", "In a trial of 408 people it was tested.", "another")


def test_a_number_in_words_is_a_number() -> None:
    assert clash("A review of seven small trials saw it.", "A review of 8 trials saw it.")


def test_what_cannot_be_told_apart_is_not_read() -> None:
    text = "In 30 people 15 got better, 7 had pain and 2 had fever at 3 months (p = 0.2 and p = 0.5)."
    assert list(figures_of(Statement("study-one", text, "one.md", 1))) == []


def test_the_one_that_stands_alone_is_told_with_the_place_of_the_others(shelf: Shelf) -> None:
    shelf.changes("(relative risk 2.34)", "(relative risk 2.43)", "articles/chills.md")
    problem = shelf.problem()
    line = shelf.line_of("relative risk 2.43", "articles/chills.md")
    assert (problem.file, problem.line) == ("content/articles/chills.md", line)
    assert problem.text.startswith("study-one has 2.43 here (relative risk for fever) and 2.34 at content/studies.yml:")


def test_a_number_that_differs_from_the_list_of_studies_is_told(shelf: Shelf) -> None:
    shelf.changes("n: 480", "n: 481", "studies.yml")
    problems = shelf.problems()
    assert {problem.file for problem in problems} == {"content/studies.yml"}  # both articles say 480
    assert "480" in problems[0].text
    assert shelf.line_of("n: 481", "studies.yml") in {problem.line for problem in problems}


def test_a_paragraph_with_two_sources_is_not_compared(shelf: Shelf) -> None:
    shelf.changes("(relative risk 2.34). [@study-one]", "(relative risk 9.99). [@study-one; @page-one]")
    assert shelf.problems() == []
