"""`cordial kb asked`: what patients asked in vain, at the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from commands.records import open_database
from cordial.settings import Settings
from desk.audit import record
from desk.insight.in_vain import Line, lines
from desk.insight.period import last_days
from intake.clinic import read_clinic
from knowledge.encoder import Encoder
from knowledge.library import Library


def asked_in_vain(settings: Settings, library: Library, days: int) -> list[Line]:
    """What was asked in vain in the last days; that somebody looked is noted.

    Args:
        settings: where the records and the embedding model are.
        library: the one in use.
        days: how many, with today.
    """
    encoder = Encoder(settings.data / "encoder")
    period = last_days(days, ZoneInfo(read_clinic(settings.clinic_file).hours.zone))
    database = open_database(settings)
    with database.read() as session:
        found = lines(session, period, library, encoder.encode)
    if found:
        with database.write() as session:
            record(session, "command line", "questions.viewed", None, groups=len(found))
    database.close()
    return found


def as_lines(found: list[Line]) -> Iterator[str]:
    """For a person."""
    for line in found:
        last = f"in the week of {line.newest}" if line.by_week else f"last on {line.newest}"
        reasons = ", ".join(f"{why.value.replace('_', ' ')} {count}" for why, count in line.why.items())
        yield f"{line.asked} × “{line.text}”"
        yield f"    conversations: {line.conversations}, {last}; {reasons}"
        yield from (f"    also “{other}”" for other in line.others)
        yield from (f"    near {near.article}#{near.section}" for near in line.near)
    if not found:
        yield "Nothing was asked in vain in these days."
