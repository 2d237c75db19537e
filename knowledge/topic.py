"""What a conversation is about, and how a message that leaves something out goes on from it.

The topic is what the last answers were about. It is made anew from the messages of the conversation, so nothing further is
stored. The words that decide are in `topic.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict

from cordial.data_files import CLINIC, Part, PlainText, fills, read_data
from knowledge.aftercare import tells_of_a_complaint
from knowledge.answer import Answer, Quote
from knowledge.article import About, Evidence
from knowledge.errors import PhrasesError
from knowledge.questions import goes_on, refers_back
from knowledge.sources import Source
from language.normalise import normalised, straight
from language.questions import asks_one_of_several, looks_like_a_question
from language.sentences import sentences
from language.spoken import text_file

Kind = Literal["condition", "person", "route", "country"]
AboutThePassage = Literal["study", "funding", "certainty", "verdict", "more", "why"]

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_LONGEST = 9  # words of a message that leaves something out
_TELLS = 5  # words of a message without an answer that may tell what the next is about
_FEWEST = 3  # words of one that says what it is about and names no illness
_SHORT = 6  # words of a message that may leave something out without showing it
_LEAST_WITH_S = 4  # letters of a word whose "s" may be that of a plural
_LASTING = frozenset({"person", "country"})  # kept when a question is about something else
_LONGEST_ANEW = 8  # words of one that only names something else


class _Says(Part):
    again: PlainText
    counted: PlainText
    further: PlainText
    no_further: Annotated[str, fills(*CLINIC)]
    nothing_on: Annotated[str, fills(*CLINIC, "name")]
    funding: PlainText
    sources: Annotated[str, fills("title")]
    no_sources: Annotated[str, fills("title")]
    certain: dict[Evidence, PlainText]
    verdict: dict[Literal["benefit", "safety", "other"], PlainText]
    to_question: Annotated[str, fills("question")]
    between_questions: PlainText
    no_answer_to: Annotated[str, fills(*CLINIC, "question")]


class TopicWords(Part):
    """What decides, and what is said, from `topic.yml`."""

    language: str
    names: dict[Kind, list[str]]
    also_called: dict[str, list[str]]
    parts_of_the_body: frozenset[str]
    around_an_illness: frozenset[str]
    begins_anew: list[str]
    around_a_name: frozenset[str]
    stands_for_somebody: frozenset[str]
    before_a_subject: str
    kinds: dict[str, list[str]]
    leaves_out: list[str]
    leaves_all_out: frozenset[str]
    how_many_people: list[str]
    people: list[str]
    before_and_after: frozenset[str]
    study: frozenset[str]
    funding: frozenset[str]
    certainty: frozenset[str]
    verdict: frozenset[str]
    more: frozenset[str]
    why: frozenset[str]
    says: _Says


def read_topic_words(file: Path | None = None) -> TopicWords:
    """Read the words; by default those of the language that is spoken.

    Raises:
        PhrasesError: naming what is wrong.
    """
    return read_data(TopicWords, file or text_file("knowledge", "topic.yml"), PhrasesError)


@cache
def topic_words() -> TopicWords:
    """The shipped words, read once a process."""
    return read_topic_words()


class Topic(BaseModel):
    """What the last answers of a conversation were about.

    Attributes:
        asked: the last question that stood by itself, or was asked anew about something else.
        followed: the last one that went on from it, with what it left out.
        names: the condition, person, route and country that were named, in the patient's words.
        in_hand: the passage that was quoted first in the last answer.
        about: what that speaks to.
        evidence: what stands behind it.
        sources: of the last answer.
        shown: every passage that was quoted: its article and where it begins there.
        said: the message before, whatever was replied.
        just: whether that was to the last message, and nothing came between.
        since_complaint: how many messages ago a complaint after an infusion was told; nothing, if none was.
    """

    model_config = ConfigDict(frozen=True)

    asked: str
    followed: str | None = None
    names: dict[Kind, str] = {}
    in_hand: Quote | None = None
    about: About | None = None
    evidence: Evidence = "none"
    sources: list[Source] = []
    shown: list[tuple[str, int]] = []
    said: str | None = None
    just: bool = True
    since_complaint: int | None = None

    def has_shown(self, quote: Quote) -> bool:
        """Whether a passage was quoted before."""
        return (quote.article, quote.start) in self.shown


def topic_of(turns: Iterable[tuple[str, Sequence[Answer]]]) -> Topic | None:
    """The topic after some messages.

    Args:
        turns: each message of the patient with the answers from the library that it got, the oldest first.
    """
    topic: Topic | None = None
    for message, answers in turns:
        topic = topic_after(topic, message, answers)
    return topic


def topic_after(topic: Topic | None, message: str, answers: Sequence[Answer]) -> Topic | None:
    """The topic after one more message, with the answers that it got."""
    now = _after(topic, message, answers)
    before = topic.since_complaint if topic else None
    since = 0 if tells_of_a_complaint(message) else before + 1 if before is not None else None
    return now.model_copy(update={"since_complaint": since}) if now and since is not None else now


def _after(topic: Topic | None, message: str, answers: Sequence[Answer]) -> Topic | None:
    answered = [answer for answer in answers if answer.status == "answered" and answer.passages]
    if answered:
        return _answered(topic, message, answered)
    if topic is not None:
        return topic.model_copy(update={"names": topic.names | _told_of(message), "said": message, "just": False})
    return Topic(asked=message, names=_told_of(message), said=message, just=False) if tells(message) else None


def tells(message: str) -> bool:
    """Whether a message that had no answer tells what the next may be about."""
    return "condition" in names_in(message) or len(_words(message)) >= _TELLS or tells_of_a_complaint(message)


def plain(message: str) -> str:
    """The words of a message in small letters, without marks."""
    return " ".join(_words(message))


@lru_cache(maxsize=4_096)
def kinds_of_question(message: str) -> frozenset[str]:
    """What a message asks for, by its words: a number, a time, a reason and so on."""
    said = f" {plain(message)} "
    return frozenset(kind for kind in topic_words().kinds if _asks(kind).search(said))


def _answered(topic: Topic | None, message: str, answers: Sequence[Answer]) -> Topic:
    """The topic once a message was answered; a question of its own about something else lets go of what it was about."""
    last = answers[-1]
    shown = [(quote.article, quote.start) for answer in answers for quote in answer.passages]
    asked, followed, kept = _going_on(topic, message, last) if topic else (message, None, {})
    return Topic(
        asked=asked,
        followed=followed,
        names=kept | _told_of(message),
        in_hand=last.passages[0],
        about=last.about,
        evidence=last.evidence,
        sources=last.sources,
        shown=[*(topic.shown if topic else []), *shown],
        said=message,
    )


def _going_on(topic: Topic, message: str, answer: Answer) -> tuple[str, str | None, dict[Kind, str]]:
    """What is asked, what followed, and the names that are kept, after a message that had an answer."""
    if about_the_passage(message) is not None:
        return topic.asked, topic.followed, topic.names
    anew = asked_anew(message, topic)
    if anew:
        return anew[0], None, topic.names
    stays = topic.in_hand is not None and topic.in_hand.article == answer.passages[0].article
    if leaves_out(message) and (stays or refers(message)):
        return topic.asked, completed(message, topic), topic.names
    kept = topic.names if stays else {kind: name for kind, name in topic.names.items() if kind in _LASTING}
    return message, None, kept


def about_the_passage(message: str) -> AboutThePassage | None:
    """What a message asks about the passage that was quoted last, if that is all it asks."""
    said = ["#" if word.isdecimal() else word for word in _words(message)]
    words = topic_words()
    forms = {" ".join(part) for part in _without_around(said, words.before_and_after)}
    kinds: dict[AboutThePassage, frozenset[str]] = {
        "study": words.study,
        "funding": words.funding,
        "certainty": words.certainty,
        "verdict": words.verdict,
        "more": words.more,
        "why": words.why,
    }
    return next((kind for kind, ways in kinds.items() if forms & ways), None)


def _without_around(said: list[str], around: frozenset[str]) -> Iterator[list[str]]:
    """Words as they are, and with fewer and fewer of those that may stand before and after."""
    starts = sum(1 for _ in takewhile(around.__contains__, said))
    ends = sum(1 for _ in takewhile(around.__contains__, reversed(said)))
    for start in range(starts + 1):
        for end in range(min(ends, len(said) - start) + 1):
            yield said[start : len(said) - end]


def asks_how_many_people(message: str) -> bool:
    """Whether a message asks how many people were in the study that was quoted last, and nothing else."""
    return _how_many_people().fullmatch(" ".join(_words(message))) is not None


def counts_people(text: str) -> bool:
    """Whether a text says of how many people it speaks."""
    return _counted_people().search(text) is not None


@cache
def _how_many_people() -> re.Pattern[str]:
    words = topic_words()
    around = "|".join(map(re.escape, words.before_and_after))
    ways = "|".join(words.how_many_people).replace("PEOPLE", f"(?:{'|'.join(words.people)})")
    return re.compile(rf"(?:(?:{around}) )*(?:{ways})(?: (?:{around}))*")


@cache
def _counted_people() -> re.Pattern[str]:
    return re.compile(rf"\b\d[\d,]*(?: [a-z-]+){{0,2}} (?:{'|'.join(topic_words().people)})\b")


def names_in(message: str) -> dict[Kind, str]:
    """What of each kind a message names; the last one of each."""
    said = " ".join(_words(message))
    found = {kind: [match.group() for match in _names(kind).finditer(said)] for kind in topic_words().names}
    return {kind: matches[-1] for kind, matches in found.items() if matches}


def conditions_in(message: str) -> frozenset[str]:
    """The illnesses that a message asks about; where its questions name no more than parts of the body, all that it names."""
    questions = [each for each in sentences(straight(normalised(message))) if looks_like_a_question(each)]
    asked = frozenset(_conditions(" ".join(questions)))
    return asked if asked - topic_words().parts_of_the_body else frozenset(_conditions(message))


def conditions_of(text: str) -> list[str]:
    """All illnesses and parts of the body that a text names, in their order."""
    return _conditions(text)


def without_names(text: str) -> str:
    """The words of a text but for the illnesses and persons that it names."""
    return _names("person").sub(" ", _names("condition").sub(" ", plain(text)))


def _conditions(text: str) -> list[str]:
    return [match.group() for match in _names("condition").finditer(" ".join(_words(text)))]


def _told_of(message: str) -> dict[Kind, str]:
    """What a message names for those that follow; of several illnesses, the last one that it asks about."""
    named, asked = names_in(message), conditions_in(message)
    illnesses = (asked - topic_words().parts_of_the_body) or asked
    last: dict[Kind, str] = {"condition": [each for each in _conditions(message) if each in illnesses][-1]} if asked else {}
    return named | last


def _stem(word: str) -> str:
    """Not by `language.plurals`: "s?" follows, and "allergy" of "allergies" would not be found in "allergies" any more."""
    return word.removesuffix("s") if len(word) > _LEAST_WITH_S else word  # "ms" is no plural


@lru_cache(maxsize=4_096)
def speaks_of(condition: str) -> re.Pattern[str]:
    """What a text holds that speaks of an illness, in small letters."""
    words = topic_words()
    names = [condition, *words.also_called.get(condition, [])]
    told = [[word for word in name.split() if word not in words.around_an_illness] or name.split() for name in names]
    ways = ["".join(rf"(?=.*\b{re.escape(_stem(word))}s?\b)" for word in each) for each in told]
    return re.compile("|".join(ways), re.DOTALL)


def asked_anew(message: str, topic: Topic) -> list[str]:
    """The last questions, about what a message names in place of what they were about ("and for ALS?"), if it says no more."""
    said = _words(message)
    plain, named = " ".join(said), names_in(message)
    begins = any(plain.startswith(f"{start} ") for start in topic_words().begins_anew)
    if not named or not begins or len(said) > _LONGEST_ANEW:
        return []
    left = plain
    for kind in named:
        left = _names(kind).sub(" ", left)
    if set(left.split()) - topic_words().around_a_name:
        return []
    return [_about(named, asked) for asked in (topic.followed, topic.asked) if asked]


def _about(named: dict[Kind, str], asked: str) -> str:
    plain = " ".join(_words(asked))
    for kind, name in named.items():
        plain = _with_name(plain, kind, name)
    return plain


def leaves_out(message: str) -> bool:
    """Whether a message leaves out what it is about, by its form alone."""
    said = _words(message)
    if not said or len(said) > _LONGEST or "condition" in names_in(message):
        return False
    plain = " ".join(said)
    asks = any(plain == start or plain.startswith(f"{start} ") for start in topic_words().leaves_out)
    return asks or goes_on(message) or points_at_somebody(message)


def points_at_somebody(message: str) -> bool:
    """Whether a message says only "he" or "she"."""
    said = set(_words(message))
    return bool(said & topic_words().stands_for_somebody)


def refers(message: str) -> bool:
    """Whether a message points at something or somebody that it does not name."""
    return refers_back(message) or points_at_somebody(message)


def stands_by_itself(message: str) -> bool:
    """Whether a message says by its form and length what it is about."""
    if leaves_out(message) or refers(message) or goes_on(message):
        return False
    return len(_words(message)) > _SHORT or asks_one_of_several(message)


def is_long(message: str) -> bool:
    """Whether a message has more words than one that leaves something out."""
    return len(_words(message)) > _LONGEST


def names_its_subject(message: str) -> bool:
    """Whether a message says what it is about: by its length, or as nothing in it points elsewhere."""
    said, words = _words(message), topic_words()
    if is_long(message) or "condition" in names_in(message):
        return is_long(message) or not (refers(message) or goes_on(message))
    goes_from_before = leaves_out(message) or refers(message) or goes_on(message) or " ".join(said) in words.leaves_all_out
    return len(said) >= _FEWEST and not goes_from_before


def completed(message: str, topic: Topic) -> str:
    """A message with what it leaves out: the condition and person, or else the question before it."""
    if "condition" not in topic.names:
        return f"{topic.asked} {message}"
    return with_names(message, topic.names)


def with_names(question: str, names: Mapping[Kind, str]) -> str:
    """A question with the condition, person and route that it does not name itself."""
    own = names_in(question)
    return " ".join([question, *(name for kind, name in names.items() if kind not in own and kind != "country")])


def _with_name(asked: str, kind: Kind, name: str) -> str:
    """A question with another name in the place of all those of one kind."""
    matches = list(_names(kind).finditer(asked))
    if not matches:
        joined = "in" if kind == "country" else "for"
        return f"{asked} {joined} {name}"
    first = matches[0]
    before, after = asked[: first.start()], _names(kind).sub("", asked[first.end() :])
    return " ".join(f"{before}{name}{after}".split())


@cache
def _asks(kind: str) -> re.Pattern[str]:
    ways = topic_words().kinds[kind]
    return re.compile(rf" (?:{'|'.join(map(re.escape, ways))}) ")


@cache
def _names(kind: Kind) -> re.Pattern[str]:
    words = topic_words()
    ways = sorted(words.names[kind], key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, ways))})\b")


def _words(text: str) -> list[str]:
    return [word.lower().replace("'", "") for word in _WORD.findall(straight(normalised(text)))]
