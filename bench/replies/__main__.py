"""`python -m bench.replies`; see docs/performance.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from bench.replies import messages, report
from bench.replies.load import Queue, Series, ask_all, run
from bench.replies.report import Report
from bench.replies.systems import System, start_ours, start_stock
from cordial.bootstrap import PROJECT

_WARM_UP = 48
_MOST_PATIENTS = 32


def main(  # noqa: PLR0913, PLR0917  -- the options
    patients: Annotated[str, typer.Option(help="How many write at once, with commas between.")] = "1,8,32",
    count: Annotated[int, typer.Option(help="Questions of each series.")] = 200,
    rounds: Annotated[int, typer.Option(help="How often each series is repeated, the systems in turns.")] = 3,
    seconds: Annotated[float, typer.Option(help="The longest that a series may take.")] = 60.0,
    cache: Annotated[Path, typer.Option(help="Stock's model and our data folder are kept here.")] = Path("var/bench/replies"),
    stock: Annotated[bool, typer.Option(help="Measure stock Rasa as well.")] = True,
    out: Annotated[Path | None, typer.Option(help="Write the figures into this JSON file.")] = None,
    document: Annotated[Path | None, typer.Option(help="Put tables and plots into this document.")] = None,
) -> None:
    """Messages a second, reply times, processor time and memory, beside stock Rasa on the same questions."""
    cache = cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    loads = [int(number) for number in patients.split(",")]
    done: list[Series] = []
    with ExitStack() as ending:
        systems = list(_started(cache, stock, ending))
        for one in _measured(systems, loads, count, rounds, seconds):
            print(report.summary(one), flush=True)
            done.append(one)
    measured = Report(done)
    print("\n" + measured.markdown())
    if out:
        report.keep(measured, out)
    if document:
        report.write(measured, document, PROJECT / "docs" / "images")


def _started(cache: Path, stock: bool, ending: ExitStack) -> Iterator[System]:
    starts: list[Callable[[Path], System]] = [start_ours, *([start_stock] if stock else [])]
    for start in starts:
        system = start(cache)
        ending.callback(system.running.end)
        yield system


def _measured(systems: list[System], loads: list[int], count: int, rounds: int, seconds: float) -> Iterator[Series]:
    asked = messages.questions()
    warming = list(islice(asked, _WARM_UP))
    for system in systems:
        run(system, "warm-up", _MOST_PATIENTS, ask_all(Queue(warming, seconds)))
    for patients in loads:
        for _ in range(rounds):
            some = list(islice(asked, count))  # the same for all, and never sent before
            for system in systems:
                yield run(system, "questions", patients, ask_all(Queue(some, seconds)))
    ours = systems[0]
    for patients in loads:
        yield run(ours, "intake", patients, messages.fill_in(Queue([""] * count, seconds)))


if __name__ == "__main__":
    typer.run(main)
