"""A small shelf of articles behind a running web, with the people who write, approve and publish them there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from cordial.settings import Settings
from knowledge.encoder import Encoder
from knowledge.generation import build_generation
from knowledge.library import Library
from tests.support.checking import ARTICLE, Shelf
from tests.support.small_web import SmallWeb, small_web
from tests.support.staff import Staff

DECLINED = "price:\n  - how much is it\n  - what does it cost here\nsmall-talk:\n  - tell me a joke\n  - who won the match\n"


@dataclass(frozen=True)
class EditorsDesk:
    """Everything that stands around one shelf."""

    web: SmallWeb
    shelf: Shelf
    folder: Path  # the knowledge folder
    encoder: Encoder
    editor: Staff
    physician: Staff
    doors: ExitStack

    def another(self, role: str) -> Staff:
        """One more person."""
        return self.doors.enter_context(Staff(self.web.url, self.web.parts.database, role))

    def served(self) -> Library:
        """What patients are answered from now."""
        return Library(self.folder, self.encoder)


@contextmanager
def editors_desk(home: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch, **settings: str) -> Iterator[EditorsDesk]:
    """Put two articles that are in order on the shelf, publish them, and let people in; with some settings of the web."""
    shelf = Shelf(home)
    due = (datetime.now(UTC) + timedelta(days=200)).date().isoformat()
    shelf.writes("articles/fever.md", ARTICLE.replace("2027-05-01", due))
    shelf.adds_a_second("What is known about fever.", "What is known about chills.")
    shelf.changes("2027-05-01", due, "articles/chills.md")
    shelf.writes("declined.yml", DECLINED)
    data = home / "data"
    monkeypatch.setattr(Settings, "articles_folder", property(lambda self: shelf.articles))
    build_generation(shelf.content, data / "knowledge", encoder)
    library = Library(data / "knowledge", encoder)
    with small_web(data, library, encoder, None, **settings) as web, ExitStack() as doors:
        people = [doors.enter_context(Staff(web.url, web.parts.database, role)) for role in ("editor", "physician")]
        yield EditorsDesk(web, shelf, data / "knowledge", encoder, people[0], people[1], doors)


def begins(staff: Staff, slug: str, **form: str) -> str:
    """Begin a draft; gives its address."""
    page = staff.http.post(f"/desk/articles/{slug}/draft", data=form)
    assert page.status_code == 200, page.text
    return page.url.path.removesuffix("/edit")


def fields_of(page: httpx.Response) -> dict[str, Any]:
    """What stands in the fields of the form for a text; those of the sections, of which there are several, as lists."""
    text = re.sub(r"<template.*?</template>", "", page.text, flags=re.DOTALL)
    boxes = re.findall(r'<input[^>]*? name="(\w+)"[^>]*? value="([^"]*)"', text)
    boxes += re.findall(r'<textarea[^>]*? name="(\w+)"[^>]*>(.*?)</textarea>', text, re.DOTALL)
    for name, options in re.findall(r'<select[^>]*? name="(\w+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        boxes += [(name, value or said) for value, said in re.findall(r'<option(?: value="(\w+)")? selected>([^<]*)<', options)]
    found: dict[str, Any] = {}
    for name, value in boxes:
        if name.startswith("row_"):
            found.setdefault(name, []).append(unescape(value))
        else:
            found[name] = unescape(value)
    return found


def opens(staff: Staff, draft: str) -> dict[str, Any]:
    """Open the form of a draft."""
    return fields_of(staff.http.get(f"{draft}/edit"))


def saves(staff: Staff, draft: str, form: dict[str, Any], **changes: Any) -> httpx.Response:
    """Send the form of a draft."""
    return staff.http.post(f"{draft}/edit", data={**form, "action": "save", **changes})


def writes(staff: Staff, draft: str, old: str, new: str, reason: str = "The words were hard") -> httpx.Response:
    """Change one place of the text and save it."""
    form = opens(staff, draft)
    assert old in form["body"], form["body"]
    page = saves(staff, draft, form, body=form["body"].replace(old, new, 1), reason=reason)
    assert page.status_code == 200, page.text
    return page


def does(staff: Staff, draft: str, what: str, **form: str) -> httpx.Response:
    """Press a button on the page of a draft."""
    seen = re.search(r'name="revision" value="(\d+)"', staff.http.get(draft).text)
    return staff.http.post(f"{draft}/{what}", data={**({"revision": seen.group(1)} if seen else {"revision": "1"}), **form})
