"""What of a message repeats what was said before it, word for word: a sentence that somebody copied to ask about it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from language.normalise import normalised, straight

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_RUN = 5  # words in a row; fewer are said alike by chance, and by who answers in the words of a question


def in_own_words(text: str, said: Iterable[str]) -> str:
    """A message without what it repeats.

    Args:
        text: the message. In a language without spaces between its words nothing counts as repeated.
        said: what it may repeat.

    Returns:
        The message as it was written, but for runs of five words or more that stand so in one of the others.
    """
    known = {run for each in said for run in _runs([word for word, _, _ in _words(each)])}
    words = _words(text)
    repeated = {
        at + step for at, run in enumerate(_runs([word for word, _, _ in words])) if run in known for step in range(_RUN)
    }
    kept, upto = [], 0
    for at in sorted(repeated):
        _, begin, end = words[at]
        kept.append(text[upto:begin] if at - 1 not in repeated else "")
        upto = end
    return "".join([*kept, text[upto:]]) if repeated else text


def _words(text: str) -> list[tuple[str, int, int]]:
    """The words of a text as they are compared, each with its place in the text as it was written."""
    return [(straight(normalised(found.group())).casefold(), found.start(), found.end()) for found in _WORD.finditer(text)]


def _runs(words: list[str]) -> list[tuple[str, ...]]:
    return list(zip(*(words[step:] for step in range(_RUN)), strict=False))
