"""`python -m tests.mutants SEED`; see CONTRIBUTING.md."""

from __future__ import annotations

import queue
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Annotated

import typer

from cordial.bootstrap import PROJECT
from knowledge.evaluate import Rate
from tests.mutants.concerning import Concerning, digest, make_map
from tests.mutants.faults import Fault, draw
from tests.mutants.trying import Copy, Outcome

_MAPS = PROJECT / ".pytest_cache" / "mutants"


def main(
    seed: Annotated[int, typer.Argument(help="Another seed draws other faults.")],
    number: Annotated[int, typer.Option(help="How many faults to draw.")] = 60,
    jobs: Annotated[int, typer.Option(help="How many to try side by side.")] = 2,
    elsewhere: Annotated[bool, typer.Option(help="Whether tests with processes of their own look, too.")] = True,
) -> None:
    """Put faults into copies of the code, one at a time, and count those that a test notices."""
    faults = draw(PROJECT, seed, number)
    with tempfile.TemporaryDirectory(prefix="cordial-mutants-") as folder:
        copies = [Copy(PROJECT, Path(folder) / str(job)) for job in range(jobs)]
        outcomes = list(_tried(faults, copies, Concerning(_map(copies[0])), elsewhere))
    typer.echo(_summary(outcomes))


def _map(copy: Copy) -> Path:
    """The map of this tree, made anew if anything has changed since the last."""
    file = _MAPS / f"{digest(PROJECT)}.coverage"
    if not file.is_file():
        typer.echo("Running the quick tests once, to see which lines each of them reaches …")
        _MAPS.mkdir(parents=True, exist_ok=True)
        made = copy.folder / "made.coverage"
        make_map(copy.folder, copy.python, made)
        for made_file in (made.with_suffix(".failing"), made):
            shutil.move(made_file, file.with_suffix(made_file.suffix))
    return file


def _tried(faults: list[Fault], copies: list[Copy], concerning: Concerning, elsewhere: bool) -> Iterator[Outcome]:
    free: queue.Queue[Copy] = queue.Queue()
    for copy in copies:
        free.put(copy)

    def attempt(fault: Fault) -> Outcome:
        copy = free.get()
        try:
            return copy.attempt(fault, concerning, elsewhere)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(copies)) as workers:
        tried = as_completed([workers.submit(attempt, fault) for fault in faults])
        for number, outcome in enumerate((each.result() for each in tried), 1):
            typer.echo(
                f"{number:3} {outcome.noticed or 'NOT NOTICED':11} {outcome.fault}" + f"  [{outcome.by}]" * bool(outcome.by)
            )
            yield outcome


def _summary(outcomes: list[Outcome]) -> str:
    by = Counter(outcome.noticed for outcome in outcomes)
    lines = [
        f"\nquick tests in one process noticed {Rate(by['quick'], len(outcomes))}",
        f"all tests noticed                  {Rate(by['quick'] + by['other'], len(outcomes))}",
    ]
    missed = [f"  {outcome.fault}" for outcome in outcomes if not outcome.noticed]
    return "\n".join([*lines, *(["Not noticed:", *missed] if missed else [])])


if __name__ == "__main__":
    typer.run(main)
