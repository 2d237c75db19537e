"""One article is published, retired or looked up: the file in the articles' folder, the kept version, the index.

Each step leaves the old or the new whole. The generation is put aside first, where nobody is answered from it; then the file
is written, then the version is kept, and at last one rename brings the generation into use. Whoever is killed in between can
publish the same again, and ends where they would have been.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.article import Article, parse_article
from knowledge.encoder import Encoder
from knowledge.errors import ArticleError, KnowledgeError
from knowledge.generation import (
    Build,
    Content,
    Generation,
    alone,
    articles_in_use,
    content_with,
    current_id,
    former_of,
    keep_version,
    make_current,
    put_aside,
    stored_text,
    version_numbers,
    write_whole,
)
from knowledge.stamps import Stamp, stamp_of

NOTES = "notes.jsonl"  # in the folder of an article's versions


class ReadOnly(KnowledgeError):
    """The folder of the articles cannot be written."""


class NotAsItWas(KnowledgeError):
    """The article's file is not what the change began from."""


@dataclass(frozen=True)
class Note:
    """Who published or retired a version, when and why. People of the console stand in it by their ids."""

    version: int
    what: str  # published, retired
    reason: str
    author: str | None = None
    reviewer: str | None = None
    at: str = ""
    how: str = ""  # "command line" or "system", where it came from its file and nobody approved it at the desk


@dataclass(frozen=True)
class Shelf:
    """Where articles and their index are kept."""

    content: Path  # the folder with ``articles/`` and the lists
    folder: Path  # the knowledge folder of the running service
    encoder: Encoder

    @property
    def versions(self) -> Path:
        """The published versions."""
        return self.folder / "versions"

    def file_of(self, slug: str) -> Path:
        """The file of an article."""
        return self.content / "articles" / f"{slug}.md"


def text_on_file(shelf: Shelf, slug: str) -> str:
    """The text from which a change of an article begins: its file, or where there is none, what was published last; or nothing.

    Raises:
        ArticleError: if the file is no text.
    """
    file = shelf.file_of(slug)
    try:
        return file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        numbers = version_numbers(shelf.versions, slug)
        return stored_text(shelf.versions, slug, numbers[0]) if numbers else ""
    except UnicodeDecodeError:
        raise ArticleError(file, 1, "the file is not UTF-8 text; save it as UTF-8.") from None


def next_version(shelf: Shelf, slug: str) -> int:
    """The number that the next published text of an article gets."""
    return max(version_numbers(shelf.versions, slug), default=0) + 1


def is_free(shelf: Shelf, slug: str, version: int, text: str) -> bool:
    """Whether a version was not published yet, or with this very text."""
    try:
        return stored_text(shelf.versions, slug, version) == text
    except ArticleError:
        return True


def content_after(shelf: Shelf, slug: str, article: Article | None) -> Content:
    """What a generation would be made from if one article were another, or gone, and all others stayed as they are in use.

    Raises:
        KnowledgeError: if it could not be used.
    """
    others = [_kept(shelf.versions, each, number) for each, number in articles_in_use(shelf.folder).items() if each != slug]
    articles = sorted([*others, *([article] if article else [])], key=lambda each: each.slug)
    return content_with(shelf.content, articles, [])


@dataclass(frozen=True)
class Step:
    """An article's text as it is to be in its file, and what stands there before."""

    slug: str
    text: str
    expected: str
    tried: Generation | None = None  # made for a trial of this text, or of one that differs in what is signed


def publish_article(shelf: Shelf, step: Step, note: Note) -> Build:
    """Publish one article; all others stay as they are in use.

    Args:
        shelf: where it is kept.
        step: the text, as it is to be published.
        note: who does it and why.

    Raises:
        NotAsItWas: if the file holds something else.
        ReadOnly: if it cannot be written.
        KnowledgeError: if the text cannot be used.
    """
    slug, text = step.slug, step.text
    file = shelf.file_of(slug)
    article = parse_article(text, file)
    with alone(shelf.folder):
        before = current_id(shelf.folder)
        _refuse_unless(shelf, step)
        if not is_free(shelf, slug, article.front.version, text):
            raise NotAsItWas(f"Version {article.front.version} of {slug} was published meanwhile, so nothing was published.")
        former = former_of(shelf.folder, shelf.encoder, step.tried)
        name = put_aside(shelf.folder, content_after(shelf, slug, article), shelf.encoder, former)
        write_whole(file, text.encode())
        keep_version(article, file, text.encode(), shelf.versions / slug)
        make_current(shelf.folder, name)
        add_note(shelf.versions / slug, note)
        return Build(name, name != before, len(articles_in_use(shelf.folder)), [])


def retire_article(shelf: Shelf, step: Step, note: Note) -> Build:
    """Take an article out of use; its versions stay readable where they were quoted.

    Args:
        shelf: where it is kept.
        step: the text, retired.
        note: who does it and why.

    Raises:
        NotAsItWas: if the file holds something else.
        ReadOnly: if it cannot be written.
        KnowledgeError: if nothing would be left.
    """
    with alone(shelf.folder):
        before = current_id(shelf.folder)
        _refuse_unless(shelf, step)
        former = former_of(shelf.folder, shelf.encoder)
        name = put_aside(shelf.folder, content_after(shelf, step.slug, None), shelf.encoder, former)
        write_whole(shelf.file_of(step.slug), step.text.encode())
        make_current(shelf.folder, name)
        add_note(shelf.versions / step.slug, note)
        return Build(name, name != before, len(articles_in_use(shelf.folder)), [])


def add_note(folder: Path, note: Note) -> None:
    """Note who published or retired a version, unless that is known."""
    found = notes_of(folder.parent, folder.name)
    if any((each.version, each.what) == (note.version, note.what) for each in found):
        return
    folder.mkdir(parents=True, exist_ok=True)
    lines = [asdict(each) for each in [*found, note]]
    lines[-1]["at"] = note.at or datetime.now(UTC).isoformat(timespec="seconds")
    write_whole(folder / NOTES, "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines).encode())


def notes_of(versions: Path, slug: str) -> list[Note]:
    """What was noted of an article's versions, in order; what cannot be read is left out."""
    try:
        lines = (versions / slug / NOTES).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [note for line in lines if (note := _note(line))]


def _note(line: str) -> Note | None:
    try:
        value: dict[str, Any] = json.loads(line)
        return Note(**value)
    except (ValueError, TypeError):
        return None


def can_write(shelf: Shelf) -> bool:
    """Whether articles can be published from here: their folder can be written."""
    folder = shelf.content / "articles"
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _refuse_unless(shelf: Shelf, step: Step) -> None:
    if not can_write(shelf):
        folder = shelf.content / "articles"
        raise ReadOnly(f"The articles in {folder} cannot be written by this service, so nothing was published.")
    if text_on_file(shelf, step.slug) not in {step.expected, step.text}:
        raise NotAsItWas(f"The file {step.slug}.md was changed meanwhile, so nothing was published.")


def _kept(versions: Path, slug: str, number: int) -> Article:
    return _kept_as(versions, slug, number, stamp_of(versions / slug / f"{number}.md"))


@lru_cache(512)
def _kept_as(versions: Path, slug: str, number: int, _stamp: Stamp) -> Article:
    return parse_article(stored_text(versions, slug, number), versions / f"{slug}.md")
