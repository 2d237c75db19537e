"""What a question on one illness asks, where it says little else: whether cells help, are safe, how they are given, how often.

A story may stand around it. The words that decide are in `asked.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from cordial.data_files import Part, Text, read_data
from knowledge.article import About
from knowledge.errors import PhrasesError
from knowledge.questions import leans
from knowledge.topic import Topic, conditions_of, plain, topic_words, without_names
from language.questions import asks_somewhere, begins_a_question
from language.sentences import sentences
from language.spoken import text_file

_CLAUSE = re.compile(r"\s*(?:[,;:()–—]|\s-)\s*")
_FEW = 6  # words of a part that may ask without the form of a question ("any data", "true or nonsense")
_MOST = 14  # words of a part that asks little


class _Kind(Part):
    core: list[Text]
    bare: list[Text] = []
    beside: frozenset[str]
    about: frozenset[About]
    asks_of: str
    in_general: str | None = None
    says: list[Text] = []
    rather: list[Text] = []


class AskedWords(Part):
    """What decides, from `asked.yml`."""

    language: str
    around: frozenset[str]
    requests: frozenset[str]
    not_plainly: frozenset[str]
    called: dict[str, str]
    kinds: dict[str, _Kind]


def read_asked_words(file: Path | None = None) -> AskedWords:
    """Read the words; by default those of the language that is spoken.

    Raises:
        PhrasesError: naming what is wrong.
    """
    return read_data(AskedWords, file or text_file("knowledge", "asked.yml"), PhrasesError)


@cache
def _words() -> AskedWords:
    return read_asked_words()


@dataclass(frozen=True)
class Asked:
    """A question that says little more than what it asks.

    Attributes:
        kind: what it asks, as in `asked.yml`.
        illnesses: that it may be about; of several, all that it names.
        named: whether the message itself names them.
    """

    kind: str
    illnesses: tuple[str, ...]
    named: bool

    @property
    def abouts(self) -> frozenset[About]:
        """What a section that answers speaks to."""
        return _words().kinds[self.kind].about

    @property
    def in_general(self) -> str | None:
        """The question without an illness, where it has an answer that holds for all."""
        return _words().kinds[self.kind].in_general

    def of(self, illness: str) -> str:
        """The question in the words of the library."""
        return _words().kinds[self.kind].asks_of.format(condition=_words().called.get(illness, illness))

    def is_rather(self, heading: str) -> bool:
        """Whether a heading that names the illness asks the same."""
        return any(f" {each} " in f" {plain(heading)} " for each in _words().kinds[self.kind].rather)

    def is_said_in(self, heading: str) -> bool:
        """Whether a heading speaks of what is asked."""
        says = _words().kinds[self.kind].says
        return not says or any(f" {each} " in f" {plain(heading)} " for each in says)


def asked_in(message: str, topic: Topic | None = None, story: str = "") -> Asked | None:
    """What a message asks about an illness; nothing, if any of its questions asks more than one thing, or another.

    Args:
        message: or one of its questions.
        topic: what the conversation is about.
        story: the message around that question.
    """
    parts = [each for each in _parts(message) if _asks(each)]
    kinds = {_kind_of(each) for each in parts}
    if len(kinds) != 1 or None in kinds:
        return None
    named = _illnesses(" ".join(parts)) or _illnesses(message) or _illnesses(story)
    kept = topic.names.get("condition") if topic else None
    [kind] = kinds
    if not _words().not_plainly.isdisjoint(named or {kept}):
        return None
    return Asked(str(kind), named or ((kept,) if kept else ()), bool(named))


def _illnesses(text: str) -> tuple[str, ...]:
    """What a text names; parts of the body only if it names nothing else."""
    named = dict.fromkeys(conditions_of(text))
    illnesses = [each for each in named if each not in topic_words().parts_of_the_body]
    return tuple(illnesses or named)


def _parts(message: str) -> Iterator[str]:
    """The sentences of a message; of those that tell something first, the last clause that asks."""
    for sentence in sentences(message):
        clauses = [each for each in _CLAUSE.split(sentence) if each.strip()]
        asking = [each for each in clauses if _asks(each)]
        of_their_own = [each for each in asking if not leans(each)]
        yield sentence if len(clauses) == 1 or not of_their_own or _kind_of(sentence) else " ".join(of_their_own)


def _asks(part: str) -> bool:
    """Whether a part of a message asks, by its form, or as it asks for something or is little more than what it asks."""
    if part.rstrip().endswith("?") or begins_a_question(part) or asks_somewhere(part):
        return True
    kind, said = _kind_of(part), plain(part)
    if kind is None:
        return False
    if _words().requests & set(said.split()):
        return True
    bare = _words().kinds[kind].bare or _words().kinds[kind].core
    return len(said.split()) <= _FEW and any(f" {each} " in f" {said} " for each in bare)


@lru_cache(maxsize=4_096)
def _kind_of(part: str) -> str | None:
    said = f" {plain(part)} "
    left = {word for word in without_names(said).split() if not word.isdigit()}
    if len(said.split()) > _MOST + 1:
        return None
    around = _words().around
    for name, kind in _words().kinds.items():
        core = [each for each in kind.core if f" {each} " in said]
        known = {word for each in core for word in each.split()} | kind.beside | around
        if core and not left - known:
            return name
    return None
