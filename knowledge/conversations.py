"""Conversations with known answers, from which the ranking within a conversation is learned and by which it is measured.

`conversations.jsonl` holds one conversation a line: who wrote it, and its messages. A message that asks something names the
sections that answer it; none, if the library has no answer. One that asks nothing names nothing.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.answer import Answer
from knowledge.composing import quoting
from knowledge.errors import KnowledgeError
from knowledge.evaluate import Case, Rate
from knowledge.library import Library
from knowledge.search import Search, SectionId
from knowledge.topic import Topic, about_the_passage, topic_of
from knowledge.turn_ranker import Example, TurnRanker, fit
from language.spoken import text_file

_SEED = 7
_WEIGHT_ALONE = 3  # how often each question that stands by itself counts
_ROUNDS = 1  # of learning from what the library itself answers
_REMEMBERED = 8  # messages from which the topic is made


class Said(BaseModel):
    """A message of a conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    answers: tuple[str, ...] | None = None  # as article#section; nothing, if it asks nothing


class Conversation(BaseModel):
    """A conversation, and who wrote it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: str
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Met:
    """A message that asks something, where it stands in its conversation."""

    by: str
    text: str
    topic: Topic | None
    answers: frozenset[SectionId]


# What a message with its topic is answered with, for the messages after it.
Answers = Callable[[Met], Sequence[Answer]]


def read_conversations(file: Path | None = None) -> list[Conversation]:
    """Read conversations; by default those of the language that is spoken.

    Raises:
        KnowledgeError: naming the line that cannot be read.
    """
    file = file or text_file("knowledge", "conversations.jsonl")
    found = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        try:
            found.append(Conversation.model_validate(json.loads(line)))
        except (ValidationError, ValueError) as error:
            raise KnowledgeError(f"{file.name}, line {number}: {error}") from error
    return found


def go_through(conversations: Sequence[Conversation], answers: Answers) -> Iterator[Met]:
    """Every message that asks something, after what those before it were answered with."""
    for conversation in conversations:
        turns: list[tuple[str, Sequence[Answer]]] = []
        for said in conversation.said:
            given: Sequence[Answer] = []
            if said.answers is not None:
                met = Met(conversation.by, said.text, topic_of(turns[-_REMEMBERED:]), frozenset(map(_section, said.answers)))
                yield met
                given = answers(met)
            turns.append((said.text, given))


def examples(library: Library, conversations: Sequence[Conversation], as_marked: bool) -> list[tuple[Met, Example]]:
    """What there is to learn from conversations.

    Args:
        library: answers the messages, or only knows the sections.
        conversations: with known answers.
        as_marked: whether each message was answered with the section that is marked first, and not by the library.
    """
    search = library.searching
    found = []
    for met in go_through(conversations, by_the_marks(search) if as_marked else by_the_library(library)):
        if met.topic is not None:
            numbers = frozenset(search.number_of(section) for section in met.answers if section in search.sections)
            found.append((met, Example(library.look_at(met.text, met.topic), numbers)))
    return found


def by_the_library(library: Library) -> Answers:
    """As the library answers."""

    def answers(met: Met) -> list[Answer]:
        asked = about_the_passage(met.text) if met.topic and met.topic.in_hand else None
        if asked == "more" and met.topic:
            further = library.further(met.topic)
            return [further] if further else []
        return [] if asked and asked != "why" else library.ask(met.text, met.topic)

    return answers


def by_the_marks(search: Search) -> Answers:
    """With the section that is marked first."""

    def answers(met: Met) -> list[Answer]:
        known = [section for section in sorted(met.answers) if section in search.sections]
        return [quoting(search, known[0], search.middle_of(known[0][0]))] if known else []

    return answers


def _section(name: str) -> SectionId:
    article, _, section = name.partition("#")
    return article, section


def standing_alone(library: Library, cases: Sequence[Case]) -> list[Example]:
    """Questions that stand by themselves, each after another that is about something else: they are answered as if alone."""
    search, found = library.searching, []
    for case, topic in _after_another(library, cases):
        candidates = library.explain(case.text)[0].candidates
        if topic is None or not candidates or (case.articles and candidates[0].article not in case.articles):
            continue
        number = search.number_of((candidates[0].article, candidates[0].section))
        found.append(Example(library.look_at(case.text, topic), frozenset([number]) if case.articles else frozenset()))
    return found


def _after_another(library: Library, cases: Sequence[Case]) -> Iterator[tuple[Case, Topic | None]]:
    """Each question, with the topic after another that is about something else."""
    chance = random.Random(_SEED)  # noqa: S311 -- nothing is kept secret by it
    covered = [case for case in cases if case.articles]
    for case in cases:
        before = chance.choice([other for other in covered if not set(other.articles) & set(case.articles)])
        yield case, topic_of([(before.text, library.ask(before.text))])


def measured_after_another(library: Library, cases: Sequence[Case]) -> dict[str, Rate]:
    """Measure the answers to questions that stand by themselves, each asked first, and after another on something else."""
    asked = [
        (case, library.ask(case.text)[0], library.ask(case.text, topic)[0]) for case, topic in _after_another(library, cases)
    ]
    rates: dict[str, Rate] = {}
    for name, answered in (
        ("asked first", [(case, first) for case, first, _ in asked]),
        ("after another", [(case, later) for case, _, later in asked]),
    ):
        covered = [(case, answer) for case, answer in answered if case.articles]
        others = [answer for case, answer in answered if not case.articles]
        right = sum(bool(answer.passages) and answer.passages[0].article in case.articles for case, answer in covered)
        rates |= {
            f"{name}: right article quoted first": Rate(right, len(covered)),
            f"{name}: covered, held back": Rate(sum(not answer.passages for _, answer in covered), len(covered)),
            f"{name}: not covered, held back": Rate(sum(not answer.passages for answer in others), len(others)),
        }
    return rates


def fit_turns(library: Library, conversations: Sequence[Conversation], cases: Sequence[Case] = ()) -> TurnRanker:
    """Learn the ranking within a conversation.

    What is in hand is first what the marks say, and then, as in use, what the library answers with what was learned from that.

    Args:
        library: as it is in use; it takes up what is learned.
        conversations: with known answers.
        cases: questions that stand by themselves.
    """
    marked = [each for _, each in examples(library, conversations, as_marked=True)]
    marked += standing_alone(library, cases) * _WEIGHT_ALONE
    library.turns = fit(marked, library.calibration, library.generation.encoder)
    for _ in range(_ROUNDS):
        own = [each for _, each in examples(library, conversations, as_marked=False)]
        library.turns = fit([*marked, *own], library.calibration, library.generation.encoder)
    return library.turns


def without_each_writer(library: Library, conversations: Sequence[Conversation], cases: Sequence[Case] = ()) -> dict[str, Rate]:
    """Measure on the conversations of each writer what was learned from those of the others."""
    outcomes = []
    for writer in sorted({each.by for each in conversations}):
        fit_turns(library, [each for each in conversations if each.by != writer], cases)
        outcomes += _outcomes(library, [each for each in conversations if each.by == writer])
    return _rates(outcomes)


def measured(library: Library, conversations: Sequence[Conversation]) -> dict[str, Rate]:
    """Measure the answers within conversations as the library is."""
    return _rates(_outcomes(library, conversations))


@dataclass(frozen=True)
class _Outcome:
    met: Met
    quoted: SectionId | None  # first


def _outcomes(library: Library, conversations: Sequence[Conversation]) -> list[_Outcome]:
    search = library.searching
    found: list[_Outcome] = []

    def answers(met: Met) -> Sequence[Answer]:
        given = by_the_library(library)(met)
        quotes = [answer.passages[0] for answer in given if answer.passages]
        number = search.section_at(quotes[0].article, quotes[0].start) if quotes else None
        found.append(_Outcome(met, None if number is None else search.sections[number]))
        return given

    list(go_through(conversations, answers))
    return found


def _rates(outcomes: Sequence[_Outcome]) -> dict[str, Rate]:
    rates: dict[str, Rate] = {}
    for name, wanted in (("first of its conversation", True), ("later", False)):
        those = [each for each in outcomes if (each.met.topic is None) is wanted]
        covered = [each for each in those if each.met.answers]
        articles = [
            each.quoted is not None and each.quoted[0] in {article for article, _ in each.met.answers} for each in covered
        ]
        held_back = [each.quoted is None for each in those if not each.met.answers]
        rates |= {
            f"{name}: a marked section quoted first": Rate(
                sum(each.quoted in each.met.answers for each in covered), len(covered)
            ),
            f"{name}: a marked article quoted first": Rate(sum(articles), len(covered)),
            f"{name}: covered, held back": Rate(sum(each.quoted is None for each in covered), len(covered)),
            f"{name}: not covered, held back": Rate(sum(held_back), len(held_back)),
        }
    return rates
