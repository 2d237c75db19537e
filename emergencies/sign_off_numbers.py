"""The numbers and crisis lines of all countries on the page for a physician, each with where it was read."""

from __future__ import annotations

from collections.abc import Iterator

from emergencies.numbers import Emergency, ListedLine, the_numbers
from emergencies.sign_off_texts import Paragraph, the_sign_off_texts
from emergencies.whereabouts import country_called


def numbers_everywhere() -> Iterator[Paragraph]:
    """What to call in each country of the file."""
    for code, emergency in the_numbers().emergency.items():
        yield Paragraph(f"{country_called(code)} ({code})", _of_country(emergency))


def crisis_lines_everywhere() -> Iterator[Paragraph]:
    """The crisis lines of each country of the file."""
    for code, lines in the_numbers().crisis_lines.items():
        yield Paragraph(f"{country_called(code)} ({code})", "\n".join(map(_of_line, lines)))


def source_of(name: str) -> str:
    """Where something was read, and when."""
    source = the_numbers().sources[name]
    return the_sign_off_texts().source.format(what=source.what, read=source.read.isoformat())


def _of_country(emergency: Emergency) -> str:
    said = the_sign_off_texts()
    police = f"; {said.police}: {', '.join(emergency.police)}" if emergency.police else ""
    sources = "; ".join(map(source_of, emergency.sources))
    disagree = said.disagree if emergency.disagree else ""
    return " ".join(filter(None, [f"{', '.join(emergency.ambulance)}{police} ({sources})", disagree, emergency.note]))


def _of_line(line: ListedLine) -> str:
    spoken = f"[{', '.join(line.languages)}]" if line.languages else ""
    return " ".join(filter(None, [line.name, line.number, line.hours, spoken, f"({source_of(line.source)})", line.note]))
