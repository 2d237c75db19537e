"""The words with which the library pages name what articles and studies hold, by language."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from knowledge.article import About, Evidence
from knowledge.research import Cells, Kind, Row, Sort, Verdict, rules


class LibraryTexts(BaseModel):
    """A word or a sentence for each value. One that is missing stops the start, not a page."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: dict[About, str]
    about_short: dict[About, str]
    about_note: dict[About, str]
    evidence: dict[Evidence, str]
    kind: dict[Kind, str]
    kind_short: dict[Kind, str]
    kind_note: dict[Kind, str]
    design: dict[str, str]
    population: dict[str, str]
    cells: dict[Cells, str]
    certainty: dict[str, str]
    sort: dict[Sort, str]
    verdict: dict[Verdict, str]
    largest: str

    def verdict_on(self, row: Row) -> str:
        """What there is for a condition, in one sentence."""
        return self.verdict[row.verdict].format(small_below=rules().small_below)

    def largest_of(self, row: Row) -> str:
        """How many people the largest trial had, and which cells: a trial of other cells says little of cord cells."""
        return self.largest.format(n=row.largest.n, cells=row.largest.cells) if row.largest else ""


@cache
def library_texts(language: str = "en") -> LibraryTexts:
    """The words in a language that ships."""
    file = Path(__file__).parent / language / "library.yml"
    return LibraryTexts.model_validate(yaml.safe_load(file.read_text("utf-8")))


def day(value: date) -> str:
    """A date as people write it: 1 November 2026."""
    return f"{value.day} {value:%B %Y}"
