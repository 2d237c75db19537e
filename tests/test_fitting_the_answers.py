"""Whoever changes articles fits anew when to answer, and what goes on in a conversation, and sees what it would bring."""

from __future__ import annotations

import json
from itertools import islice, pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from commands.cli import app
from cordial.bootstrap import PROJECT
from knowledge.calibration import fit_calibration, load_calibration
from knowledge.encoder import Encoder
from knowledge.evaluate import read_questions
from knowledge.library import CALIBRATION, Library
from knowledge.turn_ranker import FILE as TURNS
from knowledge.turn_ranker import TurnRanker
from language.spoken import text_file

QUESTIONS = PROJECT / "tests" / "questions"


def runs(*arguments: str | Path) -> Result:
    """A command that comes to a good end."""
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert done.exit_code == 0, done.output
    return done


def some(file: Path, count: int, into: Path) -> Path:
    """Every so many lines of a file, so that all kinds are among them."""
    lines = file.read_text("utf-8").splitlines()
    into.write_text("\n".join(islice(lines, 0, None, max(1, len(lines) // count))), "utf-8")
    return into


@pytest.fixture
def asked(library: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    """The library of the shipped articles, which the commands ask."""
    monkeypatch.setattr("commands.kb.open_library", lambda settings, learns=False: library)
    return library


@pytest.fixture
def learning(library: Library, prepared: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Library:
    """The same, where it has learned nothing of conversations yet."""
    own = Library(prepared / "knowledge", encoder, turns=TurnRanker.unlearned())
    monkeypatch.setattr("commands.kb.open_library", lambda settings, learns=False: own)
    return own


def test_what_was_fitted_tells_what_the_library_covers(asked: Library, tmp_path: Path) -> None:
    files = [some(QUESTIONS / name, 20, tmp_path / name) for name in ("covered_fit.jsonl", "not_covered_fit.jsonl")]
    said = runs("kb", "fit", *files, "--into", tmp_path / "fitted.json").output
    fitted = load_calibration(tmp_path / "fitted.json")
    shipped = load_calibration(CALIBRATION)
    assert f"Calibration {shipped.version + 1}: threshold {fitted.threshold}" in said
    assert (fitted.version, fitted.encoder) == (shipped.version + 1, shipped.encoder)
    assert (fitted.covered, fitted.not_covered) == tuple(len(read_questions([file])) for file in files)
    assert 0 <= fitted.clarify <= fitted.threshold < 1

    def sure(text: str) -> float:
        return fitted.probability(asked.signals(text))

    assert sure("Is fever after the infusion a bad sign?") > fitted.threshold
    assert sure("Is fever after the infusion a bad sign?") > sure("how do I bake bread") + 0.3


def test_nearly_every_covered_question_of_the_fit_is_answered(asked: Library) -> None:
    seen = {
        name: [asked.signals(case.text) for case in read_questions([QUESTIONS / f"{name}_fit.jsonl"])[::8]]
        for name in ("covered", "not_covered")
    }
    fitted = fit_calibration(seen["covered"], seen["not_covered"], "any", 1)
    held_back = [fitted.probability(each) < fitted.threshold for each in seen["covered"]]
    assert 1 <= sum(held_back) <= 0.08 * len(held_back) + 1
    asked_back = [fitted.clarify <= fitted.probability(each) < fitted.threshold for each in seen["not_covered"]]
    assert sum(asked_back) <= 0.2 * len(asked_back)


def test_the_curve_shows_what_each_threshold_would_bring(asked: Library, tmp_path: Path) -> None:
    file = some(QUESTIONS / "covered_and_not.jsonl", 40, tmp_path / "asked.jsonl")
    lines = runs("kb", "curve", file).output.splitlines()
    covered = sum(bool(case.articles) for case in read_questions([file]))
    others = len(read_questions([file])) - covered
    assert lines[0] == f"{covered} covered questions, {others} others; in use: {asked.calibration.threshold}"
    rows = [[float(cell.strip(" %")) for cell in line.strip("|").split("|")] for line in lines if line.startswith("| 0.")]
    assert [row[0] for row in rows] == [round(at / 20, 2) for at in range(1, 20)]
    for before, after in pairwise(rows):
        assert before[1] <= after[1]
        assert before[2] <= after[2]
    _, covered_held_back, others_held_back = rows[9]  # at one half
    assert covered_held_back < 40
    assert others_held_back > 60


@pytest.mark.timeout(300)
def test_what_a_conversation_goes_on_with_is_learned_from_conversations(learning: Library, tmp_path: Path) -> None:
    conversations = some(text_file("knowledge", "conversations.jsonl"), 8, tmp_path / "conversations.jsonl")
    alone = some(QUESTIONS / "covered_and_not.jsonl", 10, tmp_path / "alone.jsonl")
    before = runs("kb", "eval-conversations", conversations).output
    into = tmp_path / "turns.npz"
    said = runs("kb", "fit-conversations", alone, "--conversations", conversations, "--into", into).output
    fitted = TurnRanker.load(into)
    count = len(conversations.read_text("utf-8").splitlines())
    assert f"Learned from {count} conversations: threshold {fitted.threshold:.3f}." in said
    assert 0 < fitted.clarify <= fitted.threshold < 1
    assert fitted.encoder == learning.generation.encoder
    after = runs("kb", "eval-conversations", conversations).output
    name = "later: a marked article quoted first"
    assert shares(after)[name] > shares(before)[name] + 10  # what is not sure is held back by either
    assert TurnRanker.load(TURNS).threshold != fitted.threshold, "the one in use stays as it was"


def shares(output: str) -> dict[str, float]:
    """The share of each measure, in percent."""
    rows = [line.strip().split("  ", 1) for line in output.splitlines() if "%" in line]
    return {name: float(rest.split("%")[0].strip()) for name, rest in rows}


def test_questions_are_also_measured_after_another_on_something_else(asked: Library, tmp_path: Path) -> None:
    file = some(QUESTIONS / "covered_and_not.jsonl", 20, tmp_path / "asked.jsonl")
    found = shares(runs("kb", "eval-conversations", "--after-another", file).output)
    assert found["asked first: right article quoted first"] > 60
    assert found["after another: right article quoted first"] > 50
    assert set(found) == {
        f"{when}: {what}"
        for when in ("asked first", "after another")
        for what in ("right article quoted first", "covered, held back", "not covered, held back")
    }


def test_a_line_that_is_no_conversation_is_named(asked: Library, tmp_path: Path) -> None:
    file = tmp_path / "conversations.jsonl"
    file.write_text(f"{json.dumps({'by': 'a', 'said': []})}\n{json.dumps({'by': 'a'})}\n", "utf-8")
    done = CliRunner().invoke(app, ["kb", "eval-conversations", str(file)])
    assert done.exit_code == 1
    assert "conversations.jsonl, line 2" in done.output
