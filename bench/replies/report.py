"""From series to figures, tables and plots."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from bench.replies.load import Series
from bench.replies.processes import Memory

OURS, STOCK = "Cordial", "stock Rasa"
BEGIN, END = "<!-- measured: python -m bench.replies -->", "<!-- end of what was measured -->"
_BARS = {  # what has to be reached, for each number of patients: at least, at most
    1: "p50 at most that of stock Rasa",
    8: "at least 1.5 times the messages a second, p95 at most two thirds",
    32: "at least 1.5 times the messages a second, p95 at most two thirds",
}


@dataclass(frozen=True)
class Figures:
    """All series of one kind together.

    Attributes:
        a_second: messages a second.
        p50: milliseconds, of all replies.
        p95: the same.
        processor: milliseconds of processor time a message, by role.
        memory: the most at the end of any series.
        messages: how many there were.
        failed: how many of them brought no proper reply.
    """

    a_second: float
    p50: float
    p95: float
    processor: dict[str, float]
    memory: Memory
    messages: int
    failed: int

    @classmethod
    def of(cls, series: Sequence[Series]) -> Figures:
        """Take some series together."""
        times = [each for one in series for each in one.milliseconds]
        together = Series("", "", 0, times, 0, sum(one.seconds for one in series), {}, series[-1].memory)
        roles = sorted({role for one in series for role in one.processor})
        used = {role: sum(one.processor.get(role, 0.0) for one in series) * 1000 / max(len(times), 1) for role in roles}
        most = Memory(max(one.memory.proportional for one in series), max(one.memory.resident for one in series))
        failed = sum(one.failed for one in series)
        return cls(together.a_second, together.percentile(50), together.percentile(95), used, most, len(times), failed)


class Report:
    """Everything that was measured in one run."""

    def __init__(self, series: Iterable[Series]) -> None:
        """Hold the series."""
        self.series = list(series)

    def figures(self, system: str, asked: str, patients: int) -> Figures | None:
        """Of one system under one load, if that was measured."""
        found = [one for one in self.series if (one.system, one.asked, one.patients) == (system, asked, patients)]
        return Figures.of(found) if found else None

    def patients(self, asked: str = "questions") -> list[int]:
        """How many wrote at once, rising."""
        return sorted({one.patients for one in self.series if one.asked == asked})

    def as_json(self) -> dict[str, Any]:
        """The figures for a program."""
        every = [
            {
                "system": one.system,
                "asked": one.asked,
                "patients": one.patients,
                "messages": len(one.milliseconds),
                "failed": one.failed,
                "seconds": round(one.seconds, 2),
                "a_second": round(one.a_second, 2),
                "p50_ms": round(one.percentile(50), 1),
                "p95_ms": round(one.percentile(95), 1),
                "processor_seconds": {role: round(seconds, 2) for role, seconds in one.processor.items()},
                "memory_mb": {"pss": round(one.memory.proportional), "rss": round(one.memory.resident)},
            }
            for one in self.series
        ]
        return {"machine": machine(), "series": every}

    def markdown(self) -> str:
        """Ratios first, then all figures."""
        return "\n\n".join([self._ratios(), self._all(), f"Measured on {machine()}."])

    def _ratios(self) -> str:
        rows = []
        for patients in self.patients():
            ours, theirs = self.figures(OURS, "questions", patients), self.figures(STOCK, "questions", patients)
            if ours and theirs:
                many, half = ours.a_second / theirs.a_second, ours.p50 / theirs.p50
                most, memory = ours.p95 / theirs.p95, ours.memory.proportional / theirs.memory.proportional
                rows.append([str(patients), *(f"{value:.2f}" for value in (many, half, most, memory)), _BARS.get(patients, "")])
        head = ["patients at once", "messages a second", "p50", "p95", "memory", "what was to be reached"]
        return "Cordial, as a multiple of stock Rasa:\n\n" + table(head, rows)

    def _all(self) -> str:
        rows = []
        loads = sorted({(one.asked != "questions", one.asked, one.patients, one.system) for one in self.series})
        for _, asked, patients, system in loads:
            figures = self.figures(system, asked, patients)
            assert figures  # noqa: S101
            used = ", ".join(f"{role} {value:.1f}" for role, value in figures.processor.items() if value >= 0.05)
            memory = f"{figures.memory.proportional / 1024:.2f} ({figures.memory.resident / 1024:.2f})"
            counted = f"{figures.messages:,}" + (f" and {figures.failed} without a reply" if figures.failed else "")
            speed = [f"{figures.a_second:.1f}", f"{figures.p50:,.0f}", f"{figures.p95:,.0f}"]
            rows.append([f"{asked}, {patients}", system, *speed, used, memory, counted])
        head = ["what, patients at once", "", "messages a second", "p50, ms", "p95, ms", "processor, ms a message"]
        return table([*head, "memory, GB: PSS (RSS)", "messages"], rows)

    def plots(self) -> dict[str, str]:
        """SVG drawings by their file names."""
        patients = self.patients()
        speed, slow = (
            {
                name: [round(getattr(self.figures(name, "questions", count), what), 1) for count in patients]
                for name in (OURS, STOCK)
                if all(self.figures(name, "questions", count) for count in patients)
            }
            for what in ("a_second", "p95")
        )
        names = [f"{count} at once" if count > 1 else "one patient" for count in patients]
        return {
            "messages-a-second.svg": bars("Messages a second", names, speed),
            "slow-replies.svg": bars("Milliseconds within which 95 of 100 replies came", names, slow),
        }


def machine() -> str:
    """What it was measured on."""
    model = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0) / 2**20
    return f"{os.cpu_count()} virtual processors ({model}), {memory:.0f} GB of memory, {platform.system()}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def bars(title: str, names: Sequence[str], values: dict[str, list[float]]) -> str:
    """Groups of horizontal bars as SVG, readable on a light and on a dark page."""
    colours, wide, high = ("#0f766e", "#94a3b8"), 640, 22
    most = max((value for some in values.values() for value in some), default=1.0) or 1.0
    drawn, at = [f'<text x="0" y="16" font-weight="bold">{title}</text>'], 34
    for position, name in enumerate(names):
        drawn.append(f'<text x="0" y="{at + high}">{name}</text>')
        for colour, (system, some) in zip(colours, values.items(), strict=False):
            width = max(some[position] / most * 360, 1)
            drawn.append(f'<rect x="110" y="{at}" width="{width:.0f}" height="{high - 4}" rx="2" fill="{colour}"/>')
            drawn.append(f'<text x="{118 + width:.0f}" y="{at + 14}">{some[position]:g} {system}</text>')
            at += high
        at += 12
    style = "text{font:13px system-ui,sans-serif;fill:#334155}@media(prefers-color-scheme:dark){text{fill:#e2e8f0}}"
    size = f'width="{wide}" height="{at}" viewBox="0 0 {wide} {at}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{title}</title><style>{style}</style>'
    return "\n".join([head, *drawn, "</svg>", ""])


def write(report: Report, document: Path, images: Path) -> None:
    """Put the figures between the marks of a document, and the plots beside its other images."""
    before, _, rest = document.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    plots = report.plots()
    shown = "\n".join(f"![{name.removesuffix('.svg').replace('-', ' ')}](images/{name})" for name in plots)
    document.write_text(f"{before}{BEGIN}\n\n{report.markdown()}\n\n{shown}\n\n{END}{after}", "utf-8")
    for name, drawing in plots.items():
        (images / name).write_text(drawing, "utf-8")


def keep(report: Report, file: Path) -> None:
    """Write the figures as JSON."""
    file.write_text(json.dumps(report.as_json(), indent=1) + "\n", "utf-8")


def summary(one: Series) -> str:
    """One series in a line, while it runs."""
    used = fmean([sum(one.processor.values())]) * 1000 / max(len(one.milliseconds), 1)
    speed = f"{one.a_second:6.1f} a second, p50 {one.percentile(50):6.0f} ms, p95 {one.percentile(95):6.0f} ms"
    return (
        f"{one.system:>10}, {one.asked}, {one.patients:>2} at once: {speed}, {used:5.1f} ms of processor, {one.failed} failed"
    )


def _lines(file: str) -> list[str]:
    try:
        return Path(file).read_text("utf-8").splitlines()
    except OSError:
        return []
