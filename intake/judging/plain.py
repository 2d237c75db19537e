"""What can be seen from the form of a text alone."""

from __future__ import annotations

import re

from language.normalise import normalised, straight

_QUESTION_START = re.compile(
    r"(?i)^\s*(what|why|how|who|whom|whose|when|where|which|is|are|am|was|were|do|does|did|can|could|should|would|will|has|have"
    r"|may|might|isn'?t|aren'?t|don'?t|doesn'?t|can'?t|won'?t)\b"
)
# Two of those words are first names.
_WILL_OR_MAY = re.compile(r"^\s*(?:Will|May)(?:\s+[^\W\d_a-z][^\W\d_]+){1,3}\s*$")
# "have two stents", "don't take any", "was treated with": an answer whose "I" was left out, if it ends like a statement.
_LEFT_OUT_I = re.compile(
    r"(?i)^\s*(?:have|has|had|was|am|don'?t|doesn'?t|did|do|can'?t)\b(?!\s+(?:i|you|we|they|he|she|it|the|this|that|there)\b)"
)
_STATES_A_DENIAL = re.compile(r"(?i)^\s*(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|should|may)\s+not\b")
_SENTENCES = re.compile(r"[^.!?\n;]+(?:[.!?;]+|\n|$)")


def looks_like_a_question(text: str) -> bool:
    """Whether a message asks something, by its form alone."""
    text = straight(normalised(text))
    if text.rstrip().endswith("?"):
        return bool(re.search(r"[^\W\d_]", text))
    if _LEFT_OUT_I.match(text) or _STATES_A_DENIAL.match(text):
        return False
    return bool(_QUESTION_START.match(text)) and not _WILL_OR_MAY.match(text)


def sentences_of(text: str) -> list[str]:
    """A message in its sentences and lines. A full stop inside a number, an address or after one letter ends none."""
    held = re.sub(
        r"(?<=\w)\.(?=\w)|(?<=\b\w)\.(?=\s)|(?<=\b(?:Dr|Mr|St))\.|(?<=\b(?:Mrs|Tel))\.|(?<=\d)\.(?=\s*\d)", "\0", text
    )
    return [part.replace("\0", ".").strip() for part in _SENTENCES.findall(held) if part.strip(" .!?;\n\0")]


def letters(text: str) -> str:
    """A text in lower case, with short forms joined ("dont") and without marks, for comparing whole sentences."""
    low = straight(normalised(text)).lower().replace("'", "")
    return " ".join(re.sub(r"[^\w@+ ]", " ", low).split())
