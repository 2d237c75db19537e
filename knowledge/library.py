"""The library: from a patient's message to answers made of quotes, or to none."""

from __future__ import annotations

import copy
import math
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge.aftercare import about_the_complaint, when_to_call
from knowledge.answer import ABSTAINED, UNCLEAR, Answer, Quote
from knowledge.article import Article
from knowledge.asked import Asked, asked_in
from knowledge.calibration import Calibration, Signals, load_calibration
from knowledge.composing import (
    NEAR,
    choices_among,
    choices_in,
    compose,
    further_in,
    going_on,
    quoting,
    quoting_first,
    quoting_passages,
)
from knowledge.countries import the_countries
from knowledge.encoder import Encoder
from knowledge.errors import GenerationError
from knowledge.following import UNDER, Turn, look_at
from knowledge.generation import Generation, current_id, has_damage, load_generation, older_generation
from knowledge.passages import Passage
from knowledge.questions import beside_questions, may_ask_a_price, points_back, questions_in, told_apart, without_closing
from knowledge.search import Candidate, Found, Search, SectionId
from knowledge.sources import Source
from knowledge.topic import (
    Kind,
    Topic,
    asked_anew,
    asks_how_many_people,
    conditions_in,
    counts_people,
    is_long,
    leaves_out,
    names_in,
    names_its_subject,
    plain,
    speaks_of,
    stands_by_itself,
    topic_after,
    topic_words,
    with_names,
)
from knowledge.turn_ranker import Ranked, TurnRanker
from language.spoken import spoken
from language.which_language import language_or_english

CALIBRATION = Path(__file__).parent / "calibration.json"
_TOLD = 30  # candidates in an explanation
_SURE = 0.7  # probability from which a part is answered by itself although the message as a whole is not, or goes on
# Below it a quote comes with a word of doubt. Of 127 quotes in conversations that strangers wrote and judged, 7 of the 85 from
# here on were on something else, and 15 of the 42 below it.
_DOUBTFUL = 0.88
_NEAR_ENOUGH = 0.25  # how far behind the best the next may be, when the best speaks of another country than was asked
_ABOUT_AS_NEAR = 0.2
PRICE = "price"
OTHER_CONDITION = "other-condition"
HELP = "help"  # what is asked most: whether cells help an illness
OTHER_COUNTRY = "other-country"  # why a question is declined whose best section speaks of another country
_CERTAIN = 0.95  # probability from which a question that stands by itself is answered as if it came first
_BEYOND_DOUBT = 0.97  # probability from which any message is, where the conversation surely answers nothing else
_RATHER = 0.5  # probability from which a part is answered that is near, and a message alone that has no answer otherwise
_LEAST_ON = 0.5  # below it, what goes on is rather told that there is nothing than quoted what may be on something else
_RATHER_ON = 0.55  # probability from which one that would have no answer alone is answered from the conversation
_STRANGE = 0.2  # probability below which a long one is about nothing that the library knows
_NEARLY_AS_LIKELY = (
    3 * NEAR
)  # how far behind the best the next may be, when the best is on another illness: an eighth as likely
_LEAST_SHARE = 1e-9
_NEAR = 4  # articles: what a message is about at most
_STORY = 25  # words beside the questions of a message that may say what they are about


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
    part: bool = False  # one of several questions of a message, which is named in the reply

    counts: bool = False  # it says of how many people what was quoted before speaks

    @property
    def is_sure(self) -> bool:
        """Whether it answers a question by itself, whatever stands around that."""
        return self.probability >= _SURE

    @property
    def is_answered_surely(self) -> bool:
        """Whether there is an answer, and a sure one."""
        return self.answer.status == "answered" and self.is_sure

    @property
    def is_doubtful(self) -> bool:
        """Whether it quotes something that may well miss what was asked, which is said beside it."""
        return self.answer.status == "answered" and self.probability < _DOUBTFUL

    @property
    def is_unsure(self) -> bool:
        """Whether it has neither a sure answer nor a reason of its own for having none."""
        return self.part and not self.is_answered_surely

    @property
    def is_left(self) -> bool:
        """Whether it is one of several questions, and has no answer and no reason of its own for that."""
        return self.part and self.answer.status != "answered"


