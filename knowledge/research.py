"""The list of studies for readers: what kind each is, which were asked for, and what there is for each condition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from cordial.data_files import Part, read_data
from knowledge.article import Article
from knowledge.errors import SourcesError
from knowledge.sources import Study

Kind = Literal["review", "randomised", "other-human", "animal", "laboratory", "overview", "registered"]
Cells = Literal["umbilical-cord", "cord-blood", "other", "not-stated"]
Route = Literal["vein", "joint", "spinal-fluid", "heart", "eye", "womb", "mixed", "not-stated"]
Verdict = Literal[
    "larger-trial", "small-trials", "review-only", "no-fair-test", "animals-only", "laboratory-only", "nothing-tested"
]
Sort = Literal["newest", "oldest", "people", "title"]

KINDS: tuple[Kind, ...] = get_args(Kind)
ROUTES: tuple[Route, ...] = get_args(Route)
SORTS: tuple[Sort, ...] = get_args(Sort)
RULES = Path(__file__).parent / "research.yml"

_DESIGNS: dict[str, Kind] = {
    "narrative-review": "overview",
    "trial-registration": "registered",
    "lab-study": "laboratory",
    "animal-study": "animal",
    "animal-review": "animal",
}
_BEST: dict[Kind, Verdict] = {  # the best kind that there is decides, as long as no trial is large
    "randomised": "small-trials",
    "review": "review-only",
    "other-human": "no-fair-test",
    "animal": "animals-only",
    "laboratory": "laboratory-only",
}
_HUMAN_DESIGNS: dict[str, Kind] = {"systematic-review": "review", "randomised-trial": "randomised"}


class Rules(Part):
    """How the list is shown, from `research.yml`."""

    other_subjects: list[str]
    small_below: int


def read_rules(file: Path = RULES) -> Rules:
    """Read the rules.

    Raises:
        SourcesError: naming what is wrong.
    """
    return read_data(Rules, file, SourcesError)


@cache
def rules() -> Rules:
    """The rules that ship, read once a process."""
    return read_rules()


def kind_of(study: Study) -> Kind:
    """What kind of evidence a study is; an overview and a registration are none by themselves."""
    if study.design in _DESIGNS:
        return _DESIGNS[study.design]
    if study.population == "humans":
        return _HUMAN_DESIGNS.get(study.design, "other-human")
    return "animal" if study.population == "animals" else "laboratory"


def cells_of(study: Study) -> Cells:
    """Which cells were studied, roughly. Several sources that include umbilical-cord tissue count as umbilical cord."""
    if "umbilical cord" in study.cells:
        return "umbilical-cord"
    if study.cells.startswith("cord blood"):
        return "cord-blood"
    return "not-stated" if study.cells == "not stated" else "other"


def route_of(study: Study) -> Route | None:
    """Where the cells were given, roughly; nothing where none were given to anybody."""
    if study.route == "not applicable":
        return None
    if study.route.startswith("heart"):
        return "heart"
    named = study.route.replace(" ", "-")
    return next((route for route in ROUTES if route == named), "mixed")


@dataclass(frozen=True)
class Wanted:
    """Which studies a reader wants to see. Nothing asked for means all."""

    condition: str = ""
    kind: str = ""
    population: str = ""
    cells: str = ""
    route: str = ""
    since: int | None = None  # the first year
    until: int | None = None  # the last year
    words: str = ""  # all of them in the title or the finding
    sort: Sort = "newest"

    def takes(self, study: Study) -> bool:
        """Whether a study is among them. One without a year is left out when a year is asked for."""
        text = f"{study.title} {study.finding}".casefold()
        return (
            self.condition in {"", *study.conditions}
            and self.kind in {"", kind_of(study)}
            and self.population in {"", study.population}
            and self.cells in {"", cells_of(study)}
            and self.route in {"", route_of(study)}
            and _in_years(study.year, self.since, self.until)
            and all(word in text for word in self.words.casefold().split())
        )


def _in_years(year: int | None, since: int | None, until: int | None) -> bool:
    if year is None:
        return since is None and until is None
    return (since is None or year >= since) and (until is None or year <= until)


_ORDER: dict[Sort, Callable[[Study], tuple[object, ...]]] = {
    "newest": lambda study: (study.year is None, -(study.year or 0)),
    "oldest": lambda study: (study.year is None, study.year or 0),
    "people": lambda study: (study.n is None, -(study.n or 0)),
    "title": lambda study: (study.title.casefold(),),
}


def chosen(studies: Iterable[Study], wanted: Wanted) -> list[Study]:
    """The studies that a reader wants, in the order that they want. What has no year or no number comes last."""
    return sorted(filter(wanted.takes, studies), key=_ORDER[wanted.sort])


@dataclass(frozen=True)
class CitedIn:
    """Where an article cites a study."""

    slug: str
    title: str
    section: str


def citing(articles: Mapping[str, Article]) -> dict[str, list[CitedIn]]:
    """For each source, the articles that cite it, each with the first section that does."""
    found: dict[str, dict[str, CitedIn]] = {}
    for article in articles.values():
        for section in article.sections:
            for source in (source for paragraph in section.paragraphs for source in paragraph.sources):
                where = CitedIn(article.slug, article.front.title, section.slug)
                found.setdefault(source, {}).setdefault(article.slug, where)
    return {source: sorted(cited.values(), key=lambda where: where.title) for source, cited in found.items()}


@dataclass(frozen=True)
class Row:
    """What there is for one condition."""

    condition: str
    is_illness: bool
    counts: dict[Kind, int]
    with_cord_cells: int  # studies of umbilical-cord cells among those that tested something
    tested: int  # studies that tested something: neither overviews nor registrations
    verdict: Verdict
    largest: Study | None  # the randomised trial with most people, as far as known


def evidence_map(studies: Iterable[Study]) -> list[Row]:
    """What there is for each condition: illnesses first, those with most studies first."""
    by_condition: dict[str, list[Study]] = {}
    for study in studies:
        for condition in study.conditions:
            by_condition.setdefault(condition, []).append(study)
    rows = [_row(condition, found) for condition, found in by_condition.items()]
    return sorted(rows, key=lambda row: (not row.is_illness, -sum(row.counts.values()), row.condition.casefold()))


def _row(condition: str, studies: list[Study]) -> Row:
    counts = Counter(map(kind_of, studies))
    tests = [study for study in studies if kind_of(study) not in {"overview", "registered"}]
    sized = [study for study in tests if kind_of(study) == "randomised" and study.n is not None]
    cord = sum(cells_of(study) == "umbilical-cord" for study in tests)
    counted = {kind: counts[kind] for kind in KINDS}
    is_illness = condition not in rules().other_subjects
    return Row(
        condition,
        is_illness,
        counted,
        cord,
        len(tests),
        _verdict(tests),
        max(sized, key=lambda study: study.n or 0, default=None),
    )


def _verdict(tests: list[Study]) -> Verdict:
    kinds = set(map(kind_of, tests))
    if any((study.n or 0) >= rules().small_below for study in tests if kind_of(study) == "randomised"):
        return "larger-trial"
    return next((verdict for kind, verdict in _BEST.items() if kind in kinds), "nothing-tested")
