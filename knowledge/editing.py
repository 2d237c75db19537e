"""The text of an article as an editor changes it: its fields, its sections and its body, each by itself.

What was not changed stays as it was written, comments and line breaks included, so that a comparison shows what somebody did.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from cordial.yaml_text import YamlError, read_yaml
from knowledge.article import MAX_BYTES, About
from knowledge.text import slug_of

FIELDS = (
    "title",
    "summary",
    "about",
    "author_role",
    "review_due",
    "needs_check",
    "sources",
)  # those with a place of their own in a form
SECTIONS = "sections"
LONGEST = 48_000  # characters; three times the longest article, and what a form may send
_FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
_NAME = re.compile(r"([A-Za-z_]\w*):")
_WIDE = 1_000_000  # no line is folded
_DATES = ("reviewed_on", "review_due")
_ORDER = (
    "title",
    "summary",
    "about",
    "version",
    "status",
    "author_role",
    "reviewer_role",
    "reviewed_on",
    "review_due",
    "needs_check",
    "sources",
    SECTIONS,
)


class CannotEdit(Exception):
    """What was sent cannot be kept as the text of an article; the message says why."""


@dataclass(frozen=True)
class Signed:
    """What is put into the front matter when an article is published."""

    version: int
    reviewed_on: date
    reviewer_role: str | None = None  # as readers see it; none leaves what is there


@dataclass(frozen=True)
class Apart:
    """The text of an article, taken apart."""

    front: dict[str, str]  # the lines of each name of the front matter, with their ends
    body: str

    @property
    def text(self) -> str:
        """The whole."""
        return f"---\n{''.join(self.front.values())}---\n{self.body}"

    def value(self, name: str) -> str:
        """A field as a person reads it; a list with commas, and nothing where it is missing or cannot be read."""
        try:
            raw = read_yaml(self.front.get(name, ""), aliases=False)[0]
        except YamlError:
            return ""
        found = raw.get(name) if isinstance(raw, dict) else None
        if isinstance(found, bool):
            return str(found).lower()
        return ", ".join(map(str, found)) if isinstance(found, list) else "" if found is None else str(found)

    @property
    def sections(self) -> str:
        """What stands under ``sections:``, as it was written."""
        return self.front.get(SECTIONS, "").partition("\n")[2]

    def with_field(self, name: str, value: str) -> Apart:
        """The same with another value of a field."""
        if self.value(name) == value and name in self.front:
            return self
        return self.with_lines(name, f"{name}: {_written(name, value)}\n")

    def with_sections(self, text: str) -> Apart:
        """The same with other sections.

        Raises:
            CannotEdit: if they would reach out of their place.
        """
        lines = text.strip("\n").split("\n")
        if any(line.strip() and not line.startswith(" ") for line in lines):
            raise CannotEdit(
                "Under sections, each line begins with two spaces or more; what begins further left ends the list."
            )
        return self.with_lines(SECTIONS, "".join(f"{line.rstrip()}\n" for line in ["sections:", *lines]))

    def with_lines(self, name: str, lines: str) -> Apart:
        """The same with other lines for a name, at its place."""
        front = {**self.front, name: lines}
        if name not in self.front:
            known = {each: place for place, each in enumerate(_ORDER)}
            front = dict(sorted(front.items(), key=lambda item: known.get(item[0], -1)))
        return Apart(front, self.body)


def taken_apart(text: str) -> Apart:
    """Take a text apart.

    Raises:
        CannotEdit: if it has no front matter, or a name stands twice in it.
    """
    text = plain_ends(text)
    match = _FRONT.match(text)
    if match is None:
        raise CannotEdit("The front matter is missing or not closed; begin with '---', end it with '---'.")
    front: dict[str, str] = {}
    name = ""
    for line in match.group(1).splitlines(keepends=True):
        found = _NAME.match(line)
        if found and found.group(1) in front:
            raise CannotEdit(f"'{found.group(1)}' stands twice in the front matter; keep one.")
        name = found.group(1) if found else name
        front[name] = front.get(name, "") + line
    return Apart(front, text[match.end() :])


def plain_ends(text: str) -> str:
    """A text with the line ends of our files; a browser sends others."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def changed_text(before: str, fields: Mapping[str, str], sections: str, body: str) -> str:
    """The text of an article after what somebody did in a form.

    Args:
        before: the text as the form showed it.
        fields: the values of some of `FIELDS`.
        sections: what stands under ``sections:``.
        body: the Markdown text.

    Raises:
        CannotEdit: if it is too long, or cannot be kept as an article's text.
    """
    apart = taken_apart(before)
    for name in FIELDS:
        if name in fields:
            apart = apart.with_field(name, " ".join(fields[name].split()))
    sections, body = plain_ends(sections), plain_ends(body)
    if sections.strip("\n") != apart.sections.strip("\n"):
        apart = apart.with_sections(sections)
    text = Apart(apart.front, body if body.endswith("\n") else f"{body}\n").text
    refuse_too_much(text)
    return text


def refuse_too_much(text: str) -> None:
    """Refuse what cannot be the text of an article, whatever it says.

    Raises:
        CannotEdit: saying why.
    """
    if len(text) > LONGEST or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise CannotEdit(f"The text has {len(text):,} characters; an article has at most {LONGEST:,}.")
    if any(ord(sign) < ord(" ") and sign not in "\n\t" for sign in text) or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise CannotEdit("The text holds signs that no text has; paste it once more as plain text.")


def as_published(text: str, signed: Signed) -> str:
    """The text as it is published: with its number, its state and its review.

    Raises:
        CannotEdit: if it cannot be taken apart.
    """
    apart = taken_apart(text).with_field("version", str(signed.version)).with_field("status", "published")
    apart = apart.with_field("reviewed_on", signed.reviewed_on.isoformat())
    return (apart.with_field("reviewer_role", signed.reviewer_role) if signed.reviewer_role else apart).text


def as_retired(text: str) -> str:
    """The text of an article that answers nothing any more.

    Raises:
        CannotEdit: if it cannot be taken apart.
    """
    return taken_apart(text).with_field("status", "retired").text


def digest_of(text: str) -> str:
    """By what a text is known to be the same."""
    return hashlib.sha256(text.encode()).hexdigest()


def new_article(question: str, today: date, due: date, about: About = "practical") -> str:
    """The text with which an article begins, from `new_article.md`.

    Args:
        question: that it is to answer first; may be empty.
        today: the day on which it is begun.
        due: the day on which it is to be reviewed again.
        about: what it is mainly about.
    """
    asked = " ".join(question.split()).removesuffix("?") or "What do patients ask"
    asked = f"{asked[:1].upper()}{asked[1:]}?"
    form = (Path(__file__).parent / "en" / "new_article.md").read_text("utf-8")
    filled = {"title": as_scalar(asked.removesuffix("?")), "question": asked, "section": slug_of(asked), "about": about}
    for name, value in {**filled, "today": today.isoformat(), "due": due.isoformat()}.items():
        form = form.replace(f"{{{name}}}", value)
    return form


def _written(name: str, value: str) -> str:
    """A value as YAML."""
    if name in _DATES and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return value
    if name == "version":
        return str(int(value))
    if name == "needs_check" and value in {"true", "false"}:
        return value
    if name == "sources":
        ids = [each for each in re.split(r"[,\s]+", value) if each]
        return f"[{', '.join(map(as_scalar, ids))}]"
    return as_scalar(value)


def as_scalar(value: str) -> str:
    """A text as one line of YAML that is read as that text."""
    return str(yaml.safe_dump(value, allow_unicode=True, width=_WIDE)).removesuffix("\n...\n").removesuffix("\n")