@dataclass(frozen=True)
class _Story:
    """What a message with several questions says for all of them."""

    names: Mapping[Kind, str]
    told: str  # in few words beside them
    is_long: bool  # whether it is told in more words
    text: str  # all that it says beside them

    @classmethod
    def of(cls, message: str) -> _Story:
        told = beside_questions(message)
        is_long = len(told.split()) > _STORY
        return cls(names_in(message), "" if is_long else told, is_long, told)


class Library:
    """Answers questions from the generation in use. Safe to use from several threads."""

    def __init__(
        self,
        folder: Path,
        encoder: Encoder,
        calibration: Path = CALIBRATION,
        older_if_damaged: bool = False,
        turns: TurnRanker | None = None,
    ) -> None:
        """Open the generation in use.

        Args:
            folder: the knowledge folder.
            encoder: embeds what is asked.
            calibration: file of the decision to answer.
            turns: the ranking within a conversation, if it is not the stored one.
            older_if_damaged: rather answer from the newest intact one than not at all, until the one in use is whole again.

        Raises:
            GenerationError: if there is none, or the calibration cannot be used.
        """
        self._folder = folder
        self._encoder = encoder
        self.calibration: Calibration = load_calibration(calibration)
        self.turns = turns or TurnRanker.load()
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
    def search(self) -> Search:
        """What searches the generation in use now. Hold on to it for one answer, not longer."""
        return self._search

    @property
    def generation(self) -> Generation:
        """What is in use now. Hold on to it for one answer, not longer."""
        return self._search.generation

    @property
    def searching(self) -> Search:
        """What searches now. Hold on to it for one answer, not longer."""
        return self._search

    def refresh(self) -> bool:
        """Take up a newer generation if one was made current. Answers under way finish on the old one."""
        current = current_id(self._folder)
        if current == self.generation.id or (current == self._damaged and has_damage(self._folder)):
            return False
        with self._lock:
            self._search = Search(load_generation(self._folder))
        return True

    def beside(self, generation: Generation) -> Library:
        """One that answers in the same way from another generation, which is not in use: to see what a change would do."""
        other = copy.copy(self)
        other._lock, other._search = threading.Lock(), Search(generation)
        return other

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

    def about_a_complaint(self, message: str) -> Answer | None:
        """What is known of a complaint after an infusion; nothing, if no passage is about it."""
        return self._nearest_in(about_the_complaint(message), message)

    def when_to_call(self, message: str) -> Answer | None:
        """The passage on when to call about a complaint after an infusion; nothing, if it is not published."""
        return self._nearest_in(when_to_call(message), message)

    def _nearest_in(self, section: SectionId | None, message: str) -> Answer | None:
        search = self._search
        if section is None or section not in search.sections_of(section[0]):
            return None
        searched = search.generation.speller.correct(" ".join(message.split()))
        return quoting(search, section, self._encoder.encode([searched])[0])

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
        message = without_closing(message)
        several = self.explain_each(message, topic)
        if len(several) > 1 and any(each.answer.status == "answered" for each in several):
            return several
        search = self._search
        plainly = self._plainly_asked(search, message, topic)
        if plainly:
            return [_not_twice(plainly, topic) if topic else plainly]
        return [_not_twice(self._following(search, message, topic), topic) if topic else self._explain(search, message)]

    def explain_each(self, message: str, topic: Topic | None = None) -> list[Explanation]:
        """What there is on each of several questions of a message, in their order; nothing for a message with one.

        Each goes on from the one before it, and keeps what the message tells beside its questions. Questions that the same
        section answers are explained once, under the words of both.
        """
        search, parts = self._search, questions_in(message)
        if len(parts) == 1:
            return []
        whole = self._following(search, message, topic) if topic else self._explain(search, message)
        near = frozenset(list(dict.fromkeys(each.article for each in whole.candidates))[:_NEAR])
        story, so_far, found = _Story.of(message), topic, list[Explanation]()
        for number, part in enumerate(parts):
            explained = self._part(search, parts[: number + 1], story, _telling(so_far, story.names))
            explained = _one_of_several(search, explained, part, near, topic)
            so_far = topic_after(so_far, part, [explained.answer])
            found.append(explained)
        answered = {each.candidates[0].article for each in found if each.answer.status == "answered"}
        if story.is_long and whole.answer.status == "answered" and whole.candidates[0].article not in answered:
            return []  # its questions make no sense without the story
        return _different(found)

    def _plainly_asked(self, search: Search, message: str, topic: Topic | None, story: str = "") -> Explanation | None:
        """The answer to a question on one illness that asks little else ("is there anything for it"), whatever is told.

        Args:
            search: what searches.
            message: or one of its questions.
            topic: what the conversation is about.
            story: the message around that question.
        """
        asked = None if _is_foreign(message) else asked_in(message, topic, story)
        if asked is None:
            return None
        on_each = {illness: self._section_on(search, asked, illness) for illness in asked.illnesses}
        known = {section: illness for illness, section in on_each.items() if section}
        general = self._section_on(search, asked) if not known and topic and topic.in_hand else None
        if not known and not general:
            return self._nothing_on(search, message, asked, topic) if asked.illnesses and asked.kind == HELP else None
        of_one = asked.of(next(iter(known.values()))) if len(known) == 1 else f"{message} {story}"
        explained, found = self._looked_up(search, of_one)
        candidates = [each for each in found.candidates if (each.article, each.section) in {*known, general}]
        first = candidates[0] if candidates else _candidate(search, general or next(iter(known)))
        vector = self._encoder.encode([explained.searched])[0]
        section = (first.article, first.section)
        if not asked.named and topic and topic.has_shown(quoting(search, section, vector).passages[0]):
            return None  # asked again without a name: something further is meant
        answer = compose(search, [first], vector, search.not_on(asked.illnesses, first.article))
        explained = replace(explained, question=message, answer=answer, choices=[], declined=None, nothing_on=None)
        return replace(explained, candidates=[first, *(each for each in found.candidates if each != first)], probability=1.0)

    def _section_on(self, search: Search, asked: Asked, illness: str | None = None) -> SectionId | None:
        """The section that says of an illness what is asked; nothing, if none speaks of it."""
        question = asked.of(illness) if illness else asked.in_general
        if question is None:
            return None
        sections = [(each.article, each.section) for each in self._looked_up(search, question)[1].candidates]
        fitting = [each for each in sections if _fits(search.first_passage(each), asked)]
        begins = topic_words().before_a_subject
        if illness is None:
            return next((each for each in fitting if not each[0].startswith(begins)), None)
        on_it = [each for each in fitting if search.is_on(each, illness) and (asked.kind == HELP or each[0].startswith(begins))]
        on_it.sort(key=lambda each: (not each[0].startswith(begins), not _names_it(search.first_passage(each), illness, asked)))
        return on_it[0] if on_it else None

    def _nothing_on(self, search: Search, message: str, asked: Asked, topic: Topic | None) -> Explanation:
        """That the library has nothing on an illness."""
        name = asked.illnesses[0]
        explained = self._explain(search, message)
        return replace(
            explained,
            answer=ABSTAINED,
            choices=[],
            declined=OTHER_CONDITION,
            nothing_on=name if topic and topic.in_hand else None,
        )

    def look_at(self, message: str, topic: Topic) -> Turn:
        """A message in its conversation, as the ranking sees it."""
        return look_at(self._search, self._encoder, message, topic)

    def further(self, topic: Topic) -> Answer | None:
        """Another passage of the article in hand, the nearest that was not quoted yet; nothing, if all were."""
        if topic.in_hand is None:
            return None
        search = self._search
        asked = search.generation.speller.correct(f"{topic.asked} {topic.in_hand.heading}")
        return further_in(search, topic.in_hand.article, self._encoder.encode([asked])[0], topic.has_shown)

    def first_of(self, answer: Answer) -> Answer:
        """An answer with its first quote alone, where more would hide that it may miss the question."""
        first, search = answer.passages[0], self._search
        at = search.section_at(first.article, first.start)
        known = search.passages_in(search.sections[at]) if at is not None else []
        here = [passage for passage in known if (passage.version, passage.start) == (first.version, first.start)]
        return quoting_passages(search, here) if here else answer

    def sources_of(self, quote: Quote) -> list[Source] | None:
        """The sources of the paragraph of a quote; nothing, if the generation in use does not hold it."""
        search = self._search
        ids = search.sources_of(quote.article, quote.version, quote.start)
        known = search.generation.sources
        return None if ids is None else [known[name] for name in ids if name in known]

    def _following(self, search: Search, message: str, topic: Topic) -> Explanation:
        """A message of a conversation: its sections are ranked by what was learned from others."""
        alone, found = self._looked_up(search, message)
        if _is_foreign(message) or (topic.in_hand is None and alone.declined and alone.answer.status != "answered"):
            return alone  # "and tinnitus?" goes on from nothing that was quoted
        if asks_how_many_people(message):
            counted = self._counting(search, topic)
            if counted is not None:
                candidates = [_candidate_of(search, counted.passages[0])]
                explained = replace(alone, answer=counted, choices=[], declined=None, counts=True)
                return replace(explained, candidates=candidates, probability=1.0)
        turn = look_at(search, self._encoder, message, topic, found)
        ranked = self.turns.rank(turn, self.calibration)
        ranked_anew = _candidates_of(search, turn, ranked)
        others = search.on_other_illnesses(*_asked_about(message, topic))
        candidates = _without(ranked_anew, others)
        if not candidates or candidates[0].score < ranked_anew[0].score - _NEARLY_AS_LIKELY:
            return _on_another_illness(message, alone, ranked_anew, others)
        first = alone.candidates[0] if alone.candidates else None
        stands_alone = first is not None and (first.article, first.section) == (candidates[0].article, candidates[0].section)
        if self._is_better_alone(message, alone, stands_alone, ranked.probability):
            return alone
        threshold = max(self.turns.threshold, _LEAST_ON)
        explained = replace(alone, candidates=candidates, probability=ranked.probability, threshold=threshold)
        if ranked.probability < threshold:
            return self._held_back(search, explained, ranked)
        _, elsewhere = search.about_countries(the_countries().named_in(message))
        answer = going_on(search, candidates, turn.vectors[UNDER], elsewhere, topic.has_shown)
        explained = replace(explained, answer=answer, choices=[], declined=None)
        name = _named_anew(message, topic)
        lacks_it = name and not _is_new(explained, topic) and name not in answer.passages[0].quote.casefold()
        return replace(explained, answer=ABSTAINED, nothing_on=name) if lacks_it else explained

    def _counting(self, search: Search, topic: Topic) -> Answer | None:
        """The paragraph that says of how many people the one in hand speaks: that one itself, or the nearest of its article."""
        if topic.in_hand is None:
            return None
        article, start = topic.in_hand.article, topic.in_hand.start
        asked = search.generation.speller.correct(f"{topic.asked} {topic.in_hand.heading}")
        vector = self._encoder.encode([asked])[0]
        near = [each for section in search.sections_of(article) for each in search.passages_by_nearness(section, vector)]
        counting = [(passage.start == start, cosine, passage) for passage, cosine in near if counts_people(passage.text)]
        if not counting:
            return None
        return quoting_passages(search, [max(counting, key=lambda each: each[:2])[2]])

    def _is_better_alone(self, message: str, alone: Explanation, agrees: bool, ranked: float) -> bool:
        """Whether a message is taken as if it came first, or for nothing the library knows.

        Args:
            message: what the patient wrote.
            alone: what there is to it by itself.
            agrees: whether the ranking within the conversation puts the same section first.
            ranked: how likely that answers.
        """
        says_enough = names_its_subject(message)
        if alone.answer.status == "answered":
            is_certain = alone.probability >= _CERTAIN and (stands_by_itself(message) or is_long(message))
            is_left = ranked < max(self.turns.threshold, _LEAST_ON) and alone.probability >= _RATHER and says_enough
            return agrees or is_certain or is_left or (alone.probability >= _BEYOND_DOUBT and ranked < _SURE)
        is_strange = not is_long(message) or alone.probability < _STRANGE
        return says_enough and is_strange and ranked < _RATHER_ON

    def _held_back(self, search: Search, explained: Explanation, ranked: Ranked) -> Explanation:
        """Without an answer: which question was meant is asked, where two or three share what there is."""
        if explained.declined or ranked.probability < self.turns.clarify:
            return replace(explained, answer=ABSTAINED, choices=[])
        choices = choices_in(search, explained.candidates)
        return replace(explained, answer=UNCLEAR if choices else ABSTAINED, choices=choices)

    def _part(self, search: Search, parts: list[str], story: _Story, topic: Topic | None) -> Explanation:
        """The last of some questions of a message, with what it leaves out and the message or the question before it says."""
        part = parts[-1]
        plainly = self._plainly_asked(search, part, topic, story.text)
        if plainly:
            return plainly
        named = with_names(part, story.names)
        alone = self._explain(search, part)
        if alone.is_sure and named == part and not (topic and leaves_out(part)):
            return alone
        if topic and topic.in_hand:
            return self._following(search, part, topic)
        texts = [named]
        if story.told:
            texts.append(f"{story.told} {part}")
        if len(parts) > 1 and points_back(part):
            texts.append(f"{parts[-2]} {part}")
        tried = [self._explain(search, text) for text in texts if text != part and not alone.declined]
        completed = max(tried, key=lambda each: each.probability, default=alone)
        return completed if completed.is_sure or completed.probability > alone.probability else alone

    def signals(self, question: str) -> Signals:
        """What the decision to answer is made from, for a whole message as one question."""
        return self._explain(self._search, question).signals

    def _explain(self, search: Search, question: str) -> Explanation:
        return self._looked_up(search, question)[0]

    def _looked_up(self, search: Search, question: str) -> tuple[Explanation, Found]:
        """A question as if nothing had been said before it, and what the search saw."""
        searched = search.generation.speller.correct(" ".join(question.split()))
        vector = self._encoder.encode([searched])[0]
        found = search.find(searched, vector)
        probability = self.calibration.probability(found.signals)
        choices: list[str] = []
        declined = found.declined if found.declined != PRICE or may_ask_a_price(question) else None
        here, elsewhere = search.about_countries(the_countries().named_in(question))
        others = search.on_other_illnesses(conditions_in(question))
        apart = elsewhere | others
        candidates = _first_of(here, _without(found.candidates, apart))
        nothing_on: str | None = None
        foreign = _is_foreign(question)
        threshold = _SURE if foreign else self.calibration.threshold
        if not found.candidates or probability < threshold:
            unclear = probability >= self.calibration.clarify and not declined and not foreign
            choices = choices_among(search, candidates) if unclear and candidates else []
            answer = UNCLEAR if choices else ABSTAINED
            if found.candidates and (found.candidates[0].article, found.candidates[0].section) in elsewhere:
                declined = OTHER_COUNTRY
        elif candidates and candidates[0].score >= found.candidates[0].score - _NEAR_ENOUGH:
            answer = compose(search, candidates, vector, apart)
        elif (found.candidates[0].article, found.candidates[0].section) in others:
            answer, nothing_on = ABSTAINED, min(conditions_in(question))
        else:
            answer, declined = ABSTAINED, OTHER_COUNTRY
        explained = Explanation(
            question,
            answer,
            choices,
            searched,
            candidates[:_TOLD] or found.candidates[:_TOLD],
            found.signals,
            probability,
            threshold,
            declined,
            nothing_on=nothing_on,
        )
        return explained, found


