"""Names of people."""

from __future__ import annotations

import re

from intake.judging.expressions import expression
from intake.judging.results import Context, Judgement, Understood
from language.questions import looks_like_a_question

_NAME = re.compile(r"^[^\W\d_](?:[^\W\d_]|[ .'’-]){0,78}[^\W\d_.]?\.?$")

_MOST_WORDS = 6


def calls_oneself(text: str) -> bool:
    """Whether a message gives a name in so many words: "call me Maria" is no wish for a call."""
    return bool(expression("names_call_me").match(text))


def judge_name(text: str, _context: Context) -> Judgement:
    """A name of one to six words; no sentence, no greeting, no complaint."""
    name = expression("names_after_it").sub("", text)
    for _ in range(2):  # "the patient is my son Lukas Example"
        name = expression("names_lead_in").sub("", name)
    name = name.strip(" .,!:")
    words = name.split()
    if (
        not 1 <= len(words) <= _MOST_WORDS
        or not _NAME.match(name)
        or expression("names_not_names").search(name)
        or looks_like_a_question(text)
    ):
        return None
    return Understood(name)
