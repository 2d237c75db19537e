"""What docs/reliability.md says of each fault is what `make faults` tries; what was not tried again keeps what it said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.rows import ROWS
from tests.faults.table import BEGIN, DOCUMENT, END, Seen, rows_of, write

ONE, OTHER = ROWS[0], ROWS[1]


def documented() -> list[list[str]]:
    """The rows of the document."""
    return [list(row) for row in rows_of(DOCUMENT.read_text("utf-8").partition(BEGIN)[2].partition(END)[0])]


def test_the_document_and_the_suite_have_the_same_rows() -> None:
    assert [row[:2] for row in documented()] == [[row.what, row.how] for row in ROWS]
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_each_row_tells_what_was_seen_or_why_it_was_not_tried() -> None:
    silent = [row for row in documented() if len(row) != 8 or not (all(row) or row[2].startswith("not tried: "))]
    assert silent == []


def test_nothing_was_lost_and_every_emergency_answered() -> None:
    assert [row for row in documented() if "**" in row[4] or "not answered" in row[5]] == []


def test_all_was_back_in_time_but_for_two_that_are_known_to_be_late() -> None:
    late = {(row[0], row[1].partition(" ")[0]) for row in documented() if "**" in row[7]}
    assert late <= {("the data folder", "becomes"), ("`cordial backup restore`", "killed")}


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """An empty document."""
    file = tmp_path / "reliability.md"
    file.write_text(f"Before.\n\n{BEGIN}\n{END}\n\nAfter.\n", "utf-8")
    return file


def seen(**more: object) -> Seen:
    """What may be seen."""
    told = {"patient": ["the reply"], "coordinator": ["the queue"], "emergency": (0.3, "web"), "away": 40.0, "back": 1.0}
    return Seen(**{**told, **more})  # type: ignore[arg-type]


def test_a_second_run_keeps_the_rows_that_it_does_not_try(document: Path) -> None:
    write({ONE.name: seen()}, "load 1.0", document)
    write({OTHER.name: seen(back=2.0)}, "load 1.0", document)
    one, other, *_ = rows_of(document.read_text("utf-8"))
    assert list(one) == [ONE.what, ONE.how, "the reply", "the queue", "nothing", "0.3 s, web", "40", "1.0"]
    assert other[-1] == "2.0"
    assert document.read_text("utf-8").startswith("Before.\n")
    assert document.read_text("utf-8").endswith("\nAfter.\n")


@pytest.mark.parametrize(
    ("bad", "misses"),
    [
        ({"lost": ["hello"]}, ["something was lost"]),
        ({"emergency": (-1.0, "nobody")}, ["an emergency was not answered"]),
        ({"emergency": (1.2, "web")}, ["an emergency was answered after 1.2 s"]),
        ({"back": 5.1}, ["back after 5.1 s"]),
        ({}, []),
    ],
)
def test_what_misses_a_bar_is_told_and_stands_out(bad: dict[str, object], misses: list[str], document: Path) -> None:
    found = seen(**bad)
    assert found.misses == misses
    write({ONE.name: found}, "load 1.0", document)
    assert ("**" in document.read_text("utf-8")) is bool(misses)


def test_of_several_moments_the_worst_counts() -> None:
    worst = seen()
    worst.add(seen(patient=["not sent yet"], back=3.0, emergency=(0.2, "the page")))
    assert (worst.patient, worst.back, worst.emergency) == (["the reply", "not sent yet"], 3.0, (0.3, "web"))
    worst.add(seen(emergency=(-1.0, "nobody"), lost=["hello"]))
    worst.add(seen(emergency=(9.0, "web")))
    assert worst.misses == ["something was lost", "an emergency was not answered"]
