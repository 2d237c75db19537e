"""The library: from a patient's message to answers made of quotes, or to none."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from knowledge.answer import ABSTAINED, Answer
from knowledge.article import Article
from knowledge.calibration import Calibration, Signals, load_calibration
from knowledge.composing import compose
from knowledge.encoder import Encoder
from knowledge.generation import Generation, current_id, load_generation
from knowledge.questions import goes_on, questions_in
from knowledge.search import Candidate, Search

CALIBRATION = Path(__file__).parent / "calibration.json"
_TOLD = 30  # candidates in an explanation


@dataclass(frozen=True)
class Explanation:
    """An answer, and why it is that one."""

    question: str  # the part of the message that is answered
    answer: Answer
    searched: str  # that part as the search saw it
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
        self._search = Search(load_generation(folder))

    @property
    def generation(self) -> Generation:
        """What is in use now. Hold on to it for one answer, not longer."""
        return self._search.generation

    def refresh(self) -> bool:
        """Take up a newer generation if one was made current. Answers under way finish on the old one."""
        if current_id(self._folder) == self.generation.id:
            return False
        with self._lock:
            self._search = Search(load_generation(self._folder))
        return True

    def article(self, slug: str) -> Article | None:
        """The published version of an article."""
        return self.generation.articles.get(slug)

    def ask(self, message: str, before: str | None = None) -> list[Answer]:
        """Answer a message; one answer for each question in it that has one."""
        return [explanation.answer for explanation in self.explain(message, before)]

    def explain(self, message: str, before: str | None = None) -> list[Explanation]:
        """Answer a message, with the candidates, scores and reasons.

        Args:
            message: what the patient wrote.
            before: the question that was answered last, on which this one may go on.

        Returns:
            At least one explanation. Several only for a message with several questions that have different answers.
        """
        search = self._search
        if before and goes_on(message):
            together = self._explain(search, f"{before} {message}")
            alone = self._explain(search, message)
            return [together if together.probability >= alone.probability else alone]
        whole = self._explain(search, message)
        parts = questions_in(message)
        if len(parts) == 1:
            return [whole]
        return _several(whole, [self._explain(search, part) for part in parts])

    def signals(self, question: str) -> Signals:
        """What the decision to answer is made from, for a whole message as one question."""
        return self._explain(self._search, question).signals

    def _explain(self, search: Search, question: str) -> Explanation:
        searched = search.generation.speller.correct(" ".join(question.split()))
        vector = self._encoder.encode([searched])[0]
        found = search.find(searched, vector)
        probability = self.calibration.probability(found.signals)
        answered = bool(found.candidates) and probability >= self.calibration.threshold
        answer = compose(search, found.candidates, vector) if answered else ABSTAINED
        return Explanation(
            question, answer, searched, found.candidates[:_TOLD], found.signals, probability, self.calibration.threshold,
            found.declined,
        )  # fmt: skip


def _several(whole: Explanation, parts: list[Explanation]) -> list[Explanation]:
    """The answers to a message with several questions; the whole of it, where its questions have one answer together.

    A question that stands alone can lose what the rest of the message is about ("My mother has COPD. Does it help?"). So the
    whole message must agree with one of its parts, or comes first itself.
    """
    answered = [part for part in parts if part.answer.status == "answered"]
    articles = {part.candidates[0].article for part in answered}
    if whole.answer.status == "answered" and whole.candidates[0].article not in articles:
        others = [part for part in answered if part.answer.about != whole.answer.about]
        return _different([whole, *others])
    refused = [part for part in parts if part.answer.status == "abstained" and part.declined]
    chosen = _different([*answered, *(refused if answered else [])])
    return chosen if len(chosen) > 1 else [whole if whole.answer.status == "answered" or not chosen else chosen[0]]


def _different(explanations: list[Explanation]) -> list[Explanation]:
    """Each section once, and each kind of refusal once, in their order."""
    seen: dict[tuple[str, str], Explanation] = {}
    for each in explanations:
        best = each.candidates[0] if each.answer.status == "answered" else None
        seen.setdefault((best.article, best.section) if best else ("", each.declined or ""), each)
    return list(seen.values())
