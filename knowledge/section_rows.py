"""What the front matter says of each section, as the rows of a form: one for each heading of the text, in its order.

What was not changed stays as it was written, line for line, as in `editing.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from markdown_it import MarkdownIt

from cordial.yaml_text import YamlError, read_yaml
from knowledge.article import QUESTIONS, TAKEAWAYS
from knowledge.editing import Apart, CannotEdit, as_scalar, plain_ends, taken_apart
from knowledge.text import slug_of

_KEY = re.compile(r"  ([\w-]+):[ \t]*(?:#.*)?\n")
_NAME = re.compile(r"    ([a-z]\w*):")
_NAMES = ("about", "evidence", "quoted", "plain", "questions", "sources")  # in the order in which they are written
_NO_EVIDENCE = "none"

Block = dict[str, str]  # the lines of each name of a section, with their ends; under "" the line of its key


@dataclass(frozen=True)
class SectionRow:
    """What is said of one section."""

    heading: str
    about: str
    evidence: str = _NO_EVIDENCE
    questions: tuple[str, ...] = ()  # wordings, as patients ask
    plain: str = ""
    quoted: bool = True

    @property
    def slug(self) -> str:
        """The key of the section."""
        return slug_of(self.heading)


def headings_of(body: str) -> list[str]:
    """The headings that have a row, each once."""
    tokens = MarkdownIt("commonmark").parse(body)
    found = [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]
    by_slug = {slug_of(heading): heading for heading in reversed(found)}
    slugs = dict.fromkeys(slug_of(heading) for heading in found)
    return [by_slug[slug] for slug in slugs if slug not in {"", TAKEAWAYS, QUESTIONS}]


def rows_of(apart: Apart) -> list[SectionRow]:
    """A row for each heading.

    Raises:
        CannotEdit: if the sections are not written so that rows can be made of them.
    """
    blocks = _blocks(apart.sections)
    known = [_row(slug, block) for slug, block in blocks.items()]
    return under_headings(known, headings_of(apart.body), apart.value("about"))


def under_headings(rows: Sequence[SectionRow], headings: Sequence[str], about: str) -> list[SectionRow]:
    """The rows under other headings: one that was reworded keeps what is said of it, a new one begins with little.

    Args:
        rows: as they were.
        headings: as they are now.
        about: what a new section is taken to be about.
    """
    partners = _partners([row.slug for row in rows], [slug_of(heading) for heading in headings])
    found = [rows[at] if at is not None else SectionRow("", about) for at in partners]
    return [replace(row, heading=heading) for row, heading in zip(found, headings, strict=True)]


def with_rows(apart: Apart, rows: Sequence[SectionRow]) -> Apart:
    """The text with other rows; where none is another, as it was written.

    Raises:
        CannotEdit: if the sections are not written so that rows can be made of them.
    """
    blocks = _blocks(apart.sections)
    before = {row.slug: row for row in rows_of(apart)}
    partners = _partners(list(blocks), [row.slug for row in rows])
    slugs = list(blocks)
    written: dict[str, Block] = {}
    for row, at in zip(rows, partners, strict=True):
        block = blocks[slugs[at]] if at is not None else {}
        written[row.slug] = (
            block if before.get(row.slug) == row and at is not None and slugs[at] == row.slug else _changed(block, row)
        )
    text = "".join("".join(block.values()) for block in _in_order(written, slugs).values())
    return apart if text == apart.sections else apart.with_sections(text)


def with_wording(text: str, section: str, wording: str) -> str:
    """The text of an article with one more wording of a section, unless it is there.

    Raises:
        CannotEdit: if there is no such section, or the text cannot be taken apart.
    """
    apart = taken_apart(text)
    rows = rows_of(apart)
    if section not in {row.slug for row in rows}:
        raise CannotEdit("There is no such section in this text any more.")
    return with_rows(apart, [_asked_so(row, wording) if row.slug == section else row for row in rows]).text


def as_wordings(text: str) -> tuple[str, ...]:
    """The lines of a text box, each a wording, none twice."""
    lines = (" ".join(line.split()) for line in plain_ends(text).split("\n"))
    return tuple(dict.fromkeys(line for line in lines if line))


def _asked_so(row: SectionRow, wording: str) -> SectionRow:
    known = {slug_of(each) for each in (row.heading, *row.questions)}
    return row if slug_of(wording) in {"", *known} else replace(row, questions=(*row.questions, wording))


def _partners(before: Sequence[str], after: Sequence[str]) -> list[int | None]:
    """For each name of the second list the place of the same in the first, or of the one that it was before."""
    places = {name: at for at, name in enumerate(before)}
    partners = [places.get(name) for name in after]
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "replace" or old_to - old_from != new_to - new_from:
            continue
        for old, new in zip(range(old_from, old_to), range(new_from, new_to), strict=True):
            if partners[new] is None and before[old] not in after:
                partners[new] = old
    return partners


def _blocks(sections: str) -> dict[str, Block]:
    """The lines of each section, taken apart.

    Raises:
        CannotEdit: if they are written in another way.
    """
    blocks: dict[str, Block] = {}
    block, name = {}, ""
    for line in sections.splitlines(keepends=True):
        if key := _KEY.fullmatch(line):
            if key.group(1) in blocks:
                raise CannotEdit(f"The section '{key.group(1)}' stands twice; keep one.")
            block, name = blocks.setdefault(key.group(1), {}), ""
        elif not blocks or (line.strip() and not line.startswith("    ")):
            raise CannotEdit(
                "The sections are not written in the usual way: a key with two spaces before it, its fields with four."
            )
        elif (found := _NAME.match(line)) and found.group(1) not in block:
            name = found.group(1)
        block[name] = block.get(name, "") + line
    return blocks


def _row(slug: str, block: Block) -> SectionRow:
    try:
        raw = read_yaml("".join(block.values()), aliases=False)[0]
    except YamlError as error:
        raise CannotEdit(f"What is said of the section '{slug}' cannot be read: {error.problem}.") from None
    found = raw.get(slug) if isinstance(raw, dict) else None
    said: dict[str, Any] = found if isinstance(found, dict) else {}
    asked = said.get("questions")
    questions = tuple(map(str, asked)) if isinstance(asked, list) else ()
    quoted = said.get("quoted") is not False
    return SectionRow(slug, _word(said, "about"), _word(said, "evidence"), questions, _word(said, "plain"), quoted)


def _word(said: dict[str, Any], name: str) -> str:
    return "" if said.get(name) is None else str(said[name])


def _changed(block: Block, row: SectionRow) -> Block:
    """A block that says what a row says; of what it said before, what is the same stays as it was written."""
    before = _row(next(iter(_blocks("".join(block.values())))), block) if block else None
    values = dict(_written(row))
    said = dict(_written(before)) if before else {}
    lines = {name: block.get(name, "") if said.get(name) == value else value for name, value in values.items()}
    others = {name: text for name, text in block.items() if name and name not in values}
    ordered = sorted({**others, **lines}.items(), key=lambda item: _NAMES.index(item[0]) if item[0] in _NAMES else len(_NAMES))
    return {"": f"  {row.slug}:\n", **{name: text for name, text in ordered if text}}


def _written(row: SectionRow) -> Iterator[tuple[str, str]]:
    """The lines of each name of a section; none where nothing is to be said."""
    yield "about", f"    about: {as_scalar(row.about)}\n"
    yield "evidence", f"    evidence: {as_scalar(row.evidence)}\n"
    yield "quoted", "" if row.quoted else "    quoted: false\n"
    yield "plain", f"    plain: {as_scalar(row.plain)}\n" if row.plain else ""
    questions = "".join(f"      - {as_scalar(each)}\n" for each in row.questions)
    yield "questions", f"    questions:\n{questions}" if questions else ""


def _in_order(written: dict[str, Block], before: Sequence[str]) -> dict[str, Block]:
    """The blocks in the order in which they stood, and in that of the text if one came, went or was renamed."""
    same = set(written) == set(before)
    return {slug: written[slug] for slug in before} if same else written
