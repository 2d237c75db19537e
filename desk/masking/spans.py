"""Where details stand in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from desk.masking.rules import Kind

_BETWEEN = re.compile(r"[\s,.'’\-/]*")


class Detail(NamedTuple):
    """One detail, by its place in the text."""

    start: int
    end: int
    kind: Kind


def apart(found: Iterable[Detail]) -> list[Detail]:
    """Details in their order, none over another: of two that meet, the first found stays, and grows over the other."""
    kept: list[Detail] = []
    for one in found:
        meets = [each for each in kept if one.start < each.end and each.start < one.end]
        if meets:
            kept = [each for each in kept if each not in meets]
            all_of_them = [one, *meets]
            kept.append(Detail(min(each.start for each in all_of_them), max(each.end for each in all_of_them), meets[0].kind))
        else:
            kept.append(one)
    return sorted(kept)


def joined(text: str, details: Sequence[Detail]) -> list[Detail]:
    """Details of one kind with nothing between them as one."""
    whole: list[Detail] = []
    for one in details:
        last = whole[-1] if whole else None
        if last and last.kind == one.kind and _BETWEEN.fullmatch(text, last.end, one.start):
            whole[-1] = Detail(last.start, one.end, one.kind)
        else:
            whole.append(one)
    return whole
