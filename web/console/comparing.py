"""Two texts side by side: which lines and which words of them are others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from typing import Literal

from markupsafe import Markup

_WORDS = re.compile(r"\s+|[\w'’-]+|[^\w\s]")
_MOST_WORDS = 600  # of one line that are compared one by one; a paragraph has some two hundred
_ALIKE = 0.5  # from which two lines are one that was changed, and not another
_AROUND = 2  # lines that are the same, shown before and after what is not
Kind = Literal["same", "changed", "added", "removed", "left_out"]


@dataclass(frozen=True)
class Line:
    """A line of the comparison."""

    kind: Kind
    html: Markup  # what was added in <ins>, what was removed in <del>
    left_out: int = 0  # how many lines, if some are


def compared(before: str, after: str) -> list[Line]:
    """The lines of two texts, with what is another and a little around it."""
    old, new = before.split("\n"), after.split("\n")
    rows: list[Line] = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            rows += [Line("same", _plain(line)) for line in new[new_from:new_to]]
        else:
            rows += _changed(old[old_from:old_to], new[new_from:new_to])
    return list(_shortened(rows))


def _changed(old: list[str], new: list[str]) -> Iterator[Line]:
    both = min(len(old), len(new))
    for before, after in zip(old[:both], new[:both], strict=True):
        yield Line("changed", _words(before, after))
    for line in old[both:]:
        yield Line("removed", _marked("del", line))
    for line in new[both:]:
        yield Line("added", _marked("ins", line))


def _words(before: str, after: str) -> Markup:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > _MOST_WORDS:
        return _marked("del", before) + _marked("ins", after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:  # single words in common would only be in the way
        return _marked("del", before) + _marked("ins", after)
    found, gone, come = Markup(), "", ""
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        same = "".join(new[new_from:new_to])
        if kind == "equal" and (same.strip() or not (gone or come)):
            found += _marked("del", gone) + _marked("ins", come) + _plain(same)
            gone = come = ""
        else:
            gone, come = gone + "".join(old[old_from:old_to]), come + same
    return found + _marked("del", gone) + _marked("ins", come)


def _marked(tag: Literal["ins", "del"], text: str) -> Markup:
    return Markup(f"<{tag}>{escape(text)}</{tag}>") if text else Markup()  # noqa: S704  -- escaped here


def _plain(text: str) -> Markup:
    return Markup(escape(text))  # noqa: S704  -- escaped here


def _shortened(rows: list[Line]) -> Iterator[Line]:
    """Without most of what is the same."""
    near = {at + step for at, row in enumerate(rows) if row.kind != "same" for step in range(-_AROUND, _AROUND + 1)}
    left_out = 0
    for at, row in enumerate(rows):
        if at in near:
            if left_out:
                yield Line("left_out", Markup(), left_out)
            left_out = 0
            yield row
        else:
            left_out += 1
    if left_out:
        yield Line("left_out", Markup(), left_out)
