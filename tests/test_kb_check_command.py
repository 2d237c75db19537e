"""`cordial kb check` for an editor at the command line, and for a program."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cordial.settings import Settings
from knowledge.library import Library
from tests.support.checking import Shelf


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The shelf that the command looks at."""
    shelf = Shelf(tmp_path)
    monkeypatch.setattr(Settings, "articles_folder", property(lambda self: shelf.articles))
    monkeypatch.setenv("CORDIAL_DATA", str(tmp_path / "data"))
    return shelf


def check(*options: str) -> Result:
    """Run the command."""
    from commands.cli import app  # noqa: PLC0415

    return CliRunner().invoke(app, ["kb", "check", *options])


def test_a_shelf_in_order_passes(shelf: Shelf) -> None:
    result = check("--files-only")
    assert (result.exit_code, result.output) == (0, "1 articles, 0 problems.\n")


def test_each_problem_is_a_line_and_the_command_fails(shelf: Shelf) -> None:
    shelf.changes("Fever mostly passes by itself.", "Rest is a sure cure for 9 in 10.")
    shelf.changes("about: safety", "about: fun")
    result = check("--files-only")
    assert result.exit_code == 1
    assert result.output.splitlines()[0].startswith("content/articles/fever.md:4: about: ")


def test_a_program_gets_the_same(shelf: Shelf) -> None:
    shelf.writes("articles/empty.md", "")
    result = check("--files-only", "--json")
    assert result.exit_code == 1
    value = json.loads(result.output)
    assert value["problems"] == [{"file": "content/articles/empty.md", "line": 1, "problem": "the file is empty."}]
    assert (value["warnings"], value["own_questions"], value["no_index"]) == ([], None, None)


@pytest.mark.slow
def test_the_articles_are_asked_their_own_questions_without_publishing_anything(
    shelf: Shelf, prepared: Path, library: Library, tmp_path: Path
) -> None:
    shutil.copytree(prepared / "encoder", tmp_path / "data" / "encoder")
    shelf.adds_a_second("What is known about fever.", "What is known about chills.")
    shelf.writes("declined.yml", "price:\n  - how much is it\n  - what does it cost\n")
    result = check("--json")
    value = json.loads(result.output)
    assert value["no_index"] is None
    assert value["own_questions"]["headings"]["asked"] == 4
    assert not (tmp_path / "data" / "knowledge").exists()


@pytest.mark.slow
def test_an_index_that_cannot_be_built_is_told_beside_the_problems(shelf: Shelf, prepared: Path, tmp_path: Path) -> None:
    shutil.copytree(prepared / "encoder", tmp_path / "data" / "encoder")
    shelf.writes("articles/fever.md", "")
    result = check()
    assert result.exit_code == 1
    assert "fever.md:1: the file is empty." in result.output
    assert "could not be asked their own questions" in result.output
