"""What a conversation is about, and how a message that leaves something out goes on from it.

The topic is what the last answers were about. It is made anew from the messages of the conversation, so nothing further is
stored. The words that decide are in `topic.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict

from cordial.data_files import CLINIC, Part, PlainText, fills, read_data
from knowledge.answer import Answer, Quote
from knowledge.article import About, Evidence
from knowledge.errors import PhrasesError
from knowledge.questions import goes_on, refers_back
from knowledge.sources import Source
from language.normalise import normalised, straight
from language.spoken import text_file

Kind = Literal["condition", "person", "route", "country"]
AboutThePassage = Literal["study", "certainty", "verdict", "more"]

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_LONGEST = 9  # words of a message that leaves something out
_LASTING = frozenset({"person", "country"})  # kept when a question is about something else
_LONGEST_ANEW = 8  # words of one that only names something else


class _Says(Part):
    again: PlainText
    further: PlainText
    no_further: Annotated[str, fills(*CLINIC)]
    nothing_on: Annotated[str, fills(*CLINIC, "name")]
    sources: Annotated[str, fills("title")]
    no_sources: Annotated[str, fills("title")]
    certain: dict[Evidence, PlainText]
    verdict: dict[Literal["benefit", "safety", "other"], PlainText]
    no_answer_to: Annotated[str, fills(*CLINIC, "question")]


class TopicWords(Part):
    """What decides, and what is said, from `topic.yml`."""

    language: str
    names: dict[Kind, list[str]]
    begins_anew: list[str]
    around_a_name: frozenset[str]
    stands_for_somebody: frozenset[str]
    leaves_out: list[str]
    before_and_after: frozenset[str]
    study: frozenset[str]
    certainty: frozenset[str]
    verdict: frozenset[str]
    more: frozenset[str]
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
        just: whether that was to the last message, and nothing came between.
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
    just: bool = True

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
        answered = [answer for answer in answers if answer.status == "answered" and answer.passages]
        if answered:
            topic = _answered(topic, message, answered)
        elif topic is not None:
            topic = topic.model_copy(update={"names": topic.names | names_in(message), "just": False})
    return topic


def _answered(topic: Topic | None, message: str, answers: Sequence[Answer]) -> Topic:
    """The topic once a message was answered; a question of its own about something else lets go of what it was about."""
    last = answers[-1]
    shown = [(quote.article, quote.start) for answer in answers for quote in answer.passages]
    asked, followed, kept = _going_on(topic, message, last) if topic else (message, None, {})
    return Topic(
        asked=asked,
        followed=followed,
        names=kept | names_in(message),
        in_hand=last.passages[0],
        about=last.about,
        evidence=last.evidence,
        sources=last.sources,
        shown=[*(topic.shown if topic else []), *shown],
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
    said = _words(message)
    words = topic_words()
    forms = {" ".join(part) for part in _without_around(said, words.before_and_after)}
    kinds: dict[AboutThePassage, frozenset[str]] = {
        "study": words.study,
        "certainty": words.certainty,
        "verdict": words.verdict,
        "more": words.more,
    }
    return next((kind for kind, ways in kinds.items() if forms & ways), None)


def _without_around(said: list[str], around: frozenset[str]) -> Iterator[list[str]]:
    """Words as they are, and with fewer and fewer of those that may stand before and after."""
    starts = sum(1 for _ in takewhile(around.__contains__, said))
    ends = sum(1 for _ in takewhile(around.__contains__, reversed(said)))
    for start in range(starts + 1):
        for end in range(min(ends, len(said) - start) + 1):
            yield said[start : len(said) - end]


def names_in(message: str) -> dict[Kind, str]:
    """What of each kind a message names; the last one of each."""
    said = " ".join(_words(message))
    found = {kind: [match.group() for match in _names(kind).finditer(said)] for kind in topic_words().names}
    return {kind: matches[-1] for kind, matches in found.items() if matches}


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
def _names(kind: Kind) -> re.Pattern[str]:
    words = topic_words()
    ways = sorted(words.names[kind], key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, ways))})\b")


def _words(text: str) -> list[str]:
    return [word.lower().replace("'", "") for word in _WORD.findall(straight(normalised(text)))]
