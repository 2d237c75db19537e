"""`cordial handoffs export`: one case as a file."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from commands.records import open_database
from commands.terminal import plain_errors, say
from cordial.settings import Settings, load_settings
from desk import audit
from exports.case_file import CaseFile, as_json, case_file
from exports.fonts import font_folders
from intake.clinic import Clinic, read_clinic
from intake.fields import the_intake

_STDOUT = Path("-")


def export(  # noqa: PLR0913, PLR0917 -- each option of a command is a parameter
    reference: str,
    fhir: Annotated[bool, typer.Option("--fhir", help="A FHIR R4 bundle.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="For the physician, on paper.")] = False,
    as_json_: Annotated[bool, typer.Option("--json", help="Every value by its name, for a program.")] = False,
    notes: Annotated[bool, typer.Option("--notes", help="With the notes of colleagues.")] = False,
    to: Annotated[Path | None, typer.Option(help="The file; `-` prints it. By default named by the reference.")] = None,
) -> None:
    """Write one case to a file that only you can read. It is noted in the audit log."""
    if [fhir, pdf, as_json_].count(True) != 1:
        typer.echo("Please name one form: --fhir, --pdf or --json.", err=True)
        raise typer.Exit(1)
    ending = "fhir.json" if fhir else "pdf" if pdf else "json"
    with plain_errors():
        settings = load_settings()
        clinic = read_clinic(settings.clinic_file)
        case = _noted(settings, clinic, reference, ending, notes)
        content = _made(case, ending, clinic.hours.zone)
        if to == _STDOUT:
            sys.stdout.buffer.write(content)
            return
        file = to or Path(f"{case.reference}.{ending}")
        _write_for_us_alone(file, content)
        say(f"Written to {file}. It holds health details: delete it when it is no longer needed.")


def _noted(settings: Settings, clinic: Clinic, reference: str, ending: str, notes: bool) -> CaseFile:
    database = open_database(settings)
    with database.write() as session:
        case = case_file(session, reference, clinic.name, datetime.now(UTC), with_notes=notes)
        if case is None:
            typer.echo(f"There is no handoff {reference}. `cordial handoffs list` shows those that wait.", err=True)
            raise typer.Exit(1)
        audit.record(session, "command line", "case.exported", case.conversation, form=ending, notes=notes)
    database.close()
    return case


def _made(case: CaseFile, ending: str, zone: str) -> bytes:
    # Here, because they are the heaviest of all imports, and every command imports this file.
    if ending == "pdf":
        from exports.pdf import case_pdf, style_for  # noqa: PLC0415

        return case_pdf(case, the_intake(), style_for(case, zone, font_folders()))
    if ending == "fhir.json":
        from exports.fhir import bundle  # noqa: PLC0415

        return bundle(case, the_intake()).encode()
    return as_json(case).encode()


def _write_for_us_alone(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
