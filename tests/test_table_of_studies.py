"""A patient looks at the studies: chooses, sorts, takes them away, and sees what there is and what there is not."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordial.bootstrap import PROJECT
from knowledge.research import KINDS, SORTS, Wanted, chosen, evidence_map, kind_of
from knowledge.sources import Study, load_studies
from tests.support.system import System
from web.library_texts import library_texts

STUDIES = load_studies(PROJECT / "knowledge")


def made_up(**changes: Any) -> Study:
    """A study that nobody made."""
    given = {
        "id": "made-up",
        "title": "A made-up study",
        "journal": "Journal of Examples",
        "year": 2020,
        "design": "randomised-trial",
        "population": "humans",
        "n": 40,
        "conditions": ["example fever"],
        "cells": "umbilical cord (donor)",
        "route": "vein",
        "finding": "Nothing was found.",
        "certainty": "low",
        "read": "abstract",
    }
    return Study.model_validate({**given, **changes})


def in_short(*studies: Study) -> str:
    """What the page says of what there is for a condition."""
    [row] = evidence_map(studies)
    return library_texts().verdict_on(row)


def page(web: System, query: str = "") -> str:
    answer = httpx.get(f"{web.url}/library/research{query}", headers={"Accept": "text/html"}, timeout=20, trust_env=False)
    assert answer.status_code == 200
    return answer.text


def shown(text: str) -> list[str]:
    """The ids of the studies in the table."""
    return re.findall(r'<tr role="row" id="study-([^"]+)"', text)


def sheet(web: System, query: str = "") -> list[dict[str, str]]:
    answer = httpx.get(f"{web.url}/library/research.csv{query}", trust_env=False)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_every_study_of_the_list_is_shown_once_as_it_stands(lonely_web: System) -> None:
    text = html.unescape(page(lonely_web))
    assert sorted(shown(text)) == sorted(study.id for study in STUDIES)
    for study in STUDIES:
        row = text[text.index(f'id="study-{study.id}"') :].partition("</tr>")[0]
        for words in (study.title, study.journal, study.finding, study.doi or "", study.cells, str(study.year or "not known")):
            assert words in row
        assert not study.n or f"{study.n:,}" in row


def test_choices_narrow_the_table_without_a_script(lonely_web: System) -> None:
    text = page(lonely_web, "?condition=lupus&kind=randomised&population=humans&since=2010&until=2020")
    assert shown(text) == ["deng2017"]
    assert f"1 of {len(STUDIES)} studies." in text
    assert '<option value="lupus" selected>' in text


def test_the_way_in_which_cells_were_given_narrows_the_table(lonely_web: System) -> None:
    text = page(lonely_web, "?route=spinal-fluid")
    assert sorted(shown(text)) == sorted(study.id for study in STUDIES if study.route == "spinal fluid")
    assert '<option value="spinal-fluid" selected>' in text
    found = {study.id for study in STUDIES if study.route in {"heart artery", "heart muscle"}}
    assert set(shown(page(lonely_web, "?route=heart"))) == found


def test_a_study_with_a_pubmed_number_leads_there(lonely_web: System) -> None:
    row = page(lonely_web, "?words=intravascular")
    assert '<a href="https://pubmed.ncbi.nlm.nih.gov/31989101/">PubMed 31989101</a>' in row


def test_words_are_looked_for_in_titles_and_findings(lonely_web: System) -> None:
    found = shown(page(lonely_web, "?words=FEVER+cord"))
    assert found
    for study in STUDIES:
        text = f"{study.title} {study.finding}".lower()
        assert (study.id in found) == ("fever" in text and "cord" in text)


def test_if_no_study_fits_the_page_says_so(lonely_web: System) -> None:
    assert "No study fits." in page(lonely_web, "?words=unicorn")


@pytest.mark.parametrize(
    "query",
    [
        "?condition=nothing",
        "?since=abcd&until=99999",
        "?sort=sideways",
        "?words=" + "a" * 5000,
        "?condition=%00%ff",
        "?kind=<script>alert(1)</script>",
    ],
)
def test_a_changed_address_still_gives_a_page(lonely_web: System, query: str) -> None:
    assert "<script>alert" not in page(lonely_web, query)


def test_the_studies_can_be_sorted_by_the_heads_of_the_columns(lonely_web: System) -> None:
    text = page(lonely_web, "?condition=COVID-19&sort=people")
    numbers = {study.id: study.n for study in STUDIES}
    known = [numbers[name] or 0 for name in shown(text)]
    assert known == sorted(known, reverse=True)
    assert 'aria-sort="descending"' in text
    assert 'href="/library/research?condition=COVID-19&amp;sort=title#table"' in text


def test_what_is_shown_can_be_taken_away_as_a_file(lonely_web: System) -> None:
    rows = sheet(lonely_web, "?condition=cerebral+palsy")
    wanted = [study for study in STUDIES if "cerebral palsy" in study.conditions]
    assert {row["id"] for row in rows} == {study.id for study in wanted}
    by_id = {row["id"]: row for row in rows}
    assert all(by_id[study.id]["finding"] == study.finding for study in wanted)
    assert len(sheet(lonely_web)) == len(STUDIES)
    assert any(row["verified"].startswith("Trial record checked on") for row in sheet(lonely_web))


def test_each_study_leads_to_its_source_and_to_the_articles_that_cite_it(lonely_web: System) -> None:
    row = page(lonely_web, "?condition=type+2+diabetes")
    assert 'href="https://doi.org/10.1186/s13287-022-02848-6"' in row
    assert 'href="/library/articles/evidence-diabetes#key-takeaways"' in row


def test_the_map_counts_what_the_list_holds(lonely_web: System) -> None:
    text = page(lonely_web)
    row = text[text.index('condition=COVID-19#table">COVID-19') :].partition("</tr>")[0]
    numbers = [int(n) for n in re.findall(r'<span class="(?:n|hidden)">(\d+)</span>', row)]
    covid = [kind_of(study) for study in STUDIES if "COVID-19" in study.conditions]
    assert numbers == [covid.count(kind) for kind in KINDS]
    assert row.count("<rect") == len(covid)


@pytest.mark.parametrize(
    ("study", "words"),
    [
        ({"design": "animal-study", "population": "animals"}, "Only studies in animals"),
        ({"design": "systematic-review", "population": "animals"}, "Only studies in animals"),
        ({"design": "lab-study", "population": "laboratory"}, "Only laboratory work"),
        ({"design": "lab-study", "population": "humans"}, "Only laboratory work"),
        ({"n": 99}, "Only small randomised trials"),
        ({"n": None}, "Only small randomised trials"),
        ({"n": 100}, "at least one randomised trial with 100"),
        ({"design": "case-series", "n": 5000}, "never against a comparison group"),
        ({"design": "single-arm-trial", "n": 5000}, "never against a comparison group"),
        ({"design": "systematic-review", "n": 5000}, "no randomised trial in our list"),
        ({"design": "trial-registration", "n": 5000}, "No results"),
        ({"design": "narrative-review", "population": "animals"}, "No results"),
    ],
)
def test_it_is_said_plainly_how_far_the_evidence_goes(study: dict[str, Any], words: str) -> None:
    assert words in in_short(made_up(**study))


def test_animals_do_not_make_weak_evidence_in_people_look_stronger() -> None:
    animals = made_up(id="mice", design="animal-study", population="animals", n=500)
    assert "never against" in in_short(made_up(design="case-report", n=1), animals)


def test_a_trial_of_other_cells_is_not_counted_as_one_of_cord_cells() -> None:
    [row] = evidence_map([made_up(), made_up(id="b", n=500, cells="bone marrow (donor)"), made_up(id="c", cells="cord blood")])
    assert (row.with_cord_cells, row.tested) == (1, 3)
    assert "500 people (cells: bone marrow (donor))" in library_texts().largest_of(row)


_CHOICE = st.builds(
    Wanted,
    condition=st.sampled_from(["", *{name for study in STUDIES for name in study.conditions}]),
    kind=st.sampled_from(["", *KINDS]),
    population=st.sampled_from(["", "humans", "animals", "laboratory"]),
    cells=st.sampled_from(["", "umbilical-cord", "cord-blood", "other", "not-stated"]),
    since=st.none() | st.integers(2000, 2030),
    until=st.none() | st.integers(2000, 2030),
    words=st.sampled_from(["", "cells", "fever trial"]),
    sort=st.sampled_from(SORTS),
)


@given(wanted=_CHOICE)
def test_whatever_is_chosen_each_study_is_there_or_not_and_never_twice(wanted: Wanted) -> None:
    found = chosen(STUDIES, wanted)
    assert len({study.id for study in found}) == len(found)
    assert all(wanted.takes(study) for study in found)
    assert sum(map(wanted.takes, STUDIES)) == len(found)


def test_a_study_without_a_year_is_not_passed_off_as_one_of_a_year() -> None:
    undated = made_up(year=None)
    assert chosen([undated], Wanted(since=2000)) == chosen([undated], Wanted(until=2030)) == []
    assert chosen([undated], Wanted()) == [undated]


def test_every_design_cell_and_kind_has_words() -> None:
    for study in STUDIES:
        assert library_texts().design[study.design]
        assert library_texts().kind[kind_of(study)]
        assert library_texts().certainty[study.certainty]
