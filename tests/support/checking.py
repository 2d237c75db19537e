"""A shelf of one small article that is in order, for tests that break one thing and ask what is said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from knowledge.article_rules import Problem
from knowledge.check import Checked, check_content

TODAY = date(2026, 11, 22)

_FILLER = (
    "The people who took part were asked how they felt. They said so in their own words, once a week. "
    "A nurse wrote it down, and a doctor read it later. Nobody was paid for this, and nobody was left alone. "
    "Those who wished to stop could stop at any time, and they were still looked after."
)

ARTICLE = f"""\
---
title: Fever after an infusion
summary: What is known about fever.
about: safety
version: 1
status: published
author_role: Medical writer
reviewer_role: Clinician
reviewed_on: 2026-11-01
review_due: 2027-05-01
needs_check: false
sources: [study-one, page-one]
sections:
  what-was-seen:
    about: safety
    evidence: rct
    questions:
      - what did they see
      - which fever came up in the study
  how-people-were-followed:
    about: practical
    evidence: guidance
    questions: [who looked after them]
  is-fever-common:
    about: safety
    evidence: rct
    questions:
      - do many get hot
  does-fever-pass:
    about: safety
    evidence: guidance
---
## Key takeaways

- Fever came up in a trial of 480 people. [@study-one]
- Fever has to be told to the clinic on the same day. [@page-one]

## What was seen

In a trial of 480 people, fever was more common with the cells (relative risk 2.34). [@study-one]

## How people were followed

{_FILLER}

{_FILLER}

{_FILLER}

{_FILLER}

{_FILLER}

{_FILLER}

More is in [What was seen](#what-was-seen).

## Common questions

### Is fever common?

Fever was more common with the cells in one trial. Nobody knows how common it is elsewhere. [@study-one; @page-one]

### Does fever pass?

Fever mostly passes by itself. Still, tell the clinic on the same day. [@page-one]
"""

STUDIES = """\
- id: study-one
  title: A made-up trial
  journal: Journal of Examples
  year: 2025
  doi: "10.1234/example"
  design: randomised-trial
  population: humans
  n: 480
  conditions: [fever]
  cells: umbilical cord (donor)
  route: vein
  finding: Fever was more common with cord cells (RR 2.34).
  certainty: low
  read: abstract
"""

SOURCES = """\
- id: page-one
  title: A made-up page
  publisher: Institute of Examples
  year: 2024
  url: "https://page.example/one"
  type: guideline
  read: page
"""


class Shelf:
    """The files that an editor works on."""

    def __init__(self, home: Path) -> None:
        """Put one article and its sources on it."""
        self.content = home / "content"
        self.articles = self.content / "articles"
        self.articles.mkdir(parents=True)
        self.writes("articles/fever.md", ARTICLE)
        self.writes("studies.yml", STUDIES)
        self.writes("sources.yml", SOURCES)

    def writes(self, name: str, content: str | bytes) -> None:
        """Save a file."""
        file = self.content / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def changes(self, old: str, new: str, name: str = "articles/fever.md") -> None:
        """Change one place of a file."""
        text = (self.content / name).read_text("utf-8")
        assert text.count(old) >= 1, f"{old!r} is not in {name}"
        self.writes(name, text.replace(old, new, 1))

    def adds_a_second(self, old: str, new: str) -> None:
        """Save a second article that differs from the first in its name, its questions and one more place."""
        text = ARTICLE.replace("title: Fever after", "title: Chills after")
        for wording in ("what did they see", "which fever came up", "who looked after", "do many get hot"):
            text = text.replace(wording, f"with chills {wording}")
        text = text.replace("### Is fever common?", "### Are chills common?").replace("is-fever-common", "are-chills-common")
        text = text.replace("### Does fever pass?", "### Do chills pass?").replace("does-fever-pass", "do-chills-pass")
        assert text.count(old) >= 1, f"{old!r} is not in the second article"
        self.writes("articles/chills.md", text.replace(old, new, 1))

    def line_of(self, text: str, name: str = "articles/fever.md") -> int:
        """The line on which a text stands."""
        lines = (self.content / name).read_text("utf-8").split("\n")
        return next(number for number, line in enumerate(lines, start=1) if text in line)

    def checked(self, today: date = TODAY) -> Checked:
        """What the check says of it."""
        return check_content(self.content, today)

    def problems(self, today: date = TODAY) -> list[Problem]:
        """What is wrong with it."""
        return list(self.checked(today).problems)

    def problem(self, today: date = TODAY) -> Problem:
        """The one thing that is wrong with it."""
        found = self.problems(today)
        assert len(found) == 1, "\n".join(map(str, found)) or "nothing is wrong"
        return found[0]
