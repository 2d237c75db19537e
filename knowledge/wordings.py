"""How people ask: wordings beside the articles, and examples of what is declined.

They teach the search and are never shown, so they can grow without a new version of an article.

    wordings/SLUG.yml     section slug -> other wordings of what the section answers
    declined.yml          kind -> examples of questions that no article answers
"""

from __future__ import annotations

from pathlib import Path

from knowledge.errors import SourcesError
from knowledge.yaml_text import Lines, read_yaml_file


def read_wordings(file: Path) -> dict[str, list[str]]:
    """Read a mapping from names to lists of texts; a file that is not there is an empty one.

    Raises:
        SourcesError: if the file has another form.
    """
    return read_wordings_and_lines(file)[0]


def read_wordings_and_lines(file: Path) -> tuple[dict[str, list[str]], Lines]:
    """Read a mapping from names to lists of texts, and on which lines they stand.

    Raises:
        SourcesError: if the file has another form.
    """
    if not file.is_file():
        return {}, Lines(None)
    raw, lines = read_yaml_file(file)
    raw = {} if raw is None else raw
    if not isinstance(raw, dict) or not all(isinstance(texts, list) for texts in raw.values()):
        raise SourcesError(f"{file.name} must map each name to a list of texts.")
    for name, texts in raw.items():
        if not all(isinstance(text, str) and text.strip() for text in texts):
            raise SourcesError(f"{file.name}: under {name} there is an entry that is no text; put it in quotes.")
    return {str(name): [" ".join(text.split()) for text in texts] for name, texts in raw.items()}, lines
