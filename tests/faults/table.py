"""From what was seen to the table of docs/reliability.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.replies.report import machine, table
from cordial.bootstrap import PROJECT
from tests.faults.rows import ROWS, Row

DOCUMENT = PROJECT / "docs" / "reliability.md"
BEGIN, END = "<!-- measured: make faults -->", "<!-- end of what was measured -->"
_HEAD = [
    "what breaks",
    "how",
    "the patient sees",
    "the coordinator",
    "lost",
    "an emergency meanwhile",
    "away, s",
    "back after, s",
]
BACK = 5.0  # seconds, the bar
TOLD = 1.0  # seconds within which an emergency is to be answered, whatever breaks


@dataclass
class Seen:
    """What one fault did, or the worst of several times."""

    patient: list[str] = field(default_factory=list)
    coordinator: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    emergency: tuple[float, str] = (0.0, "")
    away: float = 0.0
    back: float = 0.0
    skipped: str = ""

    def add(self, other: Seen) -> None:
        """Take another time into account: all that was seen, the slowest of each."""
        for name in ("patient", "coordinator", "lost"):
            mine = getattr(self, name)
            mine += [each for each in getattr(other, name) if each not in mine]
        if other.emergency[0] < 0 or (other.emergency[0] > self.emergency[0] >= 0):
            self.emergency = other.emergency
        self.away, self.back = max(self.away, other.away), max(self.back, other.back)

    @property
    def is_told_late(self) -> bool:
        """Whether an emergency was answered, and too late, by what the table shows."""
        return round(self.emergency[0], 1) > TOLD

    @property
    def misses(self) -> list[str]:
        """The bars that it misses."""
        if self.skipped:
            return []
        return [
            *(["something was lost"] if self.lost else []),
            *(["an emergency was not answered"] if self.emergency[0] < 0 else []),
            *([f"an emergency was answered after {self.emergency[0]:.1f} s"] if self.is_told_late else []),
            *([f"back after {self.back:.1f} s"] if self.back > BACK else []),
        ]

    def cells(self, row: Row) -> list[str]:
        """The row of the table."""
        if self.skipped:
            return [row.what, row.how, f"not tried: {self.skipped}", "", "", "", "", ""]
        seconds, whose = self.emergency
        shown = f"**{seconds:.1f} s**" if self.is_told_late else f"{seconds:.1f} s"
        answered = f"{shown}, {whose}" if seconds >= 0 else "**not answered**"
        patient, coordinator = "; ".join(self.patient), "; ".join(self.coordinator)
        lost = f"**{', '.join(self.lost)}**" if self.lost else "nothing"
        back = f"{self.back:.1f}" if self.back <= BACK else f"**{self.back:.1f}**"
        return [row.what, row.how, patient, coordinator, lost, answered, f"{self.away:.0f}", back]


def write(seen: dict[str, Seen], load: str, document: Path = DOCUMENT) -> None:
    """Put the table between the marks of the document; a row that was not tried this time keeps what it says."""
    before, _, rest = document.read_text("utf-8").partition(BEGIN)
    old, _, after = rest.partition(END)
    kept = {tuple(cells[:2]): cells for cells in rows_of(old)}
    new = Seen(skipped="it is new, and the whole suite has not run since")
    cells = [seen[row.name].cells(row) if row.name in seen else kept.get((row.what, row.how), new.cells(row)) for row in ROWS]
    told = f"Measured on {machine()}; both processors are shared with other work ({load})."
    document.write_text(f"{before}{BEGIN}\n\n{table(_HEAD, cells)}\n\n{told}\n\n{END}{after}", "utf-8")


def rows_of(text: str) -> list[Sequence[str]]:
    """The cells of each row of a table in Markdown, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
