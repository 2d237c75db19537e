"""What leaves the house: a case as PDF, FHIR or JSON, the queue as CSV. Each wants the password anew, and each is noted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response

from desk import audit
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
from web.errors import ApiError
from web.parts import Parts

router = APIRouter(include_in_schema=False)
Exporter = Annotated[Person, Depends(needs(Permission.EXPORT_CASES))]
ProvedExporter = Annotated[Person, Depends(needs(Permission.EXPORT_CASES, proved=True))]

PDF, FHIR, JSON = "application/pdf", "application/fhir+json", "application/json"


@router.get("/desk/cases/{reference}/export")
def choices(request: Request, reference: str, parts: PartsNow, person: Exporter) -> Response:
    """What there is to download."""
    with parts.database.read() as session:
        if case_file(session, reference, parts.clinic.name, datetime.now(UTC)) is None:
            raise ApiError(404, "not_found")
    return render(request, person, "export.html", reference=reference.strip().upper())


@router.get("/desk/cases/{reference}/export.pdf")
def pdf(reference: str, parts: PartsNow, person: ProvedExporter) -> Response:
    """For the physician, on paper."""
    zone, folders = parts.clinic.hours.zone, font_folders()
    return _case(parts, person, reference, PDF, lambda case: case_pdf(case, the_intake(), style_for(case, zone, folders)))


@router.get("/desk/cases/{reference}/export.fhir.json")
def fhir(reference: str, parts: PartsNow, person: ProvedExporter) -> Response:
    """For another program of the clinic."""
    return _case(parts, person, reference, FHIR, lambda case: bundle(case, the_intake()).encode())


@router.get("/desk/cases/{reference}/export.json")
def plain(reference: str, parts: PartsNow, person: ProvedExporter) -> Response:
    """Everything, as it is stored."""
    return _case(parts, person, reference, JSON, lambda case: as_json(case).encode())


@router.get("/desk/queue.csv")
def queue(parts: PartsNow, person: ProvedExporter, everything: bool = False) -> Response:
    """Where every case stands."""
    with parts.database.write() as session:
        audit.record(session, person.id, "queue.exported", form="csv", everything=everything)
        table = queue_csv(session, everything)
    return _download(table, CSV, f"queue-{datetime.now(ZoneInfo(parts.clinic.hours.zone)):%Y-%m-%d}.csv")


def _case(parts: Parts, person: Person, reference: str, kind: str, make: Callable[[CaseFile], bytes]) -> Response:
    """A case in one form. That it was asked for is noted before anything is made of it."""
    with parts.database.write() as session:
        case = case_file(session, reference, parts.clinic.name, datetime.now(UTC))
        if case is None:
            raise ApiError(404, "not_found")
        ending = {PDF: "pdf", FHIR: "fhir.json", JSON: "json"}[kind]
        audit.record(session, person.id, "case.exported", case.conversation, form=ending)
    return _download(make(case), kind, f"{case.reference}.{ending}")


def _download(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})
