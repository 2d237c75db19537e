"""How near each section is to a message that goes on in a conversation, under several forms of the message.

A message of a conversation leaves things out. So it is looked at in five forms: alone, with the names of the topic, after the
message before it, after the heading in hand, and with the subject of the article in hand. For each section that may answer,
these forms and what stands in the conversation give signals; `knowledge.turn_ranker` learned what they are worth.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.countries import the_countries
from knowledge.encoder import Encoder
from knowledge.onnx_model import Vectors
from knowledge.passages import Passage
from knowledge.questions import goes_on
from knowledge.search import Found, Nearness, Search, View
from knowledge.topic import Topic, asked_anew, kinds_of_question, leaves_out, names_in, plain, refers, topic_words

Rows = npt.NDArray[np.float32]
ALONE, WITH_NAMES, AFTER, UNDER, ON = range(5)  # places of the forms
_FORMS = ("alone", "with names", "after", "under", "on")
_FIRST = 12  # sections of each form that may answer
_OF_EARLIER = 2  # articles of earlier answers all of whose sections may
_AGREEING = 3  # texts that are looked at together
_FADING = 0.8  # what an article counts less with each passage that was quoted since
_FEW, _SOME, _MANY = 3, 6, 10  # words
_SURE = (0.65, -0.2)  # cosine and score of the article from which a message is near to something by itself
_APART = re.compile(r"-+")

# Every signal of a section counts anew in each of these kinds of messages.
GATES = (
    "leaves out",
    "refers",
    "few words",
    "some words",
    "names a condition",
    "in hand",
    "after a story",
    "sure alone",
    "many words",
)
OF_FORMS = tuple(f"{what}, {form}" for form in _FORMS for what in ("agreeing", "behind", "article", "words"))
OF_SECTIONS = (
    *OF_FORMS,
    "own in the article",
    "own in the article, under",
    "heading",
    "heading in the article",
    "near the message before",
    "same article",
    "same section",
    "neighbour",
    "earlier article",
    "shown",
    "wholly shown",
    "same kind of answer",
    "like the section in hand",
    "has the condition",
    "lacks the condition",
    "has the topic's condition",
    "lacks the topic's condition",
    "of the country",
    "of another country",
    "a question",
)
ABOUTS = ("safety", "rationale", "benefit", "practical", "quality", "regulation")


@dataclass(frozen=True)
class Turn:
    """A message in its conversation, seen in all forms.

    Attributes:
        forms: its texts, as the search saw them.
        vectors: their embeddings, one row each.
        found: what the search saw of the message alone.
        numbers: the sections that may answer.
        articles: of each of them.
        signals: of each of them, one row each, with the names of `signal_names`.
    """

    forms: list[str]
    vectors: Vectors
    found: Found
    numbers: list[int]
    articles: list[str]
    signals: Rows


@cache
def signal_names() -> list[str]:
    """The signals of a section, in their order."""
    kinds = list(topic_words().kinds)
    plain_ones = [*OF_SECTIONS, *(f"on {about}" for about in ABOUTS)]
    gated = [f"{name} × {gate}" for gate in GATES for name in OF_SECTIONS]
    asked = [f"{about} × asks {kind}" for kind in kinds for about in (*ABOUTS, "same article", "heading names the kind")]
    return [*plain_ones, *gated, *asked]


def look_at(search: Search, encoder: Encoder, message: str, topic: Topic, alone: Found | None = None) -> Turn:
    """See a message in its conversation.

    Args:
        search: what searches.
        encoder: embeds the forms.
        message: what the patient wrote.
        topic: what the conversation is about.
        alone: what the search saw of the message alone, if it was looked up.
    """
    hand = search.section_at(topic.in_hand.article, topic.in_hand.start) if topic.in_hand else None
    forms = [search.generation.speller.correct(" ".join(form.split())) for form in _forms(search, message, topic, hand)]
    before = [search.generation.speller.correct(" ".join((topic.said or topic.asked).split()))]
    vectors = encoder.encode([*forms, *before])
    found = alone or search.find(forms[ALONE], vectors[ALONE])
    seen = search.nearness(vectors)
    others = range(ALONE + 1, len(forms))
    views = [found.view, *(search.view(forms[at], vectors[at], seen.nearest_to(at)) for at in others)]
    numbers = _that_may_answer(search, views, topic, hand)
    nearness = _Nearness(search, seen, numbers)
    columns = [*_by_forms(views, numbers, nearness), *_by_texts(nearness), *_by_conversation(search, numbers, topic, hand)]
    columns += _by_names(search, numbers, message, topic)
    rows = np.stack(columns, axis=1).astype(np.float32)
    firsts = [search.first_passage(search.sections[number]) for number in numbers]
    articles = [search.sections[number][0] for number in numbers]
    return Turn(forms, vectors[: len(forms)], found, numbers, articles, _with_gates(rows, firsts, message, topic, found))


def is_sure_alone(found: Found) -> bool:
    """Whether a message alone comes near to a section, and to its article."""
    return found.signals.cosine >= _SURE[0] and found.signals.article >= _SURE[1]


def _forms(search: Search, message: str, topic: Topic, hand: int | None) -> list[str]:
    own = names_in(message)
    names = [name for kind, name in topic.names.items() if kind not in own]
    article = search.sections[hand][0] if hand is not None else None
    subject = _subject(article) if article else ""
    heading = search.first_passage(search.sections[hand]).heading if hand is not None else ""
    anew = asked_anew(message, topic) if hand is not None else []
    return [
        message,
        " ".join([message, *names]) if names else f"{message} {subject}",
        anew[0] if anew else f"{topic.said or topic.asked} {message}",
        f"{heading} {message}",
        f"{subject}: {message}" if subject else message,
    ]


def _subject(article: str) -> str:
    """The words of an article's own name that say what it is on."""
    return _APART.sub(" ", article.removeprefix(topic_words().before_a_subject))


