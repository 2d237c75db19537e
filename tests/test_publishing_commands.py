"""`cordial kb publish`, `history` and `ask` for an editor: what is published is a decision, and can be looked up."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from commands.kb import build_index_or_serve_older
from cordial.settings import Settings, load_settings
from desk.audit import Search, search
from knowledge.publishing import notes_of
from tests.support.checking import Shelf
from tests.support.staff import open_records

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


@pytest.mark.parametrize("options", [[], ["--all"]])
def test_other_words_under_a_published_number_end_with_an_error_and_not_with_what_was_current(
    shelf: Shelf, options: list[str]
) -> None:
    kb("publish")
    shelf.changes("Fever mostly passes by itself.", "Fever mostly passes in a day.")
    refused = kb("publish", *options)
    assert refused.exit_code == 1
    assert "version 1 was published with other text. Set version: 2" in refused.output
    assert "was current" not in refused.output
    assert kb("build").exit_code == 1
    shelf.changes("version: 1", "version: 2")
    assert kb("publish", *options).exit_code == 0


def test_only_what_changed_is_looked_into_unless_all_is_asked_for(shelf: Shelf) -> None:
    shelf.adds_a_second("What is known about fever.", "What is known about chills.")
    kb("publish")
    assert "Looked at what changed: nothing." in kb("check").output
    shelf.changes("Fever mostly passes by itself.", "Fever mostly passes in a day.", "articles/chills.md")
    shelf.changes("version: 1", "version: 2", "articles/chills.md")
    assert "Looked at what changed: chills." in kb("check").output
    assert "Looked at" not in kb("check", "--all").output


def test_the_reason_stands_beside_the_version(shelf: Shelf, tmp_path: Path) -> None:
    kb("publish", "--reason", "The first words")
    [note] = notes_of(tmp_path / "data" / "knowledge" / "versions", "fever")
    assert (note.version, note.what, note.reason) == (1, "published", "The first words")


def entries(data: Path) -> list[tuple[str, str | None, dict[str, Any]]]:
    """What the audit log says of articles that were published: by whom, which, and the rest."""
    with closing(open_records(data)) as records, records.read() as session:
        found = search(session, Search(action="article.published"), None, 50)
        return [(each.actor, each.subject, dict(each.details)) for each in reversed(found)]


def test_what_nobody_approved_is_in_the_audit_log_and_marked_in_the_history(shelf: Shelf, tmp_path: Path) -> None:
    kb("publish", "--reason", "The first words")
    shelf.changes("Fever mostly passes by itself.", "Fever mostly passes in a day.")
    shelf.changes("version: 1", "version: 2")
    kb("publish", "--reason", "It was vague")
    kb("publish")
    whole, second = entries(tmp_path / "data")
    assert whole == ("command line", None, {"articles": 1, "without_approval": True}), "with which everything begins"
    assert second == ("command line", "fever", {"version": 2, "without_approval": True})
    assert "approved by nobody at the desk; published: command line; why: It was vague" in kb("history", "fever").output
    _, told = json.loads(kb("history", "fever", "--json").output)["versions"]
    assert (told["version"], told["how"], told["reviewer"], told["reason"]) == (2, "command line", "", "It was vague")


def test_what_a_start_takes_up_from_the_files_is_noted_as_well(shelf: Shelf, tmp_path: Path) -> None:
    kb("publish")
    shelf.changes("version: 1", "version: 2")
    build_index_or_serve_older(load_settings())
    assert entries(tmp_path / "data")[-1] == ("system", "fever", {"version": 2, "without_approval": True})
    assert "published: system" in kb("history", "fever").output