def _on_another_illness(
    message: str, alone: Explanation, ranked: list[Candidate], others: Collection[SectionId]
) -> Explanation:
    """What there is where the likeliest sections are on other illnesses: what surely answers the message alone, or nothing."""
    if alone.is_answered_surely and _without(alone.candidates[:1], others):
        return alone
    name = min(conditions_in(message), default=None)
    return replace(alone, answer=ABSTAINED, choices=[], candidates=ranked, nothing_on=name)


def _asked_about(message: str, topic: Topic) -> tuple[frozenset[str], str | None]:
    """The illnesses that a message of a conversation is about, and the article that it may go on with all the same."""
    named = conditions_in(message)
    if named:
        return named, None
    kept = topic.names.get("condition")
    return frozenset([kept] if kept else []), topic.in_hand.article if topic.in_hand else None


def _without(candidates: list[Candidate], left_out: Collection[SectionId]) -> list[Candidate]:
    return [each for each in candidates if (each.article, each.section) not in left_out]


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


def _fits(first: Passage, asked: Asked) -> bool:
    """Whether a section that begins so may answer what is asked."""
    return first.about in asked.abouts and asked.is_said_in(first.heading)


def _names_it(first: Passage, illness: str, asked: Asked) -> bool:
    """Whether a section that begins so asks the same of an illness by its name."""
    names_it = speaks_of(illness).match(f" {plain(first.heading)} ") is not None
    return first.is_question and names_it and asked.is_rather(first.heading)