def _that_may_answer(search: Search, views: Sequence[View], topic: Topic, hand: int | None) -> list[int]:
    numbers = [number for view in views for number in view.sections[:_FIRST].tolist()]
    articles = [search.sections[hand][0]] if hand is not None else []
    articles += [article for article, _ in reversed(topic.shown)]
    for article in list(dict.fromkeys(articles))[: 1 + _OF_EARLIER]:
        numbers += [search.number_of(section) for section in search.sections_of(article)]
    return sorted(set(numbers))


class _Nearness:
    """How near the texts of some sections are to the forms of a message."""

    def __init__(self, search: Search, seen: Nearness, numbers: Sequence[int]) -> None:
        rows = [search.entries_of(number) for number in numbers]
        self._sizes = [len(each) for each in rows]
        self._cosines = seen.of(np.concatenate(rows)) if rows else np.zeros((0, len(seen.vectors)), dtype=np.float32)
        slugs = [search.sections[number][0] for number in numbers]
        articles = list(dict.fromkeys(slugs))
        in_common = np.stack([search.middle_of(article) for article in articles]) @ seen.vectors.T
        apart = in_common[np.repeat([articles.index(slug) for slug in slugs], self._sizes)]
        # What is left of a text without what all of its article has in common says which of the sections is meant.
        self._own = (self._cosines - apart) / np.concatenate([search.beyond_middle(number) for number in numbers])[:, None]
        headings = np.cumsum([0, *self._sizes[:-1]]) + [search.heading_among(number) for number in numbers]
        self.heading = self._cosines[headings, ALONE]
        self.heading_own = self._own[headings, ALONE]
        self.agreeing = self._best(self._cosines, _AGREEING)
        self.own = self._best(self._own, _AGREEING - 1)

    def _best(self, values: Rows, count: int) -> Rows:
        """The mean of the highest values of each section, by section and form."""
        filled = np.full((len(self._sizes), max(self._sizes, default=0), values.shape[1]), -np.inf, dtype=np.float32)
        filled[
            np.repeat(np.arange(len(self._sizes)), self._sizes), np.concatenate([np.arange(size) for size in self._sizes])
        ] = values
        highest = -np.partition(-filled, min(count, filled.shape[1] - 1), axis=1)[:, :count]
        there = np.isfinite(highest)
        return np.asarray(np.where(there, highest, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1))


def _by_forms(views: Sequence[View], numbers: Sequence[int], near: _Nearness) -> list[Rows]:
    columns: list[npt.NDArray[Any]] = []
    for form, view in enumerate(views):
        agreeing = near.agreeing[:, form]
        behind = view.scores_of(numbers, agreeing) - view.best
        columns += [agreeing, behind, view.articles[numbers], view.words[numbers]]
    return _columns(columns)


