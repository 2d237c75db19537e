"""The table of studies: filtered, sorted, counted for each condition, and to take away as CSV."""

from __future__ import annotations

from typing import Annotated, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from exports.spreadsheet import CSV, as_csv
from knowledge.generation import Generation
from knowledge.research import KINDS, SORTS, Sort, Wanted, cells_of, chosen, citing, evidence_map, kind_of, route_of
from knowledge.sources import Study
from web.library_texts import library_texts
from web.pages import page
from web.parts import PartsNow

router = APIRouter(include_in_schema=False)

_CELLS_OF_SHEET = (
    "id",
    "title",
    "journal",
    "year",
    "doi",
    "pmid",
    "url",
    "design",
    "population",
    "n",
    "studies_pooled",
    "conditions",
    "cells",
    "route",
    "finding",
    "certainty",
    "read",
    "verified",
)
_LONGEST = 200  # characters of one choice; anything longer is none of ours


def wanted_of(request: Request) -> Wanted:
    """What the address asks for. A choice that does not exist is taken as none: a changed address still shows the table."""
    given = {name: value.strip()[:_LONGEST] for name, value in request.query_params.items()}
    sort: Sort = next((each for each in SORTS if each == given.get("sort")), "newest")
    named = {name: given.get(name, "") for name in ("condition", "kind", "population", "cells", "route", "words")}
    return Wanted(**named, since=_year(given.get("since")), until=_year(given.get("until")), sort=sort)


WantedNow = Annotated[Wanted, Depends(wanted_of)]


@router.get("/library/research")
def research(request: Request, parts: PartsNow, wanted: WantedNow) -> Response:
    """The studies that are wanted, and what kind of evidence there is for each condition."""
    generation = parts.library.generation
    rows = evidence_map(generation.studies)
    found = chosen(generation.studies, wanted)
    return page(
        request,
        "research.html",
        wanted=wanted,
        studies=found,
        total=len(generation.studies),
        is_filtered=_query(wanted, sort="newest") != "",
        illnesses=[row for row in rows if row.is_illness],
        others=[row for row in rows if not row.is_illness],
        kinds=KINDS,
        choices=_choices(generation),
        citing=citing(generation.articles),
        kind_of=kind_of,
        link=lambda **changes: _address("/library/research", wanted, **changes),
        csv_link=_address("/library/research.csv", wanted),
    )


@router.get("/library/research.csv")
def sheet(parts: PartsNow, wanted: WantedNow) -> Response:
    """The same studies as a file for a spreadsheet, with what our list says of each and nothing else."""
    table = as_csv(_CELLS_OF_SHEET, map(_sheet_row, chosen(parts.library.generation.studies, wanted)))
    headers = {"Content-Disposition": 'attachment; filename="studies.csv"', "Cache-Control": "no-cache"}
    return Response(table, media_type=CSV, headers=headers)


def _sheet_row(study: Study) -> list[str]:
    verified = library_texts().verified_as(study.verified) if study.verified else None
    values = {**study.model_dump(), "conditions": "; ".join(study.conditions), "verified": verified}
    return ["" if values[name] is None else str(values[name]) for name in _CELLS_OF_SHEET]


def _choices(generation: Generation) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in the form, each with its words; only what at least one study has."""
    texts, studies = library_texts(), generation.studies
    rows = evidence_map(studies)
    kinds, cells = {kind_of(study) for study in studies}, {cells_of(study) for study in studies}
    routes = {route_of(study) for study in studies}
    return {
        "illness": sorted((row.condition, row.condition) for row in rows if row.is_illness),
        "other": sorted((row.condition, row.condition) for row in rows if not row.is_illness),
        "kind": [(kind, words) for kind, words in texts.kind.items() if kind in kinds],
        "population": [(name, texts.population[name]) for name in get_args(Study.model_fields["population"].annotation)],
        "cells": [(name, words) for name, words in texts.cells.items() if name in cells],
        "route": [(name, words) for name, words in texts.route.items() if name in routes],
        "sort": list(texts.sort.items()),
    }


def _year(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) == 4 else None


def _address(path: str, wanted: Wanted, **changes: object) -> str:
    query = _query(wanted, **changes)
    return f"{path}?{query}" if query else path


def _query(wanted: Wanted, **changes: object) -> str:
    """The part of an address that asks for the same again, with changes; without what is not asked for."""
    asked = {**vars(wanted), **changes}
    return urlencode(
        {name: value for name, value in asked.items() if value not in {"", None} and (name, value) != ("sort", "newest")}
    )
