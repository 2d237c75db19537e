"""The editor, with a small shelf of articles of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from knowledge.encoder import Encoder
from knowledge.generation import Build, Generation, build_generation, load_generation

ARTICLE = """\
---
title: {title}
summary: What is known about {title}.
about: safety
version: {version}
status: {status}
author_role: Medical writer
reviewer_role: Clinician
reviewed_on: 2026-11-01
review_due: 2027-11-01
sources: [study-one]
sections:
  what-happens:
    about: safety
    evidence: rct
    questions: [what happens then]
  is-it-common:
    about: safety
    evidence: observational
---
# {title}

## What happens

{text} [@study-one]

### Is it common?

- Rarely.
- Dr. Example saw it once. Nobody else did.
"""

SOURCES = """\
- id: study-one
  title: A made-up study
  publisher: Journal of Examples
  year: 2026
  url: "https://study.example/one"
  type: guideline
  read: page
"""

DECLINED = """\
price: [what does it cost here, how much is it, is there a discount]
small-talk: [who won the match, tell me a joke, what is the weather like]
"""


def article_text(
    title: str = "Fever", version: int = 1, status: str = "published", text: str = "A fever may follow. It passes."
) -> str:
    """A whole article that is in order."""
    return ARTICLE.format(title=title, version=version, status=status, text=text)


class Editor:
    """Writes articles and builds the index from them, as `cordial kb build` does."""

    def __init__(self, home: Path, encoder: Encoder) -> None:
        """Set up an empty shelf with one source."""
        self.content, self.folder, self._encoder = home / "content", home / "knowledge", encoder
        self.articles = self.content / "articles"
        self.articles.mkdir(parents=True)
        (self.content / "sources.yml").write_text(SOURCES, "utf-8")
        (self.content / "studies.yml").write_text("[]\n", "utf-8")
        (self.content / "declined.yml").write_text(DECLINED, "utf-8")

    def writes(self, slug: str, whole: str | bytes | None = None, **changes: object) -> Path:
        """Save an article; by default one that is in order."""
        file = self.articles / f"{slug}.md"
        content = whole if whole is not None else article_text(**changes)  # type: ignore[arg-type]
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def builds(self) -> Build:
        """Build what is published."""
        return build_generation(self.content, self.folder, self._encoder)

    def served(self) -> Generation:
        """What patients are answered from."""
        return load_generation(self.folder)

    def bodies(self) -> Mapping[str, str]:
        """The bodies that are served, by slug."""
        return {slug: article.body for slug, article in self.served().articles.items()}
