"""What patients asked in vain, for whoever writes articles: masked questions, gathered by what they mean."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from desk.audit import record
from desk.insight.in_vain import MOST, Line, Why, lines
from desk.insight.numbers import FEW
from desk.insight.period import Period
from exports.spreadsheet import CSV, Cell, as_csv
from web.console.insight import Days, Viewer, presets_of
from web.console.page import render
from web.parts import Parts, PartsNow

router = APIRouter(include_in_schema=False)

SHOWN = 60  # groups on the page; all of them are in the CSV
_HEAD = [
    "Question",
    "Others",
    "Times",
    "Conversations",
    "Last",
    "No answer",
    "Not helpful",
    "Reviewed",
    "Nearest section",
    "Next",
]


@router.get("/desk/insight/unanswered", response_class=HTMLResponse)
def in_vain(request: Request, parts: PartsNow, person: Viewer, period: Days) -> HTMLResponse:
    """The list."""
    found = _lines(parts, period)
    if found:
        with parts.database.write() as session:
            record(session, person.id, "questions.viewed", None, groups=len(found[:SHOWN]))
    return render(
        request,
        person,
        "unanswered.html",
        period=period,
        presets=presets_of(period),
        groups=found[:SHOWN],
        left_out=len(found[SHOWN:]),
        most=MOST,
        few=FEW,
    )


@router.get("/desk/insight/unanswered.csv")
def download(parts: PartsNow, person: Viewer, period: Days) -> Response:
    """The whole list as CSV."""
    found = _lines(parts, period)
    with parts.database.write() as session:
        record(session, person.id, "questions.exported", None, groups=len(found))
    headers = {"Content-Disposition": f'attachment; filename="asked-in-vain-{period.first}-{period.last}.csv"'}
    return Response(as_csv(_HEAD, map(_row, found)), media_type=CSV, headers=headers)


def _lines(parts: Parts, period: Period) -> list[Line]:
    with parts.database.read() as session:
        return lines(session, period, parts.library, parts.encoder.encode)


def _row(line: Line) -> list[Cell]:
    near = [f"{one.title}: {one.heading}" for one in line.near]
    last = f"week of {line.newest}" if line.by_week else f"{line.newest}"
    counts = [line.why.get(why, 0) for why in Why]
    return [line.text, "\n".join(line.others), line.asked, line.conversations, last, *counts, *[*near, "", ""][:2]]
