"""`cordial kb publish`, `history` and `ask` for an editor: what is published is a decision, and can be looked up."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cordial.settings import Settings
from tests.support.checking import Shelf

pytestmark = pytest.mark.slow


@pytest.fixture
def shelf(tmp_path: Path, prepared: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The shelf that the commands look at."""
    shelf = Shelf(tmp_path)
    monkeypatch.setattr(Settings, "articles_folder", property(lambda self: shelf.articles))
    monkeypatch.setenv("CORDIAL_DATA", str(tmp_path / "data"))
    shutil.copytree(prepared / "encoder", tmp_path / "data" / "encoder")
    return shelf


def kb(*arguments: str) -> Result:
    """Run a command."""
    from commands.cli import app  # noqa: PLC0415

    return CliRunner().invoke(app, ["kb", *arguments])


def test_what_is_in_order_is_published_and_stands_in_the_history(shelf: Shelf) -> None:
    published = kb("publish")
    assert published.exit_code == 0, published.output
    assert "is new: 1 articles" in published.output
    history = kb("history", "fever")
    assert (history.exit_code, history.output.split()[:3]) == (0, ["fever", "version", "1"])


def test_what_is_not_in_order_is_not_published(shelf: Shelf) -> None:
    shelf.changes("Fever mostly passes by itself.", "This is a sure cure.")
    refused = kb("publish")
    assert refused.exit_code == 1
    assert "fever.md:" in refused.output
    assert "Nothing was published." in refused.output
    assert kb("history", "fever").exit_code == 1


def test_to_ask_is_not_to_publish(shelf: Shelf) -> None:
    kb("publish")
    shelf.changes("Fever mostly passes by itself.", "Fever mostly passes in a day.")
    shelf.changes("version: 1", "version: 2")
    kb("ask", "Does a fever pass?")
    assert "version 2" not in kb("history").output
    assert "is new" in kb("publish").output
    assert "version 2" in kb("history").output
