"""The words with which the library pages name what articles and studies hold, by language."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args

from cordial.data_files import DataFileError, Part, by_name, fills, read_data
from knowledge.article import About, Evidence
from knowledge.research import Cells, Kind, Route, Row, Sort, Verdict, rules
from knowledge.sources import Study, Verified
from language.spoken import text_file


class LibraryTextsError(DataFileError):
    """`library.yml` cannot be used; the message names the text."""


def _for_each(values: Any, *filled: str) -> Any:
    return by_name({value: filled for value in get_args(values)})


def _of_study(name: str) -> Any:
    return _for_each(Study.model_fields[name].annotation)


_GRADED: tuple[Evidence, ...] = ("rct-meta-analysis", "rct", "early-trial", "observational", "preclinical")


class LibraryTexts(Part):
    """A word or a sentence for each value. One that is missing stops the start, not a page."""

    about: Annotated[dict[About, str], _for_each(About)]
    about_short: Annotated[dict[About, str], _for_each(About)]
    about_note: Annotated[dict[About, str], _for_each(About)]
    evidence_of_section: Annotated[str, fills("evidence")]
    evidence: Annotated[dict[Evidence, str], _for_each(Evidence)]
    grade: Annotated[dict[Evidence, str], by_name(dict.fromkeys(_GRADED, ()))]  # of the evidence, where the chat names one
    kind: Annotated[dict[Kind, str], _for_each(Kind)]
    kind_short: Annotated[dict[Kind, str], _for_each(Kind)]
    kind_note: Annotated[dict[Kind, str], _for_each(Kind)]
    design: Annotated[dict[str, str], _of_study("design")]
    population: Annotated[dict[str, str], _of_study("population")]
    cells: Annotated[dict[Cells, str], _for_each(Cells)]
    route: Annotated[dict[Route, str], _for_each(Route)]
    certainty: Annotated[dict[str, str], _of_study("certainty")]
    verified: Annotated[
        dict[str, str], by_name({how: ("at", "day") for how in get_args(Verified.model_fields["how"].annotation)})
    ]
    sort: Annotated[dict[Sort, str], _for_each(Sort)]
    verdict: Annotated[dict[Verdict, str], _for_each(Verdict, "small_below")]
    largest: Annotated[str, fills("n", "cells")]

    def evidence_in_chat(self, evidence: Evidence) -> str:
        """The evidence behind an answer as its reader has it in the chat: the grade, and what it rests on."""
        return f"{self.grade[evidence]} – {self.evidence[evidence]}" if evidence in self.grade else self.evidence[evidence]

    def verdict_on(self, row: Row) -> str:
        """What there is for a condition, in one sentence."""
        return self.verdict[row.verdict].format(small_below=rules().small_below)

    def verified_as(self, verified: Verified) -> str:
        """What was checked about a source, where and when, in one sentence."""
        return self.verified[verified.how].format(at=verified.at, day=day(verified.on))

    def largest_of(self, row: Row) -> str:
        """How many people the largest trial had, and which cells: a trial of other cells says little of cord cells."""
        return self.largest.format(n=row.largest.n, cells=row.largest.cells) if row.largest else ""


def read_library_texts(file: Path | None = None) -> LibraryTexts:
    """Read the words; by default those of the language that is spoken.

    Raises:
        LibraryTextsError: naming what is wrong.
    """
    return read_data(LibraryTexts, file or text_file("web", "library.yml"), LibraryTextsError)


@cache
def library_texts() -> LibraryTexts:
    """The words, read once a process."""
    return read_library_texts()


def day(value: date) -> str:
    """A date as people write it: 1 November 2026."""
    return f"{value.day} {value:%B %Y}"
