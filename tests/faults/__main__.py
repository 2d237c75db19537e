"""`python -m tests.faults`; see docs/reliability.md."""

from __future__ import annotations

import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from cordial.bootstrap import PROJECT
from tests.faults.rows import ROWS, Row, Try
from tests.faults.scene import CONTACT, EMERGENCY, NOTHING_YET, AtThePage, Scene, Skipped
from tests.faults.table import Seen, write
from tests.support.browsing import chromium
from tests.support.system import prepare, until

_OWN_MOUNTS = "FAULTS_ALONE"


def main(
    only: Annotated[
        str, typer.Option(help="Try those whose name has this pattern; the others keep what the document says.")
    ] = "",
    document: Annotated[bool, typer.Option(help="Write the table of docs/reliability.md.")] = True,
) -> None:
    """Break everything that can break, one after the other, and tell what came of it. Takes an hour."""
    began = time.monotonic()
    chosen = [row for row in ROWS if re.search(only, row.name)]
    seen: dict[str, Seen] = {}
    with tempfile.TemporaryDirectory(prefix="cordial-faults-", ignore_cleanup_errors=True) as folder, chromium() as browser:
        scene = Scene(Path(folder), browser, _prepared())
        try:
            for row in chosen:
                seen[row.name] = _tried(row, scene)
                typer.echo(f"{time.monotonic() - began:5.0f} s  {row.name}\n         {_told(seen[row.name])}")
                if document:
                    write(seen, f"load {os.getloadavg()[2]:.1f} in the last quarter of an hour")
        finally:
            scene.close()
    misses = [f"{name}: {', '.join(one.misses)}" for name, one in seen.items() if one.misses]
    typer.echo("\n".join(["\nMissed:", *misses]) if misses else "\nNothing lost, every emergency answered, all back in time.")
    raise typer.Exit(bool(misses))


def _told(seen: Seen) -> str:
    return seen.skipped or " | ".join(seen.cells(ROWS[0])[2:])


def _tried(row: Row, scene: Scene) -> Seen:
    """Try one fault, at each of its moments."""
    worst = Seen()
    for moment in row.moments:
        try:
            worst.add(_try(row, scene, moment))
        except Skipped as reason:
            return Seen(skipped=str(reason))
        except Exception as error:
            why = str(error).splitlines() or [type(error).__name__]
            worst.add(Seen(lost=[f"it did not come back: {why[0][:200].replace(str(scene.folder), '…')}"]))
            scene.ends()
    return worst


def _try(row: Row, scene: Scene, moment: float) -> Seen:
    if row.made_up:
        scene.with_faults_of_its_own()
    else:
        scene.as_the_machine_is()
    scene.is_well()
    scene.coordinator()
    with _at_the_page(scene) as maria, _at_the_page(scene) as erik:
        maria.comes_to_the_contact()
        this = Try(scene, maria, moment)
        broken = time.monotonic()
        with row.play(this):
            this.maria_answers()
            emergency = erik.cries()
            told = maria.sees()
            queue = scene.queue()
        until(scene.system.is_ready, 280, "everything is there again")
        returned = time.monotonic()
        back = maria.gets_the_reply(returned)
        until(lambda: erik.is_stored(EMERGENCY), 60, "the emergency is stored")
        until(lambda: scene.case(erik), 60, "the coordinator has the case")
        lost = [*this.lost, *maria.lost(), *erik.lost(), *_not_as_it_was(maria)]
    first = told if told == NOTHING_YET else f"“{told}”"
    patient = [*this.notes, f"{first}, then the reply" if told else "the reply"]
    return Seen(patient, [f"{queue}; then the case"], lost, emergency, returned - broken, back)


def _not_as_it_was(maria: AtThePage) -> list[str]:
    """What of the patient's turn is not as it has to be, whatever has happened."""
    questions = [message for message in maria.log() if (message["question"] or {}).get("field") == "birth"]
    return [] if questions else [f"the reply to {CONTACT}"]


@contextmanager
def _at_the_page(scene: Scene) -> Iterator[AtThePage]:
    somebody = AtThePage(scene)
    try:
        yield somebody
    finally:
        somebody.leaves()


def _prepared() -> Path:
    """A data folder with the embedding model and the index, kept from one run to the next."""
    from knowledge.encoder import Encoder  # noqa: PLC0415
    from knowledge.generation import build_generation  # noqa: PLC0415

    folder = PROJECT / ".pytest_cache" / "faults"
    folder.mkdir(parents=True, exist_ok=True)
    prepare(folder)
    build_generation(PROJECT / "knowledge", folder / "knowledge", Encoder(folder / "encoder"))
    return folder


def _alone() -> None:
    """Run in a view of the disks of our own, where we may have one, so that no mount of ours outlives us."""
    if os.environ.get(_OWN_MOUNTS) or os.getuid() != 0:
        return
    os.environ[_OWN_MOUNTS] = "1"
    os.execvp("unshare", ["unshare", "--mount", sys.executable, "-m", "tests.faults", *sys.argv[1:]])  # noqa: S606


if __name__ == "__main__":
    _alone()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that whoever ends it leaves nothing running either
    typer.run(main)
