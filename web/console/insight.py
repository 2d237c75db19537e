"""Insight: numbers about what patients ask and how they are helped, as charts, tables and CSV."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from desk.insight import numbers as insight
from desk.insight.period import LONGEST, Period, last_days
from desk.people.roles import Permission
from exports.spreadsheet import CSV, as_csv
from intake.fields import REVIEW, the_intake
from web.console.access import Person, needs
from web.console.charts import shares, stacked
from web.console.page import render
from web.errors import ApiError
from web.parts import Parts, PartsNow

router = APIRouter(include_in_schema=False)

Viewer = Annotated[Person, Depends(needs(Permission.SEE_INSIGHT))]
PRESETS = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "A year"))
_USUAL = 30
FEWER = f"each in fewer than {insight.FEW} conversations"
SHOWN = 15  # lines of a table on the page; all of them are in the CSV


def period_of(
    parts: PartsNow,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Period:
    """The days that an address names, in the clinic's time zone; the last thirty if it names none."""
    usual = last_days(_USUAL, ZoneInfo(parts.clinic.hours.zone))
    last = min(last or usual.last, usual.last)
    first = first or last - timedelta(days=_USUAL - 1)
    if first > last or (last - first).days > LONGEST:
        raise ApiError(422, "invalid_request", detail="from: the first day must come before the last one.")
    return Period(first, last, usual.zone)


Days = Annotated[Period, Depends(period_of)]


@dataclass(frozen=True)
class Table:
    """Numbers under headings; the first column names the line."""

    name: str
    title: str
    head: list[str]
    rows: list[list[str | int]]

    @property
    def widths(self) -> list[float]:
        """The bar of each line, by the second column, in percent of the longest."""
        return shares([int(row[1]) for row in self.rows])


def days_table(session: Session, period: Period, _parts: Parts) -> Table:
    """What happened, step by step."""
    head = [period.each.capitalize(), "Conversations", "Handoffs", "Answered", "Asked back", "No reviewed answer"]
    rows: list[list[str | int]] = [
        [one.first.isoformat(), one.conversations, one.handoffs, one.answered, one.clarify, one.abstained]
        for one in insight.by_step(session, period)
    ]
    return Table("days", f"By {period.each}", head, rows)


def asked_table(session: Session, period: Period, parts: Parts) -> Table:
    """What was asked most."""
    rows: list[list[str | int]] = [
        [one.section or "All others", one.conversations, one.answers, _title(parts, one.article) if one.article else FEWER]
        for one in insight.most_asked(session, period)
    ]
    return Table("asked", "Most asked", ["Section", "Conversations", "Answers", "Article"], rows)


def left_table(session: Session, period: Period, _parts: Parts) -> Table:
    """Where the intake was left, in the order in which it is asked."""
    left = insight.intake_ends(session, period).left
    fields = {field.name: field.label for field in the_intake().fields} | {REVIEW: "Reading everything back"}
    order = [name for name in fields if name in left] + [name for name in left if name not in fields]
    return Table("left", "Where the intake was left", ["Field", "Left here"], [[fields.get(n, n), left[n]] for n in order])


def helpful_table(session: Session, period: Period, parts: Parts) -> Table:
    """What patients thought of answers."""
    rows: list[list[str | int]] = [
        [_title(parts, one.article), one.not_helpful, one.helpful] for one in insight.how_helpful(session, period)
    ]
    return Table("helpful", "Helpful or not", ["Article", "Not helpful", "Helpful"], rows)


TABLES: dict[str, Callable[[Session, Period, Parts], Table]] = {
    "days": days_table,
    "asked": asked_table,
    "left": left_table,
    "helpful": helpful_table,
}


@router.get("/desk/insight", response_class=HTMLResponse)
def page(request: Request, parts: PartsNow, person: Viewer, period: Days) -> HTMLResponse:
    """All numbers of a period."""
    with parts.database.read() as session:
        tables = {name: make(session, period, parts) for name, make in TABLES.items()}
        waits, ends = insight.first_replies(session, period), insight.intake_ends(session, period)
    days = tables["days"]
    columns = [[int(row[number]) for row in days.rows] for number in range(1, 6)]
    labels = [_short(str(row[0]), period.each) for row in days.rows]
    return render(
        request,
        person,
        "insight.html",
        period=period,
        presets=presets_of(period),
        tables=tables,
        ends=ends,
        totals=[sum(column) for column in columns],
        talks=stacked(labels, columns[:1]),
        handoffs=stacked(labels, columns[1:2]),
        answers=stacked(labels, columns[2:]),
        shown=SHOWN,
        few=insight.FEW,
        waits=waits,
        median=_lasting(waits.median),
        p90=_lasting(waits.p90),
    )


@router.get("/desk/insight/{name}.csv")
def download(name: str, parts: PartsNow, person: Viewer, period: Days) -> Response:
    """One table as CSV."""
    if name not in TABLES:
        raise ApiError(404, "not_found")
    with parts.database.read() as session:
        table = TABLES[name](session, period, parts)
    file = f"{name}-{period.first}-{period.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return Response(as_csv(table.head, table.rows), media_type=CSV, headers=headers)


def presets_of(period: Period) -> list[tuple[str, str, bool]]:
    """Links to usual periods: what they are called, their query, and whether it is the one shown."""
    usual = [(text, last_days(days, period.zone, datetime.now(UTC))) for days, text in PRESETS]
    return [(text, f"from={one.first}&to={one.last}", one == period) for text, one in usual]


def _title(parts: Parts, slug: str | None) -> str:
    """An article's title; its slug, if there is no such article any more."""
    found = parts.library.article(slug) if slug else None
    return found.front.title if found else slug or "All others"


def _short(day: str, each: str) -> str:
    shown = date.fromisoformat(day)
    return f"{shown:%b %Y}" if each == "month" else f"{shown.day} {shown:%b}"


def _lasting(wait: timedelta | None) -> str:
    """A time in words."""
    if wait is None:
        return "–"
    minutes = round(wait.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes / 60:.1f} h" if minutes < 48 * 60 else f"{minutes / 1440:.1f} days"
