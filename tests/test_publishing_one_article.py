"""One article is published beside all others: quickly, whole or not at all, and never over what somebody else wrote."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from knowledge.article import parse_article
from knowledge.editing import Signed, as_published, as_retired
from knowledge.encoder import Encoder
from knowledge.errors import GenerationError
from knowledge.generation import (
    Generation,
    build_generation,
    content_id,
    content_with,
    current_id,
    keep_version,
    load_generation,
    published_articles,
    trial_generation,
)
from knowledge.library import Library
from knowledge.publishing import (
    NotAsItWas,
    Note,
    ReadOnly,
    Shelf,
    Step,
    content_after,
    notes_of,
    publish_article,
    retire_article,
    text_on_file,
)
from tests.support.editing import Editor, article_text

NOTE = Note(2, "published", "The words were hard", "an editor", "a physician")


@pytest.fixture
def shelf(editor: Editor, encoder: Encoder) -> Shelf:
    """Four articles in use."""
    for slug, title in (("fever", "Fever"), ("chills", "Chills"), ("cost", "Cost"), ("travel", "Travel")):
        editor.writes(slug, title=title, text=f"{title} is told of here. It ends well.")
    editor.builds()
    return Shelf(editor.content, editor.folder, encoder)


def step(shelf: Shelf, words: str = "A fever may come at night. It passes.") -> Step:
    """The next version of the article on fever."""
    before = text_on_file(shelf, "fever")
    after = before.replace("Fever is told of here. It ends well.", words)
    return Step("fever", as_published(after, Signed(2, date(2026, 11, 29))), before)


def served(shelf: Shelf) -> Generation:
    """What patients are answered from."""
    return load_generation(shelf.folder)


def test_one_article_is_another_and_all_others_are_as_they_were(shelf: Shelf) -> None:
    before = served(shelf)
    build = publish_article(shelf, step(shelf), NOTE)
    after = served(shelf)
    assert (build.changed, build.generation) == (True, after.id)
    assert "A fever may come at night." in after.articles["fever"].body
    assert {slug: each.body for slug, each in after.articles.items() if slug != "fever"} == {
        slug: each.body for slug, each in before.articles.items() if slug != "fever"
    }


def test_what_was_made_quickly_holds_what_a_whole_build_would_hold(shelf: Shelf) -> None:
    publish_article(shelf, step(shelf), NOTE)
    quick = served(shelf)
    made_from = content_id(shelf.folder)
    assert not build_generation(shelf.content, shelf.folder, shelf.encoder, quickly=True).changed, "a start changes nothing"
    assert build_generation(shelf.content, shelf.folder, shelf.encoder).generation == made_from
    whole = served(shelf)
    assert (quick.entries, quick.passages, quick.ranker.classes) == (whole.entries, whole.passages, whole.ranker.classes)
    rows = np.arange(len(whole.entries))
    assert np.allclose(quick.dense.rows(rows), whole.dense.rows(rows), atol=1e-6)
    for question in ("does a fever come at night", "what does travel bring", "how much is it"):
        vector = shelf.encoder.encode([question])[0]
        first = {each.ranker.classes[int(each.ranker.scores(question, vector).argmax())] for each in (quick, whole)}
        assert len(first) == 1


def test_what_somebody_else_has_in_the_folder_is_not_published_along(shelf: Shelf, editor: Editor) -> None:
    editor.writes("cost", title="Cost", version=2, text="Nobody has reviewed this yet.")
    publish_article(shelf, step(shelf), NOTE)
    assert "Nobody has reviewed" not in served(shelf).articles["cost"].body


def test_a_file_with_other_words_is_never_overwritten(shelf: Shelf, editor: Editor) -> None:
    wanted = step(shelf)
    editor.writes("fever", text="Words from the command line.")
    with pytest.raises(NotAsItWas, match=r"fever\.md"):
        publish_article(shelf, wanted, NOTE)
    assert "Words from the command line." in text_on_file(shelf, "fever")
    assert "It ends well." in served(shelf).articles["fever"].body


def test_a_number_that_was_published_with_other_words_is_refused(shelf: Shelf) -> None:
    wanted = step(shelf)
    publish_article(shelf, wanted, NOTE)
    again = Step("fever", wanted.text.replace("at night", "by day"), wanted.text)
    with pytest.raises(NotAsItWas, match="Version 2"):
        publish_article(shelf, again, NOTE)
    assert "at night" in text_on_file(shelf, "fever")


@pytest.mark.parametrize("got_to", ["nothing", "the generation", "the file", "the version"])
def test_whoever_is_killed_in_between_leaves_the_old_whole_and_can_publish_again(shelf: Shelf, got_to: str) -> None:
    wanted, before = step(shelf), current_id(shelf.folder)
    article = parse_article(wanted.text, shelf.file_of("fever"))
    if got_to != "nothing":
        half = shelf.folder / "generations" / "0123456789abcdef.1.part"
        half.mkdir()
        (half / "articles.json").write_text("{", "utf-8")
    if got_to in {"the file", "the version"}:
        shelf.file_of("fever").write_text(wanted.text, "utf-8")
    if got_to == "the version":
        keep_version(article, shelf.file_of("fever"), wanted.text.encode(), shelf.versions / "fever")
    assert served(shelf).id == before
    publish_article(shelf, wanted, NOTE)
    assert "at night" in served(shelf).articles["fever"].body
    assert [note.version for note in notes_of(shelf.versions, "fever")] == [2]


def test_publishing_the_same_twice_is_publishing_it_once(shelf: Shelf) -> None:
    wanted = step(shelf)
    first, second = publish_article(shelf, wanted, NOTE), publish_article(shelf, wanted, NOTE)
    assert served(shelf).id == second.generation
    assert "at night" in served(shelf).articles["fever"].body
    assert first.articles == second.articles == 4
    assert len(notes_of(shelf.versions, "fever")) == 1


def test_what_was_tried_is_what_is_published(shelf: Shelf) -> None:
    wanted, library = step(shelf), Library(shelf.folder, shelf.encoder)
    article = parse_article(wanted.text, shelf.file_of("fever"))
    tried = trial_generation(library.generation, content_after(shelf, "fever", article), shelf.encoder)
    question = "what happens with a fever"
    said = library.beside(tried).explain(question)
    publish_article(shelf, Step(wanted.slug, wanted.text, wanted.expected, tried), NOTE)
    then = Library(shelf.folder, shelf.encoder).explain(question)
    assert [each.answer for each in then] == [each.answer for each in said]
    assert then[0].probability == pytest.approx(said[0].probability, abs=1e-5)


def test_a_retired_article_is_gone_from_the_answers_and_its_versions_stay(shelf: Shelf) -> None:
    text = text_on_file(shelf, "fever")
    retire_article(shelf, Step("fever", as_retired(text), text), Note(1, "retired", "A study was withdrawn"))
    assert set(served(shelf).articles) == {"chills", "cost", "travel"}
    assert not [entry for entry in served(shelf).entries if "Fever" in entry.text]
    assert (shelf.versions / "fever" / "1.md").read_text("utf-8") == text
    assert "status: retired" in text_on_file(shelf, "fever")
    assert not build_generation(shelf.content, shelf.folder, shelf.encoder, quickly=True).problems
    assert "fever" not in served(shelf).articles, "a later build does not bring it back"


def test_the_last_article_cannot_be_retired(editor: Editor, encoder: Encoder) -> None:
    editor.writes("fever")
    editor.builds()
    shelf = Shelf(editor.content, editor.folder, encoder)
    text = text_on_file(shelf, "fever")
    with pytest.raises(GenerationError):
        retire_article(shelf, Step("fever", as_retired(text), text), Note(1, "retired", "Why not"))
    assert "status: published" in text_on_file(shelf, "fever")


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_done(shelf: Shelf) -> None:
    wanted, before = step(shelf), current_id(shelf.folder)
    away = shelf.content / "articles"
    away.rename(shelf.content / "elsewhere")
    try:
        with pytest.raises(ReadOnly, match="cannot be written"):
            publish_article(shelf, wanted, NOTE)
    finally:
        (shelf.content / "elsewhere").rename(away)
    assert current_id(shelf.folder) == before


def test_a_trial_answers_nobody(shelf: Shelf, editor: Editor) -> None:
    editor.writes("fever", version=2, text="Only tried.")
    before = served(shelf)
    articles, _ = published_articles(shelf.content / "articles", Path(editor.folder / "elsewhere"))
    tried = trial_generation(before, content_with(shelf.content, articles, []), shelf.encoder)
    assert "Only tried." in tried.articles["fever"].body
    assert served(shelf).id == before.id
    assert article_text(version=2, text="Only tried.") == text_on_file(shelf, "fever")
