"""The rules of context, from `context.yml`: phrases that say something of a mention, what they do, and how far they reach."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated

from cordial.data_files import DataFileError, Part, by_name, read_data
from language.patterns import Pattern, PatternError, read_patterns, split_list, wrong_pattern
from language.spoken import text_file


class ContextError(DataFileError):
    """`context.yml` cannot be used; the message names the entry."""


@dataclass(frozen=True)
class Grammar:
    """The words that build a sentence."""

    somebody: frozenset[str]
    whose: frozenset[str]
    breaks: frozenset[str]
    joins: frozenset[str]
    fillers: frozenset[str]
    verbs: frozenset[str]
    present_verbs: frozenset[str]
    question_words: frozenset[str]
    greetings: frozenset[str]
    past: frozenset[str]
    present: frozenset[str]
    articles: frozenset[str]
    they: frozenset[str]
    ours: frozenset[str]
    small_words: frozenset[str]
    be: frozenset[str]
    be_now: frozenset[str]
    joins_list: frozenset[str]
    at_once: frozenset[str]
    the: frozenset[str]
    this: frozenset[str]
    nobody_asked: frozenset[str]


class _Rule(Part):
    does: str
    reach: int | None = None
    signal: bool = True
    phrases: str


class _File(Part):
    grammar: Annotated[dict[str, str], by_name({each.name: () for each in fields(Grammar)})]
    lists: dict[str, str]
    rules: dict[str, _Rule]


class Rules:
    """The rules of a language, compiled."""

    def __init__(self, file: _File) -> None:
        """Compile them.

        Raises:
            PatternError: if a phrase is not in the notation.
        """
        self.lists = {name: split_list(" ".join(text.split())) for name, text in file.lists.items()}
        self.grammar = Grammar(**{name: frozenset(split_list(" ".join(words.split()))) for name, words in file.grammar.items()})
        self.markers = {name: read_patterns(" ".join(rule.phrases.split()), self.lists) for name, rule in file.rules.items()}
        self.reach = {name: rule.reach for name, rule in file.rules.items() if rule.reach is not None}
        self.signals = sorted(name for name, rule in file.rules.items() if rule.signal)

    @property
    def patterns(self) -> list[Pattern]:
        """All of them."""
        return [pattern for patterns in self.markers.values() for pattern in patterns]


def read_rules(file: Path | None = None) -> Rules:
    """Read the rules; by default those of the language that is spoken.

    Raises:
        ContextError: naming what is wrong.
    """
    file = file or text_file("language", "context.yml")
    try:
        return Rules(read_data(_File, file, ContextError))
    except PatternError as error:
        raise ContextError.about([wrong_pattern(error, file)]) from error
