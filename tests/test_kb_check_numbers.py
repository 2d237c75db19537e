"""A number has a source; digits in a name are no number."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.claims import has_number
from tests.support.checking import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """One article in order."""
    return Shelf(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "About 20 in 100 people had a fever.",
        "It fell by 2.34.",
        "It took 3 days.",
        "In 2026 it rose.",
        "RR 2.34",
        "GMFM-66 rose by 1.4 points.",
        "HbA1c under 7 %",
        "up to 38 C",
        "a 12-month trial",
        "p = 0.375",
        "1,000 cells",
        "It cost 500 euros in the 2026 review.",
        "The 2nd dose came late.",
    ],
)
def test_these_are_numbers(text: str) -> None:
    assert has_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "CD73, CD90 and CD105 are markers.",
        "COVID-19 is an illness.",
        "a phase 2 trial",
        "phases 1, 2 and 3",
        "a phase 1/2a trial",
        "type 1 and type 2 diabetes",
        "types 1 or 2",
        "MultiStem",
        "registered as NCT05061030",
        "the 2026 review of cord cells",
        "A copy of a June 2021 FDA notice says so.",
        "the 2024 frailty trial",
        "GDPR, Article 9",
        "section 26",
        "21 CFR 312.8",
        "HIV-1 and HIV-2",
        "IL-17",
        "two of twelve people",
        "See [the list](list-2.md#part-3).",
        "no number at all",
    ],
)
def test_these_are_names(text: str) -> None:
    assert not has_number(text)


def test_a_number_without_a_source_is_told(shelf: Shelf) -> None:
    shelf.changes("Fever mostly passes by itself. Still, tell", "Fever passes in 24 hours. Still, tell")
    text = (shelf.articles / "fever.md").read_text("utf-8")
    shelf.writes("articles/fever.md", text.replace("Still, tell the clinic on the same day. [@page-one]", "Still, tell."))
    problem = shelf.problem()
    assert problem.line == shelf.line_of("24 hours")
    assert "there is a number and no source" in problem.text


def test_a_name_without_a_source_is_in_order(shelf: Shelf) -> None:
    shelf.changes("More is in", "Type 1 diabetes and COVID-19 are other matters. More is in")
    assert shelf.problems() == []
