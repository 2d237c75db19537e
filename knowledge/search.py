"""From a question to the sections that may answer it, best first, and to what speaks for and against answering at all.

Three views of a question are brought together: how near the section's texts are in meaning (the dense index), how many rare
words they share with it (the lexical index), and which article a ranker learned from editors' wordings takes it for. The
weights were chosen on the project's own question sets; the README of the benchmark says how.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge.calibration import Signals
from knowledge.countries import the_countries
from knowledge.fusion import fuse
from knowledge.generation import Generation
from knowledge.onnx_model import Vectors
from knowledge.passages import Passage
from knowledge.ranker import DECLINED

_SEARCHED = 600  # entries looked at; a section has some twenty
_AGREEING = 3  # texts that are looked at together: one alone may be near by chance
_RANKER_WEIGHT = 0.5  # what one point of the ranker's score is worth in cosines
# How near a question has to be to a kind of declined questions to be called one: the cosine of the nearest example of that
# kind, and the ranker's score. To be told of prices when nobody asked for one is worse than to be told no reason at all.
_NEAR_ITS_KIND = {"price": (0.45, -0.3)}
_NEAR_ANY_KIND = (0.3, -0.7)
_LOOKED_AT = 30  # declined examples
_LEXICAL_WEIGHT = 0.2  # what the section that shares most words gains, in cosines

SectionId = tuple[str, str]  # slug of the article, slug of the section


@dataclass(frozen=True)
class Candidate:
    """A section that may answer, with how near the question came to it."""

    article: str
    section: str
    score: float
    cosine: float  # of its nearest text
    agreeing: float  # mean cosine of its nearest texts
    matched: str  # the wording or passage that was nearest


@dataclass(frozen=True)
class Found:
    """Everything that one search saw."""

    candidates: list[Candidate]  # best first
    signals: Signals
    declined: str | None  # the kind of declined question that it resembles more than any article


class Search:
    """Searches one generation. Safe to use from several threads."""

    def __init__(self, generation: Generation) -> None:
        """Group what the generation holds by section."""
        self.generation = generation
        owners: defaultdict[SectionId, list[int]] = defaultdict(list)
        for number, entry in enumerate(generation.entries):
            passage = generation.passages[entry.passage]
            owners[passage.article, passage.section].append(number)
        self._sections = list(owners)
        self._section_of = np.zeros(len(generation.entries), dtype=np.intp)  # by entry
        for position, rows in enumerate(owners.values()):
            self._section_of[rows] = position
        self._by_section = np.argsort(self._section_of, kind="stable")
        self._starts = np.searchsorted(self._section_of[self._by_section], np.arange(len(self._sections)))
        self._passages: defaultdict[SectionId, list[int]] = defaultdict(list)
        for number, passage in enumerate(generation.passages):
            self._passages[passage.article, passage.section].append(number)
        self._countries = {  # of the sections that speak of the rules of some
            section: named for section in self._passages for named in [self._rules_of(section)] if named
        }
        # Entry n is passage n for every n below the number of passages.
        vectors = [generation.dense.row(number) for number in range(len(generation.passages))]
        self._passage_vectors = np.stack(vectors) if vectors else np.zeros((0, 0), dtype=np.float32)

    def _rules_of(self, section: SectionId) -> frozenset[str]:
        passages = [self.generation.passages[number] for number in self._passages[section]]
        if passages[0].about != "regulation":  # "Where do I complain about a clinic in Panama?" is of that country alone, too
            return the_countries().named_in(passages[0].heading)
        return the_countries().named_in(" ".join([passages[0].title, passages[0].heading, *(each.text for each in passages)]))

    def find(self, text: str, vector: Vectors) -> Found:
        """Rank the sections for a question.

        Args:
            text: the question as the search shall see it.
            vector: its embedding, of shape (dimension,).
        """
        generation = self.generation
        ranked = dict(zip(generation.ranker.classes, generation.ranker.scores(text, vector).tolist(), strict=True))
        candidates = self._candidates(text, vector, ranked)
        declined = {name: score for name, score in ranked.items() if name.startswith(DECLINED)}
        kind, against = max(declined.items(), key=lambda item: item[1], default=("", -1.0))
        examples = generation.declined.search(vector, _LOOKED_AT)
        near_declined = _agreeing([cosine for _, cosine in examples], 0.0)
        kind = kind if self._is_near(kind, against, examples) else ""
        if not candidates:
            return Found([], Signals(0.0, 0.0, -1.0, 0.0, against, near_declined), kind.removeprefix(DECLINED) or None)
        best = candidates[0]
        article = ranked.get(best.article, -1.0)
        others = [score for name, score in ranked.items() if name not in declined and name != best.article]
        signals = Signals(best.cosine, best.agreeing, article, article - max(others, default=-1.0), against, near_declined)
        return Found(candidates, signals, kind.removeprefix(DECLINED) if kind and against > article else None)

    def about_countries(self, asked: frozenset[str]) -> tuple[frozenset[SectionId], frozenset[SectionId]]:
        """The sections on the rules of the countries that a question names, and those on the rules of others alone."""
        if not asked:
            return frozenset(), frozenset()
        here = frozenset(section for section, named in self._countries.items() if named & asked)
        return here, frozenset(self._countries.keys() - here)

    def _is_near(self, kind: str, against: float, examples: Sequence[tuple[int, float]]) -> bool:
        cosine, score = _NEAR_ITS_KIND.get(kind.removeprefix(DECLINED), _NEAR_ANY_KIND)
        nearest = max((near for at, near in examples if DECLINED + self.generation.declined_kinds[at] == kind), default=0.0)
        return against >= score and nearest >= cosine

    def nearest_passage(self, section: SectionId, vector: Vectors) -> tuple[Passage, float]:
        """The paragraph of a section that is nearest to a question, with its cosine."""
        numbers = self._passages[section]
        cosines = self._passage_vectors[numbers] @ vector
        at = int(np.argmax(cosines))
        return self.generation.passages[numbers[at]], float(cosines[at])

    def passages_by_nearness(self, section: SectionId, vector: Vectors) -> list[tuple[Passage, float]]:
        """The paragraphs of a section, the nearest to a question first, each with its cosine."""
        numbers = self._passages[section]
        cosines = (self._passage_vectors[numbers] @ vector).tolist()
        found = zip((self.generation.passages[number] for number in numbers), cosines, strict=True)
        return sorted(found, key=lambda each: -each[1])

    def sources_of(self, article: str, version: int, start: int) -> tuple[str, ...] | None:
        """The sources of one paragraph; nothing, if this generation does not hold it."""
        return next(
            (
                passage.sources
                for section in self.sections_of(article)
                for passage in (self.generation.passages[number] for number in self._passages[section])
                if (passage.version, passage.start) == (version, start)
            ),
            None,
        )

    def first_passage(self, section: SectionId) -> Passage:
        """The paragraph with which a section begins."""
        return self.generation.passages[self._passages[section][0]]

    def sections_of(self, article: str) -> list[SectionId]:
        """The sections of an article that can be quoted, in their order."""
        return [section for section in self._passages if section[0] == article]

    def _candidates(self, text: str, vector: Vectors, ranked: Mapping[str, float]) -> list[Candidate]:
        generation = self.generation
        rows, cosines = generation.dense.nearest(vector, _SEARCHED)
        near = _by_section(self._section_of[rows], cosines)
        articles = np.array([ranked.get(self._sections[at][0], 0.0) for at in near.sections.tolist()])
        by_meaning = (near.agreeing + _RANKER_WEIGHT * articles).astype(np.float32)
        # Abbreviations are written out for the words alone. The other two views know them from editors' wordings, and a longer
        # question did them harm when it was measured.
        by_words = self._shared_words(generation.synonyms.expand(text))[near.sections]
        scores = fuse(by_meaning, by_words, _LEXICAL_WEIGHT)
        order = np.argsort(-scores, kind="stable")
        columns = (near.sections, scores, cosines[near.nearest], near.agreeing, rows[near.nearest])
        candidates = []
        for at, score, cosine, agreeing, row in zip(*(column[order].tolist() for column in columns), strict=True):
            article, section = self._sections[at]
            candidates.append(Candidate(article, section, score, cosine, agreeing, generation.entries[row].text))
        return candidates

    def _shared_words(self, text: str) -> npt.NDArray[np.float32]:
        """The BM25 of the best text of each section."""
        if not self._sections:
            return np.zeros(0, dtype=np.float32)
        return np.maximum.reduceat(self.generation.lexical.scores(text)[self._by_section], self._starts)


class _Near(NamedTuple):
    """What lies near a question, by section: the sections in the order of their nearest entries."""

    sections: npt.NDArray[np.intp]
    nearest: npt.NDArray[np.intp]  # of each, where its nearest entry stands among all that were found
    agreeing: npt.NDArray[np.float64]


def _by_section(sections: npt.NDArray[np.intp], cosines: Vectors) -> _Near:
    """Group what was found, best first, by section.

    Args:
        sections: the section of each entry, of shape (found,).
        cosines: falling, of shape (found,).
    """
    _, nearest, counts = np.unique(sections, return_index=True, return_counts=True)
    grouped = cosines[np.argsort(sections, kind="stable")].astype(np.float64)  # one section after the other, best first in each
    starts = np.cumsum(counts) - counts
    farthest = float(cosines[-1]) if len(cosines) else 0.0
    total = np.zeros(len(counts))
    for place in range(_AGREEING):
        there = counts > place
        total[there] += grouped[starts[there] + place]
    agreeing = (total + farthest * (_AGREEING - np.minimum(counts, _AGREEING))) / _AGREEING
    order = np.argsort(nearest)
    return _Near(sections[nearest[order]], nearest[order], agreeing[order])


def _agreeing(cosines: list[float], missing: float) -> float:
    """The mean of as many as have to agree; what is missing counts as the farthest that was looked at."""
    cosines = cosines[:_AGREEING]
    return (sum(cosines) + missing * (_AGREEING - len(cosines))) / _AGREEING
