"""Answering a question in another language: the English passage as it was approved, chosen without a translation.

Which article a message is about says a machine of its own (`other_questions`). Within the article the nearest section is taken,
and in it the nearest paragraph. A message that leaves out what it is about goes on with the article that was quoted last.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from cordial.model_file import ModelFileError
from knowledge.answer import Answer
from knowledge.composing import quoting_passages
from knowledge.library import Library
from knowledge.onnx_model import Vectors
from knowledge.other_countries import countries_named
from knowledge.other_illnesses import illnesses_named
from knowledge.other_questions import SAID, Likeness, OtherQuestions, signals_of
from knowledge.passages import Passage
from knowledge.search import Search, SectionId
from knowledge.topic import Topic
from language.multilingual import ENCODER, Encode, multilingual

logger = logging.getLogger(__name__)

_LONGEST = 800  # characters that are embedded
_OF_HEADING, _OF_TEXTS = 0.5, 0.5  # how near a section is: its heading, and all that was written for it
_SHOWN = 0.15  # what speaks against a section that was quoted before, in cosines
_IN_HAND = 0.25  # what speaks for the article that was quoted last, in scores
_SHORT = 60  # characters of a message that may leave something out
_SURE_OF_KIND = 0.4  # score from which a message is believed to be no question of an article, but of that kind
_LEADS_KIND = 0.1
_KEPT = 4096  # embeddings
_OF_THE_COUNTRY, _OF_ANOTHER = 0.15, 1.0  # scores, where a country is named
_OF_ANOTHER_ILLNESS = 1.0  # scores, what speaks against an article on other illnesses than are named
_GOES_ON = 0.15  # how near a heading is at least, or how like the article in hand a message is, that goes on with it
_MORE = SAID + "more"


@dataclass(frozen=True)
class Heard:
    """What a message in another language was taken for.

    Attributes:
        kind: the kind of what no article answers or of what else was said (`declined:price`, `said:thanks`), if it is one.
        answer: the quote, if it is a question that an article answers.
        again: whether that passage was quoted before.
        likeness: how it came to that.
    """

    kind: str | None
    answer: Answer | None
    again: bool
    likeness: Likeness


class _Apart(NamedTuple):
    """What keeps passages of an article apart."""

    countries: frozenset[str]  # that are named
    sections: frozenset[SectionId]  # on other illnesses than are named


class InOtherLanguages:
    """Understands messages in other languages. Safe to use from several threads."""

    def __init__(self, library: Library, questions: OtherQuestions, encode: Encode) -> None:
        """Answer from a library.

        Args:
            library: whose articles are quoted.
            questions: which article a message is about.
            encode: the embedding with which that was fitted.
        """
        self._library = library
        self._questions = questions
        self._encode = encode
        self._sections = {name: row for name, row in zip(questions.about.sections, questions.sections, strict=True)}
        self._embedded = lru_cache(maxsize=_KEPT)(self._embed)

    def likeness(self, text: str) -> Likeness:
        """What a message is like."""
        return self._questions.likeness(text, self._embed(text), self._library.generation.articles)

    def hear(self, text: str, language: str, topic: Topic | None = None) -> Heard:
        """Take a message for a question of an article, for a kind of what no article answers, or for neither.

        Args:
            text: what the patient wrote.
            language: in which that is.
            topic: what the conversation is about.
        """
        named = countries_named(text, language)
        likeness = self._apart_from(illnesses_named(text), self.likeness(text))
        alone, decision = self._about(named, likeness), self._questions.about.decision
        if not alone.articles:
            return Heard(None, None, False, alone)
        kind = _kind(alone)
        if kind and kind != _MORE:
            return Heard(kind, None, False, alone)
        in_hand = topic.in_hand.article if topic and topic.in_hand else None
        if alone.probability >= decision.sure and kind is None:
            return self._quoting(next(iter(alone.articles)), text, topic, alone, named)
        leaves_out = kind == _MORE or (len(text) <= _SHORT and not self._is_elsewhere(named))
        if topic and in_hand in alone.articles and leaves_out:
            return self._going_on(text, topic, in_hand, alone, named)
        if alone.probability >= decision.threshold and kind is None and alone.best in alone.articles:
            return self._quoting(alone.best, text, topic, alone, named)
        return Heard(None, None, False, alone)

    def _is_elsewhere(self, named: frozenset[str]) -> bool:
        """Whether countries are named of whose rules nothing is known: then a message asks about those."""
        return bool(named) and not self._library.search.about_countries(named)[0]

    def _about(self, named: frozenset[str], likeness: Likeness) -> Likeness:
        """A likeness where countries are named: articles on their rules come before, those on the rules of others after."""
        if not named:
            return likeness
        search = self._library.search
        here, elsewhere = search.about_countries(named)
        scores = dict(likeness.articles)
        for article in scores:
            sections = search.sections_of(article)
            if any(section in here and search.first_passage(section).about == "regulation" for section in sections):
                scores[article] += _OF_THE_COUNTRY
            elif sum(section in elsewhere for section in sections) * 2 > len(sections):
                scores[article] -= _OF_ANOTHER
        return self._ranked_anew(scores, likeness)

    def _going_on(self, text: str, topic: Topic, in_hand: str, alone: Likeness, named: frozenset[str]) -> Heard:
        """A message that may leave out what it is about: the article in hand counts, unless it is more like something else."""
        more = max(0.0, alone.others.get(_MORE, 0.0))
        scores = {**alone.articles, in_hand: alone.articles[in_hand] + _IN_HAND + more}
        article = max(scores, key=scores.__getitem__)
        other, likely = next(((name, score) for name, score in alone.others.items() if name != _MORE), ("", 0.0))
        if likely > scores[article] + _LEADS_KIND:
            return Heard(other if likely >= _SURE_OF_KIND else None, None, False, alone)
        heard = self._quoting(article, text, topic, alone, named)
        if heard.answer is None or alone.articles[article] >= _GOES_ON:
            return heard
        near = float(self._seen(heard.answer.passages[0].heading) @ self._questions.centred(self._embed(text)))
        return heard if near >= _GOES_ON else Heard(None, None, False, alone)

    def _apart_from(self, illnesses: frozenset[str], likeness: Likeness) -> Likeness:
        """A likeness where illnesses are named: articles that are on other ones only come last."""
        search = self._library.search
        sections = search.on_other_illnesses(illnesses)
        apart = {article for article, _ in sections if sections.issuperset(search.sections_of(article))}
        if not apart:
            return likeness
        scores = {name: score - _OF_ANOTHER_ILLNESS * (name in apart) for name, score in likeness.articles.items()}
        return self._ranked_anew(scores, likeness)

    def _ranked_anew(self, scores: dict[str, float], likeness: Likeness) -> Likeness:
        ranked = dict(sorted(scores.items(), key=lambda each: -each[1]))
        probability = self._questions.about.decision.probability(signals_of(ranked, likeness.others))
        return Likeness(ranked, likeness.others, probability)

    def _quoting(self, article: str, text: str, topic: Topic | None, likeness: Likeness, named: frozenset[str]) -> Heard:
        search = self._library.search
        vector = self._questions.centred(self._embed(text))
        elsewhere = search.on_other_illnesses(illnesses_named(text))
        passage = self._nearest(search, article, vector, topic, _Apart(named, elsewhere))
        answer = quoting_passages(search, [passage])
        again = topic is not None and topic.has_shown(answer.passages[0])
        return Heard(None, answer, again, likeness)

    def _nearest(self, search: Search, article: str, vector: Vectors, topic: Topic | None, apart: _Apart) -> Passage:
        """The paragraph of an article that is nearest to a message; rather a new one, and one of what is named."""
        here, elsewhere = search.about_countries(apart.countries)

        def nearness(section: SectionId) -> float:
            passages = search.passages_of(section)
            known = self._sections.get("#".join(section))
            heading = float(self._seen(passages[0].heading) @ vector)
            near = _OF_HEADING * heading + _OF_TEXTS * (float(known @ vector) if known is not None else heading)
            near += _OF_THE_COUNTRY * (section in here) - _OF_ANOTHER * (section in elsewhere or section in apart.sections)
            return near - (_SHOWN if topic and all(_shown(topic, each) for each in passages) else 0.0)

        section = max(search.sections_of(article), key=nearness)
        return max(search.passages_of(section), key=lambda each: float(self._seen(each.text) @ vector))

    def _seen(self, text: str) -> Vectors:
        return self._questions.centred(self._embedded(text))

    def _embed(self, text: str) -> Vectors:
        return np.asarray(self._encode([text[:_LONGEST]])[0], dtype=np.float32)


def in_other_languages(library: Library) -> InOtherLanguages | None:
    """What understands other languages, as it ships; nothing where it cannot be loaded."""
    encode = multilingual()
    if encode is None:
        return None
    try:
        questions = OtherQuestions.load()
    except ModelFileError:
        logger.exception("what questions in other languages are about could not be loaded: they are not answered")
        return None
    if questions.about.encoder != ENCODER:
        logger.error("what questions in other languages are about was fitted for another embedding: they are not answered")
        return None
    return InOtherLanguages(library, questions, encode)


def _kind(likeness: Likeness) -> str | None:
    """The kind of what is no question of an article that a message surely is."""
    best = likeness.best
    if best in likeness.articles:
        return None
    lead = likeness.others[best] - max(likeness.articles.values(), default=0.0)
    return best if likeness.others[best] >= _SURE_OF_KIND and lead >= _LEADS_KIND else None


def _shown(topic: Topic, passage: Passage) -> bool:
    return (passage.article, passage.start) in topic.shown
