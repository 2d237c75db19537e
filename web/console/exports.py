"""What leaves the house: a case as PDF, FHIR or JSON, the queue as CSV. Each wants the password anew, and each is noted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response

from desk import audit
from desk.cases.queue import Desk, Filters, everybody
from desk.people.roles import Permission
from exports.case_file import CaseFile, as_json, case_file
from exports.fhir import bundle
from exports.fonts import font_folders
from exports.pdf import case_pdf, style_for
from exports.queue_table import queue_csv
from exports.spreadsheet import CSV
from intake.fields import the_intake
from web.chat import PartsNow
from web.console.access import Person, needs
from web.console.page import render
from web.console.queue import LookedFor
from web.errors import ApiError
from web.parts import Parts

router = APIRouter(include_in_schema=False)
WithNotes = Annotated[bool, Query()]  # whether the notes of colleagues leave, too
Exporter = Annotated[Person, Depends(needs(Permission.EXPORT_CASES))]
ProvedExporter = Annotated[Person, Depends(needs(Permission.EXPORT_CASES, proved=True))]

_FILTERS = ("state", "condition", "country", "language", "since", "until", "text")
PDF, FHIR, JSON = "application/pdf", "application/fhir+json", "application/json"


@dataclass(frozen=True)
class Asked:
    """Which case, in which form, and whether with the notes of colleagues."""

    reference: str
    kind: str
    notes: bool


@router.get("/desk/cases/{reference}/export")
def choices(request: Request, reference: str, parts: PartsNow, person: Exporter) -> Response:
    """What there is to download."""
    with parts.database.read() as session:
        if case_file(session, reference, parts.clinic.name, datetime.now(UTC)) is None:
            raise ApiError(404, "not_found")
    return render(request, person, "export.html", reference=reference.strip().upper())


@router.get("/desk/cases/{reference}/export.pdf")
def pdf(reference: str, parts: PartsNow, person: ProvedExporter, notes: WithNotes = False) -> Response:
    """For the physician, on paper."""
    zone, folders = parts.clinic.hours.zone, font_folders()
    asked = Asked(reference, PDF, notes)
    return _case(parts, person, asked, lambda case: case_pdf(case, the_intake(), style_for(case, zone, folders)))


@router.get("/desk/cases/{reference}/export.fhir.json")
def fhir(reference: str, parts: PartsNow, person: ProvedExporter, notes: WithNotes = False) -> Response:
    """For another program of the clinic."""
    return _case(parts, person, Asked(reference, FHIR, notes), lambda case: bundle(case, the_intake()).encode())


@router.get("/desk/cases/{reference}/export.json")
def plain(reference: str, parts: PartsNow, person: ProvedExporter, notes: WithNotes = False) -> Response:
    """Every value by its name, for a program that the clinic writes."""
    return _case(parts, person, Asked(reference, JSON, notes), lambda case: as_json(case).encode())


@router.get("/desk/queue.csv")
def queue(parts: PartsNow, person: ProvedExporter, asked: Annotated[LookedFor, Query()]) -> Response:
    """Where each case stands that the list shows with this view and these filters, on all its pages."""
    hours, now = parts.clinic.hours, datetime.now(UTC)
    filters = Filters(**asked.model_dump())
    with parts.database.write() as session:
        ids = everybody(session, filters, Desk(person.id, hours, now))
        used = ", ".join(name for name in _FILTERS if getattr(asked, name))  # not what was looked for: it may be a patient's
        audit.record(session, person.id, "queue.exported", form="csv", view=asked.view, filters=used, cases=len(ids))
        table = queue_csv(session, ids)
    return _download(table, CSV, f"queue-{asked.view}-{now.astimezone(ZoneInfo(hours.zone)):%Y-%m-%d}.csv")


def _case(parts: Parts, person: Person, asked: Asked, make: Callable[[CaseFile], bytes]) -> Response:
    """A case in one form. That it was asked for is noted before anything is made of it."""
    with parts.database.write() as session:
        case = case_file(session, asked.reference, parts.clinic.name, datetime.now(UTC), with_notes=asked.notes)
        if case is None:
            raise ApiError(404, "not_found")
        ending = {PDF: "pdf", FHIR: "fhir.json", JSON: "json"}[asked.kind]
        audit.record(session, person.id, "case.exported", case.conversation, form=ending, notes=asked.notes)
    return _download(make(case), asked.kind, f"{case.reference}.{ending}")


def _download(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})
