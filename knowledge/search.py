"""From a question to the sections that may answer it, best first, and to what speaks for and against answering at all.

Three views of a question are brought together: how near the section's texts are in meaning (the dense index), how many rare
words they share with it (the lexical index), and which article a ranker learned from editors' wordings takes it for. The
weights were chosen on the project's own question sets; the README of the benchmark says how.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge.calibration import Signals
from knowledge.countries import the_countries
from knowledge.dense import best_of
from knowledge.fusion import fuse
from knowledge.generation import Generation
from knowledge.onnx_model import Vectors
from knowledge.passages import Passage
from knowledge.ranker import DECLINED
from knowledge.topic import conditions_of, plain, speaks_of, topic_words
from language.normalise import normalised, straight

_SEARCHED = 600  # entries looked at; a section has some twenty
_AGREEING = 3  # texts that are looked at together: one alone may be near by chance
_RANKER_WEIGHT = 0.5  # what one point of the ranker's score is worth in cosines
# How near a question has to be to a kind of declined questions to be called one: the cosine of the nearest example of that
# kind, and the ranker's score. To be told of prices when nobody asked for one is worse than to be told no reason at all.
_NEAR_ITS_KIND = {"price": (0.45, -0.3)}
_NEAR_ANY_KIND = (0.3, -0.7)
_LOOKED_AT = 30  # declined examples
_NO_WORDS = 1e-6
_LEXICAL_WEIGHT = 0.2  # what the section that shares most words gains, in cosines

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")

Nearest = tuple[npt.NDArray[np.int64], Vectors]  # rows and their cosines, best first
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
    view: View


@dataclass(frozen=True)
class View:
    """What a text comes near to.

    Attributes:
        ranked: the ranker's score of each article and each kind of declined question.
        articles: that of its article, by section.
        words: the words that it shares, by section, as a share of what the one that shares most has.
        sections: the numbers of the sections that it comes near to, best first.
        scores: of each of them.
        cosines: of the nearest text of each of them.
        agreeing: the mean cosine of the nearest texts of each of them.
        entries: the nearest text of each of them.
    """

    ranked: Mapping[str, float]
    articles: npt.NDArray[np.float64]
    words: npt.NDArray[np.float32]
    sections: npt.NDArray[np.intp]
    scores: npt.NDArray[np.float32]
    cosines: Vectors
    agreeing: npt.NDArray[np.float64]
    entries: npt.NDArray[np.int64]

    @property
    def best(self) -> float:
        """The score of what it comes nearest to."""
        return float(self.scores[0]) if len(self.scores) else 0.0

    def scores_of(self, numbers: Sequence[int], agreeing: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """What sections would score if their texts were as near as that."""
        at = np.asarray(numbers, dtype=np.intp)
        return np.asarray(agreeing + _RANKER_WEIGHT * self.articles[at] + _LEXICAL_WEIGHT * self.words[at])


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
        self._sections_of: defaultdict[str, list[SectionId]] = defaultdict(list)
        for section in self._passages:
            self._sections_of[section[0]].append(section)
        classes = {name: place for place, name in enumerate(generation.ranker.classes)}
        # By section: where its article stands in what the ranker scores; after the end, where it does not know it.
        self._class_of = np.array([classes.get(article, len(classes)) for article, _ in self._sections], dtype=np.intp)
        self._number = {section: number for number, section in enumerate(self._sections)}
        self._number_at = {
            (passage.article, passage.start): self._number[passage.article, passage.section] for passage in generation.passages
        }
        self._middles: dict[str, Vectors] = {}  # by article, each made when it is first needed
        self._own_middles: dict[int, Vectors] = {}
        self._words: dict[int, str] = {}
        self._spoken_of: dict[tuple[str, str], bool] = {}
        self._headings: dict[int, int] = {}
        self._named: dict[SectionId, tuple[frozenset[str], str]] = {}
        self._beyond: dict[int, Vectors] = {}
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

    def nearest_to(self, vector: Vectors) -> Nearest:
        """The entries that are nearest to a vector."""
        cosines = self.generation.dense.cosines(vector[None, :])
        return best_of(cosines[:, 0], _SEARCHED) if cosines is not None else self.generation.dense.nearest(vector, _SEARCHED)

    def nearness(self, vectors: Vectors) -> Nearness:
        """How near all that may be compared with a question is to some vectors, which are looked up together."""
        return Nearness(self, vectors, self.generation.dense.cosines(vectors))

    def find(self, text: str, vector: Vectors, view: View | None = None) -> Found:
        """Rank the sections for a question.

        Args:
            text: the question as the search shall see it.
            vector: its embedding, of shape (dimension,).
            view: what it comes near to, if that is known.
        """
        generation = self.generation
        view = view or self.view(text, vector)
        ranked, candidates = view.ranked, self._candidates(view)
        declined = {name: score for name, score in ranked.items() if name.startswith(DECLINED)}
        kind, against = max(declined.items(), key=lambda item: item[1], default=("", -1.0))
        examples = generation.declined.search(vector, _LOOKED_AT)
        near_declined = _agreeing([cosine for _, cosine in examples], 0.0)
        kind = kind if self._is_near(kind, against, examples) else ""
        if not candidates:
            return Found([], Signals(0.0, 0.0, -1.0, 0.0, against, near_declined), kind.removeprefix(DECLINED) or None, view)
        best = candidates[0]
        article = ranked.get(best.article, -1.0)
        others = [score for name, score in ranked.items() if name not in declined and name != best.article]
        signals = Signals(best.cosine, best.agreeing, article, article - max(others, default=-1.0), against, near_declined)
        return Found(candidates, signals, kind.removeprefix(DECLINED) if kind and against > article else None, view)

    @property
    def sections(self) -> list[SectionId]:
        """Every section that can be quoted; their places are their numbers."""
        return self._sections

    def view(self, text: str, vector: Vectors, nearest: Nearest | None = None) -> View:
        """What a text comes near to.

        Args:
            text: as the search shall see it.
            vector: its embedding, of shape (dimension,).
            nearest: the entries that are nearest to it, if they were looked up.
        """
        generation = self.generation
        rows, cosines = nearest or self.nearest_to(vector)
        scores = generation.ranker.scores(text, vector)
        articles = np.append(scores, 0.0)[self._class_of]
        # Abbreviations are written out for the words alone. The other two views know them from editors' wordings, and a longer
        # question did them harm when it was measured.
        words = self._shared_words(generation.synonyms.expand(text))
        near = _by_section(self._section_of[rows], cosines)
        by_meaning = (near.agreeing + _RANKER_WEIGHT * articles[near.sections]).astype(np.float32)
        fused = fuse(by_meaning, words[near.sections], _LEXICAL_WEIGHT)
        order = np.argsort(-fused, kind="stable")
        first, at = near.nearest[order], near.sections[order]
        ranked = dict(zip(generation.ranker.classes, scores.tolist(), strict=True))
        share = words / max(float(words.max(initial=0.0)), _NO_WORDS)
        return View(ranked, articles, share, at, fused[order], cosines[first], near.agreeing[order], rows[first])

    def number_of(self, section: SectionId) -> int:
        """The number of a section."""
        return self._number[section]

    def section_at(self, article: str, start: int) -> int | None:
        """The number of the section in which a passage begins there; nothing, if this generation has none."""
        return self._number_at.get((article, start))

    def entries_of(self, number: int) -> npt.NDArray[np.intp]:
        """The rows of what is compared with a question for a section."""
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self._by_section)
        return self._by_section[self._starts[number] : end]

    def middle_of(self, article: str) -> Vectors:
        """The mean of all that is compared with a question for an article: what its texts have in common."""
        if article not in self._middles:
            rows = np.concatenate([self.entries_of(self._number[section]) for section in self.sections_of(article)])
            self._middles[article] = self.generation.dense.rows(rows).mean(axis=0)
        return self._middles[article]

    def beyond_middle(self, number: int) -> Vectors:
        """How long what each text of a section has beyond what all of its article has in common is."""
        if number not in self._beyond:
            apart = self.generation.dense.rows(self.entries_of(number)) - self.middle_of(self._sections[number][0])
            self._beyond[number] = np.maximum(np.linalg.norm(apart, axis=1), _NO_WORDS)
        return self._beyond[number]

    def own_middle_of(self, number: int) -> Vectors:
        """What the texts of a section have in common beyond what all of its article has, of length 1."""
        if number not in self._own_middles:
            apart = self.generation.dense.rows(self.entries_of(number)).mean(axis=0) - self.middle_of(self._sections[number][0])
            self._own_middles[number] = apart / max(float(np.linalg.norm(apart)), _NO_WORDS)
        return self._own_middles[number]

    def heading_among(self, number: int) -> int:
        """Where the heading of a section stands among what is compared with a question for it; first, if it is not there."""
        if number not in self._headings:
            heading = self.first_passage(self._sections[number]).heading
            rows = self.entries_of(number).tolist()
            self._headings[number] = next(
                (at for at, row in enumerate(rows) if self.generation.entries[row].text == heading), 0
            )
        return self._headings[number]

    def words_of(self, number: int) -> str:
        """All words of a section with its title and heading, in small letters, a space before and after each."""
        if number not in self._words:
            passages = self.passages_in(self._sections[number])
            said = " ".join([passages[0].title, passages[0].heading, *(each.text for each in passages)])
            self._words[number] = f" {' '.join(_WORD.findall(straight(normalised(said)).lower()))} "
        return self._words[number]

    def passages_in(self, section: SectionId) -> list[Passage]:
        """The paragraphs of a section, in their order."""
        return [self.generation.passages[number] for number in self._passages[section]]

    def about_countries(self, asked: frozenset[str]) -> tuple[frozenset[SectionId], frozenset[SectionId]]:
        """The sections on the rules of the countries that a question names, and those on the rules of others alone."""
        if not asked:
            return frozenset(), frozenset()
        here = frozenset(section for section, named in self._countries.items() if named & asked)
        return here, frozenset(self._countries.keys() - here)

    def on_other_illnesses(self, asked: frozenset[str], except_in: str | None = None) -> frozenset[SectionId]:
        """The sections of articles on one illness whose headings and wordings name none that a question is about.

        Args:
            asked: the illnesses.
            except_in: an article that counts as one on them all the same.
        """
        if not asked:
            return frozenset()
        begins = topic_words().before_a_subject
        apart = (
            article
            for article in self.generation.articles
            if article.startswith(begins) and article != except_in and not any(self._speaks_of(article, each) for each in asked)
        )
        sections = (section for article in apart for section in self.sections_of(article))
        elsewhere = {section for section in sections if not any(self.is_on(section, each) for each in asked)}
        return frozenset(elsewhere | {section for section in self._sections if self._asks_of_another(section, asked)})

    def _asks_of_another(self, section: SectionId, asked: frozenset[str]) -> bool:
        """Whether the heading of a section on benefit names illnesses, and none of those that a question is about."""
        if section not in self._named:
            first = self.first_passage(section)
            named = frozenset(conditions_of(first.heading)) if first.about == "benefit" else frozenset()
            self._named[section] = (named - topic_words().parts_of_the_body, f" {plain(first.heading)} ")
        named, heading = self._named[section]
        return bool(named) and not named & asked and not any(speaks_of(each).match(heading) for each in asked)

    def is_on(self, section: SectionId, illness: str) -> bool:
        """Whether a section speaks of an illness in its own words, its heading or the title of its article."""
        return speaks_of(illness).match(self.words_of(self._number[section])) is not None

    def not_on(self, illnesses: Sequence[str], article: str) -> list[SectionId]:
        """The sections of an article that speak of none of some illnesses; none, if there is none to speak of."""
        sections = self.sections_of(article) if illnesses else []
        return [each for each in sections if not any(self.is_on(each, illness) for illness in illnesses)]

    def _speaks_of(self, article: str, illness: str) -> bool:
        """Whether an article is on an illness, by its title and headings."""
        if (article, illness) not in self._spoken_of:
            known = self.generation.articles[article]
            words = normalised(" ".join([known.front.title, *(section.heading for section in known.sections)])).lower()
            self._spoken_of[article, illness] = speaks_of(illness).match(words) is not None
        return self._spoken_of[article, illness]

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

    def passages_of(self, section: SectionId) -> list[Passage]:
        """The paragraphs of a section, in their order."""
        return [self.generation.passages[number] for number in self._passages[section]]

    def first_passage(self, section: SectionId) -> Passage:
        """The paragraph with which a section begins."""
        return self.generation.passages[self._passages[section][0]]

    def sections_of(self, article: str) -> list[SectionId]:
        """The sections of an article that can be quoted, in their order."""
        return self._sections_of.get(article, [])

    def _candidates(self, view: View) -> list[Candidate]:
        columns = (view.sections, view.scores, view.cosines, view.agreeing, view.entries)
        candidates = []
        for at, score, cosine, agreeing, row in zip(*(column.tolist() for column in columns), strict=True):
            article, section = self._sections[at]
            candidates.append(Candidate(article, section, score, cosine, agreeing, self.generation.entries[row].text))
        return candidates

    def _shared_words(self, text: str) -> npt.NDArray[np.float32]:
        """The BM25 of the best text of each section."""
        if not self._sections:
            return np.zeros(0, dtype=np.float32)
        return np.maximum.reduceat(self.generation.lexical.scores(text)[self._by_section], self._starts)


@dataclass(frozen=True)
class Nearness:
    """How near the entries of a generation are to some vectors.

    Attributes:
        search: what searched.
        vectors: of shape (vectors, dimension).
        cosines: of every entry with each, if they were all compared.
    """

    search: Search
    vectors: Vectors
    cosines: Vectors | None

    def nearest_to(self, at: int) -> Nearest:
        """The entries that are nearest to one of the vectors."""
        if self.cosines is None:
            return self.search.nearest_to(self.vectors[at])
        return best_of(np.ascontiguousarray(self.cosines[:, at]), _SEARCHED)

    def of(self, rows: npt.NDArray[np.intp]) -> Vectors:
        """The cosines of some entries, of shape (entries, vectors)."""
        if self.cosines is not None:
            return self.cosines[rows]
        return np.asarray(self.search.generation.dense.rows(rows) @ self.vectors.T)


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
