"""How people ask: wordings beside the articles, and examples of what is declined.

They teach the search and are never shown, so they can grow without a new version of an article.

    wordings/SLUG.yml     section slug -> other wordings of what the section answers
    declined.yml          kind -> examples of questions that no article answers
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from cordial.data_files import Text, judge_data, read_raw
from cordial.yaml_text import Lines
from knowledge.errors import SourcesError
from knowledge.stamps import Stamp, stamp_of

_REMEMBERED = 512  # files that are not read again while they stay the same


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
    return _read(file, stamp_of(file))


@lru_cache(_REMEMBERED)
def _read(file: Path, _stamp: Stamp) -> tuple[dict[str, list[str]], Lines]:
    if not file.is_file():
        return {}, Lines(None)
    raw, lines = read_raw(file, SourcesError)
    lists = judge_data(dict[str, list[Text]], {} if raw is None else raw, lines, file, SourcesError)
    return {name: [" ".join(text.split()) for text in texts] for name, texts in lists.items()}, lines
