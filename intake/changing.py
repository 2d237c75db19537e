"""The new value in a wish to change something: "change my phone number to …", "my name is spelt … and not …"."""

from __future__ import annotations

import re

from intake.fields import IntakeField
from intake.judge import judge
from intake.judging.plain import letters
from intake.judging.results import Context, Understood
from language.questions import looks_like_a_question

# After which word the new value stands, the most telling first.
_BEFORE_THE_VALUE = (
    r"\binto\b",
    r"\bto\b",
    r"\bshould (?:be|say|read)\b",
    r"\bis now\b",
    r":",
    r"=",
    r"\bbut\b",
    r"\bit'?s\b",
    r"\bit is\b",
    r"\bis\b",
)
_ANYWHERE = frozenset({"contact", "birth", "country"})  # kinds that are recognised wherever they stand
_STOPS = re.compile(r"(?i)[,;]?\s*\b(?:not|instead of|rather than)\b.*$")
_EMPTY = re.compile(
    r"(?i)^(?:wrong|incorrect|not right|a mistake|outdated|old|something else|another one|a new one|me|change)?[.! ]*$"
)


_WISH = re.compile(
    r"(?i)^\s*(?:please |can you |could you |i (?:want|need|would like|have) to )*(?:change|correct|update|edit|fix|replace)\b"
)


def wants_to_change(text: str) -> bool:
    """Whether a message says so in so many words."""
    return bool(_WISH.match(text))


def new_value(field: IntakeField, text: str, context: Context) -> tuple[str, Understood] | None:
    """The words that give the new value, and what they mean; none if the message only names the field.

    Args:
        field: the field that is to be changed.
        text: the whole message.
        context: what the judge may go by.
    """
    names = {letters(name) for name in (field.label, *field.called)}
    for mark in _BEFORE_THE_VALUE:
        for found in re.finditer(mark, text, re.IGNORECASE):
            said = _STOPS.sub("", text[found.end() :]).strip(" .!\"'“”")
            nothing = _EMPTY.match(said) or letters(said) in names or looks_like_a_question(said)
            understood = None if nothing else judge(field, said, context)
            if isinstance(understood, Understood):
                return said, understood
    if field.kind in _ANYWHERE:
        understood = judge(field, text, context)
        if isinstance(understood, Understood):
            return text, understood
    return None