def _by_texts(near: _Nearness) -> list[Rows]:
    columns: list[Rows] = [
        near.own[:, ALONE],
        near.own[:, UNDER],
        near.heading,
        near.heading_own,
        near.agreeing[:, len(_FORMS)],
    ]
    return _columns(columns)


def _by_conversation(search: Search, numbers: Sequence[int], topic: Topic, hand: int | None) -> list[Rows]:
    """What was quoted before, and where each section stands to it."""
    own = [search.sections[number] for number in numbers]
    firsts = [search.first_passage(section) for section in own]
    faded: dict[str, float] = {}
    for since, (article, _) in enumerate(reversed(topic.shown)):
        faded.setdefault(article, _FADING**since)
    known = set(topic.shown)
    shown = [
        [(each.article, each.start) in known for each in search.passages_in(section)] if section[0] in faded else [False]
        for section in own
    ]
    fading = [faded.get(article, 0.0) for article, _ in own]
    before: list[list[float]] = [fading, [any(each) for each in shown], [all(each) for each in shown]]
    if hand is None:
        nothing = [0.0] * len(numbers)
        return _columns([nothing, nothing, nothing, *before, nothing, nothing])
    article = search.sections[hand][0]
    places = {search.number_of(section): place for place, section in enumerate(search.sections_of(article))}
    about = search.first_passage(search.sections[hand]).about
    alike = _alike(search, numbers, hand)
    return _columns(
        [
            [number in places for number in numbers],
            [number == hand for number in numbers],
            [1 / (1 + abs(places[n] - places[hand])) if n in places and n != hand else 0.0 for n in numbers],
            *before,
            [each.about == about for each in firsts],
            alike,
        ]
    )


def _alike(search: Search, numbers: Sequence[int], hand: int) -> list[float]:
    """How like each section is to that in hand, each without what its article has in common."""
    kept = [search.own_middle_of(number) for number in numbers]
    return [float(own @ search.own_middle_of(hand)) for own in kept]


def _by_names(search: Search, numbers: Sequence[int], message: str, topic: Topic) -> list[Rows]:
    """Whether each section speaks of what is named."""
    texts = [search.words_of(number) for number in numbers]
    columns: list[list[float]] = []
    for names in (names_in(message), topic.names):
        name = names.get("condition")
        columns += [
            [bool(name) and f" {name} " in text for text in texts],
            [bool(name) and f" {name} " not in text for text in texts],
        ]
    here, elsewhere = search.about_countries(the_countries().named_in(message))
    sections = [search.sections[number] for number in numbers]
    columns += [[section in here for section in sections], [section in elsewhere for section in sections]]
    return _columns([*columns, [search.first_passage(section).is_question for section in sections]])


def _columns(columns: Sequence[Sequence[float] | npt.NDArray[Any]]) -> list[Rows]:
    return [np.asarray(column, dtype=np.float32) for column in columns]


def _with_gates(rows: Rows, firsts: Sequence[Passage], message: str, topic: Topic, found: Found) -> Rows:
    """The signals, each again for every kind of message in which it may count differently."""
    abouts = np.array([[first.about == about for about in ABOUTS] for first in firsts], dtype=np.float32)
    length = len(plain(message).split())
    gates = (
        leaves_out(message),
        refers(message) or goes_on(message),
        length <= _FEW,
        length <= _SOME,
        "condition" in names_in(message),
        topic.in_hand is not None,
        not topic.just,
        is_sure_alone(found),
        length > _MANY,
    )
    same = rows[:, [OF_SECTIONS.index("same article")]]
    asks, named = kinds_of_question(message), [kinds_of_question(first.heading) for first in firsts]
    kinds = [
        np.concatenate([abouts, same, _names_kind(kind, named)], axis=1) * np.float32(kind in asks)
        for kind in topic_words().kinds
    ]
    return np.concatenate([rows, abouts, *(rows * np.float32(gate) for gate in gates), *kinds], axis=1)


def _names_kind(kind: str, named: Sequence[frozenset[str]]) -> Rows:
    return np.array([[kind in each] for each in named], dtype=np.float32)
