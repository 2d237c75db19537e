"""At the terminal an answer is the one that a patient gets, scores are shown to who asks for them, and sets are measured."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.cli import app
from knowledge.library import Library

FEVER = "Is fever after the infusion a bad sign?"
PRICE = "How much do you charge?"


@pytest.fixture
def runs(library: Library, prepared: Path) -> CliRunner:
    """A terminal in the folder of the shipped library."""
    assert library
    return CliRunner(env={"CORDIAL_DATA": str(prepared)})


def printed(runs: CliRunner, *words: str) -> str:
    """What a command prints for whoever, or whatever, reads it; logs go elsewhere."""
    done = runs.invoke(app, words)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_an_answer_is_the_one_that_a_patient_gets(runs: CliRunner, library: Library) -> None:
    told = json.loads(printed(runs, "kb", "ask", FEVER, "--json"))
    assert told == {"answers": [answer.model_dump(mode="json") for answer in library.ask(FEVER)]}
    said = printed(runs, "kb", "ask", FEVER)
    assert all(" ".join(each.quote.split()) in said for each in library.ask(FEVER)[0].passages)
    assert "probability" not in said


def test_its_scores_are_shown_if_they_are_asked_for(runs: CliRunner, library: Library) -> None:
    [explained] = library.explain(FEVER)
    lines = printed(runs, "kb", "ask", FEVER, "--explain").splitlines()
    at = lines.index(f"probability {explained.probability:.3f}, threshold {explained.threshold:.3f}")
    assert [line.split()[1] for line in lines[at + 1 :]] == [f"{each.article}#{each.section}" for each in explained.candidates]
    assert all(re.fullmatch(r"  \d\.\d{3}  \S+  «.{1,70}»", line) for line in lines[at + 1 :])


def test_sets_are_measured_and_the_misses_listed(runs: CliRunner, tmp_path: Path) -> None:
    wrong = {"text": FEVER, "articles": ["cost-and-payment"], "kind": "wrong"}
    right = {"text": PRICE, "articles": [], "kind": "right"}
    file = tmp_path / "set.jsonl"
    file.write_text("\n".join(map(json.dumps, (wrong, right))), "utf-8")
    said = printed(runs, "kb", "eval", str(file))
    assert "All 2 questions; share, 95 % interval, counts" in said
    assert "\nwrong\n" in said
    assert "\nright\n" in said
    assert re.search(r"Time of one answer: median \d+\.\d ms, 95 % under \d+\.\d ms", said)
    assert re.search(
        rf"1 misses\n- {re.escape(FEVER)}\n    wanted cost-and-payment; got answered: fever.+   score \d\.\d{{3}}\n", said
    )
    told = json.loads(printed(runs, "kb", "eval", str(file), "--json"))
    told = told["summary"]
    assert (told["questions"], told["covered"], told["not_covered"]) == (2, 1, 1)
    assert [(miss["text"], miss["wanted"]) for miss in told["misses"]] == [(FEVER, ["cost-and-payment"])]
    assert told["overall"]["first"]["count"] == 0


@pytest.mark.parametrize(
    ("words", "level", "group"),
    [
        (["my chest hurts so bad"], "emergency", "cardiac"),
        (["--asked", "allergies", "peanuts, my throat closes"], None, None),
        (["does it work?"], None, None),
    ],
)
def test_a_program_is_told_what_the_check_for_emergencies_says(
    runs: CliRunner, words: list[str], level: str | None, group: str | None
) -> None:
    found = json.loads(printed(runs, "red-flags", "check", "--json", *words))
    if level is None:
        assert found is None
        return
    assert found.keys() == {"level", "group", "text", "evidence"}
    assert (found["level"], found["group"]) == (level, group)
    assert "112" in found["text"]
    assert any("chest" in words for words in found["evidence"])
