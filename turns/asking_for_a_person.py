"""Whether a message asks for a person, by the patterns of a list: for when Rasa, which understands more of them, is away."""

from __future__ import annotations

from functools import cache

from language.patterns import Patterns, read_patterns
from language.plain_words import PlainWords, read_plain_words
from turns.texts import texts

_READ = 300  # characters; who writes more says something else first, and can press the button


def wants_a_person(text: str) -> bool:
    """Whether a message asks to talk with somebody, to be called or to be passed on."""
    said = text.strip().casefold()
    if said == texts().person_button.casefold():
        return True
    return len(said) <= _READ and any(map(_asks, _plain().lines(text)))


def accepts(text: str) -> bool:
    """Whether a message is a yes, and nothing else, to the offer of a person."""
    lines = _plain().lines(text) if len(text) <= _READ else []
    return bool(lines) and all(_has(line, _patterns()[2]) for line in lines)


def _asks(line: str) -> bool:
    wanted, refused, _ = _patterns()
    return _has(line, wanted) and not _has(line, refused)


def _has(line: str, patterns: Patterns) -> bool:
    return any(pattern.spans(line) for pattern in patterns)


@cache
def _plain() -> PlainWords:
    return read_plain_words()


@cache
def _patterns() -> tuple[Patterns, Patterns, Patterns]:
    asking = texts().asking_for_a_person
    lists = {"person": asking.people}
    return (
        read_patterns(asking.wanted_by, lists),
        read_patterns(asking.refused_by, lists),
        read_patterns(asking.accepted_by, lists),
    )
