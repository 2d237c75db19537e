"""What an editor publishes is what patients are quoted from; a mistake takes nothing away from them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.encoder import Encoder
from knowledge.errors import GenerationError, SourcesError, VersionConflict
from knowledge.generation import current_id, embedded_before, load_generation, stored_version
from knowledge.library import Library
from tests.support.editing import Editor, article_text


def test_a_published_article_is_served(editor: Editor) -> None:
    editor.writes("fever")
    build = editor.builds()
    assert (build.changed, build.articles, build.problems) == (True, 1, [])
    assert "A fever may follow." in editor.bodies()["fever"]


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_an_article_that_is_not_published_is_not_served(editor: Editor, status: str) -> None:
    editor.writes("fever")
    editor.writes("cost", title="Cost", status=status)
    editor.builds()
    assert set(editor.bodies()) == {"fever"}


def test_building_twice_gives_the_same_generation(editor: Editor) -> None:
    editor.writes("fever")
    first, second = editor.builds(), editor.builds()
    assert second.generation == first.generation
    assert (first.changed, second.changed) == (True, False)


def test_building_elsewhere_gives_the_same_generation(editor: Editor, encoder: Encoder, tmp_path: Path) -> None:
    elsewhere = Editor(tmp_path / "elsewhere", encoder)
    for shelf in (editor, elsewhere):
        shelf.writes("fever")
    assert elsewhere.builds().generation == editor.builds().generation


def test_a_new_version_replaces_the_old_one_which_stays_readable(editor: Editor) -> None:
    editor.writes("fever", text="Old words.")
    editor.builds()
    editor.writes("fever", version=2, text="New words.")
    assert editor.builds().changed
    assert "New words." in editor.bodies()["fever"]
    assert "Old words." in stored_version(editor.folder / "versions", "fever", 1).body


@pytest.mark.parametrize("broken", [b"", b"\xff\xfe", article_text()[:200].encode(), article_text().encode() + b"\0"])
def test_a_broken_article_keeps_its_last_good_version_in_service(editor: Editor, broken: bytes) -> None:
    editor.writes("fever")
    editor.builds()
    before = editor.bodies()
    editor.writes("fever", broken)
    [problem] = editor.builds().problems
    assert str(problem).startswith("fever.md:")
    assert editor.bodies() == before


def test_an_article_that_never_was_good_is_named_and_the_others_are_served(editor: Editor) -> None:
    editor.writes("fever")
    editor.writes("cost", "half an article")
    [problem] = editor.builds().problems
    assert str(problem).startswith("cost.md:")
    assert set(editor.bodies()) == {"fever"}


def test_a_published_version_cannot_be_changed_without_a_new_number(editor: Editor) -> None:
    editor.writes("fever", text="What patients were shown.")
    editor.builds()
    editor.writes("fever", text="Something else.")
    [problem] = editor.builds().problems
    assert isinstance(problem, VersionConflict)
    assert "version: 2" in str(problem)
    assert "What patients were shown." in editor.bodies()["fever"]


def test_with_nothing_usable_there_is_nothing_to_build(editor: Editor) -> None:
    editor.writes("fever", b"")
    with pytest.raises(GenerationError):
        editor.builds()


def test_broken_sources_keep_everything_as_it_was(editor: Editor) -> None:
    editor.writes("fever")
    editor.builds()
    (editor.content / "sources.yml").write_text("- id: study-one\n  title: [\n", "utf-8")
    with pytest.raises(SourcesError, match=r"sources\.yml"):
        editor.builds()
    assert set(editor.bodies()) == {"fever"}


@pytest.mark.parametrize(
    ("entry", "said"), [("- id: study-one\n", "study-one"), ("- just words\n", "number 1"), ("id: study-one\n", "list")]
)
def test_a_wrong_source_is_named(editor: Editor, entry: str, said: str) -> None:
    editor.writes("fever")
    (editor.content / "sources.yml").write_text(entry, "utf-8")
    with pytest.raises(SourcesError, match=said):
        editor.builds()


def test_a_source_that_stands_twice_is_named(editor: Editor) -> None:
    editor.writes("fever")
    file = editor.content / "sources.yml"
    file.write_text(file.read_text("utf-8") * 2, "utf-8")
    with pytest.raises(SourcesError, match="study-one"):
        editor.builds()


def test_a_damaged_generation_is_noticed_and_built_again(editor: Editor) -> None:
    editor.writes("fever")
    generation = editor.builds().generation
    for file in (editor.folder / "generations" / generation).iterdir():
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(GenerationError, match="damaged"):
            editor.served()
        assert editor.builds().generation == generation
        assert set(editor.bodies()) == {"fever"}


def test_without_a_generation_there_is_a_sentence_that_says_what_to_do(editor: Editor) -> None:
    with pytest.raises(GenerationError, match="cordial kb build"):
        load_generation(editor.folder)


def test_only_the_newest_generations_stay(editor: Editor) -> None:
    for version in range(1, 6):
        editor.writes("fever", version=version, text=f"Text number {version}.")
        editor.builds()
    generations = [folder.name for folder in (editor.folder / "generations").iterdir()]
    assert len(generations) == 3
    assert current_id(editor.folder) in generations
    assert len(list((editor.folder / "versions" / "fever").iterdir())) == 5


def test_a_running_library_takes_up_a_new_version(editor: Editor, encoder: Encoder) -> None:
    editor.writes("fever", text="Old words.")
    editor.builds()
    library = Library(editor.folder, encoder)
    assert not library.refresh()
    editor.writes("fever", version=2, text="New words.")
    editor.builds()
    assert library.refresh()
    assert library.generation.articles["fever"].front.version == 2


def test_every_passage_is_cut_out_of_its_article(library: Library) -> None:
    generation = library.generation
    for passage in generation.passages:
        body = generation.articles[passage.article].body
        assert passage.text == body[passage.start : passage.end]
        assert passage.text.strip() == passage.text != ""
        assert all(passage.start <= start < end <= passage.end for start, end in passage.sentences)


def test_every_passage_names_sources_that_exist(library: Library) -> None:
    generation = library.generation
    named = {source for passage in generation.passages for source in passage.sources}
    assert named <= set(generation.sources)
    assert len(named) > 20


def test_an_upgrade_that_changes_the_form_of_an_index_embeds_nothing_again(editor: Editor, encoder: Encoder) -> None:
    editor.writes("fever")
    home = editor.folder / "generations" / editor.builds().generation
    manifest = json.loads((home / "manifest.json").read_text("utf-8"))
    del manifest["files"]["studies.json"]  # as an older release left it
    (home / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(GenerationError):
        load_generation(editor.folder)
    kept = embedded_before(editor.folder, encoder.name)
    assert editor.builds().changed
    entries = load_generation(editor.folder).entries
    assert {entry.text for entry in entries} <= set(kept)