def _candidate(search: Search, section: SectionId) -> Candidate:
    return Candidate(*section, 0.0, 0.0, 0.0, search.first_passage(section).heading)


def _candidate_of(search: Search, quote: Quote) -> Candidate:
    """The section of a quote, where it was taken for a reason of its own."""
    number = search.section_at(quote.article, quote.start)
    section = search.sections[number] if number is not None else (quote.article, "")
    return Candidate(*section, 0.0, 0.0, 0.0, quote.heading)


def _candidates_of(search: Search, turn: Turn, ranked: Ranked) -> list[Candidate]:
    """The sections as candidates, best first; the score of one that is half as likely as another is lower by `NEAR`."""
    known = {(each.article, each.section): each for each in turn.found.candidates}
    found = []
    for number, share in zip(ranked.numbers, ranked.shares, strict=True):
        article, section = search.sections[number]
        near = known.get((article, section))
        score = NEAR * math.log2(max(share, _LEAST_SHARE))
        heading = search.first_passage((article, section)).heading
        found.append(replace(near, score=score) if near else Candidate(article, section, score, 0.0, 0.0, heading))
    return found


def _named_anew(message: str, topic: Topic) -> str | None:
    """The illness or country that a message names in place of another, if it says no more."""
    named = names_in(message) if asked_anew(message, topic) else {}
    return named.get("condition") or named.get("country")


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


