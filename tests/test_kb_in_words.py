"""What an editor reads at the terminal: an answer with its quotes and sources, what was published, and what a check found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.cli import app
from commands.kb import FilesChecked, print_answer
from knowledge.answer import ABSTAINED
from knowledge.article_rules import Problem
from knowledge.check import Checked, OwnQuestions, Share
from tests.support.case_files import ANSWER
from tests.support.checking import ARTICLE

WRONG, DOUBTFUL = Problem("fever.md", 3, "no date."), Problem("fever.md", 9, "another article is first.")


def checked(*problems: Problem, warnings: tuple[Problem, ...] = (), no_index: str | None = None) -> FilesChecked:
    """What was found in files without an article of their own."""
    own = OwnQuestions(Share(1, 2), Share(3, 4), (), warnings) if no_index is None else None
    return FilesChecked(Checked((), (), problems), own, no_index)


def test_an_answer_is_printed_with_its_quote_its_place_and_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer(ANSWER, indent="  ")
    first, quote, place, source = capsys.readouterr().out.splitlines()
    assert first == "  safety · evidence: rct · reviewed on 2026-11-01"
    assert quote == "  “Fever was more common with cells.”"
    assert place.endswith("› Is fever common? (fever, version 4)")
    assert source == "     source: A made-up trial. Journal of Examples, 2020. doi:10.1234/example"


def test_where_there_is_no_answer_that_is_all_that_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer(ABSTAINED)
    assert capsys.readouterr().out == "No reviewed answer (abstained).\n"


def test_a_problem_refuses_and_a_warning_does_not() -> None:
    assert checked(WRONG).refused
    assert checked(no_index="They could not be asked.").refused
    assert not checked(warnings=(DOUBTFUL,)).refused


def test_a_check_says_problems_then_warnings_then_the_counts() -> None:
    assert checked(WRONG, warnings=(DOUBTFUL,)).as_text().splitlines() == [
        "fever.md:3: no date.",
        "fever.md:9: another article is first. (a warning)",
        f"Answered by their own article first: {OwnQuestions(Share(1, 2), Share(3, 4), (), ())}.",
        "0 articles, 1 problems.",
    ]
    assert checked(no_index="They could not be asked.").as_text() == "They could not be asked.\n0 articles, 0 problems."


def test_a_check_tells_a_program_problems_and_warnings_apart() -> None:
    told = checked(WRONG, warnings=(DOUBTFUL,)).as_json()
    assert told["problems"] == [{"file": "fever.md", "line": 3, "problem": "no date."}]
    assert told["warnings"] == [{"file": "fever.md", "line": 9, "problem": "another article is first."}]
    assert told["own_questions"]["headings"]["first"] == 1
    assert told["no_index"] is None


def history(data: Path, *slug: str) -> tuple[int, list[str]]:
    """The exit code and the lines of `cordial kb history`."""
    done = CliRunner().invoke(app, ["kb", "history", *slug], env={"CORDIAL_DATA": str(data)})
    return done.exit_code, done.output.splitlines()


def test_the_history_has_each_version_with_its_time_and_only_the_article_asked_for(tmp_path: Path) -> None:
    assert history(tmp_path) == (0, ["Nothing was published yet."])
    for slug, version in (("fever", 2), ("fever", 1), ("chills", 1)):
        file = tmp_path / "knowledge" / "versions" / slug / f"{version}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(ARTICLE.replace("version: 1", f"version: {version}"), "utf-8")
        os.utime(file, (1_764_000_000, 1_764_000_000))
    code, lines = history(tmp_path)
    versions, who = lines[::2], lines[1::2]
    assert (code, [line.split()[:3] for line in versions]) == (
        0,
        [["chills", "version", "1"], ["fever", "version", "1"], ["fever", "version", "2"]],
    )
    assert all("2025-11-24 16:00 UTC  Fever after" in line for line in versions)
    assert {line.strip() for line in who} == {"approved by nobody at the desk"}
    assert len(history(tmp_path, "fever")[1]) == 2 * 2
    assert history(tmp_path, "cost") == (1, ["Nothing was published of cost yet."])
