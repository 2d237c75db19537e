"""Whoever comes new finds every document from the first page, and every decision in its order."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from commands.data_files import data_files
from cordial.bootstrap import PROJECT
from cordial.settings import load_settings


def named_for_translators() -> list[str]:
    """The files and folders of the tables of translating.md; a bare name stands in the folder of the one before it."""
    rows = [line.split("|") for line in (PROJECT / "docs" / "translating.md").read_text("utf-8").splitlines() if "|" in line]
    assert {len(row) for row in rows} == {5}, "every row has three cells"
    named: list[str] = []
    for row in rows:
        folder = ""
        for name in re.findall(r"`([^`]+)`", row[2]):
            folder = name.rpartition("/")[0] if "/" in name else folder
            named.append(name if "/" in name or not folder else f"{folder}/{name}")
    return named


def read_by_the_program() -> list[str]:
    """Every file that people write, and what else stands in a folder of a language."""
    files = [each.file for each in data_files(load_settings())]
    rooms = {file.parent for file in PROJECT.glob("*/__init__.py")} - {PROJECT / "tests"}
    folders = [folder for room in rooms for folder in room.rglob("en")]
    beside = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return sorted({str(file.relative_to(PROJECT)) for file in [*files, *beside]})


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


@pytest.mark.parametrize("name", read_by_the_program())
def test_a_translator_finds_every_file_of_words(name: str) -> None:
    assert any(name == each or (each.endswith("/") and name.startswith(each)) for each in named_for_translators())


def test_a_translator_is_sent_to_no_file_that_is_not_there() -> None:
    assert [name for name in named_for_translators() if not list(PROJECT.glob(name.rstrip("/")))] == []