def _telling(topic: Topic | None, names: Mapping[Kind, str]) -> Topic | None:
    """A topic in which what a message names is known already for the first of its questions."""
    return topic.model_copy(update={"names": {**topic.names, **names}}) if topic else None


def _one_of_several(
    search: Search, part: Explanation, question: str, near: Collection[str], topic: Topic | None
) -> Explanation:
    """What is said to one of several questions: a paragraph that surely answers, or one near what the whole message is about.

    Otherwise the question is named as not answered; a price or a judgement on one person is declined in words of its own.
    """
    part = replace(part, question=question, choices=[])
    is_near = part.probability >= _RATHER and part.candidates[0].article in near
    if part.answer.status == "answered" and (part.is_sure or is_near):
        answer = quoting_first(search, part.answer)
        return replace(part, answer=answer, part=True, again=topic is not None and topic.has_shown(answer.passages[0]))
    return replace(part, answer=ABSTAINED, part=part.declined not in told_apart())


def _different(explanations: list[Explanation]) -> list[Explanation]:
    """Each paragraph once, under the words of all questions that it answers, and each kind of refusal once, in their order."""
    seen: dict[object, Explanation] = {}
    for each in explanations:
        first = each.answer.passages[0] if each.answer.passages else None
        key = (first.article, first.start) if first else each.question if each.part else each.declined
        before = seen.get(key)
        asked = topic_words().says.between_questions.join([before.question, each.question]) if before else each.question
        seen[key] = replace(before, question=asked) if before and first else before or each
    return list(seen.values())
