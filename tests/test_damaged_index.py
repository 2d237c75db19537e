"""With a damaged index patients are answered from an older one at once, the clinic is told, and the newest one comes back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from desk.database import Database
from desk.models import Notice
from desk.sealed import Keyring
from knowledge.encoder import Encoder
from knowledge.errors import GenerationError
from knowledge.generation import current_id
from knowledge.library import Library
from tests.support.editing import Editor
from tests.support.system import System, until


def damage(folder: Path, name: str = "passages.json") -> None:
    """Cut off the half of a file of the generation in use; whoever else has the file keeps it whole."""
    file = folder / "generations" / str(current_id(folder)) / name
    whole = file.read_bytes()
    file.unlink()
    file.write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize("name", ["passages.json", "dense.faiss", "manifest.json"])
def test_an_older_index_answers_until_the_newest_is_whole_again(editor: Editor, encoder: Encoder, name: str) -> None:
    editor.writes("fever")
    editor.builds()
    editor.writes("fever", version=2)
    editor.builds()
    damage(editor.folder, name)
    library = Library(editor.folder, encoder, older_if_damaged=True)
    assert library.generation.articles["fever"].front.version == 1
    assert not library.refresh(), "there is nothing better yet"
    editor.builds()
    assert library.refresh()
    assert library.generation.articles["fever"].front.version == 2


def test_without_an_older_index_it_is_said(editor: Editor, encoder: Encoder) -> None:
    editor.writes("fever")
    editor.builds()
    damage(editor.folder)
    with pytest.raises(GenerationError, match="damaged"):
        Library(editor.folder, encoder, older_if_damaged=True)


@pytest.mark.e2e
def test_web_answers_at_once_and_tells_the_clinic(new_data_folder: Callable[[str], Path]) -> None:
    data = new_data_folder("damaged")
    generations = data / "knowledge" / "generations"
    newest = str(current_id(data / "knowledge"))
    shutil.copytree(generations / newest, generations / "older")
    damage(data / "knowledge")
    mail = {"smtp_url": "smtp://127.0.0.1:9", "mail_from": "cordial@birchwood.example", "notify_emails": "it@birchwood.example"}
    system = System(data, "serve", **mail)
    try:
        system.start()
        assert httpx.get(f"{system.url}/library", trust_env=False).status_code == 200
        assert "An older one answers while it is built again." in system.said()
        records = Database(f"sqlite:///{data / 'cordial.db'}", Keyring([(data / "encryption_key").read_text("ascii").strip()]))
        with records.read() as session:
            assert session.scalars(select(Notice.event)).all() == ["old_index"]
        records.close()
        until(lambda: f"generation={newest}" in system.said().partition("took up a new index")[2], 100, "the newest is back")
    finally:
        system.close()
