"""The library: from a patient's question to an answer made of quotes, or to none."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.answer import ABSTAINED, Answer, Quote
from knowledge.article import Article
from knowledge.calibration import Calibration, Signals, load_calibration
from knowledge.encoder import Encoder, Vectors
from knowledge.generation import Generation, current_id, load_generation
from knowledge.passages import Passage
from knowledge.ranker import DECLINED

CALIBRATION = Path(__file__).parent / "calibration.json"
MAX_WORDS = 120
_SEARCHED = 200  # entries looked at; a section has some twenty
_AGREEING = 3  # texts of a section that are looked at together
_SUPPORT_SCORE = 0.35  # cosine between the question and a supporting paragraph, at least
# How much one point of the ranker's score is worth in cosines, from 0.25 to 2.0 tried on our own question sets.
_RANKER_WEIGHT = 0.5


@dataclass(frozen=True)
class Candidate:
    """A section that may answer, with how near the question came to it."""

    article: str
    section: str
    score: float
    cosine: float
    matched: str  # the wording or passage that was nearest
    passage: int


@dataclass(frozen=True)
class Explanation:
    """An answer, and why it is that one."""

    answer: Answer
    searched: str  # the question as the search saw it
    candidates: list[Candidate]
    signals: Signals
    probability: float
    threshold: float
    declined: str | None  # the kind of declined question that it resembles most, if more than any article


class Library:
    """Answers questions from the generation in use. Safe to use from several threads."""

    def __init__(self, folder: Path, encoder: Encoder, calibration: Path = CALIBRATION) -> None:
        """Open the generation in use.

        Raises:
            GenerationError: if there is none, or the calibration cannot be used.
        """
        self._folder = folder
        self._encoder = encoder
        self.calibration: Calibration = load_calibration(calibration)
        self._lock = threading.Lock()
        self._generation = load_generation(folder)

    @property
    def generation(self) -> Generation:
        """What is in use now. Hold on to it for one answer, not longer."""
        return self._generation

    def refresh(self) -> bool:
        """Take up a newer generation if one was made current. Answers under way finish on the old one."""
        if current_id(self._folder) == self._generation.id:
            return False
        with self._lock:
            self._generation = load_generation(self._folder)
        return True

    def article(self, slug: str) -> Article | None:
        """The published version of an article."""
        return self._generation.articles.get(slug)

    def ask(self, question: str) -> list[Answer]:
        """Answer a message; one answer for each question in it."""
        return [explanation.answer for explanation in self.explain(question)]

    def explain(self, question: str) -> list[Explanation]:
        """Answer a message, with the candidates, scores and reasons."""
        generation = self._generation
        searched = generation.speller.correct(" ".join(question.split()))
        vector = self._encoder.encode([searched])[0]
        ranked = dict(zip(generation.ranker.classes, generation.ranker.scores(searched, vector).tolist(), strict=True))
        candidates = _candidates(generation, vector, ranked)
        signals, declined = _signals(candidates, ranked)
        probability = self.calibration.probability(signals)
        answered = bool(candidates) and probability >= self.calibration.threshold
        answer = self._compose(generation, candidates[0], vector) if answered else ABSTAINED
        return [Explanation(answer, searched, candidates[:10], signals, probability, self.calibration.threshold, declined)]

    def _compose(self, generation: Generation, chosen: Candidate, vector: Vectors) -> Answer:
        def leads(passage: Passage) -> bool:
            return (passage.article, passage.section) == (chosen.article, chosen.section)

        def supports(passage: Passage) -> bool:
            return passage.article == chosen.article and passage.section != chosen.section and not passage.is_question

        shown = [first for first, _ in _nearest(generation, vector, leads)]
        for support, score in _nearest(generation, vector, supports):
            words = sum(len(passage.text.split()) for passage in [*shown, support])
            if score >= _SUPPORT_SCORE and words <= MAX_WORDS:
                shown.append(support)
        first = shown[0]
        ids = dict.fromkeys(source for passage in shown for source in passage.sources)
        return Answer(
            status="answered",
            about=first.about,
            evidence=first.evidence,
            passages=[_quote(passage) for passage in shown],
            sources=[generation.sources[name] for name in ids if name in generation.sources],
            reviewed_on=first.reviewed_on,
        )


def _candidates(generation: Generation, vector: Vectors, ranked: Mapping[str, float]) -> list[Candidate]:
    """The sections near the question, best first: how near their texts are, moved by the ranker's view of the article."""
    found = generation.dense.search(vector, _SEARCHED)
    near: defaultdict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for row, cosine in found:
        passage = generation.passages[generation.entries[row].passage]
        near[passage.article, passage.section].append((row, cosine))
    farthest = found[-1][1] if found else 0.0
    candidates = []
    for (article, section), rows in near.items():
        # One wording alone may be near by chance; a section that answers has several.
        cosines = [cosine for _, cosine in rows[:_AGREEING]]
        together = (sum(cosines) + farthest * (_AGREEING - len(cosines))) / _AGREEING
        nearest = generation.entries[rows[0][0]]
        score = together + _RANKER_WEIGHT * ranked.get(article, 0.0)
        candidates.append(Candidate(article, section, score, rows[0][1], nearest.text, nearest.passage))
    return sorted(candidates, key=lambda candidate: -candidate.score)


def _signals(candidates: list[Candidate], ranked: Mapping[str, float]) -> tuple[Signals, str | None]:
    declined = {name: score for name, score in ranked.items() if name.startswith(DECLINED)}
    kind, against = max(declined.items(), key=lambda item: item[1], default=("", -1.0))
    if not candidates:
        return Signals(0.0, -1.0, 0.0, against), kind.removeprefix(DECLINED) or None
    best = candidates[0]
    article = ranked.get(best.article, -1.0)
    others = [score for name, score in ranked.items() if name not in declined and name != best.article]
    signals = Signals(best.cosine, article, article - max(others, default=-1.0), against)
    return signals, kind.removeprefix(DECLINED) if kind and against > article else None


def _nearest(
    generation: Generation, vector: Vectors, wanted: Callable[[Passage], bool]
) -> list[tuple[Passage, float]]:  # fmt: skip
    """The passage nearest to the question among the wanted ones, with its cosine; at most one."""
    numbers = [number for number, passage in enumerate(generation.passages) if wanted(passage)]
    scores = [float(generation.dense.row(number) @ vector) for number in numbers]
    return [(generation.passages[number], score) for score, number in sorted(zip(scores, numbers, strict=True))[-1:]]


def _quote(passage: Passage) -> Quote:
    return Quote(
        article=passage.article,
        version=passage.version,
        title=passage.title,
        heading=passage.heading,
        quote=passage.text,
        start=passage.start,
        end=passage.end,
        url=f"/library/articles/{passage.article}#{passage.section}",
    )
