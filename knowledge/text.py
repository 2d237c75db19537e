"""Small, pure helpers on text: headings to slugs, paragraphs to sentences."""

from __future__ import annotations

import re
import unicodedata

# A full stop after these does not end a sentence; after the second ones not, if a number follows.
_ABBREVIATIONS = frozenset({"e.g", "i.e", "vs", "dr", "prof", "st", "approx", "etc", "u.s", "cf"})
_NUMBERED = frozenset({"no", "fig", "art"})
_LONGEST_WORD = 40  # characters looked back, so that a long text takes no longer a sentence than a short one
_END = re.compile(r"[.!?][\"'\u201d\u2019)\]]*(?=\s)")


def slug_of(heading: str) -> str:
    """Turn a heading into its anchor: lower case, everything but letters and digits as single hyphens."""
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Split one paragraph into sentences.

    Returns:
        Half-open character spans into ``text``, in order, without the white space between them. Nothing but white space
        lies outside the spans.
    """
    spans: list[tuple[int, int]] = []
    start = _skip_space(text, 0)
    for match in _END.finditer(text):
        if match.start() < start or not _ends_sentence(text, match.start(), match.end()):
            continue
        spans.append((start, match.end()))
        start = _skip_space(text, match.end())
    end = len(text.rstrip())
    if start < end:
        spans.append((start, end))
    return spans


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _ends_sentence(text: str, mark: int, after: int) -> bool:
    next_one = _skip_space(text, after)
    following = text[next_one : next_one + 1]
    if following.islower():
        return False
    if text[mark] != ".":
        return True
    word = re.split(r"[\s(\[\"\u201c]", text[max(0, mark - _LONGEST_WORD) : mark])[-1].lower()
    if word in _NUMBERED:
        return not following.isdigit()
    is_initial = len(word) == 1 and word.isalpha() and word != "i"
    return word not in _ABBREVIATIONS and not is_initial
