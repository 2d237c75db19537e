"""The library: from a patient's message to answers made of quotes, or to none."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.answer import ABSTAINED, UNCLEAR, Answer
from knowledge.article import Article
from knowledge.calibration import Calibration, Signals, load_calibration
from knowledge.composing import choices_among, compose, quoting
from knowledge.countries import the_countries
from knowledge.encoder import Encoder
from knowledge.errors import GenerationError
from knowledge.generation import Generation, current_id, has_damage, load_generation, older_generation
from knowledge.questions import goes_on, points_back, questions_in, refers_back, told_apart
from knowledge.search import Candidate, Search, SectionId

CALIBRATION = Path(__file__).parent / "calibration.json"
_TOLD = 30  # candidates in an explanation
_SURE = 0.7  # probability from which a part is answered by itself although the message as a whole is not, or goes on
_NEAR_A_COMPLAINT = 0.5  # cosine between a complaint after an infusion and what speaks of it, at least
_NEAR_ENOUGH = 0.25  # how far behind the best the next may be, when the best speaks of another country than was asked
_ABOUT_AS_NEAR = 0.2
OTHER_COUNTRY = "other-country"  # why a question is declined whose best section speaks of another country
_NEAR = 4  # articles: what a message is about at most


@dataclass(frozen=True)
class Explanation:
    """An answer, and why it is that one."""

    question: str  # the part of the message that is answered
    answer: Answer
    choices: list[str]  # if it asks back: questions that the library answers, in its own words
    searched: str  # that part as the search saw it
    candidates: list[Candidate]
    signals: Signals
    probability: float
    threshold: float
    declined: str | None  # the kind of declined question that it resembles most, if more than any article


class Library:
    """Answers questions from the generation in use. Safe to use from several threads."""

    def __init__(self, folder: Path, encoder: Encoder, calibration: Path = CALIBRATION, older_if_damaged: bool = False) -> None:
        """Open the generation in use.

        Args:
            folder: the knowledge folder.
            encoder: embeds what is asked.
            calibration: file of the decision to answer.
            older_if_damaged: rather answer from the newest intact one than not at all, until the one in use is whole again.

        Raises:
            GenerationError: if there is none, or the calibration cannot be used.
        """
        self._folder = folder
        self._encoder = encoder
        self.calibration: Calibration = load_calibration(calibration)
        self._lock = threading.Lock()
        self._damaged: str | None = None  # the generation in whose place an older one answers
        self._search = Search(self._load(older_if_damaged))

    def _load(self, older_if_damaged: bool) -> Generation:
        try:
            return load_generation(self._folder)
        except GenerationError:
            older = older_generation(self._folder, self._encoder.name) if older_if_damaged else None
            if older is None:
                raise
            self._damaged = current_id(self._folder)
            return older

    @property
    def generation(self) -> Generation:
        """What is in use now. Hold on to it for one answer, not longer."""
        return self._search.generation

    def refresh(self) -> bool:
        """Take up a newer generation if one was made current. Answers under way finish on the old one."""
        current = current_id(self._folder)
        if current == self.generation.id or (current == self._damaged and has_damage(self._folder)):
            return False
        with self._lock:
            self._search = Search(load_generation(self._folder))
        return True

    def article(self, slug: str) -> Article | None:
        """The published version of an article."""
        return self.generation.articles.get(slug)

    def in_plain_words(self, slug: str, heading: str) -> str | None:
        """The plain sentence of a section, if it has one.

        Args:
            slug: of the article.
            heading: of the section, as it was shown.
        """
        article = self.article(slug)
        sections = article.sections if article else ()
        return next((each.meta.plain for each in sections if each.heading == heading and each.meta), None)

    def after_an_infusion(self, message: str, articles: Sequence[str], when_to_call: SectionId) -> list[Answer]:
        """What fits a complaint after an infusion, and after it always the passage on when to call.

        Args:
            message: what the patient wrote.
            articles: those that speak of the days after an infusion; nothing else is quoted.
            when_to_call: the section that says it, by its article and its own name.
        """
        search = self._search
        searched = search.generation.speller.correct(" ".join(message.split()))
        vector = self._encoder.encode([searched])[0]
        near = [each for each in search.find(searched, vector).candidates if each.article in articles]
        sections = [(each.article, each.section) for each in near[:1] if each.cosine >= _NEAR_A_COMPLAINT]
        known = [section for section in (*sections, when_to_call) if section in search.sections_of(section[0])]
        return [quoting(search, section, vector) for section in dict.fromkeys(known)]

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
            alone = self._explain(search, message)
            if alone.probability >= _SURE and not refers_back(message):  # "what about clots?" names its matter itself
                return [alone]
            together = self._explain(search, f"{before} {message}")
            return [together if together.probability >= alone.probability else alone]
        whole = self._explain(search, message)
        parts = questions_in(message)
        if len(parts) == 1:
            return [whole]
        return _several(whole, [self._part(search, parts, number) for number in range(len(parts))])

    def _part(self, search: Search, parts: list[str], number: int) -> Explanation:
        """A question of a message, put together with the one before it where it says more so ("… and how long is that?")."""
        alone = self._explain(search, parts[number])
        if number == 0 or not points_back(parts[number]):
            return alone
        together = self._explain(search, f"{parts[number - 1]} {parts[number]}")
        return together if together.probability > alone.probability else alone

    def signals(self, question: str) -> Signals:
        """What the decision to answer is made from, for a whole message as one question."""
        return self._explain(self._search, question).signals

    def _explain(self, search: Search, question: str) -> Explanation:
        searched = search.generation.speller.correct(" ".join(question.split()))
        vector = self._encoder.encode([searched])[0]
        found = search.find(searched, vector)
        probability = self.calibration.probability(found.signals)
        choices: list[str] = []
        declined = found.declined
        here, elsewhere = search.about_countries(the_countries().named_in(question))
        candidates = _first_of(here, [each for each in found.candidates if (each.article, each.section) not in elsewhere])
        if not found.candidates or probability < self.calibration.threshold:
            unclear = probability >= self.calibration.clarify and not declined
            choices = choices_among(search, candidates) if unclear else []
            answer = UNCLEAR if choices else ABSTAINED
        elif candidates and candidates[0].score >= found.candidates[0].score - _NEAR_ENOUGH:
            answer = compose(search, candidates, vector, elsewhere)
        else:
            answer, declined = ABSTAINED, OTHER_COUNTRY
        return Explanation(
            question,
            answer,
            choices,
            searched,
            candidates[:_TOLD] or found.candidates[:_TOLD],
            found.signals,
            probability,
            self.calibration.threshold,
            declined,
        )


def _first_of(here: Collection[SectionId], candidates: list[Candidate]) -> list[Candidate]:
    """The candidates; first the best that speaks of the country that was asked for, if it is about as near as the very best."""
    for each in candidates:
        if each.score < candidates[0].score - _ABOUT_AS_NEAR:
            break
        if (each.article, each.section) in here:
            return [each, *(other for other in candidates if other is not each)]
    return candidates


def _several(whole: Explanation, parts: list[Explanation]) -> list[Explanation]:
    """The answers to a message with several questions; the whole of it, where its questions have one answer together.

    A question that stands alone can lose what the rest of the message is about ("My mother has COPD. Does it help?"). So each
    part has to be near what the whole message is about, and the whole comes first where no part agrees with it.
    """
    near = list(dict.fromkeys(candidate.article for candidate in whole.candidates))[:_NEAR]
    answered = [part for part in parts if part.answer.status == "answered" and part.candidates[0].article in near]
    if whole.answer.status != "answered":
        answered = [part for part in answered if part.probability >= _SURE]
    if whole.answer.status == "answered" and near[0] not in {part.candidates[0].article for part in answered}:
        others = [part for part in answered if part.answer.about != whole.answer.about]
        return _different([whole, *others])
    refused = [part for part in parts if part.answer.status == "abstained" and part.declined in told_apart()]
    chosen = _different([*answered, *(refused if answered else [])])
    return chosen if len(chosen) > 1 else [whole]


def _different(explanations: list[Explanation]) -> list[Explanation]:
    """Each section once, and each kind of refusal once, in their order."""
    seen: dict[tuple[str, str], Explanation] = {}
    for each in explanations:
        best = each.candidates[0] if each.answer.status == "answered" else None
        seen.setdefault((best.article, best.section) if best else ("", each.declined or ""), each)
    return list(seen.values())
