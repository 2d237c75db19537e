"""The library: from a patient's message to answers made of quotes, or to none."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge.answer import ABSTAINED, UNCLEAR, Answer, Quote
from knowledge.article import Article
from knowledge.calibration import Calibration, Signals, load_calibration
from knowledge.composing import choices_among, compose, further_in, quoting
from knowledge.countries import the_countries
from knowledge.encoder import Encoder
from knowledge.errors import GenerationError
from knowledge.generation import Generation, current_id, has_damage, load_generation, older_generation
from knowledge.questions import points_back, questions_in, told_apart
from knowledge.search import Candidate, Search, SectionId
from knowledge.sources import Source
from knowledge.topic import Kind, Topic, asked_anew, completed, leaves_out, names_in, refers, with_names
from language.spoken import spoken
from language.which_language import language_or_english

CALIBRATION = Path(__file__).parent / "calibration.json"
_TOLD = 30  # candidates in an explanation
_SURE = 0.7  # probability from which a part is answered by itself although the message as a whole is not, or goes on
_NEAR_A_COMPLAINT = 0.5  # cosine between a complaint after an infusion and what speaks of it, at least
_NEAR_ENOUGH = 0.25  # how far behind the best the next may be, when the best speaks of another country than was asked
_ABOUT_AS_NEAR = 0.2
OTHER_COUNTRY = "other-country"  # why a question is declined whose best section speaks of another country
_IN_HAND = 0.2  # probability that speaks for the article that was quoted last, where a message leaves out what it is about
_AGAIN = 0.4  # probability that speaks against a passage that was quoted before, there
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
    again: bool = False  # what it quotes first was quoted before in this conversation
    nothing_on: str | None = None  # what was named in a follow-up, if only what was quoted before would answer
    part: bool = False  # one of several questions of a message, which has no answer

    @property
    def is_sure(self) -> bool:
        """Whether it answers a question by itself, whatever stands around that."""
        return self.probability >= _SURE


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

    def ask(self, message: str, topic: Topic | None = None) -> list[Answer]:
        """Answer a message; one answer for each question in it that has one."""
        return [explanation.answer for explanation in self.explain(message, topic)]

    def explain(self, message: str, topic: Topic | None = None) -> list[Explanation]:
        """Answer a message, with the candidates, scores and reasons.

        Args:
            message: what the patient wrote.
            topic: what the conversation is about, from which this message may go on.

        Returns:
            At least one explanation. Several only for a message with several questions that have different answers.
        """
        search = self._search
        parts = questions_in(message)
        if len(parts) > 1:
            whole = self._explain(search, message)
            names = (topic.names if topic else {}) | names_in(message)
            found = _several(whole, [self._part(search, parts, number, names) for number in range(len(parts))])
        else:
            found = [self._following(search, message, topic) if topic else self._explain(search, message)]
        return [_not_twice(each, topic) for each in found] if topic else found

    def further(self, topic: Topic) -> Answer | None:
        """Another passage of the article in hand, the nearest that was not quoted yet; nothing, if all were."""
        if topic.in_hand is None:
            return None
        search = self._search
        asked = search.generation.speller.correct(f"{topic.asked} {topic.in_hand.heading}")
        return further_in(search, topic.in_hand.article, self._encoder.encode([asked])[0], topic.has_shown)

    def sources_of(self, quote: Quote) -> list[Source] | None:
        """The sources of the paragraph of a quote; nothing, if the generation in use does not hold it."""
        search = self._search
        ids = search.sources_of(quote.article, quote.version, quote.start)
        known = search.generation.sources
        return None if ids is None else [known[name] for name in ids if name in known]

    def _following(self, search: Search, message: str, topic: Topic) -> Explanation:
        """A message that may go on from the topic, with what it leaves out."""
        anew = asked_anew(message, topic)
        if anew:
            return self._anew(search, message, anew, topic)
        alone = self._explain(search, message)
        answers_alone = alone.is_sure or alone.declined
        if not leaves_out(message) or (answers_alone and not refers(message)):
            return alone  # "what about clots?" names its matter itself
        asked = dict.fromkeys([completed(message, topic), f"{topic.asked} {message}"])
        tried = [alone, *(self._explain(search, text) for text in asked)]
        return max(tried, key=lambda each: _fits(each, topic))

    def _anew(self, search: Search, message: str, anew: list[str], topic: Topic) -> Explanation:
        """The last question about something else; what was quoted before does not answer it unless it names that."""
        tried = [self._explain(search, text) for text in (*anew, message)]
        answered = [each for each in tried[:-1] if each.answer.status == "answered" and _is_new(each, topic)]
        best = answered[0] if answered else max(tried, key=lambda each: _fits(each, topic))
        named = names_in(message)
        name = named.get("condition") or named.get("country")
        if best.answer.passages and name and not _is_new(best, topic) and name not in best.answer.passages[0].quote.casefold():
            return replace(best, answer=ABSTAINED, nothing_on=name)
        return best

    def _part(self, search: Search, parts: list[str], number: int, names: Mapping[Kind, str]) -> Explanation:
        """A question of a message, with what it leaves out and the message or the question before it says."""
        alone = self._explain(search, parts[number])
        if alone.is_sure:
            return alone
        texts = [with_names(parts[number], names)]
        if number and points_back(parts[number]):
            texts.append(f"{parts[number - 1]} {parts[number]}")
        tried = [alone, *(self._explain(search, text) for text in texts if text != parts[number] and not alone.declined)]
        return replace(max(tried, key=lambda each: each.probability), question=parts[number])

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
        foreign = _is_foreign(question)
        threshold = _SURE if foreign else self.calibration.threshold
        if not found.candidates or probability < threshold:
            unclear = probability >= self.calibration.clarify and not declined and not foreign
            choices = choices_among(search, candidates) if unclear else []
            answer = UNCLEAR if choices else ABSTAINED
            if found.candidates and (found.candidates[0].article, found.candidates[0].section) in elsewhere:
                declined = OTHER_COUNTRY
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
            threshold,
            declined,
        )


def _is_foreign(question: str) -> bool:
    """Whether a question is surely in another language than the articles: the index then hears names and little else."""
    language = language_or_english(question)
    return language.sure and language.code != spoken()


def _first_of(here: Collection[SectionId], candidates: list[Candidate]) -> list[Candidate]:
    """The candidates; first the best that speaks of the country that was asked for, if it is about as near as the very best."""
    for each in candidates:
        if each.score < candidates[0].score - _ABOUT_AS_NEAR:
            break
        if (each.article, each.section) in here:
            return [each, *(other for other in candidates if other is not each)]
    return candidates


def _fits(explanation: Explanation, topic: Topic) -> float:
    """How well an answer goes on from the topic: how probable it is, and rather from the same article than the same passage."""
    quotes = explanation.answer.passages
    if not quotes or topic.in_hand is None:
        return explanation.probability
    same = _IN_HAND if quotes[0].article == topic.in_hand.article else 0.0
    return explanation.probability + same - (_AGAIN if topic.has_shown(quotes[0]) else 0.0)


def _is_new(explanation: Explanation, topic: Topic) -> bool:
    quotes = explanation.answer.passages
    return bool(quotes) and not topic.has_shown(quotes[0])


def _not_twice(explanation: Explanation, topic: Topic) -> Explanation:
    """An answer without the further passages that were quoted before; that of its first one is told."""
    quotes = explanation.answer.passages
    if not quotes:
        return explanation
    kept = [quotes[0], *(quote for quote in quotes[1:] if not topic.has_shown(quote))]
    answer = explanation.answer.model_copy(update={"passages": kept})
    return replace(explanation, answer=answer, again=topic.has_shown(quotes[0]))


def _several(whole: Explanation, parts: list[Explanation]) -> list[Explanation]:
    """The answers to a message with several questions; the whole of it, where its questions have one answer together.

    A question that stands alone can lose what the rest of the message is about ("My mother has COPD. Does it help?"). So each
    part has to be near what the whole message is about, and the whole comes first where no part agrees with it.
    """
    near = list(dict.fromkeys(candidate.article for candidate in whole.candidates))[:_NEAR]
    answered = [part for part in parts if part.answer.status == "answered" and part.candidates[0].article in near]
    if whole.answer.status != "answered":
        answered = [part for part in answered if part.is_sure]
    if whole.answer.status == "answered" and near[0] not in {part.candidates[0].article for part in answered}:
        others = [part for part in answered if part.answer.about != whole.answer.about]
        return _different([whole, *others])
    left = [_without_an_answer(part) for part in parts if part.answer.status == "abstained"]
    chosen = _different([*answered, *(left if answered else [])])
    return chosen if len(chosen) > 1 else [whole]


def _without_an_answer(part: Explanation) -> Explanation:
    """A question of several that has no answer: its reason is told, or the question itself is named."""
    return part if part.declined in told_apart() else replace(part, part=True)


def _different(explanations: list[Explanation]) -> list[Explanation]:
    """Each section once, and each kind of refusal once, in their order."""
    seen: dict[tuple[str, str], Explanation] = {}
    for each in explanations:
        best = each.candidates[0] if each.answer.status == "answered" else None
        seen.setdefault(
            (best.article, best.section) if best else ("", each.question if each.part else each.declined or ""), each
        )
    return list(seen.values())
