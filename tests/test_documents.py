"""Whoever comes new finds every document from the first page, and every decision in its order."""

from __future__ import annotations

import re
from collections import Counter

from cordial.bootstrap import PROJECT


def test_the_first_page_names_every_document() -> None:
    table = (PROJECT / "README.md").read_text("utf-8").split("| read | for |")[1].split("\n\n")[0]
    documents = {f"docs/{file.name}" for file in (PROJECT / "docs").glob("*.md")}
    assert documents - set(re.findall(r"\]\(([\w./-]+)\)", table)) == set()


def test_the_decisions_are_listed_in_their_order() -> None:
    folder = PROJECT / "docs" / "decisions"
    listed = re.findall(r"^\| \[\d{4}\]\(([\w.-]+)\)", (folder / "README.md").read_text("utf-8"), re.MULTILINE)
    assert listed == sorted(file.name for file in folder.glob("[0-9]*.md"))


def test_each_word_has_one_meaning() -> None:
    words = re.findall(r"^\*\*([^*]+)\*\* –", (PROJECT / "CONTEXT.md").read_text("utf-8"), re.MULTILINE)
    assert len(words) > 50
    assert [word for word, times in Counter(word.casefold() for word in words).items() if times > 1] == []
