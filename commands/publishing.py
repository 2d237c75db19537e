"""What is published from the files, past the editors' desk: noted beside its version and in the audit log, as not approved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from commands.records import open_database
from cordial.settings import Settings
from desk.articles.drafts import names_of, published_past_the_desk
from desk.database import Database
from knowledge.generation import PublishedVersion, published_versions, version_numbers
from knowledge.publishing import Note, add_note, notes_of


@contextmanager
def noted(settings: Settings, how: str, reason: str = "") -> Iterator[None]:
    """Note what is published meanwhile; where the records cannot be opened, nothing is.

    Args:
        settings: where everything is.
        how: "command line", or "system" for a start.
        reason: why, as far as it was said.
    """
    versions = settings.knowledge_folder / "versions"
    database = open_database(settings)
    before = _numbers(settings)
    try:
        yield
    finally:
        new = {slug: number for slug, number in _numbers(settings).items() if number > before.get(slug, 0)}
        for slug, number in new.items():
            add_note(versions / slug, Note(number, "published", reason, how=how))
        _record(database, how, new, first=not before)
        database.close()


def _record(database: Database, how: str, new: dict[str, int], first: bool) -> None:
    if not new:
        return
    with database.write() as session:
        published_past_the_desk(session, how, {} if first else new, len(new))


def _numbers(settings: Settings) -> dict[str, int]:
    """The newest published version of each article."""
    versions = settings.knowledge_folder / "versions"
    return {folder.name: max(version_numbers(versions, folder.name), default=0) for folder in versions.glob("*")}


@dataclass(frozen=True)
class Published:
    """A version in the history, with who answers for it."""

    slug: str
    version: int
    since: datetime
    title: str
    author: str = ""
    reviewer: str = ""
    reason: str = ""
    how: str = ""  # at the desk, or past it
    retired: str = ""  # why it was taken out of use

    @property
    def as_json(self) -> dict[str, Any]:
        """For a program."""
        return asdict(self) | {"since": self.since.isoformat(timespec="seconds")}

    def __str__(self) -> str:
        """For a person."""
        line = f"{self.slug:<40} version {self.version:<4} {self.since:%Y-%m-%d %H:%M} UTC  {self.title}"
        who = f"written by {self.author}, approved by {self.reviewer}" if self.reviewer else "approved by nobody at the desk"
        told = [f"    {who}", f"published: {self.how}" * bool(self.how), f"why: {self.reason}" * bool(self.reason)]
        return "; ".join(
            [f"{line}\n{told[0]}", *filter(None, told[1:]), *([f"retired: {self.retired}"] if self.retired else [])]
        )


def history(settings: Settings, slug: str | None) -> list[Published]:
    """Every version that was ever published here, of one article or of all."""
    versions = settings.knowledge_folder / "versions"
    found = published_versions(versions, slug)
    notes = {
        (name, note.version, note.what): note for name in {each.slug for each in found} for note in notes_of(versions, name)
    }
    people = _names(settings, list(notes.values()))
    return [
        _published(
            each, notes.get((each.slug, each.number, "published")), notes.get((each.slug, each.number, "retired")), people
        )
        for each in found
    ]


def _published(version: PublishedVersion, note: Note | None, retired: Note | None, people: dict[str, str]) -> Published:
    told = Published(version.slug, version.number, version.since, version.title, retired=retired.reason if retired else "")
    if note is None:
        return told
    author, reviewer = (people.get(each, "a former colleague") if each else "" for each in (note.author, note.reviewer))
    how = note.how or ("at the desk" if reviewer else "command line")
    return replace(told, author=author, reviewer=reviewer, reason=note.reason, how=how)


def _names(settings: Settings, notes: list[Note]) -> dict[str, str]:
    ids = [each for note in notes for each in (note.author, note.reviewer) if each]
    if not ids:
        return {}
    database = open_database(settings)
    with database.read() as session:
        found = names_of(session, ids)
    database.close()
    return found
